/** The rows that are exported, as they come out of the file: one statement each, read while they are written. */
import type { Connection } from '../database/connection.js';
import { executionRows, OLDEST_VERSION } from '../status/rows.js';

/** The oldest version of the schema that has all that a table is read from. */
export const OLDEST_VERSIONS = { pages: 1, links: 1, executions: OLDEST_VERSION } as const;

/** What may stand in a column. */
export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

export interface Table {
  /** Names in their order, which is the order of the columns in CSV. */
  readonly columns: readonly string[];
  /** Columns that hold JSON texts. */
  readonly json: ReadonlySet<string>;
  /** Read once; holds a moment of the file, and its log, until the last row or the end of the loop. */
  readonly rows: Iterable<Row>;
}

/** Every URL with all that is known of it: the columns that the view `pages` of the file has. */
export function pages(connection: Connection): Table {
  return tableOf(connection, 'SELECT * FROM pages ORDER BY id');
}

/** Every link, by the addresses of both ends; those of one page together. */
export function links(connection: Connection): Table {
  return tableOf(
    connection,
    // In the order in which links are stored, so that the first one comes at once and nothing is sorted.
    `SELECT s.request_key AS source, t.request_key AS target, l.nofollow
       FROM links l CROSS JOIN urls s ON s.id = l.source_id CROSS JOIN urls t ON t.id = l.target_id
      ORDER BY l.source_id, l.target_id`,
  );
}

/** What every executor did on every task; `last_run` in ISO 8601. */
export function executions(connection: Connection): Table {
  return {
    columns: [
      'key',
      'params',
      'executor',
      'status',
      'error',
      'last_run',
      'duration_ms',
      'attempts',
      'output',
    ],
    json: new Set(['params', 'output']),
    rows: withIsoTimes(connection),
  };
}

function tableOf(connection: Connection, sql: string): Table {
  const statement = connection.prepare<[], Row>(sql);
  const columns = statement.columns().map(({ name }) => name);
  return { columns, json: new Set(), rows: { [Symbol.iterator]: () => statement.iterate() } };
}

function* withIsoTimes(connection: Connection): Generator<Row> {
  for (const row of executionRows(connection)) yield { ...row, last_run: isoTime(row.last_run) };
}

/** @param ms since epoch */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
