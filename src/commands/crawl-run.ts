/**
 * One run of a crawl, without a terminal: opens the file, checks that it is the same crawl, runs it to its end, and closes
 * all of it again. The command line and the library both stand on this.
 */
import { existsSync } from 'node:fs';
import type { CrawlConfig } from '../config/config.js';
import { type CookieFile, readCookieFile } from '../cookies/cookie-file.js';
import { asStoreError, type Connection } from '../database/connection.js';
import { type CrawlDatabase, openForWriting } from '../database/open.js';
import type { Ending } from '../delegator/delegator.js';
import type { Resumption } from '../frontier/frontier.js';
import { MIGRATIONS } from '../migrations.js';
import type { DownloadSnapshot } from '../observe/download-progress.js';
import type { Snapshot } from '../observe/snapshot.js';
import { type RunEnd, RunTable } from '../store/runs.js';
import { VERSION } from '../version.js';
import { adoptSettings } from './adoption.js';
import { type OpenRun, openRun } from './open-run.js';
import { resultOf, type RunResult } from './run-result.js';
import { snapshotsOf } from './run-snapshot.js';
import { filling, type Sinks, type Telling, valveOf } from './sinks.js';
import { refuseKeysAlone } from './task-list.js';

/** The key of the task that a page is; null where it is none. */
export type KeyOf = (pageId: number) => string | null;

export interface CrawlHooks extends Telling {
  /** Called before `onStart` where files are downloaded. */
  onFiles?(snapshot: () => DownloadSnapshot): void;
  /** The file is open and the work known; nothing has been asked for yet. `isNew`: no earlier run left anything. */
  onStart(resumption: Resumption, isNew: boolean, snapshot: () => Snapshot, keyOf: KeyOf): void;
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
  const startedAt = Date.now();
  const told = filling(sinks, connection, hooks);
  const run = openRun(database, request.config, { startedAt, cookieFile, told, valve: valveOf(sinks) });
  // One that cannot be opened is none: it would have no end.
  const runs = new RunTable(connection);
  const runId = runs.begin(request.commandLine, VERSION, startedAt);
  const { delegator, frontier, executors, downloads } = run;
  const end = (outcome: RunEnd['outcome'], exitStatus: number | null): void => {
    const counts = frontier.counts();
    runs.end(runId, { endedAt: Date.now(), outcome, exitStatus, ...delegator.counters, counts });
  };
  announce(run, hooks, isNew);
  const crawl = async (): Promise<Ending> => {
    const ended = await delegator.run(request.stop);
    downloads?.settle(ended);
    return ended;
  };
  const ending = await endingOf(crawl, request, end).finally(() => downloads?.work.close());
  // Nothing is said to be there that has gone into a file which is not.
  database.check();
  if (ending !== 'stopped') frontier.finish();
  // At a limit on pages, all that executors were to be run on again has been done.
  if (ending === 'finished' || ending === 'max-pages') executors?.endForces();
  const result = resultOf(connection, run, ending);
  end(result.ending, request.exitStatus(result));
  return result;
}

/** Tells those who watch that it begins. */
function announce(run: OpenRun, hooks: CrawlHooks, isNew: boolean): void {
  const { delegator, downloads, executors, frontier, resumption, notices } = run;
  if (downloads !== null) hooks.onFiles?.(() => downloads.snapshot(delegator));
  const keyOf: KeyOf = (pageId) => executors?.table.taskOf(pageId)?.key ?? null;
  hooks.onStart({ ...resumption, counts: frontier.counts() }, isNew, snapshotsOf(run), keyOf);
  for (const notice of notices) hooks.onNotice(notice);
}

/** Runs to the end; a run that ends by an error leaves its mark in the table of runs, where that can still be written. */
async function endingOf(
  run: () => Promise<Ending>,
  { errorStatus }: RunRequest,
  end: (outcome: 'error', exitStatus: number | null) => void,
): Promise<Ending> {
  try {
    return await run();
  } catch (error) {
    try {
      end('error', errorStatus(asStoreError(error, 'cannot write')));
    } catch {
      // What ended the run may well be that nothing can be written any more; the first error is the one to tell.
    }
    throw error;
  }
}
