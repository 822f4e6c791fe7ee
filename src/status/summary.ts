/** How far a file has come, counted: executors by status and error, URLs by state, failures by code and host, downloads. */
import type { Connection } from '../database/connection.js';
import type { Execution } from '../protocol/work.js';
import { type DownloadCounts, downloadCounts } from './downloads.js';
import {
  type FailureCount,
  failures,
  type HostFailures,
  hosts,
  URL_STATES,
  type UrlState,
} from './failures.js';
import { type WalkerCounts, walkerCounts } from './walk.js';

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
  /** Null where the file holds none. */
  readonly downloads: DownloadCounts | null;
  /** Null where the file holds no walk. */
  readonly walkers: readonly WalkerCounts[] | null;
}

export interface ExecutorCounts extends Readonly<Record<Execution['status'], number>> {
  readonly executor: string;
  /** Tasks that it has not come to. */
  readonly waiting: number;
  /** Of its failures; most first. A code is the text of the error up to its first colon. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

/** Counts everything; one pass or two over the tables. To be called in a transaction, or the figures may not agree. */
export function summarise(connection: Connection): StatusSummary {
  const tasks = connection.prepare<[], number>('SELECT count(*) FROM tasks').pluck().get() ?? 0;
  return {
    tasks,
    executors: executors(connection, tasks),
    queue: queue(connection),
    failures: failures(connection, 'others'),
    hosts: hosts(connection, 'others'),
    downloads: downloadCounts(connection),
    walkers: walkerCounts(connection),
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
