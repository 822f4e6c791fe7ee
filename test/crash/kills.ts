/** Kills of a real crawl of the demo wiki, as many as a suite has time for. */
import { expect } from 'vitest';
import { seededRandom, suiteSeed } from '../support/crash-random.js';
import { test } from '../support/program.js';
import { Lane, type LaneOptions, momentsOf, newTally } from './campaign.js';

const SEED = suiteSeed(20_240_229);
const CONTEXT = `seed ${SEED}`;
const WIKI = { pages: 200, wikiSeed: 1 };
/** Requests that may be in flight in any of these crawls. */
const CAPACITY = 8;
// So many crawls on one machine take their time; only a hang takes longer.
const TIMEOUT = { timeout: 240_000 };

export interface Kills {
  /** Threads of the crawls that are killed once, and of the one that is killed again and again. */
  readonly workers: readonly [number, number];
  /** Crawls that are killed once: at the start, at the first and last requests, at the end, and in between. */
  readonly once: number;
  /** Of these, only every so many-th. */
  readonly every: number;
  /** Requests between the kills of one crawl, beyond those that may be in flight; from, to. */
  readonly gap: readonly [number, number];
  /** How often it is killed then. */
  readonly atLeast: number;
  /** After every so many of them, a copy of what the kill left is taken to its end as well. */
  readonly branchEvery: number;
}

/** Declares the tests. */
export function killsOf({ workers, once, every, gap, atLeast, branchEvery }: Kills): void {
  test.concurrent(
    'a crawl killed at its start, its end or in between goes on as if undisturbed',
    TIMEOUT,
    async ({ folder }) => {
      const tally = newTally();
      const lane = await Lane.open(folder, 'once', optionsOf(workers[0]), tally);
      try {
        const moments = momentsOf(lane.requests, once, seededRandom(SEED));
        for (const moment of moments.filter((_, at) => at % every === 0))
          await lane.killOnce(moment, CONTEXT);
      } finally {
        await lane.close();
      }
      expect(tally.kills).toBe(Math.ceil(once / every));
    },
  );

  test.concurrent(
    'a crawl killed again and again goes on as if undisturbed, after each kill and at last',
    TIMEOUT,
    async ({ folder }) => {
      const lane = await Lane.open(folder, 'again', optionsOf(workers[1]), newTally());
      try {
        // At least as many requests a life as may be in flight, or it would never get on.
        const [from, to] = gap;
        const plan = { gap: [lane.capacity + from, lane.capacity + to], branchEvery } as const;
        const kills = await lane.killAgainAndAgain(plan, seededRandom(SEED), CONTEXT);
        expect(kills).toBeGreaterThanOrEqual(atLeast);
      } finally {
        await lane.close();
      }
    },
  );
}

function optionsOf(workers: number): LaneOptions {
  return { ...WIKI, workers, concurrency: CAPACITY / workers };
}
