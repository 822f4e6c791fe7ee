/** What a file holds, counted: the figures behind the summary. Reads only; one pass each over the tables. */
import type { Connection } from '../database/connection.js';
import type { FailureCode, SkipReason } from '../protocol/failure.js';
import { MANY_VARIANTS } from '../url/pattern.js';

export interface Totals {
  /** HTML pages with a 2xx. */
  readonly pages: number;
  readonly links: number;
  readonly redirects: number;
  readonly queued: number;
  readonly failed: Readonly<Partial<Record<FailureCode, number>>>;
  /** HTTP statuses behind `failed.status`. */
  readonly failedStatuses: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly outOfScope: {
    readonly links: number;
    readonly hosts: number;
    readonly top: readonly { readonly host: string; readonly links: number }[];
  };
  /** Links within the scope refused by profile, include or exclude, counted once a page. */
  readonly filteredLinks: number;
  /** Addresses that --strip-param changed: links, redirects and what sitemaps list, counted once a page. */
  readonly strippedLinks: number;
  /** Sitemaps that were read, that were not there (4xx), that failed; and the pages they list. */
  readonly sitemaps: {
    readonly read: number;
    readonly missing: number;
    readonly failed: number;
    readonly pages: number;
  };
  /** URL patterns with very many variants, or of which some are held back; most first. */
  readonly patterns: readonly {
    readonly pattern: string;
    readonly example: string;
    readonly variants: number;
    readonly heldBack: number;
  }[];
  /** Held back by the number of URLs of their host. */
  readonly heldBackByHost: number;
  /** Tasks beyond --max-follow-depth. */
  readonly tasksTooDeep: number;
  /** Hosts that failed us; those at a private address are told by their URLs, which are skipped. */
  readonly hostsGivenUp: readonly {
    readonly host: string;
    readonly code: FailureCode;
    readonly urls: number;
  }[];
}

const TOP_HOSTS = 10;

interface StateRow {
  readonly state: string;
  readonly error: string | null;
  readonly urls: number;
  readonly pages: number;
  readonly links: number | null;
}

export function readTotals(connection: Connection): Totals {
  // A sitemap that a limit holds back is told with the pages held back: nobody knows what it lists.
  const states = connection
    .prepare<[], StateRow>(
      `SELECT state, error, count(*) AS urls, count(link_count) AS pages, sum(link_count) AS links
         FROM urls WHERE kind <> 'sitemap' OR (state = 'skipped' AND error = 'limit') GROUP BY state, error`,
    )
    .all();
  const done = states.filter(({ state }) => state === 'done');
  const pages = sum(done.map((row) => row.pages));
  return {
    pages,
    links: sum(done.map((row) => row.links ?? 0)),
    redirects: sum(done.map((row) => row.urls)) - pages,
    queued: sum(
      states.filter(({ state }) => state === 'queued' || state === 'leased').map((row) => row.urls),
    ),
    failed: byError<FailureCode>(states, 'failed'),
    failedStatuses: failedStatuses(connection),
    skipped: byError<SkipReason>(states, 'skipped'),
    outOfScope: outOfScope(connection),
    ...linkCounts(connection),
    sitemaps: sitemaps(connection),
    patterns: patterns(connection),
    heldBackByHost:
      connection.prepare<[], number>('SELECT count(*) FROM held WHERE pattern_id IS NULL').pluck().get() ?? 0,
    tasksTooDeep: tasksTooDeep(connection),
    hostsGivenUp: hostsGivenUp(connection),
  };
}

/**
 * How a seed ended: walks its redirects to the last URL.
 * @returns null when that is a page; else the reason, or the state when it is not settled
 */
export function seedEnd(connection: Connection, seedKey: string): string | null {
  const find = connection.prepare<
    [number],
    { state: string; error: string | null; isPage: 0 | 1; next: number | null; status: number | null }
  >(
    `SELECT u.state, u.error, u.link_count IS NOT NULL AS isPage, d.target_id AS next, r.http_status AS status
       FROM urls u LEFT JOIN redirects d ON d.source_id = u.id LEFT JOIN records r ON r.id = u.id WHERE u.id = ?`,
  );
  let id: number | null =
    connection.prepare<[string], number>('SELECT id FROM urls WHERE request_key = ?').pluck().get(seedKey) ??
    null;
  while (id !== null) {
    const url = find.get(id);
    if (url === undefined) break;
    if (url.isPage === 1) return null;
    if (url.state !== 'done' || url.next === null) {
      return url.error === 'status' ? `HTTP ${url.status}` : (url.error ?? url.state);
    }
    id = url.next;
  }
  return 'unknown';
}

