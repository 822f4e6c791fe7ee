/** Worker threads that die: replaced, their tasks tried again, and only the one at fault is blamed. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { each, page, paths, to } from '../support/site.js';
import type { Route, Site } from '../support/site.js';
import type { Ended } from '../manners/bench.js';
import { Bench, edgesOf, pagesOf, test } from '../manners/bench.js';

const KILLER = join(import.meta.dirname, '../manners/thread-killer.cjs');
const PRELOADED = { NODE_OPTIONS: `--require "${KILLER}"` };

const LEAVES = paths(20);
const KILLERS = ['/kill-exit/a', '/kill-exit/b', '/kill-throw', '/kill-memory'];

/** Thirty pages or so; the killers stand in between and are merely missing until they are given a page. */
const ROUTES: Record<string, Route> = {
  '/': page(['/one', ...KILLERS, ...LEAVES.slice(0, 10)]),
  '/one': page([...LEAVES.slice(10), '/moved', '/missing']),
  '/moved': to('/p0'),
  ...each(LEAVES, (hit) => ({ body: page(['/', '/p1'], { title: hit.path }), afterMs: 15 })),
};

interface Outcome extends Ended {
  readonly db: string;
}

async function crawlOf(
  bench: Bench,
  site: Site,
  flags: readonly string[],
  env = PRELOADED,
): Promise<Outcome> {
  const db = bench.file();
  const args = [
    '--seed',
    `${site.origin}/`,
    '--db',
    db,
    '--profile',
    'web',
    '--retry-delay',
    '0.02',
    ...flags,
  ];
  return { ...(await bench.run(args, env)), db };
}

/** What the digest is made of, but for the failures of the killers. */
function content(db: string, { origin }: Site): unknown {
  const pages = Object.entries(pagesOf(db, origin)).map(([path, row]) => {
    const { state, depth, http_status, error, title, redirect_to, canonical_url } = row;
    const how = KILLERS.includes(path) ? [] : [http_status, error, title, canonical_url];
    return [path, state, depth, redirect_to?.replace(origin, ''), ...how].join(' ');
  });
  return { pages: pages.sort(), edges: edgesOf(db, origin) };
}

let calm: Promise<unknown> | undefined;

/** The same of a crawl in which the killers are merely missing; made once. */
function calmContent(): Promise<unknown> {
  calm ??= (async () => {
    const bench = await Bench.make();
    try {
      const site = await bench.site(ROUTES);
      const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
      return content(db, site);
    } finally {
      await bench.close();
    }
  })();
  return calm;
}

async function expectOnlyKillersLost(
  bench: Bench,
  killers: readonly string[],
  flags: readonly string[],
): Promise<Site> {
  const site = await bench.site({ ...ROUTES, ...each(killers, page([])) });
  const { status, stderr, db } = await crawlOf(bench, site, flags);
  expect(status, stderr).toBe(1);
  expect(stderr).toMatch(/thread \d+ died and is replaced/);
  expect(content(db, site)).toEqual(await calmContent());
  bench.digest(db);
  for (const [path, { error, attempts, error_detail }] of Object.entries(pagesOf(db, site.origin))) {
    const times = site.hitsOf(path).length;
    if (killers.includes(path)) {
      expect(error, path).toBe('worker-lost');
      expect(error_detail, path).toContain('ended its thread twice');
      // Alone, twice; before that with the others, as often as one of them ended their thread first.
      expect(times, path).toBeGreaterThanOrEqual(2);
      expect(times, path).toBeLessThanOrEqual(2 + killers.length);
    } else {
      expect([path, error, attempts]).toEqual([
        path,
        path === '/missing' || path.startsWith('/kill') ? 'status' : null,
        1,
      ]);
    }
  }
  return site;
}

test.for([
  [['/kill-throw', '/kill-exit/b'], 1],
  [['/kill-exit/a'], 4],
  [['/kill-exit/a', '/kill-throw', '/kill-memory'], 2],
] as const)(
  'of the pages on a dead thread only the killers fail: %j, %d threads',
  async ([killers, workers], { bench }) => {
    const flags = ['--workers', String(workers), '--worker-memory', '48'];
    await expectOnlyKillersLost(bench, killers, flags);
  },
);

test('a host with a limit keeps it while threads die', async ({ bench }) => {
  const killers = ['/kill-exit/a', '/kill-exit/b'];
  const site = await expectOnlyKillersLost(bench, killers, ['--workers', '2', '--per-host', '2']);
  for (const { openConnections, inFlight } of site.hits) {
    expect(openConnections).toBeLessThanOrEqual(2);
    expect(inFlight).toBeLessThanOrEqual(2);
  }
});

test('a single thread is at work again as soon as it is replaced', async ({ bench }) => {
  const site = await bench.site({ '/kill-exit': page([]) });
  const db = bench.file();
  const startedAt = Date.now();
  const { status } = await bench.run(
    ['--seed', `${site.origin}/kill-exit`, '--db', db, '--workers', '1'],
    PRELOADED,
  );
  expect(status).toBe(1);
  expect(pagesOf(db, site.origin)['/kill-exit']).toMatchObject({ state: 'failed', error: 'worker-lost' });
  expect(site.hitsOf('/kill-exit').length).toBe(3);
  // Three threads are started anew; a loop that slept until it was woken would take a minute.
  expect(Date.now() - startedAt).toBeLessThan(50_000);
});

