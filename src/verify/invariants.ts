/**
 * What must hold of a file at rest. A fault is something that can never be right; what an unfinished
 * crawl has still to do is reported as open and is no fault.
 */
import type { Connection } from '../database/connection.js';
import { shortestDistances } from './distances.js';
import { DOWNLOAD_FAULTS, DOWNLOADS_OPEN } from './download-rules.js';

export interface Finding {
  /** What is the matter, to be read after the count. */
  readonly text: string;
  readonly count: number;
  /** A URL or host it concerns. */
  readonly example: string | null;
}

/** `isDamaged`: SQLite cannot read all of the file, so that nothing else was looked at. */
export interface Verification {
  readonly isDamaged: boolean;
  readonly faults: readonly Finding[];
  readonly open: readonly Finding[];
  readonly pages: number;
  readonly links: number;
  /** Files that listing pages lead to. */
  readonly downloads: number;
}

/** What is said of one offender and of several, and what selects them: one text column, empty when all is well. */
export type Rule = readonly [one: string, many: string, sql: string];

const EXECUTIONS = `SELECT e.executor || ' on ' || t.key FROM executions e JOIN tasks t ON t.id = e.task_id`;

const FAULTS: readonly Rule[] = [
  [
    'page misses links that were filed for it',
    'pages miss links that were filed for them',
    `SELECT request_key FROM urls u WHERE link_count IS NOT NULL
        AND link_count <> (SELECT count(*) FROM links l WHERE l.source_id = u.id)`,
  ],
  [
    'link starts at what is no finished page',
    'links start at what is no finished page',
    `SELECT coalesce(u.request_key, 'id ' || l.source_id) FROM links l LEFT JOIN urls u ON u.id = l.source_id
      WHERE u.state IS NOT 'done' OR u.link_count IS NULL`,
  ],
  [
    'link leads to an unknown URL',
    'links lead to an unknown URL',
    `SELECT 'id ' || l.target_id FROM links l LEFT JOIN urls u ON u.id = l.target_id WHERE u.id IS NULL`,
  ],
  [
    'redirect leads to another URL than it says',
    'redirects lead to another URL than they say',
    `SELECT d.target_url FROM redirects d LEFT JOIN urls u ON u.id = d.target_id
      WHERE d.target_id IS NOT NULL AND coalesce(u.url, u.request_key) IS NOT d.target_url`,
  ],
  [
    'finished URL is neither a page nor a redirect',
    'finished URLs are neither a page nor a redirect',
    `SELECT request_key FROM urls u WHERE state = 'done' AND kind = 'page' AND link_count IS NULL
        AND NOT EXISTS (SELECT 1 FROM redirects d WHERE d.source_id = u.id)`,
  ],
  [
    'finished URL has no record of its answer',
    'finished URLs have no record of their answer',
    `SELECT u.request_key FROM urls u LEFT JOIN records r ON r.id = u.id WHERE u.state = 'done' AND r.id IS NULL`,
  ],
  [
    'failed or skipped URL has no reason',
    'failed or skipped URLs have no reason',
    `SELECT request_key FROM urls WHERE state IN ('failed', 'skipped') AND error IS NULL`,
  ],
  [
    'queued or finished URL carries a reason',
    'queued or finished URLs carry a reason',
    `SELECT request_key FROM urls WHERE state IN ('queued', 'leased', 'done') AND error IS NOT NULL`,
  ],
  [
    'host counts other claimable URLs than there are',
    'hosts count other claimable URLs than there are',
    `SELECT host FROM hosts h WHERE claimable <> (SELECT count(*) FROM urls u
      WHERE u.host_id = h.id AND u.state = 'queued' AND u.not_before IS NULL)`,
  ],
  [
    'execution belongs to no task',
    'executions belong to no task',
    `SELECT e.executor || ' on id ' || e.task_id FROM executions e LEFT JOIN tasks t ON t.id = e.task_id WHERE t.id IS NULL`,
  ],
  [
    'task has no request',
    'tasks have no request',
    `SELECT t.key FROM tasks t LEFT JOIN urls u ON u.id = t.page_id AND u.kind IN ('page', 'task') WHERE u.id IS NULL`,
  ],
  [
    'request of a task belongs to none',
    'requests of tasks belong to none',
    `SELECT request_key FROM urls u WHERE kind = 'task' AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.page_id = u.id)`,
  ],
  [
    'request has several tasks',
    'requests have several tasks',
    `SELECT min(key) FROM tasks GROUP BY page_id HAVING count(*) > 1`,
  ],
  [
    'task has params that are no JSON object',
    'tasks have params that are no JSON object',
    `SELECT key FROM tasks WHERE CASE WHEN json_valid(params) THEN json_type(params) END IS NOT 'object'`,
  ],
  [
    'success has no JSON for an output, or has an error',
    'successes have no JSON for an output, or have an error',
    `${EXECUTIONS} WHERE e.status = 'success' AND (coalesce(json_valid(e.output), 0) = 0 OR e.error IS NOT NULL OR e.attempts < 1)`,
  ],
  [
    'execution failed without a reason, or has an output',
    'executions failed without a reason, or have an output',
    `${EXECUTIONS} WHERE e.status = 'failed' AND (e.error IS NULL OR e.output IS NOT NULL)`,
  ],
  [
    'skipped execution has an output or an error',
    'skipped executions have an output or an error',
    `${EXECUTIONS} WHERE e.status = 'skipped' AND (e.error IS NOT NULL OR e.output IS NOT NULL)`,
  ],
  [
    'stored body belongs to no page or task',
    'stored bodies belong to no page or task',
    `SELECT 'id ' || b.page_id FROM bodies b LEFT JOIN urls u ON u.id = b.page_id WHERE u.id IS NULL`,
  ],
  [
    'task is deeper than the shortest way that executors followed to it',
    'tasks are deeper than the shortest ways that executors followed to them',
    `SELECT u.request_key FROM follows f JOIN urls u ON u.id = f.target_id JOIN urls s ON s.id = f.source_id
      WHERE u.depth > 1 + CASE s.kind WHEN 'task' THEN s.depth ELSE 0 END`,
  ],
  [
    'rerun is over, and still there',
    'reruns are over, and still there',
    `SELECT request_key FROM urls WHERE kind = 'rerun' AND state NOT IN ('queued', 'leased')`,
  ],
];

