/** 429 and 503: statements about our rate. The host rests, the URL pays nothing, and the crawl ends. */
import { expect } from 'vitest';
import { each, page, paths, pause, text } from '../support/site.js';
import type { Hit, Route } from '../support/site.js';
import { crawl } from '../../dist/index.js';
import { endsOf, pagesOf, query, test } from './bench.js';

/** A page that is refused `times` times before it is there. */
function refused(status: number, times: number, retryAfter?: () => string): Route {
  return (hit) => {
    if (hit.earlier >= times) return page([]);
    return { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter() } };
  };
}

const inSeconds = (): string => '1';
/** At least a second from now: a date has whole seconds only. */
const asDate = (): string => new Date(Date.now() + 2_000).toUTCString();

test.concurrent.for([
  ['429 with seconds', 429, inSeconds],
  ['503 with a date', 503, asDate],
] as const)(
  'Retry-After blocks the whole host and costs no retry: %s',
  async ([, status, retryAfter], { bench }) => {
    const pages = paths(12);
    const site = await bench.site({
      '/': page(['/busy', ...pages]),
      '/busy': refused(status, 1, retryAfter),
      ...each(pages, { body: page([]), afterMs: 30 }),
    });
    const args = ['--seed', `${site.origin}/`, '--workers', '1', '--concurrency', '2', '--retries', '0'];
    const db = bench.file();
    const ended = await bench.run([...args, '--db', db]);
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain(`${site.origin} rests for`);
    const [first, second] = site.hitsOf('/busy') as [Hit, Hit];
    // What was under way with it may still arrive.
    const after = site.hits.filter(({ at }) => at > first.at + 150);
    expect(after.length).toBeGreaterThanOrEqual(pages.length - 2);
    expect(Math.min(...after.map(({ at }) => at))).toBeGreaterThanOrEqual(first.at + 980);
    // The refused one goes behind the host's others.
    expect(second).toBe(site.hits.at(-1));
    expect(pagesOf(db, site.origin)['/busy']).toMatchObject({ state: 'done', http_status: 200, attempts: 1 });
  },
);

test.concurrent('without Retry-After the waits double, and cost no retry', async ({ bench }) => {
  const site = await bench.site({ '/': refused(503, 4) });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`], retryDelay: 0.1, retries: 0 });
  expect(totals.pages).toBe(1);
  expect(pagesOf(db, site.origin)['/']?.attempts).toBe(1);
  const gaps = site.gaps(site.hitsOf('/'));
  expect(gaps.length).toBe(4);
  for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual((100 * 2 ** index) / 2 - 30);
});

test.concurrent(
  'a URL that is always refused by a host in health is failed after five, behind the others',
  async ({ bench }) => {
    const pages = paths(10);
    const site = await bench.site({
      '/': page(['/never', ...pages]),
      '/never': { status: 429 },
      ...each(pages, page([])),
    });
    const db = bench.file();
    const args = ['--seed', `${site.origin}/`, '--db', db, '--retry-delay', '0.05', '--workers', '1'];
    const { status, stderr } = await bench.run([...args, '--concurrency', '1']);
    expect(status).toBe(1);
    expect(stderr).toContain('1 HTTP 429');
    expect(site.hitsOf('/never').length).toBe(5);
    expect(site.paths).toEqual(['/robots.txt', '/', '/never', ...pages, ...Array(4).fill('/never')]);
    expect(endsOf(db, site.origin)['/never']).toBe('failed status');
    for (const path of pages) expect(endsOf(db, site.origin)[path]).toBe('done 200');
  },
);

test.concurrent(
  'a host that refuses for ever is given up aloud, and the crawl ends with status 1',
  async ({ bench }) => {
    const site = await bench.site({ '*': { status: 503 } });
    const db = bench.file();
    const seeds = ['/', '/a', '/b'].flatMap((path) => ['--seed', site.origin + path]);
    const args = [...seeds, '--db', db, '--retry-delay', '0.05', '--give-up', '0.02', '--no-robots'];
    const { status, stderr } = await bench.run(args);
    expect(status).toBe(1);
    expect(stderr).toContain(`giving up ${site.origin} (host): status 503`);
    expect(endsOf(db, site.origin)).toEqual({ '/': 'failed host', '/a': 'failed host', '/b': 'failed host' });
    expect(query(db, 'SELECT given_up FROM hosts')).toEqual([{ given_up: 'host' }]);
  },
);

test.concurrent(
  'a host that worked and then refuses for ever ends each URL as refused, or is given up',
  async ({ bench }) => {
    const pages = paths(20);
    const site = await bench.site({ '/': page(pages), ...each(pages, { status: 503 }) });
    const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`], giveUp: 0.02, retryDelay: 0.1 });
    expect(totals.queued).toBe(0);
    expect((totals.failed.status ?? 0) + (totals.failed.host ?? 0)).toBe(20);
    for (const path of pages) expect(site.hitsOf(path).length).toBeLessThanOrEqual(5);
    expect(Object.values(endsOf(db)).filter((end) => end === 'done 200').length).toBe(1);
  },
);

