/** The rooms of one run, opened over its file and wired, each behind those that it builds on. */
import type { CrawlConfig } from '../config/config.js';
import { hostsNamed } from '../config/seeds.js';
import type { CookieFile } from '../cookies/cookie-file.js';
import type { Connection } from '../database/connection.js';
import type { CrawlDatabase } from '../database/open.js';
import { Delegator, type DelegatorParts } from '../delegator/delegator.js';
import type { CrawlListener, Notice, Valve } from '../delegator/events.js';
import { longestSilenceMs } from '../delegator/overdue.js';
import type { Pool } from '../delegator/pool.js';
import type { Resumption, RunLimits } from '../frontier/frontier.js';
import { SqliteFrontier } from '../frontier/sqlite.js';
import { CRAWL_DELAY_CAP_MS, sitemapsOf } from '../policy/robots.js';
import { RecordTable } from '../store/records.js';
import { originOf } from '../url/canonicalise.js';
import { scopeKeyOf } from '../url/scope.js';
import type { Walk } from '../walk/walk.js';
import { type Downloads, openDownloads } from './downloads.js';
import { FaultNotices, openExecutors, queueUnfinished, type RunExecutors } from './executors.js';
import { openCookies } from './open-cookies.js';
import { openWalk } from './open-walk.js';
import type { Telling } from './sinks.js';
import { admitEntries, storedAddresses } from './task-list.js';

export interface OpenRun {
  /** With the addresses that the file knows of tasks. */
  readonly config: CrawlConfig;
  /** Ms since epoch. */
  readonly startedAt: number;
  readonly frontier: SqliteFrontier;
  readonly delegator: Delegator;
  readonly executors: RunExecutors | null;
  readonly downloads: Downloads | null;
  readonly walk: Walk | null;
  /** What an earlier run left. */
  readonly resumption: Resumption;
  /** To be said before anything is asked for. */
  readonly notices: readonly Notice[];
}

/** What a run is given besides its configuration. */
export interface RunGear {
  readonly startedAt: number;
  readonly cookieFile: CookieFile | null;
  readonly told: Required<Telling>;
  readonly valve: Valve | undefined;
  /** The threads of the run, which may have been started before. */
  readonly threads: (config: CrawlConfig) => Pool;
}

export function openRun(database: CrawlDatabase, asked: CrawlConfig, gear: RunGear): OpenRun {
  const { connection } = database;
  const { startedAt, cookieFile, told, valve, threads } = gear;
  const config = withStoredAddresses(connection, asked);
  const frontier = openFrontier(connection, config);
  const records = new RecordTable(connection);
  if (config.retryFailed !== null) records.rememberFailed(config.retryFailed);
  const walk = openWalk(connection, config, frontier, told.onWalk);
  const limits = { ...limitsOf(config), ...(walk === null ? {} : { chosen: walk.chosen }) };
  const resumption = frontier.start(startedAt, limits, config.retryFailed);
  const downloads =
    config.downloads === null
      ? null
      : openDownloads(connection, frontier, config.downloads, config, told.onFound);
  frontier.admitSeeds(config.seeds);
  walk?.begin();
  const executors = openExecutors(connection, config, startedAt);
  const notices = executors === null ? [] : queueWork(connection, frontier, config, executors);
  const delegator = openDelegator(config, {
    frontier,
    store: records,
    cookies: openCookies(database, config, cookieFile, startedAt),
    executions: executors?.ledger ?? null,
    fileWork: downloads?.work ?? null,
    walk: walk ?? undefined,
    valve,
    pool: threads(config),
    checkStore: database.check,
    listener: executors !== null && config.keepGoing ? sayingFaults(executors, told) : told,
  });
  return { config, startedAt, frontier, delegator, executors, downloads, walk, resumption, notices };
}

/** A key that stands alone names an address, too. */
function withStoredAddresses(connection: Connection, config: CrawlConfig): CrawlConfig {
  const stored = storedAddresses(connection, config.tasks ?? []);
  if (stored.length === 0) return config;
  const origins = [...new Set([...config.origins, ...stored.map(originOf)])];
  return { ...config, origins, openHosts: hostsNamed(origins) };
}

function openFrontier(
  connection: Connection,
  { scope, seeds, maxRedirects, sitemaps }: CrawlConfig,
): SqliteFrontier {
  return new SqliteFrontier(connection, {
    scope,
    seedScopeKeys: seeds.map((seed) => scopeKeyOf(seed, scope)),
    maxHops: maxRedirects,
    sitemapsOf: sitemaps ? sitemapsOf : null,
  });
}

function limitsOf(config: CrawlConfig): RunLimits {
  const { maxDepth, maxFollowDepth, maxVariants, maxPerHost, delayMs, allowPrivate } = config;
  const longestGapMs = Math.max(CRAWL_DELAY_CAP_MS, delayMs ?? 0);
  const isOfTasks = config.tasks !== null;
  return { maxDepth, maxFollowDepth, maxVariants, maxPerHost, allowPrivate, isOfTasks, longestGapMs };
}

/** The tasks of the run, and what executors have still to be run on, into the queue. */
function queueWork(
  connection: Connection,
  frontier: SqliteFrontier,
  config: CrawlConfig,
  executors: RunExecutors,
): readonly Notice[] {
  const { tasks } = config;
  if (tasks !== null) admitEntries(connection, frontier, executors.table, tasks);
  return queueUnfinished(connection, frontier, config, executors, tasks?.map(({ key }) => key) ?? null);
}

/** However little time an executor has: parsing a page or starting a thread stops its pulse for a moment, too. */
const SHORTEST_HOLD_MS = 1_000;

function openDelegator(config: CrawlConfig, parts: Omit<DelegatorParts, 'clock' | 'random'>): Delegator {
  const { modules, executorTimeoutMs } = config;
  const executors = modules.flatMap((module) => module.executors).length;
  const settings = {
    ...config,
    executorTimeoutMs: modules.length === 0 ? null : Math.max(executorTimeoutMs, SHORTEST_HOLD_MS),
    longestSilenceMs: modules.length === 0 ? null : longestSilenceMs({ ...config, executors }),
    seedOrigins: new Set(config.origins),
  };
  return new Delegator(settings, { ...parts, clock: steadyClock(), random: Math.random });
}

/** Tells of the first fault of each executor, too. */
function sayingFaults({ table }: RunExecutors, told: CrawlListener): CrawlListener {
  const faults = new FaultNotices(table);
  return {
    onNotice: (notice) => told.onNotice(notice),
    onFiled: (filed) => {
      told.onFiled(filed);
      const notice = faults.of(filed);
      if (notice !== null) told.onNotice(notice);
    },
  };
}

/** Milliseconds since epoch that go on evenly when somebody sets the machine's clock. */
function steadyClock(): () => number {
  const offset = Date.now() - performance.now();
  return () => Math.round(offset + performance.now());
}
