/**
 * One run of a crawl, without a terminal: opens the file, checks that it is the same crawl, wires
 * frontier, store, threads and delegator, and closes all of it again. The command line and the library
 * both stand on this.
 */
import { existsSync } from 'node:fs';
import type { CrawlConfig } from '../config/config.js';
import { hostsNamed } from '../config/seeds.js';
import { type CookieFile, readCookieFile } from '../cookies/cookie-file.js';
import { asStoreError, type Connection } from '../database/connection.js';
import { type CrawlDatabase, openForWriting } from '../database/open.js';
import { Delegator, type DelegatorParts, type Ending } from '../delegator/delegator.js';
import type { CrawlListener, Notice } from '../delegator/events.js';
import { longestSilenceMs } from '../delegator/overdue.js';
import { WorkerPool } from '../delegator/pool.js';
import type { Resumption, RunLimits, StateCounts } from '../frontier/frontier.js';
import { SqliteFrontier } from '../frontier/sqlite.js';
import { MIGRATIONS } from '../migrations.js';
import { type HostLimit, isPolitenessBound } from '../observe/politeness-lines.js';
import type { DownloadSnapshot } from '../observe/download-progress.js';
import type { Snapshot } from '../observe/snapshot.js';
import { hostLimits } from '../policy/politeness.js';
import { CRAWL_DELAY_CAP_MS, sitemapsOf } from '../policy/robots.js';
import { RecordTable } from '../store/records.js';
import { type RunEnd, RunTable } from '../store/runs.js';
import { readTotals, seedEnd, type Totals } from '../store/totals.js';
import { originOf } from '../url/canonicalise.js';
import { scopeKeyOf } from '../url/scope.js';
import { VERSION } from '../version.js';
import type { WalkStand } from '../walk/events.js';
import type { Walk } from '../walk/walk.js';
import { adoptSettings } from './adoption.js';
import { type Downloads, type FilesResult, openDownloads } from './downloads.js';
import {
  type ExecutorFailure,
  type ExecutorTotals,
  FaultNotices,
  openExecutors,
  queueUnfinished,
  type RunExecutors,
  type TaskFailures,
  taskFailures,
} from './executors.js';
import { openCookies } from './open-cookies.js';
import { openWalk } from './open-walk.js';
import { filling, type Sinks, type Telling, valveOf } from './sinks.js';
import { admitEntries, refuseKeysAlone, storedAddresses } from './task-list.js';
import { workerSettings } from './worker-settings.js';

/** The key of the task that a page is; null where it is none. */
export type KeyOf = (pageId: number) => string | null;

export interface CrawlHooks extends Telling {
  /** Called before `onStart` where files are downloaded. */
  onFiles?(snapshot: () => DownloadSnapshot): void;
  /** The file is open and the work known; nothing has been asked for yet. `isNew`: no earlier run left anything. */
  onStart(resumption: Resumption, isNew: boolean, snapshot: () => Snapshot, keyOf: KeyOf): void;
}

/** How a run came out. */
export interface RunResult {
  /** `held-back`: nothing more to do but what --max-variants or --max-per-host holds back. */
  readonly ending: Ending | 'held-back';
  readonly totals: Totals;
  readonly seedsWithoutPage: readonly { readonly url: string; readonly reason: string }[];
  readonly pagesThisRun: number;
  readonly bytesThisRun: number;
  readonly elapsedMs: number;
  /** What executors came to in this run, in their order; empty where there are none. */
  readonly executors: readonly ({ readonly name: string } & ExecutorTotals)[];
  /** For each executor that failed in this run one example. */
  readonly executorFailures: readonly ExecutorFailure[];
  /** How many tasks failed; null for a crawl. */
  readonly taskFailures: TaskFailures | null;
  /** How files came out; null where none were to be downloaded. */
  readonly files: FilesResult | null;
  /** What the walk has come to; null where the run is none. */
  readonly walk: WalkStand | null;
}

