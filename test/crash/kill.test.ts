/**
 * Nothing is lost, and nothing done twice, when a crawl is killed: five and twenty kills and more of a real
 * crawl of the demo wiki. The long suite (long.test.ts) takes two hundred.
 */
import { expect } from 'vitest';
import { seededRandom, suiteSeed } from '../support/crash-random.js';
import { test } from '../support/program.js';
import { Lane, type LaneOptions, momentsOf, newTally } from './campaign.js';

const SEED = suiteSeed(20_240_229);
const CONTEXT = `seed ${SEED}`;
const WIKI = { pages: 200, wikiSeed: 1 };
const TWO_WORKERS: LaneOptions = { ...WIKI, workers: 2, concurrency: 4 };
const ONE_WORKER: LaneOptions = { ...WIKI, workers: 1, concurrency: 8 };
// So many crawls on one machine take their time; only a hang takes longer.
const TIMEOUT = { timeout: 240_000 };

test.concurrent(
  'a crawl killed at its start, its end or in between goes on as if undisturbed',
  TIMEOUT,
  async ({ folder }) => {
    const tally = newTally();
    const lane = await Lane.open(folder, 'once', TWO_WORKERS, tally);
    try {
      for (const moment of momentsOf(lane.requests, 12, seededRandom(SEED)))
        await lane.killOnce(moment, CONTEXT);
    } finally {
      await lane.close();
    }
    expect(tally.kills).toBe(12);
  },
);

test.concurrent(
  'a crawl killed again and again goes on as if undisturbed, after each kill and at last',
  TIMEOUT,
  async ({ folder }) => {
    const lane = await Lane.open(folder, 'again', ONE_WORKER, newTally());
    try {
      // At least as many requests a life as may be in flight, or it would never get on.
      const plan = { gap: [lane.capacity + 4, lane.capacity + 20], branches: true } as const;
      expect(await lane.killAgainAndAgain(plan, seededRandom(SEED), CONTEXT)).toBeGreaterThanOrEqual(13);
    } finally {
      await lane.close();
    }
  },
);