test.concurrent(
  'a host is given up after ten waits of its own choosing, however short it is tried',
  async ({ bench }) => {
    const nextSecond = (): string => new Date(Date.now() + 1_000).toUTCString();
    const site = await bench.site({
      '/robots.txt': () => ({ status: 503, headers: { 'retry-after': nextSecond() } }),
    });
    // Nothing but waits it asked for: they do not count against the minutes of --give-up.
    const { db, notices } = await bench.crawl({ seeds: [`${site.origin}/`], giveUp: 0.15 });
    expect(endsOf(db, site.origin)).toEqual({ '/': 'failed host' });
    expect(notices).toContainEqual(expect.objectContaining({ kind: 'host-given-up', code: 'host' }));
    // A date that has passed by the time it is read is no wait of its choosing.
    expect(site.hits.length).toBeGreaterThanOrEqual(11);
    expect(site.hits.length).toBeLessThanOrEqual(16);
    expect(new Set(site.paths)).toEqual(new Set(['/robots.txt']));
  },
);

test.concurrent('a block outlives kill -9', async ({ bench }) => {
  const site = await bench.site({
    '/robots.txt': text(''),
    '/': page(['/busy', '/other']),
    '/busy': refused(429, 1, () => '4'),
    '/other': page([]),
  });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--workers', '1', '--concurrency', '1'];
  const first = bench.start(args);
  await first.says('rests for');
  await pause(50);
  await first.kill();
  const refusedAt = site.hitsOf('/busy')[0]?.at ?? 0;
  const { status, stderr } = await bench.run(args);
  expect(status).toBe(0);
  expect(stderr).toContain('resuming: 1 done, 2 queued');
  expect(site.paths).toEqual(['/robots.txt', '/', '/busy', '/other', '/busy']);
  expect(site.hitsOf('/other')[0]?.at).toBeGreaterThanOrEqual(refusedAt + 3_980);
  expect(pagesOf(db, site.origin)['/busy']?.attempts).toBe(1);
});

test.concurrent('a server may ask for an hour at most', async ({ bench }) => {
  const site = await bench.site({ '/': { status: 503, headers: { 'retry-after': '86400' } } });
  const db = bench.file();
  const stop = new AbortController();
  const startedAt = Date.now();
  await crawl(
    { seeds: [`${site.origin}/`], db, workers: 1 },
    { signal: stop.signal, onNotice: ({ kind }) => kind === 'host-blocked' && stop.abort() },
  );
  const [host] = query<{ blocked_until: number }>(db, 'SELECT blocked_until FROM hosts');
  const waitMs = (host?.blocked_until ?? 0) - startedAt;
  expect(waitMs).toBeGreaterThanOrEqual(3_600_000);
  expect(waitMs).toBeLessThan(3_600_000 + (Date.now() - startedAt) + 1_000);
});
