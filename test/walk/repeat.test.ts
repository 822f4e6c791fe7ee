/** A walk that was given a number is taken again by that number, whatever happens on the way. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { WalkEvent } from '../../dist/walk/events.js';
import { test } from '../manners/bench.js';
import { page, type Routes, type Site, to } from '../support/site.js';
import { atRandom, trailsOf, walk, web } from './bench.js';

vi.setConfig({ testTimeout: 60_000 });

const SIZE = 150;

/** Answers come in any order; some pages are missing, some are redirects, two of them to one page. */
const ROUTES: Routes = {
  ...web(SIZE, (_, body) => atRandom(body)),
  ...Object.fromEntries([7, 31, 44, 90].map((n) => [`/${n}`, { status: 404 }])),
  '/12': to('/100'),
  '/15': to('/100'),
  '/28': to('/57'),
  '/63': to('/elsewhere'),
  '/elsewhere': page(['/1', '/2', '/140', '/141'], { title: 'Elsewhere' }),
};

const STEPS = 10;

function seedsOf(site: Site): string[] {
  return [0, 0, 11, 77].map((n) => `${site.origin}/${n}`);
}

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

test('killed at several moments and gone on with, it is the walk that was never killed', async ({
  bench,
}) => {
  const site = await bench.site(ROUTES);
  const args = [...walkArgs(site), '--rng-seed', '7', '--quiet'];
  const calm = bench.file();
  const { stdout, status } = await bench.run([...args, '--db', calm]);
  expect(status).toBe(0);
  expect(stdout.match(/^\[walker /gm)?.length).toBeGreaterThanOrEqual(4 * (STEPS + 1));
  const db = bench.file();
  const before = site.hits.length;
  let kills = 0;
  for (const after of [1, 4, 17]) {
    const start = site.hits.length;
    const running = bench.start([...args, '--db', db]);
    await site.asked(start + after);
    const { status: killed } = await running.kill();
    if (killed === null) kills += 1;
  }
  expect(kills).toBe(3);
  expect((await bench.run([...args, '--db', db])).status).toBe(0);
  expect(trailsOf(db, site.origin)).toEqual(trailsOf(calm, site.origin));
  expect(bench.digest(db)).toBe(bench.digest(calm));
  // Asked for again is only what was under way: a page a walker, and robots.txt.
  expect(site.hits.length - before - before).toBeLessThanOrEqual(3 * 4);
});

test('a thread that dies takes nobody’s place away', async ({ bench }) => {
  const killer = join(import.meta.dirname, '../manners/thread-killer.cjs');
  const args = ['--rng-seed', '3', '--workers', '2', '--quiet'];
  const walkOf = async (
    deadly: string | null,
  ): Promise<{ trails: string[]; stderr: string; status: number | null }> => {
    const site = await bench.site({
      ...web(300),
      '/2': page(['/kill-exit', '/3', '/4']),
      '/0': page(['/5', '/6', '/kill-throw']),
      ...(deadly === null ? {} : { '/kill-exit': page([deadly]), '/kill-throw': page([deadly]) }),
    });
    const seeds = [0, 2, 20, 40].flatMap((n) => ['--seed', `${site.origin}/${n}`]);
    const db = bench.file();
    const env = { NODE_OPTIONS: `--require "${killer}"` };
    const ended = await bench.run(['walk', ...seeds, '--steps', '12', '--db', db, ...args], env);
    bench.digest(db);
    return { ...ended, trails: trailsOf(db, site.origin) };
  };
  // Where they are merely missing, walkers choose the same: what led nowhere is what counts.
  const calm = await walkOf(null);
  const deadly = await walkOf('/50');
  expect(calm.status).toBe(0);
  expect(deadly.status).toBe(1);
  expect(deadly.trails).toHaveLength(4 * 13);
  expect(deadly.trails).toEqual(calm.trails);
});

function walkArgs(site: Site): string[] {
  const seeds = seedsOf(site).flatMap((seed) => ['--seed', seed]);
  return ['walk', ...seeds, '--steps', String(STEPS), '--profile', 'web', '--workers', '2'];
}
