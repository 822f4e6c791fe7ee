/** Task lists as JSON: a map from key to params, a list of keys or of entries, or one entry a line (JSONL). */
import { UsageError } from '../errors.js';
import type { JsonValue } from '../protocol/json.js';
import { entryOf, type TaskEntry } from './entry.js';
import { isObject, JsonFault, type JsonText, parseJson, placeIn } from './json.js';

/** Longest key that the name of a place repeats, in characters. */
const MAX_SHOWN = 60;
const LINE_FEED = 10;

/**
 * Entries of a map or a list, in the order of the text.
 * @throws UsageError for anything else
 */
export function jsonEntries(text: string, file: string): Generator<TaskEntry> {
  const { value, keys } = parse(text, (offset) => `${file}, ${placeIn(text, offset)}`);
  return valueEntries(value, file, keys);
}

/**
 * The same of a value that was read already.
 * @param keys of a map, in their order
 */
export function* valueEntries(
  value: JsonValue,
  file: string,
  keys: readonly string[] = isObject(value) ? Object.keys(value) : [],
): Generator<TaskEntry> {
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) yield entryOf(each, `${file}, entry ${i + 1}`);
    return;
  }
  if (!isObject(value)) {
    throw new UsageError(`${file} must hold an object from keys to params, or a list of keys`, {
      hint: 'write { "first": { "url": "https://example.org/" } }',
    });
  }
  for (const key of keys) {
    const params = value[key];
    const where = `${file}, key ${shown(key)}`;
    if (!isObject(params)) throw new UsageError(`${where}: params must be an object`);
    yield { key, params, where };
  }
}

/**
 * Entries of a text with one a line; blank lines are left out.
 * @param bytes UTF-8; never as one text, which could be longer than a string may be
 * @throws UsageError for a line that is no entry
 */
export function* jsonlEntries(bytes: Buffer, file: string): Generator<TaskEntry> {
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    const text = bytes.toString('utf8', start, end);
    const where = `${file}, line ${++line}`;
    start = end + 1;
    if (text.trim() !== '')
      yield entryOf(parse(text, (offset) => `${where}, column ${offset + 1}`).value, where);
  }
}

function parse(text: string, place: (offset: number) => string): JsonText {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw new UsageError(`${place(cause.offset)}: ${cause.message}`, { cause });
  }
}

function shown(key: string): string {
  return JSON.stringify(key.length > MAX_SHOWN ? `${key.slice(0, MAX_SHOWN)}…` : key);
}