test('a thread that cannot be started again ends the run, which can be resumed', async ({ bench }) => {
  const site = await bench.site({ ...ROUTES, '/kill-exit/a': page([]) });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--profile', 'web', '--workers', '2'];
  const limited = { ...PRELOADED, THREADS_TO_START: '2' };
  const { status, stderr } = await bench.run([...args, '--per-host', '1'], limited);
  expect(status, stderr).toBe(70);
  expect(stderr).toContain(
    'worker threads cannot be started: one died while starting (no room for a thread)',
  );
  const resumed = await bench.run(args, { NODE_OPTIONS: '' });
  expect(resumed.stderr).toContain('resuming: ');
  expect(resumed.status).toBe(0);
  expect(pagesOf(db, site.origin)['/kill-exit/a']).toMatchObject({ state: 'done' });
});

test('a host with a delay keeps it while threads die, and the crawl does not fall asleep', async ({
  bench,
}) => {
  const site = await bench.site({
    '/': page(['/kill-exit', '/after']),
    '/kill-exit': page([]),
    '/after': page([]),
  });
  const startedAt = Date.now();
  const { status, db } = await crawlOf(bench, site, ['--workers', '2', '--delay', '0.6']);
  expect(status).toBe(1);
  expect(pagesOf(db, site.origin)['/kill-exit']?.error).toBe('worker-lost');
  expect(pagesOf(db, site.origin)['/after']).toMatchObject({ state: 'done', attempts: 1 });
  for (const gap of site.gaps()) expect(gap).toBeGreaterThanOrEqual(600 - 250);
  expect(Date.now() - startedAt).toBeLessThan(40_000);
});

test('a page that takes all the memory of its thread to parse fails alone', async ({ bench }) => {
  // With a picture in it, which only a tree tells from what surrounds it.
  const huge = `<title>huge</title><svg></svg>${'<i a=1 b=2 c=3><b>'.repeat(200_000)}`;
  const site = await bench.site({
    '/': page(['/huge', ...LEAVES]),
    '/huge': huge,
    ...each(LEAVES, { body: page([]), afterMs: 20 }),
  });
  const { status, db } = await crawlOf(bench, site, ['--workers', '2', '--worker-memory', '48'], {
    NODE_OPTIONS: '',
  });
  expect(status).toBe(1);
  const pages = pagesOf(db, site.origin);
  expect(pages['/huge']).toMatchObject({ state: 'failed', error: 'worker-lost' });
  for (const path of LEAVES) expect(pages[path], path).toMatchObject({ state: 'done', attempts: 1 });
});

test('a robots.txt that ends its thread is asked again, and its host given up in the end', async ({
  bench,
}) => {
  const other = await bench.site({ '/': page(LEAVES), ...each(LEAVES, page([])) }, { address: '127.0.0.2' });
  const site = await bench.site({ '/robots.txt': to('/kill-exit'), '/kill-exit': page([]), '/': page([]) });
  const flags = ['--seed', `${other.origin}/`, '--workers', '2', '--give-up', '0.02'];
  const { status, db, stderr } = await crawlOf(bench, site, flags);
  expect(status).toBe(1);
  expect(stderr).toContain(`giving up ${site.origin} (host)`);
  const pages = pagesOf(db);
  expect(pages[`${site.origin}/`]).toMatchObject({ state: 'failed', error: 'host' });
  for (const path of ['/', ...LEAVES])
    expect(pages[other.origin + path]).toMatchObject({ state: 'done', attempts: 1 });
});

test('a page that holds its thread fails alone and once, and the other pages of that thread finish', async ({
  bench,
}) => {
  // A pattern of the user's that takes for ever on one link: the thread cannot even be asked to stop.
  const endless = `/${'a'.repeat(60)}!`;
  const site = await bench.site({
    '/': page(['/holds', ...LEAVES]),
    '/holds': page([endless]),
    ...each(LEAVES, { body: page([]), afterMs: 200 }),
  });
  const flags = ['--workers', '1', '--parse-timeout', '1', '--exclude', '^/(a+)+$'];
  const { status, db, stderr } = await crawlOf(bench, site, flags, { NODE_OPTIONS: '' });
  expect(status, stderr).toBe(1);
  const pages = pagesOf(db, site.origin);
  expect(pages['/holds']).toMatchObject({ state: 'failed', error: 'decode', attempts: 1 });
  expect(site.hitsOf('/holds').length).toBe(1);
  for (const path of LEAVES) expect(pages[path], path).toMatchObject({ state: 'done', attempts: 1 });
  expect(stderr).toContain(`thread 1 was held by ${site.origin}/holds for more than 1 s: ended and replaced`);
  expect(stderr).not.toContain('died');
});