export interface RunRequest {
  readonly config: CrawlConfig;
  /** For the table of runs; secrets already redacted. */
  readonly commandLine: string;
  readonly hooks: CrawlHooks;
  readonly stop: AbortSignal;
  readonly sinks?: Sinks;
  /** How far a reader may make the file's log grow before the crawl waits for it, bytes; 1 GiB by default. */
  readonly walBound?: number;
  /** Says what status a result gives, so that the row of this run can hold it; null where there is none. */
  readonly exitStatus: (result: RunResult) => number | null;
  /** The same for a run that ends by an error. */
  readonly errorStatus: (error: unknown) => number | null;
}

/**
 * Runs a crawl to its end, its limit, or `stop`.
 * @throws UsageError when the file holds another crawl; UserCodeError for a fault in an executor; StoreError, PoolError,
 *         InvariantError
 */
export async function runCrawl(request: RunRequest): Promise<RunResult> {
  const { config } = request;
  // Before the file is touched: what is wrong with it is a matter of the command.
  const cookieFile = config.loadCookies === null ? null : await readCookieFile(config.loadCookies);
  // Nor is a file made, or emptied, only to find that.
  if (config.fresh || !existsSync(config.databasePath)) refuseKeysAlone(config.tasks ?? []);
  let isNew = false;
  // A refusal leaves the file byte by byte as it was.
  const admit = (connection: Connection): void => void (isNew = adoptSettings(connection, config));
  const database = openForWriting(config.databasePath, MIGRATIONS, config.fresh, admit, request.walBound);
  try {
    return await crawlInto(database, request, isNew, cookieFile);
  } catch (error) {
    throw asStoreError(error, `cannot write ${database.path}`);
  } finally {
    database.close();
  }
}

async function crawlInto(
  database: CrawlDatabase,
  request: RunRequest,
  isNew: boolean,
  cookieFile: CookieFile | null,
): Promise<RunResult> {
  const { hooks, sinks = {} } = request;
  const { connection } = database;
  const told = filling(sinks, connection, hooks);
  const config = withStoredAddresses(connection, request.config);
  const startedAt = Date.now();
  const runs = new RunTable(connection);
  const runId = runs.begin(request.commandLine, VERSION, startedAt);
  const frontier = new SqliteFrontier(connection, {
    scope: config.scope,
    seedScopeKeys: config.seeds.map((seed) => scopeKeyOf(seed, config.scope)),
    maxHops: config.maxRedirects,
    sitemapsOf: config.sitemaps ? sitemapsOf : null,
  });
  const records = new RecordTable(connection);
  if (config.retryFailed !== null) records.rememberFailed(config.retryFailed);
  const walk = openWalk(connection, config, frontier, told.onWalk);
  const limits = { ...limitsOf(config), ...(walk === null ? {} : { chosen: walk.chosen }) };
  const resumption = frontier.start(startedAt, limits, config.retryFailed);
  const downloads = filesOf(connection, frontier, config, told);
  frontier.admitSeeds(config.seeds);
  walk?.begin();
  const executors = openExecutors(connection, config, startedAt);
  const notices = executors === null ? [] : prepare(connection, frontier, config, executors);
  const cookies = openCookies(database, config, cookieFile, startedAt);
  const executions = executors?.ledger ?? null;
  const listener =
    executors !== null && config.keepGoing ? sayingFaults(new FaultNotices(executors.table), told) : told;
  const delegator = delegatorFor(
    config,
    frontier,
    {
      records,
      cookies,
      executions,
      fileWork: downloads?.work ?? null,
      walk: walk ?? undefined,
      valve: valveOf(sinks),
      checkStore: database.check,
    },
    listener,
  );
  const isBound = isPolitenessBound(seedHosts(config), config);
  const snapshot = (): Snapshot => snapshotOf(delegator, frontier.counts(), config, startedAt, isBound);
  const end = (outcome: RunEnd['outcome'], exitStatus: number | null): void =>
    runs.end(runId, {
      endedAt: Date.now(),
      outcome,
      exitStatus,
      ...delegator.counters,
      counts: frontier.counts(),
    });
  if (downloads !== null) hooks.onFiles?.(() => downloads.snapshot(delegator));
  hooks.onStart(
    { ...resumption, counts: frontier.counts() },
    isNew,
    snapshot,
    (pageId) => executors?.table.taskOf(pageId)?.key ?? null,
  );
  for (const notice of notices) hooks.onNotice(notice);

  const ending = await endingOf(delegator, request, end).finally(() => downloads?.work.close());
  // Nothing is said to be there that has gone into a file which is not.
  database.check();
  if (ending !== 'stopped') frontier.finish();
  // At a limit on pages, all that executors were to be run on again has been done.
  if (ending === 'finished' || ending === 'max-pages') executors?.endForces();
  const result = resultOf(connection, config, { delegator, executors, downloads, walk, ending, startedAt });
  end(result.ending, request.exitStatus(result));
  return result;
}

