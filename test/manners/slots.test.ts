/** How many requests and connections a host sees at once. */
import { expect } from 'vitest';
import { each, page, paths, pause } from '../support/site.js';
import { endsOf, query, test } from './bench.js';

/** Takes a thread the better part of a second to parse, and holds one link. */
/** A page that needs its tree, in which formatting elements are opened anew in each paragraph. */
const SLOW_TO_PARSE = `<template></template><a href="/child">c</a>${'<p><i><b>x</p>'.repeat(2_500)}`;

test.for([
  [1, 2],
  [2, 4],
  [3, 2],
] as const)(
  'a host limited to %d in flight, and %d threads: no more requests than that, nor connections',
  async ([perHost, workers], { bench }) => {
    const pages = paths(40);
    const site = await bench.site({ '/': page(pages), ...each(pages, { body: page([]), afterMs: 15 }) });
    const { totals } = await bench.crawl({ seeds: [`${site.origin}/`], perHost, workers, concurrency: 4 });
    expect(totals.pages).toBe(41);
    expect(site.peakInFlight).toBe(perHost);
    expect(site.peakConnections).toBeLessThanOrEqual(perHost);
    // One for robots.txt; the others are kept alive from page to page.
    expect(site.connections).toBeLessThanOrEqual(perHost + 1);
  },
);

test('connections are kept alive without a limit too', async ({ bench }) => {
  const pages = paths(60);
  const site = await bench.site({ '/': page(pages), ...each(pages, { body: page([]), afterMs: 5 }) });
  const { totals } = await bench.crawl({ seeds: [`${site.origin}/`], workers: 2, concurrency: 3 });
  expect(totals.pages).toBe(61);
  expect(site.peakConnections).toBeLessThanOrEqual(6);
  expect(site.connections).toBeLessThanOrEqual(7);
});

test('a private host without a limit sees workers × concurrency requests at once', async ({ bench }) => {
  const pages = paths(30);
  const site = await bench.site({ '/': page(pages), ...each(pages, { body: page([]), afterMs: 400 }) });
  const { totals } = await bench.crawl({ seeds: [`${site.origin}/`], workers: 2, concurrency: 5 });
  expect(totals.pages).toBe(31);
  expect(site.peakInFlight).toBe(10);
  expect(site.peakConnections).toBeLessThanOrEqual(10);
});

test('a page that is slow to parse does not hold the slot of its host', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/slow', '/next']),
    '/slow': SLOW_TO_PARSE,
    '/next': page([]),
    '/child': page([]),
  });
  const db = bench.file();
  const running = bench.start(['--seed', `${site.origin}/`, '--db', db, '--per-host', '1', '--workers', '1']);
  await site.asked(3);
  const held = new Set<string>();
  for (let isOver = false; !isOver; await pause(10)) {
    const leased = query<{ url: string }>(db, `SELECT url FROM pages WHERE state = 'leased' ORDER BY url`);
    held.add(leased.map(({ url }) => url.replace(site.origin, '')).join(' '));
    isOver = site.hitsOf('/child').length > 0;
  }
  expect((await running.ended).status).toBe(0);
  // The next URL was handed out while the slow one was still at work.
  expect([...held]).toContain('/next /slow');
  expect(Object.values(endsOf(db))).toEqual(Array(4).fill('done 200'));
  expect(site.peakConnections).toBe(1);
});

test('a page that is slow to parse leaves the other slot of its host at work', async ({ bench }) => {
  const pages = paths(30);
  const site = await bench.site({
    '/': page(['/slow', ...pages]),
    '/slow': SLOW_TO_PARSE,
    '/child': page([]),
    ...each(pages, { body: page([]), afterMs: 5 }),
  });
  const running = bench.start([
    '--seed',
    `${site.origin}/`,
    '--db',
    bench.file(),
    '--per-host',
    '2',
    '--workers',
    '2',
  ]);
  expect((await running.ended).status).toBe(0);
  const slowAt = site.paths.indexOf('/slow');
  const childAt = site.paths.indexOf('/child');
  expect(childAt - slowAt).toBeGreaterThan(20);
});
