/** `walk` of the library: steps as they are taken, and where walkers stand. */
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { UsageError, walk, type WalkOptions, type WalkStep } from '../../dist/index.js';
import { stepsOf, web } from '../walk/bench.js';
import { folder, open, QUICK } from './bench.js';

test('the loop gives every step once, across runs, and the promise where walkers stand', async () => {
  const site = await open(web(60));
  const seeds = [`${site.origin}/1`, `${site.origin}/2`];
  const db = join(await folder(), 'walk.db');
  const options = { ...QUICK, seeds, db, steps: 12, rngSeed: 3 };
  const steps: WalkStep[] = [];
  const left = walk(options);
  for await (const step of left) {
    steps.push(step);
    if (steps.length === 5) break;
  }
  expect((await left).ending).toBe('stopped');
  // Taken while the loop was being left: in the file, and not told again.
  const known = stepsOf(db, site.origin).length;
  const run = walk(options);
  for await (const step of run) steps.push(step);
  expect(steps[0]).toEqual({
    kind: 'step',
    walker: 1,
    step: 0,
    move: 'start',
    page: { url: seeds[0], title: 'Page 1' },
    from: null,
    via: null,
  });
  const rows = stepsOf(db, site.origin).map(({ walker, step, page }) => `${walker} ${step} ${page}`);
  const given = steps.map(({ walker, step, page }) => `${walker} ${step} ${new URL(page.url).pathname}`);
  expect(rows).toHaveLength(26);
  expect(new Set(given).size).toBe(given.length);
  expect(rows).toEqual(expect.arrayContaining(given));
  expect(given).toHaveLength(26 - (known - 5));
  const { walkers, rngSeed, isRepeatable } = (await run).walk;
  expect({ rngSeed, isRepeatable }).toEqual({ rngSeed: 3, isRepeatable: true });
  expect(walkers.map(({ steps: taken, ended }) => [taken, ended])).toEqual([
    [12, 'steps'],
    [12, 'steps'],
  ]);
  expectTypeOf(walkers[0]?.page?.title).toEqualTypeOf<string | null | undefined>();
});

test.each([
  [{ seeds: [] }, 'there is no seed to start from'],
  [{ seeds: ['https://a.test/'], step: 3 }, "there is no option 'step'"],
  [{ seeds: ['https://a.test/'], maxPages: 3 }, "there is no option 'maxPages'"],
  [{ seeds: ['https://a.test/'], signal: 'now' }, 'signal must be an AbortSignal'],
])('walk(%j) is refused', async (options, message) => {
  // What the compiler would refuse.
  const run = walk(options as unknown as WalkOptions);
  await expect(run).rejects.toThrow(message);
  await expect(run).rejects.toThrow(UsageError);
});