/** Crawls to the end; a run that ends by an error leaves its mark in the table of runs, where that can still be written. */
async function endingOf(
  delegator: Delegator,
  { stop, errorStatus }: RunRequest,
  end: (outcome: 'error', exitStatus: number | null) => void,
): Promise<Ending> {
  try {
    return await delegator.run(stop);
  } catch (error) {
    try {
      end('error', errorStatus(asStoreError(error, 'cannot write')));
    } catch {
      // What ended the run may well be that nothing can be written any more; the first error is the one to tell.
    }
    throw error;
  }
}

interface Ended {
  readonly delegator: Delegator;
  readonly executors: RunExecutors | null;
  readonly downloads: Downloads | null;
  readonly walk: Walk | null;
  readonly ending: Ending;
  readonly startedAt: number;
}

function resultOf(
  connection: Connection,
  config: CrawlConfig,
  { delegator, executors, downloads, walk, ending, startedAt }: Ended,
): RunResult {
  const { counters } = delegator;
  const totals = readTotals(connection);
  return {
    // Of a crawl that is in the same file a list leaves alone what is held back.
    ending:
      ending === 'finished' && config.tasks === null && walk === null && (totals.skipped.limit ?? 0) > 0
        ? 'held-back'
        : ending,
    totals,
    seedsWithoutPage: ending === 'finished' ? seedsWithoutPage(connection, config.seeds) : [],
    pagesThisRun: counters.pages,
    bytesThisRun: counters.bytes,
    elapsedMs: Date.now() - startedAt,
    executors: [...(executors?.totals ?? [])].map(([name, counts]) => ({ name, ...counts })),
    executorFailures: [...(executors?.failures.values() ?? [])],
    taskFailures: taskFailures(connection, config, executors),
    files: downloads?.result() ?? null,
    walk: walk?.stand() ?? null,
  };
}

/** Null where pages are wanted. */
function filesOf(
  connection: Connection,
  frontier: SqliteFrontier,
  config: CrawlConfig,
  { onFound }: Required<Telling>,
): Downloads | null {
  if (config.downloads === null) return null;
  return openDownloads(connection, frontier, config.downloads, config, onFound);
}

/** The tasks of the run, and what executors have still to be run on, into the queue. */
function prepare(
  connection: Connection,
  frontier: SqliteFrontier,
  config: CrawlConfig,
  executors: RunExecutors,
): readonly Notice[] {
  const { tasks } = config;
  if (tasks !== null) admitEntries(connection, frontier, executors.table, tasks);
  return queueUnfinished(connection, frontier, config, executors, tasks?.map(({ key }) => key) ?? null);
}

function limitsOf(config: CrawlConfig): RunLimits {
  const { maxDepth, maxFollowDepth, maxVariants, maxPerHost, delayMs, allowPrivate } = config;
  const longestGapMs = Math.max(CRAWL_DELAY_CAP_MS, delayMs ?? 0);
  const isOfTasks = config.tasks !== null;
  return { maxDepth, maxFollowDepth, maxVariants, maxPerHost, allowPrivate, isOfTasks, longestGapMs };
}

