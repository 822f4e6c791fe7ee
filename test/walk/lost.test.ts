/** Threads and processes that die under walkers, at many moments. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { test } from '../manners/bench.js';
import { page } from '../support/site.js';
import { trailsOf, web } from './bench.js';
import { expectTheSame, ROUTES } from './kills.js';

vi.setConfig({ testTimeout: 120_000 });

test('killed at eight moments and gone on with, it is the walk that was never killed', async ({ bench }) => {
  await expectTheSame(bench, await bench.site(ROUTES), [1, 2, 3, 4, 5, 6, 7, 8]);
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
