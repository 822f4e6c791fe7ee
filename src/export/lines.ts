/**
 * Rows as text. JSON Lines keep every value; CSV is for spreadsheets and terminals, and harmless to both: what could
 * be a formula gets a quote in front, and control and invisible characters become visible.
 */
import { stringify } from 'csv-stringify/sync';
import { printableJson, visible } from '../observe/printable.js';
import type { Cell, Row, Table } from './tables.js';

/** How many rows are written at once. */
const BATCH = 200;

/** One object a line, in chunks of whole lines. */
export function* jsonLines({ rows, json }: Table): Generator<string, void, undefined> {
  for (const batch of batches(rows)) yield batch.map((row) => jsonLine(row, json)).join('');
}

/** A header and one row a line, in chunks of whole lines. */
export function* csvLines({ columns, rows, json }: Table): Generator<string, void, undefined> {
  yield stringify([columns]);
  for (const batch of batches(rows)) {
    const cells = batch.map((row) => columns.map((name) => harmless(row[name] ?? null, json.has(name))));
    yield stringify(cells, { escape_formulas: true });
  }
}

function* batches(rows: Iterable<Row>): Generator<readonly Row[]> {
  let batch: Row[] = [];
  for (const row of rows) {
    if (batch.push(row) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function jsonLine(row: Row, json: ReadonlySet<string>): string {
  const entries = Object.entries(row).map(([name, cell]) => [name, json.has(name) ? parsed(cell) : cell]);
  return `${printableJson(JSON.stringify(Object.fromEntries(entries)))}\n`;
}

function harmless(cell: Cell, isJson: boolean): Cell {
  if (typeof cell !== 'string') return cell;
  return isJson ? printableJson(cell) : visible(cell);
}

function parsed(cell: Cell): unknown {
  return typeof cell === 'string' ? JSON.parse(cell) : null;
}
