/** How far a file has come, counted: executors by status and error, URLs by state, failures by code and host. */
import type { Connection } from '../database/connection.js';
import type { Execution } from '../protocol/work.js';

export interface StatusSummary {
  /** Crawled pages and entries of task lists that executors are run on. */
  readonly tasks: number;
  /** By name. */
  readonly executors: readonly ExecutorCounts[];
  /** URLs and entries of task lists by state. */
  readonly queue: Readonly<Record<UrlState, number>>;
  /** Of URLs; most first. */
  readonly failures: readonly FailureCount[];
  /** Those with failures; most first. */
  readonly hosts: readonly HostFailures[];
}

export interface ExecutorCounts extends Readonly<Record<Execution['status'], number>> {
  readonly executor: string;
  /** Tasks that it has not come to. */
  readonly waiting: number;
  /** Of its failures; most first. A code is the text of the error up to its first colon. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

export interface FailureCount {
  readonly code: string;
  /** Behind the code `status`. */
  readonly httpStatus: number | null;
  readonly urls: number;
}

export interface HostFailures {
  readonly host: string;
  /** The code with which it was given up. */
  readonly givenUp: string | null;
  readonly urls: number;
  /** Most first. */
  readonly failures: readonly FailureCount[];
}

export const URL_STATES = ['queued', 'leased', 'done', 'failed', 'skipped'] as const;
type UrlState = (typeof URL_STATES)[number];

/** Counts everything; one pass or two over the tables. To be called in a transaction, or the figures may not agree. */
export function summarise(connection: Connection): StatusSummary {
  const tasks = connection.prepare<[], number>('SELECT count(*) FROM tasks').pluck().get() ?? 0;
  return {
    tasks,
    executors: executors(connection, tasks),
    queue: queue(connection),
    failures: connection.prepare<[], FailureCount>(failuresBy([])).all(),
    hosts: hosts(connection),
  };
}

function executors(connection: Connection, tasks: number): ExecutorCounts[] {
  const errors = connection
    .prepare<[], { executor: string; code: string; count: number }>(
      // Without a colon all of it is the code.
      `SELECT executor, substr(error, 1, instr(error || ':', ':') - 1) AS code, count(*) AS count
         FROM executions WHERE status = 'failed' GROUP BY executor, code ORDER BY count DESC, code`,
    )
    .all();
  return connection
    .prepare<[number], Omit<ExecutorCounts, 'errors'>>(
      `SELECT executor, count(*) FILTER (WHERE status = 'success') AS success,
              count(*) FILTER (WHERE status = 'failed') AS failed,
              count(*) FILTER (WHERE status = 'skipped') AS skipped, ? - count(*) AS waiting
         FROM executions GROUP BY executor ORDER BY executor`,
    )
    .all(tasks)
    .map((counts) => ({
      ...counts,
      errors: errors
        .filter(({ executor }) => executor === counts.executor)
        .map(({ code, count }) => ({ code, count })),
    }));
}

function queue(connection: Connection): StatusSummary['queue'] {
  const rows = connection
    .prepare<[], { state: UrlState; urls: number }>(
      `SELECT state, count(*) AS urls FROM urls WHERE kind IN ('page', 'task') GROUP BY state`,
    )
    .all();
  const count = (state: UrlState): number => rows.find((row) => row.state === state)?.urls ?? 0;
  return Object.fromEntries(URL_STATES.map((state) => [state, count(state)])) as StatusSummary['queue'];
}

function hosts(connection: Connection): HostFailures[] {
  const failed = connection.prepare<[], FailureCount & Pick<HostFailures, 'host' | 'givenUp'>>(
    failuresBy(['h.host', 'h.given_up AS givenUp']),
  );
  const found = new Map<string, { readonly givenUp: string | null; readonly failures: FailureCount[] }>();
  for (const { host, givenUp, ...failure } of failed.iterate()) {
    const known = found.get(host);
    if (known === undefined) found.set(host, { givenUp, failures: [failure] });
    else known.failures.push(failure);
  }
  return [...found]
    .map(([host, { givenUp, failures }]) => ({ host, givenUp, urls: sum(failures), failures }))
    .sort((a, b) => b.urls - a.urls || (a.host < b.host ? -1 : 1));
}

function sum(failures: readonly FailureCount[]): number {
  return failures.reduce((total, { urls }) => total + urls, 0);
}

/** Failures by code and HTTP status, and by host where columns of hosts are asked for; most first. */
function failuresBy(columns: readonly string[]): string {
  const host = columns.length === 0 ? '' : ', u.host_id';
  return `
    SELECT ${columns.map((column) => `${column}, `).join('')}u.error AS code,
           CASE u.error WHEN 'status' THEN r.http_status END AS httpStatus, count(*) AS urls
      FROM urls u JOIN hosts h ON h.id = u.host_id LEFT JOIN records r ON r.id = u.id
     WHERE u.state = 'failed' AND u.kind <> 'sitemap'
     GROUP BY code, httpStatus${host} ORDER BY urls DESC, code, httpStatus`;
}