function byError<Reason extends string>(
  rows: readonly StateRow[],
  state: string,
): Partial<Record<Reason, number>> {
  const entries = rows
    .filter((row) => row.state === state && row.error !== null)
    .map((row) => [row.error, row.urls]);
  return Object.fromEntries(entries) as Partial<Record<Reason, number>>;
}

function failedStatuses(connection: Connection): Record<string, number> {
  const rows = connection
    .prepare<[], { status: number; urls: number }>(
      `SELECT r.http_status AS status, count(*) AS urls FROM urls u JOIN records r ON r.id = u.id
        WHERE u.kind <> 'sitemap' AND u.state = 'failed' AND u.error = 'status' AND r.http_status IS NOT NULL GROUP BY 1`,
    )
    .all();
  return Object.fromEntries(rows.map(({ status, urls }) => [String(status), urls]));
}

function linkCounts(connection: Connection): Pick<Totals, 'filteredLinks' | 'strippedLinks'> {
  const counts = connection
    .prepare<[], Pick<Totals, 'filteredLinks' | 'strippedLinks'>>(
      `SELECT coalesce(sum(filtered_links), 0) AS filteredLinks, coalesce(sum(stripped_links), 0) AS strippedLinks
         FROM records`,
    )
    .get();
  return counts ?? { filteredLinks: 0, strippedLinks: 0 };
}

function outOfScope(connection: Connection): Totals['outOfScope'] {
  const { links, hosts } = connection
    .prepare<[], { links: number | null; hosts: number }>(
      'SELECT sum(links) AS links, count(*) AS hosts FROM outside_hosts',
    )
    .get() ?? { links: 0, hosts: 0 };
  const top = connection
    .prepare<[number], { host: string; links: number }>(
      'SELECT host, links FROM outside_hosts ORDER BY links DESC, host LIMIT ?',
    )
    .all(TOP_HOSTS);
  return { links: links ?? 0, hosts, top };
}

function sitemaps(connection: Connection): Totals['sitemaps'] {
  const counts = connection
    .prepare<[], Omit<Totals['sitemaps'], 'pages'>>(
      `SELECT count(*) FILTER (WHERE state = 'done' AND redirect_to IS NULL) AS read,
              count(*) FILTER (WHERE state = 'failed' AND error = 'status' AND http_status BETWEEN 400 AND 499
                                 AND http_status <> 429) AS missing,
              count(*) FILTER (WHERE state = 'failed' AND NOT (error = 'status' AND http_status BETWEEN 400 AND 499
                                 AND http_status <> 429)) AS failed FROM sitemaps`,
    )
    .get() ?? { read: 0, missing: 0, failed: 0 };
  const pages = connection
    .prepare<[], number>('SELECT count(DISTINCT page_id) FROM sitemap_urls')
    .pluck()
    .get();
  return { ...counts, pages: pages ?? 0 };
}

function patterns(connection: Connection): Totals['patterns'] {
  return connection
    .prepare<[number], Totals['patterns'][number]>(
      `SELECT p.pattern, p.example, p.admitted AS variants, coalesce(h.urls, 0) AS heldBack FROM patterns p
         LEFT JOIN (SELECT pattern_id, count(*) AS urls FROM held GROUP BY 1) h ON h.pattern_id = p.id
        WHERE p.admitted >= ${MANY_VARIANTS} OR p.id IN (SELECT pattern_id FROM held WHERE pattern_id IS NOT NULL)
        ORDER BY variants + heldBack DESC, p.pattern LIMIT ?`,
    )
    .all(TOP_HOSTS);
}

function tasksTooDeep(connection: Connection): number {
  const count = connection.prepare<[], number>(
    `SELECT count(*) FROM urls WHERE kind = 'task' AND state = 'skipped' AND error = 'depth'`,
  );
  return count.pluck().get() ?? 0;
}

function hostsGivenUp(connection: Connection): Totals['hostsGivenUp'] {
  return connection
    .prepare<[], { host: string; code: FailureCode; urls: number }>(
      `SELECT h.host, h.given_up AS code, coalesce(u.urls, 0) AS urls
         FROM hosts h LEFT JOIN (SELECT host_id, error, count(*) AS urls FROM urls WHERE state = 'failed' GROUP BY 1, 2) u
           ON u.host_id = h.id AND u.error = h.given_up
        WHERE h.given_up <> 'private' ORDER BY urls DESC, h.host`,
    )
    .all();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
