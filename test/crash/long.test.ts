/**
 * Two hundred kills and more, over wikis, numbers of workers and moments that differ from run to run. The
 * seed is printed with a failure: `CRASH_SEED=<seed> npm run test:crash` takes the same moments again.
 */
import { expect } from 'vitest';
import { between, type Random, seededRandom, suiteSeed } from '../support/crash-random.js';
import { test, type Folder } from '../support/program.js';
import { Lane, type LaneOptions, momentsOf, newTally } from './campaign.js';
import {
  Crossing,
  dieFurtherEachTime,
  expectOutcome,
  expectSoundAtRest,
  startDying,
  undisturbed,
} from './crossing.js';

const SEED = suiteSeed(Date.now() % 2 ** 31);
const KILLS = 200;
const KILLS_A_WIKI = 25;

test('two hundred kills, each crawl ending as if undisturbed', async ({ folder }) => {
  const tally = newTally();
  const random = seededRandom(SEED);
  for (let round = 0; tally.kills < KILLS; round++) {
    const lanes = await Promise.all(
      [2, round % 2 === 0 ? 1 : 8].map((workers) =>
        Lane.open(folder, `${round}-${workers}`, optionsOf(workers, random), tally),
      ),
    );
    try {
      await Promise.all(lanes.map((lane) => killMany(lane, random)));
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  }
  expect(tally.kills).toBeGreaterThanOrEqual(KILLS);
  process.stderr.write(`seed ${SEED}: ${JSON.stringify(tally)}\n`);
});

test('killed before every step of start-up, and of the crawl in turn', async ({ folder }) => {
  const crossing = await Crossing.open();
  try {
    const expected = await undisturbed(folder, crossing, folder.file('undisturbed.db'));
    const crawls = [1, 2].map(async (first) => {
      const file = folder.file(`from-${first}.db`);
      await dieFurtherEachTime(folder, [...crossing.args, '--db', file], first, 2);
      expectOutcome(file, expected);
    });
    await Promise.all(crawls);
    await killOnceAtSteps(folder, crossing, (file, place) => expectOutcome(file, expected, place));
  } finally {
    await crossing.close();
  }
});

function optionsOf(workers: number, random: Random): LaneOptions {
  const [pages, wikiSeed] = [between(random, 200, 320), between(random, 1, 1_000_000)];
  return { pages, wikiSeed, workers, concurrency: between(random, 1, 8) };
}

/** A share of single kills, then one crawl killed again and again. */
async function killMany(lane: Lane, random: Random): Promise<void> {
  for (const moment of momentsOf(lane.requests, KILLS_A_WIKI, random)) {
    await lane.killOnce(moment, `seed ${SEED}`);
  }
  // At least as many requests a life as may be in flight, or it would never get on.
  const plan = { gap: [lane.capacity + 5, lane.capacity + 40], branchEvery: 0 } as const;
  await lane.killAgainAndAgain(plan, random, `seed ${SEED}`);
}

/** New crawls, each killed once, before steps all over its life or a moment into them. */
async function killOnceAtSteps(
  folder: Folder,
  crossing: Crossing,
  expectEnd: (file: string, place: string) => void,
): Promise<void> {
  const random = seededRandom(SEED);
  for (let number = between(random, 30, 40); ; number += between(random, 5, 15)) {
    const file = folder.file(`step-${number}.db`);
    const args = [...crossing.args, '--db', file];
    const within = random() < 0.5 ? {} : { afterUs: between(random, 0, 300) };
    const { signal } = await startDying(folder, args, { number, ...within }).ended;
    const place = `seed ${SEED}, killed at step ${number} ${JSON.stringify(within)}`;
    expectSoundAtRest(file, place);
    const { status, stderr } = await folder.run(args);
    expect(status, `${place}\n${stderr}`).toBe(1);
    expectEnd(file, place);
    // No step that far: it ended by itself.
    if (signal === null) return;
  }
}
