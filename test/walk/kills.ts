/** One walk of four walkers, killed at given moments and gone on with, held against the same one left alone. */
import { expect } from 'vitest';
import type { Bench } from '../manners/bench.js';
import { each, page, paths, type Routes, type Site, to } from '../support/site.js';
import { atRandom, trailsOf, walk, web } from './bench.js';

const SIZE = 150;

/** Answers come in any order; many pages are missing, some redirects, two of them to one page. */
export const ROUTES: Routes = {
  ...web(SIZE, (_, body) => atRandom(body)),
  ...each(
    paths(SIZE, '/').filter((path) => Number(path.slice(1)) % 5 === 4),
    { status: 404 },
  ),
  '/12': to('/100'),
  '/15': to('/100'),
  '/28': to('/57'),
  '/63': to('/elsewhere'),
  '/elsewhere': page(['/1', '/2', '/140', '/141'], { title: 'Elsewhere' }),
};

export const STEPS = 10;

export function seedsOf(site: Site): string[] {
  return [0, 0, 11, 77].map((n) => `${site.origin}/${n}`);
}

/**
 * Kills the program as soon as the site was asked so often since it was started, then lets it finish.
 *
 * @param moments requests, for each kill
 */
export async function expectTheSame(bench: Bench, site: Site, moments: readonly number[]): Promise<void> {
  const seeds = seedsOf(site);
  const calm = await walk({ seeds, steps: STEPS, rngSeed: 7, concurrency: 4, db: bench.file() });
  const asked = site.hits.length;
  const db = bench.file();
  const flags = [
    '--steps',
    String(STEPS),
    '--profile',
    'web',
    '--workers',
    '2',
    '--rng-seed',
    '7',
    '--db',
    db,
  ];
  const args = ['walk', ...seeds.flatMap((seed) => ['--seed', seed]), ...flags];
  for (const moment of moments) {
    const start = site.hits.length;
    const running = bench.start(args);
    await site.asked(start + moment);
    // Not ended by itself before.
    expect((await running.kill()).status).toBeNull();
  }
  expect((await bench.run(args)).status).toBe(0);
  expect(trailsOf(db, site.origin)).toEqual(trailsOf(calm.db, site.origin));
  expect(bench.digest(db)).toBe(bench.digest(calm.db));
  // Asked for again is only what was under way, a page a walker, or robots.txt.
  expect(site.hits.length - asked - asked).toBeLessThanOrEqual(moments.length * seeds.length);
}
