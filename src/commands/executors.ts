/** The executors of one run: what they have still to be run on, and what they came to in it. */
import type { CrawlConfig } from '../config/config.js';
import type { Connection } from '../database/connection.js';
import type { Filed, Notice } from '../delegator/events.js';
import { ExecutionLedger, type TaskRequest } from '../delegator/execution-ledger.js';
import type { SqliteFrontier } from '../frontier/sqlite.js';
import { ExecutionTable } from '../store/executions.js';
import { type Force, type Forced, ForceTable } from '../store/forces.js';
import { changedCode, countSuccesses, Unfinished } from '../store/unfinished.js';
import { taskEnds } from '../status/task-ends.js';
import type { JsonObject } from '../protocol/json.js';
import { callOf } from '../tasks/call.js';

/** What one executor came to in this run, in tasks. */
export interface ExecutorTotals {
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  /** Not run, because it had succeeded before. */
  readonly passedOver: number;
}

/** One failure of an executor in this run, for an example. */
export interface ExecutorFailure {
  readonly executor: string;
  /** Of the task. */
  readonly key: string;
  /** A code, a colon, a text. */
  readonly error: string;
}

/** How many tasks failed in a run over a list. */
export interface TaskFailures {
  /** Of the list, in this run or before. */
  readonly ofList: number;
  /** That are not on the list, such as those that executors followed, in this run. */
  readonly others: number;
}

type Counts = { -readonly [Count in keyof ExecutorTotals]: number };
const NOTHING: ExecutorTotals = { success: 0, failed: 0, skipped: 0, passedOver: 0 };

/** The executors of one run, with the table of what they came to and what is counted of it as the run goes on. */
export interface RunExecutors {
  readonly ledger: ExecutionLedger;
  readonly table: ExecutionTable;
  /** What is forced in this run; `endForces` when it is complete. */
  readonly forces: readonly Force[];
  endForces(): void;
  /** By executor, in the order of the run; filled as the run goes on. */
  readonly totals: ReadonlyMap<string, Counts>;
  /** The first of each executor, in the order they came. */
  readonly failures: ReadonlyMap<string, ExecutorFailure>;
  /** Keys of tasks that failed in this run and are not on its list; empty for a crawl. */
  readonly failedOthers: ReadonlySet<string>;
}

/** Null where the run has no executors, and keeps no bodies for later ones. */
export function openExecutors(
  connection: Connection,
  config: CrawlConfig,
  startedAt: number,
): RunExecutors | null {
  const names = config.modules.flatMap(({ executors }) => executors);
  if (config.modules.length === 0 && !config.keepBodies) return null;
  const table = new ExecutionTable(connection);
  const totals = new Map<string, Counts>(names.map((name) => [name, { ...NOTHING }]));
  const failures = new Map<string, ExecutorFailure>();
  const failedOthers = new Set<string>();
  const forceTable = new ForceTable(connection, config.tasks?.map(({ key }) => key) ?? null);
  const forces = forceTable.begin(forcedIn(config), startedAt);
  const listed = config.tasks === null ? null : new Set(config.tasks.map(({ key }) => key));
  const ledger = new ExecutionLedger(table, {
    modules: config.modules,
    since: sinceOf(forces),
    requestOf: plainRequestOf,
    onExecution: ({ executor, status, error }, key) => {
      const total = totals.get(executor);
      if (total !== undefined) total[status] += 1;
      if (status !== 'failed') return;
      if (!failures.has(executor)) failures.set(executor, { executor, key, error: error ?? '' });
      if (listed?.has(key) === false) failedOthers.add(key);
    },
  });
  return { ledger, table, totals, failures, failedOthers, forces, endForces: () => forceTable.end() };
}

function forcedIn({ modules, forced }: CrawlConfig): readonly Forced[] {
  return modules.flatMap(({ executors, codeHash }) =>
    executors.filter((name) => forced.includes(name)).map((executor) => ({ executor, codeHash })),
  );
}

