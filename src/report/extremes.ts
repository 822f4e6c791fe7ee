/** The pages that took longest, and the largest. */
import type { Connection } from '../database/connection.js';
import { addressOf, type Bounds, IS_PAGE } from './rows.js';

export interface MeasuredPage {
  readonly url: string;
  readonly title: string | null;
  /** Of the last request, the body included. */
  readonly durationMs: number;
  /** Of the body, unpacked. */
  readonly bytes: number | null;
}

export interface Extremes {
  readonly slowest: readonly MeasuredPage[];
  readonly largest: readonly MeasuredPage[];
}

export function extremes(connection: Connection, { limit }: Bounds): Extremes {
  const most = (column: string): MeasuredPage[] =>
    connection
      .prepare<[number], MeasuredPage>(
        `SELECT ${addressOf('u')} AS url, r.title, r.duration_ms AS durationMs, r.body_bytes AS bytes
           FROM records r JOIN urls u ON u.id = r.id
          WHERE ${IS_PAGE} AND ${column} IS NOT NULL ORDER BY ${column} DESC, u.id LIMIT ?`,
      )
      .all(limit);
  return { slowest: most('r.duration_ms'), largest: most('r.body_bytes') };
}
