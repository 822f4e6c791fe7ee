/**
 * The user's code in a run: which tasks there are, what executors have still to be run on, and what they came to.
 */
import type { CrawlConfig } from '../config/config.js';
import type { Connection } from '../database/connection.js';
import type { Filed, Notice } from '../delegator/events.js';
import { type TaskRequest, UserWork } from '../delegator/user-work.js';
import { UsageError } from '../errors.js';
import type { SqliteFrontier } from '../frontier/sqlite.js';
import { ExecutionTable } from '../store/executions.js';
import { KnownTasks } from '../store/known-tasks.js';
import { changedCode, countSuccesses, Unfinished } from '../store/unfinished.js';
import { taskEnds } from '../status/task-ends.js';
import type { TaskEntry } from '../tasks/entry.js';
import type { JsonObject } from '../protocol/json.js';
import { callOf } from '../tasks/call.js';
import { requestOf } from '../tasks/request.js';

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

/** The user's code and its tables in one run. */
export interface OwnCode {
  readonly work: UserWork;
  readonly table: ExecutionTable;
  /** By executor, in the order of the run; filled as the run goes on. */
  readonly totals: ReadonlyMap<string, Counts>;
  /** The first of each executor, in the order they came. */
  readonly failures: ReadonlyMap<string, ExecutorFailure>;
  /** Keys of tasks that failed in this run and are not on its list; empty for a crawl. */
  readonly failedOthers: ReadonlySet<string>;
}

/** Null where the run has no executors, and keeps no bodies for later ones. */
export function openOwnCode(connection: Connection, config: CrawlConfig, startedAt: number): OwnCode | null {
  const names = config.modules.flatMap(({ executors }) => executors);
  if (config.modules.length === 0 && !config.keepBodies) return null;
  const table = new ExecutionTable(connection);
  const totals = new Map<string, Counts>(names.map((name) => [name, { ...NOTHING }]));
  const failures = new Map<string, ExecutorFailure>();
  const failedOthers = new Set<string>();
  const listed = config.tasks === null ? null : new Set(config.tasks.map(({ key }) => key));
  const work = new UserWork(table, {
    modules: config.modules,
    forced: new Set(config.forced),
    since: startedAt,
    requestOf: plainRequestOf,
    onExecution: ({ executor, status, error }, key) => {
      const total = totals.get(executor);
      if (total !== undefined) total[status] += 1;
      if (status !== 'failed') return;
      if (!failures.has(executor)) failures.set(executor, { executor, key, error: error ?? '' });
      if (listed?.has(key) === false) failedOthers.add(key);
    },
  });
  return { work, table, totals, failures, failedOthers };
}

/** How many tasks of the list have failed, and others with it; null for a crawl. */
export function taskFailures(
  connection: Connection,
  { tasks, modules }: CrawlConfig,
  ownCode: OwnCode | null,
): TaskFailures | null {
  if (tasks === null) return null;
  const executors = modules.flatMap((module) => module.executors);
  const keys = tasks.map(({ key }) => key);
  return {
    ofList: taskEnds(connection, keys, executors).failed.length,
    others: ownCode?.failedOthers.size ?? 0,
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
    const crash = 'report' in outcome ? outcome.report?.crash : null;
    if (crash === null || crash === undefined || this.#said.has(crash.executor)) return null;
    this.#said.add(crash.executor);
    const key = this.#table.taskOf(lease.pageId)?.key ?? lease.key;
    return {
      kind: 'said',
      key,
      level: 'warn',
      text: `${crash.executor} has a fault, which is said once: ${crash.message}`,
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
  { totals }: OwnCode,
  keys: readonly string[] | null,
): readonly Notice[] {
  const forced = new Set(config.forced);
  const unfinished = new Unfinished(connection, { executors: [...totals.keys()], forced });
  for (const [executor, total] of totals)
    if (!forced.has(executor)) total.passedOver = countSuccesses(connection, executor, keys);
  const reruns = keys === null ? unfinished.inFile() : unfinished.among(keys);
  frontier.queueReruns(reruns);
  const asked = reruns.filter(({ isStored }) => !isStored);
  const answered = asked.filter(({ isAnswered }) => isAnswered).length;
  const hashes = new Map(
    config.modules.flatMap(({ executors, codeHash }) =>
      executors.filter((name) => !forced.has(name)).map((name) => [name, codeHash] as const),
    ),
  );
  return [
    ...changedCode(connection, hashes).map((change) => ({ kind: 'code-changed', ...change }) as const),
    ...(reruns.length === 0
      ? []
      : [
          {
            kind: 'rerun',
            pages: reruns.length,
            asked: asked.length,
            answered,
            isList: keys !== null,
          } as const,
        ]),
  ];
}

/** Admits the entries of a list that say what to ask for; one that is known with other params gets the new ones. */
export function admitEntries(
  frontier: SqliteFrontier,
  table: ExecutionTable,
  entries: readonly TaskEntry[],
): void {
  frontier.apply([], [], (admitTask) => {
    for (const { key, params } of entries) {
      if (params === null) continue;
      const pageId = admitTask(key, requestOf(params, key).url);
      table.setTask(key, pageId, JSON.stringify(params));
    }
  });
}

/**
 * Checks a list against the file that it is run in.
 * @throws UsageError for a key that stands alone and is not known from an earlier run, and for one with params that is
 *         the address of a crawled page: the two would be one task
 */
export function refuseKeys(connection: Connection, entries: readonly TaskEntry[]): void {
  const known = new KnownTasks(connection);
  for (const entry of entries) {
    const maker = known.madeBy(entry.key);
    if (entry.params === null && maker === null) throw unknownKey(entry);
    if (entry.params !== null && maker === 'crawl')
      throw new UsageError(
        `${entry.where}: ${JSON.stringify(entry.key)} is a page of the crawl in this file`,
        {
          hint: 'give the task another key, or only that key to run executors on the page; or choose another file with --db',
        },
      );
  }
}

/** @throws UsageError for a key that stands alone: in a file that is new no key is known */
export function refuseKeysAlone(entries: readonly TaskEntry[]): void {
  const alone = entries.find(({ params }) => params === null);
  if (alone !== undefined) throw unknownKey(alone);
}

function unknownKey({ key, where }: TaskEntry): UsageError {
  return new UsageError(`${where}: ${JSON.stringify(key)} is not known from an earlier run`, {
    hint: 'a key alone stands for a task that the file holds; give its url to add it',
  });
}

/** The addresses of the entries whose keys stand alone. */
export function storedAddresses(connection: Connection, entries: readonly TaskEntry[]): readonly string[] {
  const known = new KnownTasks(connection);
  return entries.flatMap(({ key, params }) => (params === null ? (known.addressOf(key) ?? []) : []));
}