/** However little time an executor has: parsing a page or starting a thread stops its pulse for a moment, too. */
const SHORTEST_HOLD_MS = 1_000;

function delegatorFor(
  config: CrawlConfig,
  frontier: SqliteFrontier,
  {
    records,
    ...parts
  }: Pick<DelegatorParts, 'cookies' | 'executions' | 'fileWork' | 'walk' | 'valve' | 'checkStore'> & {
    records: RecordTable;
  },
  listener: CrawlListener,
): Delegator {
  const { modules, executorTimeoutMs } = config;
  const settings = {
    ...config,
    executorTimeoutMs: modules.length === 0 ? null : Math.max(executorTimeoutMs, SHORTEST_HOLD_MS),
    longestSilenceMs:
      modules.length === 0 ? null : longestSilenceMs({ ...config, executors: namesIn(modules) }),
    seedOrigins: new Set(config.origins),
  };
  return new Delegator(settings, {
    frontier,
    ...parts,
    store: records,
    listener,
    clock: steadyClock(),
    random: Math.random,
    startPool: (poolListener, holding) =>
      new WorkerPool(
        {
          threads: config.workers,
          concurrency: config.concurrency,
          memoryMiB: config.workerMemoryMiB,
          settings: workerSettings(config),
          holding,
        },
        poolListener,
      ),
  });
}

function namesIn(modules: CrawlConfig['modules']): number {
  return modules.flatMap(({ executors }) => executors).length;
}

/** Hooks that are told of the first fault of each executor, too. */
function sayingFaults(faults: FaultNotices, hooks: CrawlListener): CrawlListener {
  return {
    onNotice: (notice) => hooks.onNotice(notice),
    onFiled: (filed) => {
      hooks.onFiled(filed);
      const notice = faults.of(filed);
      if (notice !== null) hooks.onNotice(notice);
    },
  };
}

/** Milliseconds since epoch that go on evenly when somebody sets the machine's clock. */
function steadyClock(): () => number {
  const offset = Date.now() - performance.now();
  return () => Math.round(offset + performance.now());
}

/** A key that stands alone names an address, too. */
function withStoredAddresses(connection: Connection, config: CrawlConfig): CrawlConfig {
  const stored = storedAddresses(connection, config.tasks ?? []);
  if (stored.length === 0) return config;
  const origins = [...new Set([...config.origins, ...stored.map(originOf)])];
  return { ...config, origins, openHosts: hostsNamed(origins) };
}

function seedsWithoutPage(connection: Connection, seeds: readonly string[]): RunResult['seedsWithoutPage'] {
  return seeds.flatMap((url) => {
    const reason = seedEnd(connection, url);
    return reason === null ? [] : [{ url, reason }];
  });
}

/** The seeds' hosts with the limits they start under. */
export function seedHosts(config: CrawlConfig): HostLimit[] {
  return config.origins.map((host) => ({ host, ...hostLimits({ host, crawlDelayMs: null }, config) }));
}

function snapshotOf(
  delegator: Delegator,
  counts: StateCounts,
  config: CrawlConfig,
  startedAt: number,
  isPolitenessBound: boolean,
): Snapshot {
  const now = Date.now();
  const { pages, bytes } = delegator.counters;
  const loads = delegator.loads();
  const oldest = delegator.oldestFlight();
  return {
    now,
    startedAt,
    counts,
    pagesInFile: counts.pages,
    pagesThisRun: pages,
    bytesThisRun: bytes,
    inFlight: loads,
    slowestHost: oldest === null ? null : { host: originOf(oldest.url), waitedMs: now - oldest.startedAt },
    limits: { maxPages: config.maxPages, maxTimeMs: config.maxTimeMs },
    politenessBound:
      isPolitenessBound && counts.queued > 0 && loads.every((load) => load < config.concurrency),
  };
}
