/** A run over its file: opens it, checks that it is the same crawl, runs it to its end, and closes all of it again. */
import { asStoreError, type Connection } from '../database/connection.js';
import { type CrawlDatabase, openForWriting } from '../database/open.js';
import type { Ending } from '../delegator/delegator.js';
import { MIGRATIONS } from '../migrations.js';
import { type RunEnd, RunTable } from '../store/runs.js';
import { VERSION } from '../version.js';
import { adoptSettings } from './adoption.js';
import type { CrawlHooks, KeyOf, RunRequest } from './crawl-run.js';
import { type OpenRun, openRun, type RunGear } from './open-run.js';
import { resultOf, type RunResult } from './run-result.js';
import { snapshotsOf } from './run-snapshot.js';
import { filling, valveOf } from './sinks.js';

/** What there is before the file is opened. */
type Ready = Pick<RunGear, 'cookieFile' | 'threads'>;

/** As `runCrawl`. */
export async function crawlFile(request: RunRequest, ready: Ready): Promise<RunResult> {
  const { config } = request;
  let isNew = false;
  // A refusal leaves the file byte by byte as it was.
  const admit = (connection: Connection): void => void (isNew = adoptSettings(connection, config));
  const database = openForWriting(config.databasePath, MIGRATIONS, config.fresh, admit, request.walBound);
  try {
    return await crawlInto(database, request, { ...ready, isNew });
  } catch (error) {
    throw asStoreError(error, `cannot write ${database.path}`);
  } finally {
    database.close();
  }
}

async function crawlInto(
  database: CrawlDatabase,
  request: RunRequest,
  { isNew, ...ready }: Ready & { readonly isNew: boolean },
): Promise<RunResult> {
  const { hooks, sinks = {} } = request;
  const { connection } = database;
  const startedAt = Date.now();
  const told = filling(sinks, connection, hooks);
  const run = openRun(database, request.config, { ...ready, startedAt, told, valve: valveOf(sinks) });
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
