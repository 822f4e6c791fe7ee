/** How a run came out: what it did, and what its file has come to. */
import type { CrawlConfig } from '../config/config.js';
import type { Connection } from '../database/connection.js';
import type { Ending } from '../delegator/delegator.js';
import { readTotals, seedEnd, type Totals } from '../store/totals.js';
import type { WalkStand } from '../walk/events.js';
import type { FilesResult } from './downloads.js';
import { type ExecutorFailure, type ExecutorTotals, type TaskFailures, taskFailures } from './executors.js';
import type { OpenRun } from './open-run.js';

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

export function resultOf(connection: Connection, run: OpenRun, ending: Ending): RunResult {
  const { config, delegator, executors, downloads, walk, startedAt } = run;
  const { counters } = delegator;
  const totals = readTotals(connection);
  return {
    ending: ending === 'finished' && isHeldBack(config, totals) ? 'held-back' : ending,
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

/** Of a crawl that is in the same file a list, or a walk, leaves alone what is held back. */
function isHeldBack({ tasks, walk }: CrawlConfig, { skipped }: Totals): boolean {
  return tasks === null && walk === null && (skipped.limit ?? 0) > 0;
}

function seedsWithoutPage(connection: Connection, seeds: readonly string[]): RunResult['seedsWithoutPage'] {
  return seeds.flatMap((url) => {
    const reason = seedEnd(connection, url);
    return reason === null ? [] : [{ url, reason }];
  });
}
