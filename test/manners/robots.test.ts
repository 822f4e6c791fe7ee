/** robots.txt, from the request to what is fetched or not (RFC 9309). */
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { each, freeOrigin, page, paths, pause, text, to } from '../support/site.js';
import type { Route, Site } from '../support/site.js';
import { endsOf, pagesOf, query, test } from './bench.js';

const CLOSED = 'User-agent: *\nDisallow: /closed\n';
const ALL_DONE = { '/': 'done 200', '/open': 'done 200', '/closed': 'done 200' };
const CLOSED_SKIPPED = { ...ALL_DONE, '/closed': 'skipped robots' };

const TABLE: readonly [what: string, robots: Route, end: Record<string, string>][] = [
  ['404 allows all', { status: 404 }, ALL_DONE],
  ['403 allows all', { status: 403, body: CLOSED }, ALL_DONE],
  ['401 allows all', { status: 401, body: CLOSED }, ALL_DONE],
  ['410 allows all', { status: 410 }, ALL_DONE],
  ['200 is obeyed', text(CLOSED), CLOSED_SKIPPED],
  ['an empty one allows all', text(''), ALL_DONE],
  ['a byte order mark is no part of it', text(`\u{FEFF}${CLOSED}`), CLOSED_SKIPPED],
  ['CR ends a line', text(CLOSED.replaceAll('\n', '\r')), CLOSED_SKIPPED],
  ['CR LF ends a line', text(CLOSED.replaceAll('\n', '\r\n')), CLOSED_SKIPPED],
  [
    'gzip is undone',
    { headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, body: gzipSync(CLOSED) },
    CLOSED_SKIPPED,
  ],
  ['a page of HTML is obeyed as far as it has rules', `<html>\n${CLOSED}</html>`, CLOSED_SKIPPED],
  ['our own group wins over that of all', text(`User-agent: orbweaver\nAllow: /\n\n${CLOSED}`), ALL_DONE],
  ['a redirect without Location allows all', { status: 302 }, ALL_DONE],
];

test.concurrent(
  'robots.txt comes first and once, and is obeyed by its status and text',
  async ({ bench }) => {
    const pages = { '/': page(['/open', '/closed']), '/open': page([]), '/closed': page([]) };
    const rows = await Promise.all(
      TABLE.map(async ([what, robots, end]) => ({
        what,
        end,
        site: await bench.site({ ...pages, '/robots.txt': robots }),
      })),
    );
    const { db } = await bench.crawl({ seeds: rows.map(({ site }) => `${site.origin}/`) });
    for (const { what, end, site } of rows) {
      const ends = Object.entries(endsOf(db)).filter(([url]) => url.startsWith(`${site.origin}/`));
      expect(
        Object.fromEntries(ends.map(([url, how]) => [url.slice(site.origin.length), how])),
        what,
      ).toEqual(end);
      expect(site.paths[0], what).toBe('/robots.txt');
      expect(site.hitsOf('/robots.txt').length, what).toBe(1);
      expect(site.hitsOf('/closed').length, what).toBe(end['/closed'] === 'done 200' ? 1 : 0);
    }
  },
);

