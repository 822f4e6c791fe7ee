/** Tasks that wait in a thread for its other requests: none is asked for that should not be any more. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { crawl } from '../../dist/index.js';
import { each, page, paths, pause, type Site } from '../support/site.js';
import { endsOf, pagesOf, query, test } from './bench.js';

const LEAVES = paths(60);
const HTML = { 'content-type': 'text/html' };
const CONCURRENCY = 4;
const ONE_THREAD = [
  '--workers',
  '1',
  '--concurrency',
  String(CONCURRENCY),
  '--profile',
  'web',
  '--no-robots',
];
const KILLER = join(import.meta.dirname, 'thread-killer.cjs');

async function inLibrary({ origin }: Site, db: string, isTaken: boolean): Promise<void> {
  const options = { seeds: [`${origin}/`], db, workers: 1, concurrency: CONCURRENCY, robots: false } as const;
  const run = crawl({ ...options, profile: 'web' });
  if (isTaken) for await (const _ of run);
  await run;
}

test.for([
  ['program', [], 4 * CONCURRENCY],
  // Each request would have to say when it is made.
  ['program with a gap', ['--delay', '0.002'], CONCURRENCY],
  ['library', [], 4 * CONCURRENCY],
  // What is under way is kept for it in memory.
  ['library with a loop', [], CONCURRENCY],
] as const)(
  'a thread has tasks to go on with, and no more requests in flight: %s',
  async ([how, flags, most], { bench }) => {
    const site = await bench.site({ '/': page(LEAVES), ...each(LEAVES, { body: page([]), afterMs: 40 }) });
    const db = bench.file();
    const ended = how.startsWith('program')
      ? bench.run(['--seed', `${site.origin}/`, '--db', db, ...ONE_THREAD, ...flags])
      : inLibrary(site, db, how === 'library with a loop');
    await site.asked(10);
    const leased: number[] = [];
    while (site.hits.length < 40) {
      const [row] = query<{ count: number }>(
        db,
        `SELECT count(*) AS count FROM pages WHERE state = 'leased'`,
      );
      leased.push(row?.count ?? 0);
      await pause(5);
    }
    await ended;
    expect(Math.max(...leased)).toBe(most);
    expect(site.peakInFlight).toBe(CONCURRENCY);
    expect(site.connections).toBe(CONCURRENCY);
    expect(site.hits.length).toBe(61);
  },
);

test.for([
  ['503', { status: 503, headers: { 'retry-after': '1' }, afterMs: 20 }],
  ['429', { status: 429, headers: { 'retry-after': '1' }, afterMs: 20 }],
] as const)('what waits is not asked for while a host rests: %s', async ([, refusal], { bench }) => {
  let firstRefusal = 0;
  const site = await bench.site({
    '/': page(LEAVES),
    ...each(LEAVES, () => {
      if (site.hits.length <= 10) return { body: page([]), afterMs: 20 };
      firstRefusal ||= Date.now();
      return Date.now() - firstRefusal < 500 ? refusal : page([]);
    }),
  });
  const db = bench.file();
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', db, ...ONE_THREAD]);
  expect(status, stderr).toBe(0);
  const inRest = site.hits.filter(({ at }) => at >= firstRefusal && at < firstRefusal + 900);
  // Those that were under way, and those that came in the place of what was answered before the refusals.
  expect(inRest.length).toBeLessThanOrEqual(2 * CONCURRENCY);
  expect(Object.values(endsOf(db))).toEqual(Array(61).fill('done 200'));
});

test('nor in another thread than that which was refused', async ({ bench }) => {
  let refusedAt = 0;
  const [slow, busy, ...others] = LEAVES as [string, string, ...string[]];
  const site = await bench.site({
    '/': page(LEAVES),
    [slow]: { body: page([]), afterMs: 300 },
    [busy]: () => {
      if (refusedAt > 0) return page([]);
      refusedAt = Date.now();
      return { status: 503, headers: { 'retry-after': '1' } };
    },
    ...each(others, page([])),
  });
  const flags = ['--workers', '2', '--concurrency', '1', '--profile', 'web', '--no-robots'];
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', bench.file(), ...flags]);
  expect(status, stderr).toBe(0);
  expect(site.hits.filter(({ at }) => at > refusedAt + 50 && at < refusedAt + 900)).toEqual([]);
});

test('nor without the cookies that an answer before it has set', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/login', ...LEAVES]),
    '/login': { body: page([]), headers: { ...HTML, 'set-cookie': 'in=1; Path=/' }, afterMs: 5 },
    ...each(LEAVES, ({ headers }) => (headers.cookie === 'in=1' ? page([]) : { status: 403, afterMs: 5 })),
  });
  const db = bench.file();
  const flags = ['--workers', '1', '--concurrency', '1', '--profile', 'web', '--no-robots'];
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', db, ...flags]);
  expect(status, stderr).toBe(0);
  expect(Object.values(endsOf(db))).toEqual(Array(62).fill('done 200'));
  expect(site.hits.length).toBe(62);
});

test('nor in front of another host that has turned up', async ({ bench }) => {
  const other = await bench.site({ '/': page([]) });
  const [way, ...leaves] = LEAVES as [string, ...string[]];
  const site = await bench.site({
    '/': page(LEAVES),
    [way]: page([`${other.origin}/`]),
    ...each(leaves, { body: page([]), afterMs: 100 }),
  });
  const flags = [...ONE_THREAD, '--scope', 'host'];
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', bench.file(), ...flags]);
  expect(status, stderr).toBe(0);
  const [first] = other.hitsOf('/');
  const before = site.hits.filter(({ at }) => at < (first?.at ?? 0));
  expect(before.length).toBeLessThanOrEqual(2 + 2 * CONCURRENCY);
});

test('what waits is not asked for after Ctrl-C', async ({ bench }) => {
  const site = await bench.site({ '/': page(LEAVES), ...each(LEAVES, { body: page([]), afterMs: 150 }) });
  const db = bench.file();
  const running = bench.start(['--seed', `${site.origin}/`, '--db', db, ...ONE_THREAD]);
  await site.asked(1 + CONCURRENCY);
  const { status, stderr } = await running.kill('SIGINT');
  expect(status, stderr).toBe(130);
  expect(site.hits.length).toBe(1 + CONCURRENCY);
  const ends = Object.values(endsOf(db));
  expect(ends.filter((end) => end === 'done 200').length).toBe(1 + CONCURRENCY);
  expect(ends.filter((end) => end === 'queued null').length).toBe(LEAVES.length - CONCURRENCY);
});

test('what waits in a thread that dies is no suspect', async ({ bench }) => {
  const leaves = each(LEAVES, { body: page([]), afterMs: 30 });
  const site = await bench.site({
    '/': page(['/kill-exit/a', ...LEAVES]),
    ...leaves,
    '/kill-exit/a': { body: page([]), afterMs: 10 },
  });
  const db = bench.file();
  const env = { NODE_OPTIONS: `--require "${KILLER}"` };
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', db, ...ONE_THREAD], env);
  expect(status, stderr).toBe(1);
  expect(pagesOf(db, site.origin)['/kill-exit/a']).toMatchObject({ error: 'worker-lost' });
  expect(site.hitsOf('/kill-exit/a').length).toBe(3);
  // Those that were under way with it, and it itself twice more.
  const [lost] = query<{ count: number }>(
    db,
    `SELECT count(*) AS count FROM tries WHERE error = 'worker-lost'`,
  );
  expect(lost?.count).toBeLessThanOrEqual(CONCURRENCY + 2);
  expect(site.hits.length).toBeLessThanOrEqual(1 + 3 + LEAVES.length + CONCURRENCY);
});
