/** What the queries of a report have in common: how a section is bounded, and which rows of the file are pages. */
import type { Connection } from '../database/connection.js';

/** Some rows of a section, and how many there are in all. */
export interface Section<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** How much of each section is read. */
export interface Bounds {
  /** Rows of a section. */
  readonly limit: number;
  /** Pages or URLs named in one row: no more than 100, so that a report fits in memory whatever `limit` is. */
  readonly examples: number;
}

/** Of `urls u`: an HTML page that was read, or the answer to an entry of a task list. */
export const IS_PAGE = `u.state = 'done' AND (u.link_count IS NOT NULL OR u.kind = 'task')`;

/** Of `urls u`: what the view `pages` shows. */
export const IS_URL = `u.kind IN ('page', 'task')`;

/** The address of a row of `urls`. */
export function addressOf(alias: string): string {
  return `coalesce(${alias}.url, ${alias}.request_key)`;
}

/** Takes the column `total` off rows that all say how many there would be without a limit (`count(*) OVER ()`). */
export function toSection<Row extends { readonly total: number }>(
  rows: readonly Row[],
): Section<Omit<Row, 'total'>> {
  const withoutTotal = (row: Row): Omit<Row, 'total'> => {
    const { total: _total, ...rest } = row;
    return rest;
  };
  return { total: rows[0]?.total ?? 0, rows: rows.map(withoutTotal) };
}

/** Addresses of some rows of `urls`, by id. */
export function addresses(connection: Connection, ids: Iterable<number>): Map<number, string> {
  const rows = connection
    .prepare<[string], { id: number; url: string }>(
      `SELECT u.id, ${addressOf('u')} AS url FROM json_each(?) wanted CROSS JOIN urls u ON u.id = wanted.value`,
    )
    .all(JSON.stringify([...new Set(ids)]));
  return new Map(rows.map(({ id, url }) => [id, url]));
}
