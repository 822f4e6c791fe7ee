/**
 * Task lists as CSV: a header row, columns `key` and `url`, every other column a param. An empty cell is an absent
 * param. With `key` as the only column it is a list of known keys.
 */
import { type CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../errors.js';
import type { TaskEntry } from './entry.js';
import type { JsonValue } from '../protocol/json.js';
import { JsonFault, parseJson } from './json.js';

/** Columns whose cells are JSON; all others are texts. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['headers', 'post_payload', 'post_form']);

/**
 * Entries in the order of their rows; `add` is called for each.
 *
 * @param bytes UTF-8
 * @throws UsageError for a header without `key` and `url`, a row with more or fewer cells, a cell that is no JSON
 *   where that is wanted, quotes that do not fit
 */
export function csvEntries(bytes: Buffer, file: string, add: (entry: TaskEntry) => void): void {
  let header: readonly string[] | null = null;
  let lastLine = 0;
  let blanks = 0;
  // Called for each row, so that rows are not kept: entries are.
  const onRow = (
    row: readonly string[],
    { lines, empty_lines }: { lines: number; empty_lines: number },
  ): null => {
    // A row of several lines is named by its first.
    const where = `${file}, line ${lastLine + empty_lines - blanks + 1}`;
    [lastLine, blanks] = [lines, empty_lines];
    if (header === null) header = headerOf(row, where);
    else add(entryOf(header, row, where));
    return null;
  };
  try {
    parse(bytes, { skip_empty_lines: true, relax_column_count: true, on_record: onRow });
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const { lines, message } = cause as CsvError; // What the package throws.
    throw new UsageError(`${file}, line ${String(lines)}: not CSV: ${message}`, { cause });
  }
}

function headerOf(row: readonly string[], where: string): readonly string[] {
  const names = row.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (!names.includes('key') || (names.length > 1 && !names.includes('url'))) {
    throw new UsageError(`${where}: the header must name the columns key and url, separated by commas`, {
      hint: 'the first line is the header, as in key,url,country',
    });
  }
  if (names.includes('')) throw new UsageError(`${where}: column ${names.indexOf('') + 1} has no name`);
  if (twice !== undefined) throw new UsageError(`${where}: the column '${twice}' is there twice`);
  return names;
}

function entryOf(header: readonly string[], row: readonly string[], where: string): TaskEntry {
  if (row.length !== header.length) {
    const hint = 'a cell with a comma, a quote or a line end in it is put in double quotes';
    throw new UsageError(`${where}: the row has ${row.length} cells, the header ${header.length}`, { hint });
  }
  const key = row[header.indexOf('key')] ?? '';
  if (header.length === 1) return { key, params: null, where };
  const cells = header.flatMap((name, i): [string, JsonValue][] => {
    const cell = row[i] ?? '';
    if (name === 'key' || cell === '') return [];
    return [[name, JSON_COLUMNS.has(name) ? jsonOf(cell, `${where}: ${name}`) : cell]];
  });
  return { key, params: Object.fromEntries(cells), where };
}

function jsonOf(cell: string, label: string): JsonValue {
  try {
    return parseJson(cell).value;
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw new UsageError(`${label}, character ${cause.offset + 1}: ${cause.message}`, { cause });
  }
}