test.concurrent(
  'a crawl ends when all that is left is disallowed, however much that is',
  async ({ bench }) => {
    const closed = paths(5_000, '/closed/');
    const site = await bench.site({ '/robots.txt': text(CLOSED), '/': page(closed) });
    const { totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
    expect(totals.skipped).toEqual({ robots: 5_000 });
    expect(site.paths).toEqual(['/robots.txt', '/']);
  },
);

/** robots.txt redirects `hops` times before it is there. */
function behind(hops: number): Record<string, Route> {
  const stops = ['/robots.txt', ...paths(hops, '/hop')];
  const routes = stops.map((path, index): [string, Route] => [path, to(stops[index + 1] ?? '')]);
  return { ...Object.fromEntries(routes), [stops.at(-1) as string]: text(CLOSED) };
}

test.concurrent(
  'five redirects of robots.txt are followed, also to another host; more allow all',
  async ({ bench }) => {
    const pages = { '/': page(['/closed']), '/closed': page([]) };
    const five = await bench.site({ ...pages, ...behind(5) });
    const six = await bench.site({ ...pages, ...behind(6) });
    const elsewhere = await bench.site({ '/rules': text(CLOSED) }, { address: '127.0.0.2' });
    const moved = await bench.site({ ...pages, '/robots.txt': to(`${elsewhere.origin}/rules`, 301) });
    const lost = await bench.site({ ...pages, '/robots.txt': to(`${elsewhere.origin}/missing`, 308) });
    const seeds = [five, six, moved, lost].map(({ origin }) => `${origin}/`);
    const { db } = await bench.crawl({ seeds, allowPrivate: true });
    const ends = endsOf(db);
    expect(ends[`${five.origin}/closed`]).toBe('skipped robots');
    expect(five.paths).toEqual(['/robots.txt', ...paths(5, '/hop'), '/']);
    expect(ends[`${six.origin}/closed`]).toBe('done 200');
    expect(six.paths).toEqual(['/robots.txt', ...paths(5, '/hop'), '/', '/closed']);
    expect(ends[`${moved.origin}/closed`]).toBe('skipped robots');
    expect(ends[`${lost.origin}/closed`]).toBe('done 200');
    // The other host is asked for nothing of its own.
    expect(elsewhere.paths.sort()).toEqual(['/missing', '/rules']);
  },
);

test.concurrent(
  'a 500 allows nothing: asked again with back-off, and at last the host is given up',
  async ({ bench }) => {
    const site = await bench.site({ '/robots.txt': { status: 500 }, '*': page([]) });
    const db = bench.file();
    const seeds = ['/', '/p'].flatMap((path) => ['--seed', site.origin + path]);
    const args = [...seeds, '--db', db, '--retry-delay', '0.05', '--give-up', '0.02'];
    const { status, stderr } = await bench.run(args);
    expect(status).toBe(1);
    expect(new Set(site.paths)).toEqual(new Set(['/robots.txt']));
    expect(site.hits.length).toBeGreaterThanOrEqual(3);
    // Between half and all of 50 ms, twice as much each time.
    for (const [index, gap] of site.gaps().entries())
      expect(gap).toBeGreaterThanOrEqual((50 * 2 ** index) / 2 - 20);
    expect(endsOf(db, site.origin)).toEqual({ '/': 'failed host', '/p': 'failed host' });
    expect(stderr).toContain(`giving up ${site.origin} (host): robots.txt: HTTP 500`);
  },
);

test.concurrent(
  'many hosts that share one robots.txt ask for it once, over kill -9 too, and hold up nobody',
  async ({ bench }) => {
    const addresses = Array.from({ length: 12 }, (_, n) => `127.0.0.${n + 10}`);
    const shared = await bench.site({ '/rules': { ...text(CLOSED), afterMs: 1_500 } });
    const pages = { '/': page(['/closed']), '/closed': page([]) };
    const routes = { ...pages, '/robots.txt': to(`${shared.origin}/rules`) };
    const sharing = await Promise.all(addresses.map((address) => bench.site(routes, { address })));
    const free = await bench.site({ '/': page(['/p']), '/p': page([]) }, { address: '127.0.0.2' });
    const db = bench.file();
    const seeds = [...sharing, free].flatMap(({ origin }) => ['--seed', `${origin}/`]);
    const args = [
      ...seeds,
      '--db',
      db,
      '--workers',
      '2',
      '--concurrency',
      '2',
      '--delay',
      '0.1',
      '--allow-private',
    ];
    const first = bench.start(args);
    const waiting = 'SELECT count(*) AS hosts FROM hosts WHERE robots_hop IS NOT NULL';
    await shared.asked(1);
    while (query<{ hosts: number }>(db, waiting)[0]?.hosts !== 12) await pause(20);
    await first.kill();
    expect((await bench.run(args)).status).toBe(0);
    for (const site of sharing) {
      expect(endsOf(db, site.origin)).toMatchObject({ '/': 'done 200', '/closed': 'skipped robots' });
      expect(site.paths).toEqual(['/robots.txt', '/']);
    }
    expect(endsOf(db, free.origin)).toMatchObject({ '/': 'done 200', '/p': 'done 200' });
    expect(shared.hits.length).toBeLessThanOrEqual(2);
  },
);

test.concurrent(
  'a robots.txt that redirects to one that never comes about ends with its host given up',
  async ({ bench }) => {
    const broken = await bench.site({ '/rules': { status: 500 } }, { address: '127.0.0.2' });
    const site = await bench.site({ '/robots.txt': to(`${broken.origin}/rules`), '/': page([]) });
    const { db, totals } = await bench.crawl({
      seeds: [`${site.origin}/`],
      giveUp: 0.02,
      maxTime: 20,
      allowPrivate: true,
    });
    expect(endsOf(db, site.origin)).toEqual({ '/': 'failed host' });
    expect(totals.hostsGivenUp).toEqual([{ host: site.origin, code: 'host', urls: 1 }]);
    expect(new Set(site.paths)).toEqual(new Set(['/robots.txt']));
  },
);

test.concurrent('a refused robots.txt is asked again when its Retry-After says so', async ({ bench }) => {
  const first =
    (status: number, retryAfter: () => string): Route =>
    (hit) =>
      hit.earlier > 0 ? text(CLOSED) : { status, headers: { 'retry-after': retryAfter() } };
  const pages = { '/': page(['/closed']), '/closed': page([]) };
  const seconds = await bench.site({ ...pages, '/robots.txt': first(429, () => '1') });
  const dated = await bench.site({
    ...pages,
    '/robots.txt': first(503, () => new Date(Date.now() + 2_000).toUTCString()),
  });
  const { db } = await bench.crawl({ seeds: [`${seconds.origin}/`, `${dated.origin}/`] });
  for (const site of [seconds, dated]) {
    expect(site.paths).toEqual(['/robots.txt', '/robots.txt', '/']);
    // A date has whole seconds, so two seconds on may be hardly more than one.
    expect(site.gaps()[0]).toBeGreaterThanOrEqual(980);
    expect(endsOf(db)[`${site.origin}/closed`]).toBe('skipped robots');
    expect(pagesOf(db)[`${site.origin}/`]?.attempts).toBe(1);
  }
});

test.concurrent(
  'robots.txt is fetched once, whatever is killed and resumed in between',
  async ({ bench }) => {
    const pages = paths(30);
    const site = await bench.site({
      '/robots.txt': text('User-agent: *\nDisallow: /p7\n'),
      '/': page(pages),
      ...each(pages, { body: page([]), afterMs: 50 }),
    });
    const db = bench.file();
    const args = ['--seed', `${site.origin}/`, '--db', db, '--per-host', '2', '--workers', '1'];
    for (const hits of [8, 18]) {
      const running = bench.start(args);
      await site.asked(hits);
      await running.kill();
    }
    expect((await bench.run(args)).status).toBe(0);
    expect(site.hitsOf('/robots.txt').length).toBe(1);
    expect(site.hitsOf('/p7')).toEqual([]);
    expect(endsOf(db, site.origin)['/p7']).toBe('skipped robots');
  },
);

test.concurrent(
  'a robots.txt that is a day old is read again, and the new one is obeyed',
  async ({ bench }) => {
    const site = await bench.site({
      '/robots.txt': (hit) => text(hit.earlier === 0 ? '' : CLOSED),
      '/': page(['/open']),
      '/open': page(['/closed']),
      '/closed': page([]),
    });
    const db = bench.file();
    await bench.crawl({ seeds: [`${site.origin}/`], db, maxPages: 1 });
    const connection = new Database(db);
    connection.exec('UPDATE hosts SET robots_fetched_at = robots_fetched_at - 24 * 3600 * 1000');
    connection.close();
    await bench.crawl({ seeds: [`${site.origin}/`], db });
    expect(site.paths).toEqual(['/robots.txt', '/', '/robots.txt', '/open']);
    expect(endsOf(db, site.origin)['/closed']).toBe('skipped robots');
  },
);

test.concurrent(
  'a redirect to a disallowed page is done, the page skipped and never asked for',
  async ({ bench }) => {
    const site = await bench.site({
      '/robots.txt': text(CLOSED),
      '/': page(['/to']),
      '/to': to('/closed'),
      '/closed': page([]),
    });
    const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
    expect(endsOf(db, site.origin)).toEqual({
      '/': 'done 200',
      '/to': 'done 302',
      '/closed': 'skipped robots',
    });
    expect(site.hitsOf('/closed')).toEqual([]);
  },
);

test.concurrent(
  'every origin has a robots.txt of its own, read as Orbweaver whatever --user-agent says',
  async ({ bench }) => {
    const robots = text('User-agent: otherbot\nDisallow: /\n\nUser-agent: Orbweaver\nDisallow: /closed\n');
    const two = await bench.site({ '/robots.txt': robots, '/': page(['/closed']), '/closed': page([]) });
    const one = await bench.site({ '/': page([`${two.origin}/`, '/closed']), '/closed': page([]) });
    const { db } = await bench.crawl({ seeds: [`${one.origin}/`], scope: 'host', userAgent: 'otherbot/1.0' });
    expect(endsOf(db)).toEqual({
      [`${one.origin}/`]: 'done 200',
      [`${one.origin}/closed`]: 'done 200',
      [`${two.origin}/`]: 'done 200',
      [`${two.origin}/closed`]: 'skipped robots',
    });
    for (const site of [one, two]) expect(site.paths[0]).toBe('/robots.txt');
    expect(two.hits[0]?.headers['user-agent']).toBe('otherbot/1.0');
  },
);

test.concurrent('a disallowed seed ends the crawl with status 1', async ({ bench }) => {
  const site = await bench.site({ '/robots.txt': text('User-agent: *\nDisallow: /\n'), '/': page([]) });
  const { status, stderr } = await bench.run(['--seed', `${site.origin}/`, '--db', bench.file()]);
  expect(status).toBe(1);
  expect(site.paths).toEqual(['/robots.txt']);
  expect(stderr).toContain(`${site.origin}/ (robots)`);
});

test.concurrent('--no-robots asks for no robots.txt and lifts page-level nofollow', async ({ bench }) => {
  const site = await bench.site({
    '/robots.txt': text('User-agent: *\nDisallow: /\n'),
    '/': page(['/a'], { head: '<meta name="robots" content="nofollow">' }),
    '/a': { headers: { 'content-type': 'text/html', 'x-robots-tag': 'none' }, body: page(['/b']) },
    '/b': page([]),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], robots: false });
  expect(site.paths).toEqual(['/', '/a', '/b']);
  expect(endsOf(db, site.origin)).toEqual({ '/': 'done 200', '/a': 'done 200', '/b': 'done 200' });
  expect(query(db, 'SELECT DISTINCT nofollow FROM links')).toEqual([{ nofollow: 0 }]);
});

test.concurrent('a host that cannot be reached at first is crawled whole once it can', async ({ bench }) => {
  const origin = await freeOrigin('127.78.0.1');
  const db = bench.file();
  const crawling = bench.crawl({ seeds: [`${origin}/`], db, retryDelay: 0.3, retries: 5 });
  await pause(700);
  const { hostname, port } = new URL(origin);
  const pages = paths(3);
  const routes = { '/robots.txt': text(CLOSED), '/': page([...pages, '/closed']), ...each(pages, page([])) };
  const site: Site = await bench.site(routes, { address: hostname, port: Number(port) });
  const { totals } = await crawling;
  expect(totals.pages).toBe(4);
  expect(totals.skipped).toEqual({ robots: 1 });
  expect(site.paths[0]).toBe('/robots.txt');
  expect(Object.values(pagesOf(db)).every(({ attempts }) => attempts <= 1)).toBe(true);
});
