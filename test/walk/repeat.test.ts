/** A walk that was given a number is taken again by that number, whatever happens on the way. */
import { expect, vi } from 'vitest';
import type { WalkEvent } from '../../dist/walk/events.js';
import { test } from '../manners/bench.js';
import { each, page, type Site } from '../support/site.js';
import { trailsOf, walk } from './bench.js';
import { ROUTES, seedsOf, STEPS } from './kills.js';

vi.setConfig({ testTimeout: 60_000 });

/** Without ports, which differ. */
function told(events: readonly WalkEvent[], site: Site): string[] {
  return events.map((event) => JSON.stringify(event).replaceAll(site.origin, ''));
}

test('the same number takes the same steps under one thread and four, and tells them in the same order', async ({
  bench,
}) => {
  const walks = [];
  for (const [workers, rngSeed] of [
    [1, 7],
    [4, 7],
    [1, 8],
  ] as const) {
    const site = await bench.site(ROUTES);
    const { db, events } = await walk({
      seeds: seedsOf(site),
      steps: STEPS,
      rngSeed,
      workers,
      concurrency: 4,
      db: bench.file(),
    });
    walks.push({ trails: trailsOf(db, site.origin), told: told(events, site) });
    const pages = site.paths.filter((path) => path !== '/robots.txt');
    expect(new Set(pages).size).toBe(pages.length);
  }
  const [first, second, other] = walks;
  expect(first?.trails).toHaveLength(4 * (STEPS + 1));
  expect(second).toEqual(first);
  expect(other?.trails).not.toEqual(first?.trails);
});

test('a walk that is stopped again and again, with more steps each time, is the one that was never stopped', async ({
  bench,
}) => {
  const site = await bench.site(ROUTES);
  const options = { seeds: seedsOf(site), rngSeed: 7, concurrency: 4 };
  const calm = await walk({ ...options, steps: STEPS, db: bench.file() });
  const db = bench.file();
  const events: WalkEvent[] = [];
  for (const [steps, stopAfter] of [
    [3, null],
    [STEPS, 7],
    [STEPS, 9],
    [STEPS, null],
  ] as const) {
    const stop = new AbortController();
    let seen = 0;
    const onEvent = (): void => {
      if (++seen === stopAfter) stop.abort();
    };
    const { ending, events: more } = await walk({ ...options, steps, db }, { onEvent, stop: stop.signal });
    expect(ending).toBe(stopAfter === null ? 'finished' : 'stopped');
    events.push(...more);
  }
  expect(trailsOf(db, site.origin)).toEqual(trailsOf(calm.db, site.origin));
  expect(told(events, site)).toEqual(told(calm.events, site));
  expect(bench.digest(db)).toBe(bench.digest(calm.db));
});

test('who had ended goes on when another walker opens a way, and tells its end once, interrupted or not', async ({
  bench,
}) => {
  // /x is too deep behind /c; only the second walker, when it has come back from /e, finds that it is near.
  const site = await bench.site({
    ...each(['/x', '/e', '/lost'], page([])),
    '/a': page(['/b']),
    '/b': page(['/c']),
    '/c': page(['/x']),
    '/s': page(['/d', '/p']),
    '/d': page(['/e']),
    '/p': page(['/x']),
  });
  const seeds = ['/a', '/s', '/lost'].map((path) => `${site.origin}${path}`);
  const options = { seeds, rngSeed: 1, maxDepth: 2 };
  const calm = await walk({ ...options, steps: 9, db: bench.file() });
  const db = bench.file();
  const events: WalkEvent[] = [];
  for (const steps of [3, 9]) events.push(...(await walk({ ...options, steps, db })).events);
  expect(trailsOf(calm.db, site.origin)).toContain('1 link /c → /x');
  expect(trailsOf(db, site.origin)).toEqual(trailsOf(calm.db, site.origin));
  expect(told(events, site)).toEqual(told(calm.events, site));
  expect(
    told(events, site).filter((line) => line.includes('"end"') && line.includes('"walker":3')),
  ).toHaveLength(1);
});
