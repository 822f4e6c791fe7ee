/** What one of two compared crawls is: its size, how far it came, when. */
import type { Connection } from '../database/connection.js';

export interface CrawlFacts {
  /** Path as it was given. */
  readonly file: string;
  readonly pages: number;
  readonly links: number;
  /** URLs not crawled yet. */
  readonly open: number;
  /** URLs left out by --max-depth, --max-variants or --max-per-host. */
  readonly leftOut: number;
  /** URLs that walkers found and did not choose; 0 = it is no walk, or a crawl has taken it up. */
  readonly unchosen: number;
  /** When its last run began, ms since epoch; null = never ran. */
  readonly startedAt: number | null;
}

export function readCrawlFacts(connection: Connection, file: string): CrawlFacts {
  const facts = connection
    .prepare<[], Pick<CrawlFacts, 'pages' | 'open' | 'leftOut' | 'unchosen'>>(
      `SELECT count(*) AS pages, count(*) FILTER (WHERE state IN ('queued', 'leased')) AS open,
         count(*) FILTER (WHERE state = 'skipped' AND error IN ('depth', 'limit')) AS leftOut,
         count(*) FILTER (WHERE state = 'skipped' AND error = 'unchosen') AS unchosen FROM pages`,
    )
    .get() ?? { pages: 0, open: 0, leftOut: 0, unchosen: 0 };
  const number = (sql: string): number | null =>
    connection.prepare<[], number | null>(sql).pluck().get() ?? null;
  return {
    file,
    ...facts,
    links: number('SELECT count(*) FROM links') ?? 0,
    startedAt: number('SELECT max(started_at) FROM runs'),
  };
}