const OPEN: readonly Rule[] = [
  ['URL is queued', 'URLs are queued', `SELECT request_key FROM urls WHERE state = 'queued'`],
  [
    'URL is leased, to be asked for again',
    'URLs are leased, to be asked for again',
    `SELECT request_key FROM urls WHERE state = 'leased'`,
  ],
  [
    'URL has a shorter depth not yet handed on',
    'URLs have a shorter depth not yet handed on',
    'SELECT u.request_key FROM relaxations r JOIN urls u ON u.id = r.url_id',
  ],
  [
    'link waits for the end of a seed’s redirects',
    'links wait for the end of a seed’s redirects',
    'SELECT target FROM deferred',
  ],
  [
    'seed is not admitted yet',
    'seeds are not admitted yet',
    `SELECT value FROM json_each((SELECT value FROM settings WHERE name = 'seeds'))
      WHERE NOT EXISTS (SELECT 1 FROM urls WHERE request_key = value)`,
  ],
];

/**
 * Looks at everything; takes a second or so per million links.
 *
 * @throws what SQLite throws at damage that its own check does not find: hand it to `damageIn`
 */
export function checkInvariants(connection: Connection): Verification {
  const damage = fileFaults(connection);
  if (damage.length > 0) return damaged(damage);
  const open = [...OPEN, ...DOWNLOADS_OPEN].flatMap((rule) => find(connection, rule));
  const faults = [
    ...[...FAULTS, ...DOWNLOAD_FAULTS].flatMap((rule) => find(connection, rule)),
    ...depthFaults(connection, open.length > 0),
  ];
  const counts = connection
    .prepare<[], Pick<Verification, 'pages' | 'links' | 'downloads'>>(
      `SELECT count(link_count) AS pages, coalesce(sum(link_count), 0) AS links,
              (SELECT count(*) FROM download_files) AS downloads FROM urls`,
    )
    .get() ?? { pages: 0, links: 0, downloads: 0 };
  return { isDamaged: false, faults, open, ...counts };
}

/**
 * Damage that showed when the file was read.
 *
 * @returns null for an error that says nothing of the kind
 */
export function damageIn(error: unknown): Verification | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  // A file that is in use, or a computer short of something, is no damage.
  if (!error.code.startsWith('SQLITE_') || /^SQLITE_(BUSY|LOCKED|NOMEM|FULL|CANTOPEN)/.test(error.code))
    return null;
  return damaged([`${error.message} (${error.code})`]);
}

function damaged(complaints: readonly string[]): Verification {
  const count = complaints.length;
  const text = count === 1 ? 'place in the file is damaged' : 'places in the file are damaged';
  const faults = [{ text, count, example: complaints[0] ?? null }];
  return { isDamaged: true, faults, open: [], pages: 0, links: 0, downloads: 0 };
}

/** What SQLite itself finds wrong with the file: lines of several rows, some of them headings. */
function fileFaults(connection: Connection): string[] {
  const results = connection.pragma('quick_check(10)') as { quick_check: string }[];
  return results
    .flatMap((row) => row.quick_check.split('\n'))
    .filter((line) => line !== 'ok' && !line.startsWith('***'));
}

function find(connection: Connection, [one, many, sql]: Rule): Finding[] {
  const count = connection.prepare<[], number>(`SELECT count(*) FROM (${sql})`).pluck().get() ?? 0;
  if (count === 0) return [];
  const example = connection.prepare<[], string>(`${sql} LIMIT 1`).pluck().get() ?? null;
  return [{ text: count === 1 ? one : many, count, example }];
}

/**
 * Depths are exact when nothing is open. While something is, they are upper bounds: none may be below
 * the true distance over the edges there are, and none may be missing.
 */
function depthFaults(connection: Connection, isOpen: boolean): Finding[] {
  const distances = shortestDistances(connection);
  const urls = connection.prepare<[], { id: number; key: string; depth: number | null }>(
    `SELECT id, request_key AS key, depth FROM urls WHERE kind = 'page'`,
  );
  let count = 0;
  let example: string | null = null;
  for (const { id, key, depth } of urls.iterate()) {
    const distance = distances[id] ?? -1;
    const isKnown = (depth !== null) === distance >= 0;
    const isRight = isKnown && (isOpen ? (depth ?? 0) >= distance : (depth ?? -1) === distance);
    if (isRight) continue;
    count++;
    example ??= `${key} (depth ${depth}, shortest ${distance < 0 ? 'none' : distance})`;
  }
  const text = count === 1 ? 'depth is not' : 'depths are not';
  return count === 0 ? [] : [{ text: `${text} the shortest distance from a starting point`, count, example }];
}
