/**
 * What a file says of one URL, row by row: every look-up goes by an index, so it is quick on a file of any size
 * and may be made while a crawl writes it.
 */
import type { Connection } from '../database/connection.js';
import { WON_PAGES } from '../frontier/schema.js';

/** A URL as it stands. Times are ms since epoch; texts may come from the web. */
export interface UrlFacts {
  readonly id: number;
  readonly kind: 'page' | 'sitemap' | 'task' | 'file';
  /** Of a task, and of a page that executors were run on. */
  readonly taskKey: string | null;
  readonly url: string;
  readonly hostId: number;
  readonly state: 'queued' | 'leased' | 'done' | 'failed' | 'skipped';
  readonly error: string | null;
  readonly detail: string | null;
  readonly depth: number | null;
  readonly foundOn: number | null;
  readonly isSeed: 0 | 1;
  /** Null = not waiting for a further try. */
  readonly notBefore: number | null;
  /** Edges filed for it; null = no page. */
  readonly linkCount: number | null;
  readonly redirectTo: string | null;
  /** Null = not admitted. */
  readonly redirectId: number | null;
  readonly status: number | null;
  readonly contentType: string | null;
  readonly bodyBytes: number | null;
  readonly askedAt: number | null;
  readonly durationMs: number | null;
  /** Null = none. */
  readonly proxy: string | null;
}

/** One request that was made, and what came of it. */
export interface Attempt {
  readonly askedAt: number;
  readonly durationMs: number;
  readonly status: number | null;
  /** A failure code; null where there was none. */
  readonly error: string | null;
  readonly detail: string | null;
  /** The one it went through, without its password; null = none. */
  readonly proxy: string | null;
}

export interface HostRow {
  readonly id: number;
  readonly host: string;
  readonly nextFetchAt: number;
  readonly blockedUntil: number | null;
  readonly crawlDelayMs: number | null;
  /** Unsuccessful answers in a row. */
  readonly failures: number;
  readonly givenUp: string | null;
  readonly robotsStatus: number | null;
  readonly robotsFetchedAt: number | null;
  /** Indefinite answers in a row. */
  readonly robotsAttempts: number;
  readonly admitted: number;
}

/** What holds a URL back; without a pattern it is the number of URLs of its host. */
export interface Hold {
  readonly pattern: string | null;
  readonly admitted: number;
  readonly example: string | null;
}

export interface LastRun {
  readonly startedAt: number;
  /** Null = under way, or killed. */
  readonly endedAt: number | null;
  readonly outcome: string | null;
}

const COLUMNS = `u.id, u.kind, (SELECT t.key FROM tasks t WHERE t.page_id = u.id) AS taskKey, coalesce(u.url, u.request_key) AS url, u.host_id AS hostId, u.state, u.error,
  u.error_detail AS detail, u.depth, u.found_on AS foundOn, u.seed_hops = 0 AS isSeed, u.not_before AS notBefore,
  u.link_count AS linkCount, d.target_url AS redirectTo, d.target_id AS redirectId, r.http_status AS status,
  r.content_type AS contentType, r.body_bytes AS bodyBytes, r.fetched_at AS askedAt, r.duration_ms AS durationMs, r.proxy`;
const TABLES = 'urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN redirects d ON d.source_id = u.id';

export function readUrl(connection: Connection, id: number): UrlFacts | undefined {
  return connection.prepare<[number], UrlFacts>(`SELECT ${COLUMNS} FROM ${TABLES} WHERE u.id = ?`).get(id);
}

/** The page of that key, or else the sitemap. */
export function findUrl(connection: Connection, key: string): UrlFacts | undefined {
  const byKey = connection.prepare<[string], UrlFacts>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE u.request_key = ?`,
  );
  return byKey.get(key) ?? byKey.get(`sitemap:${key}`);
}

/** The file of that address; where each page has files of its own, the first. Looks through all downloads. */
export function findFile(connection: Connection, url: string): UrlFacts | undefined {
  // Older files have no table of them.
  const hasFiles = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'download_files'`).get();
  if (hasFiles === undefined) return undefined;
  return connection
    .prepare<[string], UrlFacts>(
      `SELECT ${COLUMNS} FROM ${TABLES} WHERE u.id = (SELECT min(id) FROM download_files WHERE url = ?)`,
    )
    .get(url);
}

/** The task or page of a task's key. */
export function findTask(connection: Connection, key: string): UrlFacts | undefined {
  return connection
    .prepare<[string], UrlFacts>(
      `SELECT ${COLUMNS} FROM ${TABLES} WHERE u.id = (SELECT page_id FROM tasks WHERE key = ?)`,
    )
    .get(key);
}

