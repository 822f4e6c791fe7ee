/** How a crawl is spread: over depths, answers, content types and hosts, and what was left out of it. */
import type { Connection } from '../database/connection.js';
import { addressOf, type Bounds, IS_PAGE, IS_URL, type Section, toSection } from './rows.js';

/** Depths that are told apart; what is deeper is counted together. */
const MAX_DEPTHS = 60;

export interface Depths {
  /** Every depth from 0 on. */
  readonly rows: readonly { readonly depth: number; readonly pages: number }[];
  /** Pages deeper than the last row. */
  readonly deeper: number;
}

export interface StatusCount {
  readonly httpStatus: number;
  readonly urls: number;
}

export interface ContentTypeCount {
  /** In lower case, without parameters; empty = the answer named none. */
  readonly contentType: string;
  readonly urls: number;
  /** Of bodies that were read: those of HTML pages. */
  readonly bytes: number;
}

export interface HostCount {
  readonly host: string;
  readonly urls: number;
  readonly pages: number;
  readonly failed: number;
  readonly bytes: number;
  /** Mean time of a page. */
  readonly averageMs: number | null;
  /** The failure code, or `private`, with which it was given up. */
  readonly givenUp: string | null;
}

export interface OutsideHost {
  readonly host: string;
  readonly links: number;
}

export interface Skips {
  /** Skip reason. */
  readonly reason: string;
  readonly urls: number;
  readonly example: string;
}

/** Pages by fewest links from a seed. */
export function depths(connection: Connection): Depths {
  const found = connection
    .prepare<[], { depth: number; pages: number }>(
      `SELECT min(u.depth, ${MAX_DEPTHS}) AS depth, count(*) AS pages FROM urls u
        WHERE u.state = 'done' AND u.link_count IS NOT NULL AND u.depth IS NOT NULL GROUP BY 1 ORDER BY 1`,
    )
    .all();
  const pages = (depth: number): number => found.find((row) => row.depth === depth)?.pages ?? 0;
  const last = Math.min(found.at(-1)?.depth ?? -1, MAX_DEPTHS - 1);
  return {
    rows: Array.from({ length: last + 1 }, (_, depth) => ({ depth, pages: pages(depth) })),
    deeper: pages(MAX_DEPTHS),
  };
}

/** What servers answered last, by status. */
export function statuses(connection: Connection): StatusCount[] {
  return connection
    .prepare<[], StatusCount>(
      `SELECT r.http_status AS httpStatus, count(*) AS urls FROM records r JOIN urls u ON u.id = r.id
        WHERE ${IS_URL} AND r.http_status IS NOT NULL GROUP BY 1 ORDER BY 1`,
    )
    .all();
}

/** Of successful answers; most URLs first. */
export function contentTypes(connection: Connection, { limit }: Bounds): Section<ContentTypeCount> {
  const rows = connection
    .prepare<[number], ContentTypeCount & { total: number }>(
      `SELECT contentType, count(*) AS urls, sum(bytes) AS bytes, count(*) OVER () AS total
         FROM (SELECT lower(trim(substr(coalesce(r.content_type, ''), 1, instr(coalesce(r.content_type, '') || ';', ';') - 1)))
                        AS contentType, coalesce(r.body_bytes, 0) AS bytes
                 FROM records r JOIN urls u ON u.id = r.id
                WHERE ${IS_URL} AND r.http_status BETWEEN 200 AND 299)
        GROUP BY 1 ORDER BY urls DESC, contentType LIMIT ?`,
    )
    .all(limit);
  return toSection(rows);
}

/** Hosts that were asked; most URLs first. */
export function hosts(connection: Connection, { limit }: Bounds): Section<HostCount> {
  const rows = connection
    .prepare<[number], HostCount & { total: number }>(
      `SELECT h.host, c.urls, c.pages, c.failed, c.bytes, c.averageMs, h.given_up AS givenUp, count(*) OVER () AS total
         FROM (SELECT u.host_id, count(*) AS urls, count(*) FILTER (WHERE ${IS_PAGE}) AS pages,
                      count(*) FILTER (WHERE u.state = 'failed') AS failed, coalesce(sum(r.body_bytes), 0) AS bytes,
                      round(avg(r.duration_ms) FILTER (WHERE ${IS_PAGE}), 1) AS averageMs
                 FROM urls u LEFT JOIN records r ON r.id = u.id WHERE ${IS_URL} GROUP BY 1) c
         JOIN hosts h ON h.id = c.host_id
        ORDER BY c.urls DESC, h.host LIMIT ?`,
    )
    .all(limit);
  return toSection(rows);
}

/** Hosts that links lead to which leave the crawl: counted, not asked. */
export function outsideHosts(
  connection: Connection,
  { limit }: Bounds,
): Section<OutsideHost> & { readonly links: number } {
  const rows = connection
    .prepare<[number], OutsideHost & { total: number }>(
      `SELECT host, links, count(*) OVER () AS total FROM outside_hosts ORDER BY links DESC, host LIMIT ?`,
    )
    .all(limit);
  const links = connection
    .prepare<[], number>('SELECT coalesce(sum(links), 0) FROM outside_hosts')
    .pluck()
    .get();
  return { links: links ?? 0, ...toSection(rows) };
}

/** What was not fetched, or not read, on purpose. */
export function skips(connection: Connection): Skips[] {
  return connection
    .prepare<[], Skips>(
      `SELECT s.reason, s.urls, ${addressOf('u')} AS example
         FROM (SELECT u.error AS reason, count(*) AS urls, min(u.id) AS id FROM urls u
                WHERE u.state = 'skipped' AND ${IS_URL} GROUP BY 1) s
         JOIN urls u ON u.id = s.id ORDER BY s.urls DESC, s.reason`,
    )
    .all();
}
