/** The gap between request starts, as the server sees it. */
import { expect } from 'vitest';
import { each, page, paths, pause, text } from '../support/site.js';
import type { Site } from '../support/site.js';
import { endsOf, query, test } from './bench.js';

/** Clocks of two threads may disagree by as much. */
const CLOCK_MS = 10;

/**
 * The server reads its clock when it gets to a request, so a busy machine moves single arrivals about: by
 * half a gap at most, for any two of them. The crawler's own note of each start is nearly exact.
 */
function expectGaps({ hits, origin }: Site, db: string, leastMs: number): void {
  for (const [index, { at }] of hits.entries()) {
    for (const [before, earlier] of hits.slice(0, index).entries()) {
      expect(at - earlier.at).toBeGreaterThanOrEqual((index - before - 0.5) * leastMs);
    }
  }
  const starts = query<{ at: number }>(
    db,
    'SELECT fetched_at AS at FROM pages WHERE fetched_at > 0 AND url GLOB ? ORDER BY 1',
    `${origin}/*`,
  );
  expect(starts.length).toBe(hits.length - 1);
  for (const [index, { at }] of starts.slice(1).entries()) {
    expect(at - (starts[index]?.at ?? 0)).toBeGreaterThanOrEqual(leastMs - CLOCK_MS);
  }
}

test.concurrent('requests start at least --delay apart, robots.txt included', async ({ bench }) => {
  const pages = paths(3);
  const site = await bench.site({ '/': page(pages), ...each(pages, { body: page([]), afterMs: 100 }) });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--delay', '0.5', '--workers', '2'];
  const { status } = await bench.run(args);
  expect(status).toBe(0);
  expect(site.paths).toEqual(['/robots.txt', '/', ...pages]);
  expectGaps(site, db, 500);
});

test.concurrent(
  'a Crawl-delay longer than --delay wins, robots.txt included, and is said aloud',
  async ({ bench }) => {
    const pages = paths(2);
    const robots = text('User-agent: *\nCrawl-delay: 0.7\n');
    const site = await bench.site({ '/robots.txt': robots, '/': page(pages), ...each(pages, page([])) });
    const db = bench.file();
    const args = ['--seed', `${site.origin}/`, '--db', db, '--delay', '0.05', '--workers', '2'];
    const { status, stderr } = await bench.run(args);
    expect(status).toBe(0);
    expect(site.hits.length).toBe(4);
    expectGaps(site, db, 700);
    expect(stderr).toContain(`${site.origin}: robots.txt sets 0.7 s between requests`);
  },
);

test.concurrent('a --delay longer than the Crawl-delay wins', async ({ bench }) => {
  const robots = text('User-agent: *\nCrawl-delay: 0.05\n');
  const site = await bench.site({ '/robots.txt': robots, '/': page(['/p']), '/p': page([]) });
  const db = bench.file();
  const { status } = await bench.run(['--seed', `${site.origin}/`, '--db', db, '--delay', '0.7']);
  expect(status).toBe(0);
  expectGaps(site, db, 700);
});

test.concurrent('a gap holds for slow answers and several requests in flight', async ({ bench }) => {
  const pages = paths(4);
  const site = await bench.site({ '/': page(pages), ...each(pages, { body: page([]), afterMs: 1_900 }) });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--delay', '0.6', '--per-host', '3'];
  const { status } = await bench.run(args);
  expect(status).toBe(0);
  expectGaps(site, db, 600);
  expect(site.peakInFlight).toBe(3);
});

test.concurrent(
  'a Crawl-delay is honoured up to 60 seconds, and the cap is said aloud',
  async ({ bench }) => {
    const robots = text('User-agent: Orbweaver\nCrawl-delay: 600\n');
    const site = await bench.site({ '/robots.txt': robots, '/': page([]) });
    const db = bench.file();
    const running = bench.start(['--seed', `${site.origin}/`, '--db', db]);
    await running.says('robots.txt sets');
    await pause(400);
    const { status, stderr } = await running.kill('SIGTERM');
    expect(status).toBe(143);
    expect(stderr).toContain('robots.txt sets 60 s between requests, of the 10 min it asks for');
    expect(site.paths).toEqual(['/robots.txt']);
    expect(endsOf(db, site.origin)).toEqual({ '/': 'queued null' });
  },
);

test.concurrent('a gap is kept over kill -9', async ({ bench }) => {
  const site = await bench.site({ '/': page(['/p']), '/p': page([]) });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--delay', '2'];
  const first = bench.start(args);
  await site.asked(2);
  // Killed before it is filed, the page would rightly be asked for again.
  while (endsOf(db, site.origin)['/'] !== 'done 200') await pause(20);
  await first.kill();
  const { status } = await bench.run(args);
  expect(status).toBe(0);
  expect(site.paths).toEqual(['/robots.txt', '/', '/p']);
  expectGaps(site, db, 2_000);
});

test.concurrent(
  'a connection that was closed under a request is made good, at the next turn',
  async ({ bench }) => {
    const site = await bench.site({ '/': page(['/bad']), '/bad': 'hang-up' });
    const db = bench.file();
    const args = [
      '--seed',
      `${site.origin}/`,
      '--db',
      db,
      '--delay',
      '0.5',
      '--per-host',
      '1',
      '--retries',
      '1',
    ];
    const { status } = await bench.run([...args, '--retry-delay', '0.01']);
    expect(status).toBe(1);
    // Once on the kept connection, which costs no try, then on new ones as often as it may.
    expect(site.paths).toEqual(['/robots.txt', '/', '/bad', '/bad', '/bad']);
    for (const gap of site.gaps()) expect(gap).toBeGreaterThanOrEqual(250);
    const [bad] = query<{ error: string; attempts: number }>(
      db,
      "SELECT error, attempts FROM pages WHERE url LIKE '%bad'",
    );
    expect(bad).toEqual({ error: 'reset', attempts: 2 });
  },
);

test.concurrent('two hosts do not wait for each other', async ({ bench }) => {
  const pages = paths(5);
  const routes = { '/': page(pages), ...each(pages, page([])) };
  const one = await bench.site(routes);
  const two = await bench.site(routes, { address: '127.0.0.2' });
  const seeds = [one, two].flatMap(({ origin }) => ['--seed', `${origin}/`]);
  const db = bench.file();
  const { status } = await bench.run([...seeds, '--db', db, '--delay', '0.5', '--workers', '1']);
  expect(status).toBe(0);
  for (const site of [one, two]) {
    expect(site.hits.length).toBe(7);
    expectGaps(site, db, 500);
  }
  // Both are under way all the time, not one after the other.
  const halfWay = ({ hits }: Site): number => hits[3]?.at ?? Infinity;
  const end = ({ hits }: Site): number => hits[6]?.at ?? 0;
  expect(halfWay(one)).toBeLessThan(end(two));
  expect(halfWay(two)).toBeLessThan(end(one));
});
