/** The figures that stand at the top of a report. */
import type { Connection } from '../database/connection.js';
import { IS_PAGE, IS_URL } from './rows.js';

export interface Overview {
  readonly seeds: readonly string[];
  /** URLs that are queued or being fetched: while there are any, nothing in the report is the last word. */
  readonly unfinished: number;
  readonly urls: Readonly<Record<UrlState, number>>;
  /** HTML pages that were read, and answers to entries of task lists. */
  readonly pages: number;
  /** Links between URLs of the crawl. */
  readonly links: number;
  /** That lead on, as in the summary of the crawl: those in a circle, or too many in a row, are failures. */
  readonly redirects: number;
  /** Bodies of pages, unpacked. */
  readonly bytes: number;
  readonly runs: number;
  /** Starts of the first request and of the last, ms since epoch. */
  readonly firstFetchAt: number | null;
  readonly lastFetchAt: number | null;
}

type UrlState = 'queued' | 'leased' | 'done' | 'failed' | 'skipped';

type Counts = Pick<Overview, 'pages' | 'links' | 'redirects' | 'bytes' | 'firstFetchAt' | 'lastFetchAt'>;

export function overview(connection: Connection): Overview {
  const seeds = connection
    .prepare<[], string>(`SELECT value FROM settings WHERE name = 'seeds'`)
    .pluck()
    .get();
  const found = connection
    .prepare<[], { state: UrlState; urls: number }>(
      `SELECT u.state, count(*) AS urls FROM urls u WHERE ${IS_URL} GROUP BY 1`,
    )
    .all();
  const urls = { queued: 0, leased: 0, done: 0, failed: 0, skipped: 0 };
  for (const row of found) urls[row.state] = row.urls;
  const counts = connection
    .prepare<[], Counts>(
      `SELECT count(*) FILTER (WHERE ${IS_PAGE}) AS pages, coalesce(sum(u.link_count), 0) AS links,
              (SELECT count(*) FROM redirects d JOIN urls s ON s.id = d.source_id WHERE s.kind = 'page' AND s.state = 'done') AS redirects,
              coalesce(sum(r.body_bytes) FILTER (WHERE ${IS_PAGE}), 0) AS bytes,
              min(r.fetched_at) AS firstFetchAt, max(r.fetched_at) AS lastFetchAt
         FROM urls u LEFT JOIN records r ON r.id = u.id WHERE ${IS_URL}`,
    )
    .get() as Counts; // An aggregate always has a row.
  return {
    seeds: JSON.parse(seeds ?? '[]') as string[], // As `fixedSettings` writes it.
    unfinished: urls.queued + urls.leased,
    urls,
    ...counts,
    runs: connection.prepare<[], number>('SELECT count(*) FROM runs').pluck().get() ?? 0,
  };
}
