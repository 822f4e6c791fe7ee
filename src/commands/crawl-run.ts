/**
 * One run of a crawl, without a terminal: starts its threads, and beside that loads and opens all the rest (crawl-file.ts).
 * The command line and the library both stand on this.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { CrawlConfig } from '../config/config.js';
import { readCookieFile } from '../cookies/cookie-file.js';
import type { WorkerPool } from '../delegator/pool.js';
import type { Resumption } from '../frontier/frontier.js';
import type { DownloadSnapshot } from '../observe/download-progress.js';
import type { Snapshot } from '../observe/snapshot.js';
import type { RunResult } from './run-result.js';
import type { Sinks, Telling } from './sinks.js';
import { startThreads } from './start-threads.js';
import { hasLoneKeys, refuseKeysAlone } from './lone-keys.js';

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
  let pool = null as WorkerPool | null;
  const threads = (told: CrawlConfig): WorkerPool => (pool ??= startThreads(told));
  if (canStartThreads(config)) threads(config);
  try {
    const { crawlFile } = await import('./crawl-file.js');
    return await crawlFile(request, { cookieFile, threads });
  } finally {
    // Where the run did not come so far that it ended them.
    await pool?.close();
  }
}

/**
 * Whether threads may start before the file is opened: a key alone may stand for an address that only the file knows,
 * and that they have to be told; and more of them than there are cores would only be in the way of that.
 */
function canStartThreads({ tasks, workers }: CrawlConfig): boolean {
  return !hasLoneKeys(tasks ?? []) && workers <= availableParallelism();
}