/** The first task that asks for a URL. Looks through all tasks: for a URL that is nothing else in the file. */
export function findTaskAt(connection: Connection, url: string): UrlFacts | undefined {
  return connection
    .prepare<[string], UrlFacts>(
      `SELECT ${COLUMNS} FROM ${TABLES}
        WHERE u.id = (SELECT min(a.id) FROM tasks t JOIN urls a ON a.id = t.page_id WHERE a.kind = 'task' AND a.url = ?)`,
    )
    .get(url);
}

/** What an executor came to. */
export interface ExecutionFacts {
  readonly executor: string;
  readonly status: 'success' | 'failed' | 'skipped';
  /** May hold text of the user's code. */
  readonly error: string | null;
}

export function readExecutions(connection: Connection, { id }: UrlFacts): readonly ExecutionFacts[] {
  return connection
    .prepare<[number], ExecutionFacts>(
      `SELECT e.executor, e.status, e.error FROM executions e JOIN tasks t ON t.id = e.task_id
        WHERE t.page_id = ? ORDER BY e.rowid`,
    )
    .all(id);
}

/** Every request of a URL that is remembered, oldest first. */
export function readAttempts(connection: Connection, url: UrlFacts): readonly Attempt[] {
  const tries = connection
    .prepare<[number], Attempt>(
      `SELECT asked_at AS askedAt, duration_ms AS durationMs, http_status AS status, error, detail, proxy
         FROM tries WHERE url_id = ? ORDER BY asked_at, rowid`,
    )
    .all(url.id);
  const { askedAt, durationMs, status, proxy } = url;
  // The record of a URL that waits for another try, or whose host was given up meanwhile, is one of these.
  if (askedAt === null || durationMs === null || tries.some((each) => each.askedAt === askedAt)) return tries;
  const isFailed = url.state === 'failed';
  const error = isFailed ? url.error : null;
  return [...tries, { askedAt, durationMs, status, error, detail: isFailed ? url.detail : null, proxy }];
}

export function findHost(connection: Connection, origin: string): HostRow | undefined {
  return connection
    .prepare<[string], HostRow>(
      `SELECT id, host, next_fetch_at AS nextFetchAt, blocked_until AS blockedUntil, crawl_delay_ms AS crawlDelayMs,
         failures, given_up AS givenUp, robots_status AS robotsStatus, robots_fetched_at AS robotsFetchedAt,
         robots_attempts AS robotsAttempts, admitted FROM hosts WHERE host = ?`,
    )
    .get(origin);
}

/** The robots.txt in force; '' = everything is allowed. */
export function readRobotsText(connection: Connection, hostId: number): string {
  const read = connection.prepare<[number], string | null>('SELECT robots_txt FROM hosts WHERE id = ?');
  return read.pluck().get(hostId) ?? '';
}

export function readHold(connection: Connection, urlId: number): Hold | null {
  const hold = connection
    .prepare<[number], Hold>(
      `SELECT p.pattern, coalesce(p.admitted, o.admitted) AS admitted, p.example
         FROM held h JOIN hosts o ON o.id = h.host_id LEFT JOIN patterns p ON p.id = h.pattern_id WHERE h.url_id = ?`,
    )
    .get(urlId);
  return hold ?? null;
}

/** Links that lead out of the crawl to this host, as far as they were counted. */
export function countOutside(connection: Connection, hostname: string): number {
  const count = connection.prepare<[string], number>('SELECT links FROM outside_hosts WHERE host = ?');
  return count.pluck().get(hostname) ?? 0;
}

/** Whether a link to this URL waits until the redirects of the seeds say what belongs to the crawl. */
export function isDeferred(connection: Connection, scopeKey: string, key: string): boolean {
  const find = connection.prepare<[string, string], number>(
    'SELECT 1 FROM deferred WHERE scope_key = ? AND target = ? LIMIT 1',
  );
  return find.pluck().get(scopeKey, key) !== undefined;
}

/** Keys of the pages that seeds were redirected to: their scope belongs to the crawl, too. */
export function readWonPages(connection: Connection): readonly string[] {
  return connection.prepare<[], string>(WON_PAGES).pluck().all();
}

/** Whether anything is queued, waiting or under way. */
export function hasWorkLeft(connection: Connection): boolean {
  const some = connection.prepare<[], number>(
    `SELECT EXISTS (SELECT 1 FROM hosts WHERE claimable > 0)
         OR EXISTS (SELECT 1 FROM urls WHERE not_before IS NOT NULL)
         OR EXISTS (SELECT 1 FROM urls WHERE state = 'leased')
         OR EXISTS (SELECT 1 FROM held WHERE url_id > 0)`,
  );
  return some.pluck().get() === 1;
}

export function readLastRun(connection: Connection): LastRun | null {
  const run = connection
    .prepare<[], LastRun>(
      'SELECT started_at AS startedAt, ended_at AS endedAt, outcome FROM runs ORDER BY id DESC LIMIT 1',
    )
    .get();
  return run ?? null;
}