function sinceOf(forces: readonly Force[]): ReadonlyMap<string, number> {
  return new Map(forces.map(({ executor, since }) => [executor, since]));
}

/** How many tasks of the list have failed, and others with it; null for a crawl. */
export function taskFailures(
  connection: Connection,
  { tasks, modules }: CrawlConfig,
  run: RunExecutors | null,
): TaskFailures | null {
  if (tasks === null) return null;
  const names = modules.flatMap(({ executors }) => executors);
  const keys = tasks.map(({ key }) => key);
  return {
    ofList: taskEnds(connection, keys, names).failed.length,
    others: run?.failedOthers.size ?? 0,
  };
}

/** Says each executor's first fault aloud: with --keep-going a run goes on, and may fail in the same way to its end. */
export class FaultNotices {
  readonly #table: ExecutionTable;
  readonly #said = new Set<string>();

  constructor(table: ExecutionTable) {
    this.#table = table;
  }

  of({ lease, outcome }: Filed): Notice | null {
    const fault = 'report' in outcome ? outcome.report?.fault : null;
    if (fault === null || fault === undefined || this.#said.has(fault.executor)) return null;
    this.#said.add(fault.executor);
    const key = this.#table.taskOf(lease.pageId)?.key ?? lease.key;
    return {
      kind: 'said',
      key,
      level: 'warn',
      text: `${fault.executor} has a fault, which is said once: ${fault.message}`,
    };
  }
}

/** The request of a task as a thread makes it. */
function plainRequestOf(params: string): TaskRequest {
  const { method, headers, body } = callOf(JSON.parse(params) as JsonObject, 'a stored task');
  const own = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method,
    headers: body === null ? own : [...own, ['content-type', body.contentType] as const],
    body: body?.text ?? null,
  };
}

/**
 * Queues what executors have still to be run on: pages of a crawl, or the tasks of a list.
 *
 * @param keys null = all that the file holds
 * @returns what is worth telling
 */
export function queueUnfinished(
  connection: Connection,
  frontier: SqliteFrontier,
  config: CrawlConfig,
  { totals, forces }: RunExecutors,
  keys: readonly string[] | null,
): readonly Notice[] {
  const forced = new Set(config.forced);
  const { maxFollowDepth } = config;
  const since = sinceOf(forces);
  const unfinished = new Unfinished(connection, { executors: [...totals.keys()], since, maxFollowDepth });
  for (const [executor, total] of totals)
    total.passedOver = countSuccesses(connection, executor, keys, since.get(executor) ?? 0);
  const listed = keys === null ? unfinished.inFile() : unfinished.among(keys);
  const followed = keys === null ? [] : unfinished.followedFrom(keys);
  const reruns = [...listed, ...followed];
  frontier.queueReruns(reruns);
  const asked = reruns.filter(({ isStored }) => !isStored);
  const answered = asked.filter(({ isAnswered }) => isAnswered).length;
  const hashes = new Map(
    config.modules.flatMap(({ executors, codeHash }) =>
      executors.filter((name) => !forced.has(name)).map((name) => [name, codeHash] as const),
    ),
  );
  return [
    ...resumedForces(forces, totals),
    ...changedCode(connection, hashes).map((change) => ({ kind: 'code-changed', ...change }) as const),
    ...(reruns.length === 0
      ? []
      : [
          {
            kind: 'rerun',
            pages: reruns.length,
            asked: asked.length,
            answered,
            followed: followed.length,
            isList: keys !== null,
          } as const,
        ]),
  ];
}

function resumedForces(forces: readonly Force[], totals: RunExecutors['totals']): readonly Notice[] {
  return forces
    .filter(({ isResumed }) => isResumed)
    .map(({ executor, since }) => {
      const successes = totals.get(executor)?.passedOver ?? 0;
      return { kind: 'force-resumed', executor, since, successes };
    });
}
