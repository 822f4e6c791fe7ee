/** From the markup of a page to edges, rows and request headers. */
import { expect } from 'vitest';
import { VERSION } from '../../dist/version.js';
import { page } from '../support/site.js';
import { endsOf, pagesOf, query, test } from '../manners/bench.js';

interface Edge {
  readonly source: string;
  readonly target: string;
  readonly nofollow: number;
}

function edges(db: string, origin: string): Record<string, number> {
  const rows = query<Edge>(
    db,
    `SELECT s.url AS source, t.url AS target, nofollow FROM links l
       JOIN pages s ON s.id = l.source_id JOIN pages t ON t.id = l.target_id`,
  );
  return Object.fromEntries(
    rows.map(({ source, target, nofollow }) => [
      `${source.replace(origin, '')} → ${target.replace(origin, '')}`,
      nofollow,
    ]),
  );
}

test('every kind of link is followed, resolved by <base>, and what is no link is not', async ({ bench }) => {
  const site = await bench.site({
    '/': `<base href="/dir/"><meta http-equiv="refresh" content="5; url=refresh">
      <a href=" a&#10;b ">a</a><area href="area"><iframe src="iframe"></iframe>
      <a href="/dir/a%62?q=1#x">same</a><a href="#top">self of base</a><a href="">also</a>
      <img src="image.png"><script src="s.js"></script><link rel="stylesheet" href="s.css">
      <form action="form"></form><noscript><a href="noscript">n</a></noscript>
      <template><a href="inert">t</a></template><!-- <a href="comment">c</a> -->
      <a href="javascript:void(0)">j</a><a href="tel:1">t</a><a href="http://">bad</a>`,
    '/frames': '<frameset><frame src="/frame"></frameset>',
    '*': page([]),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`, `${site.origin}/frames`] });
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual(
    [
      '/',
      '/dir/',
      '/dir/ab',
      '/dir/ab?q=1',
      '/dir/area',
      '/dir/iframe',
      '/dir/noscript',
      '/dir/refresh',
      '/frame',
      '/frames',
    ].sort(),
  );
});

test('nothing is merged but what the standard says is one', async ({ bench }) => {
  const links = [
    '/a',
    '/a/',
    '/A',
    '/a?',
    '/a?utm_source=x',
    '/a?x=1&y=2',
    '/a?y=2&x=1',
    '/%61',
    '/b/../a',
    '/%e4',
    '/%E4',
  ];
  const site = await bench.site({ '/': page(links), '*': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual(
    ['/', '/a', '/a/', '/A', '/a?', '/a?utm_source=x', '/a?x=1&y=2', '/a?y=2&x=1', '/%E4'].sort(),
  );
  expect(site.hits.length).toBe(1 + 9);
});

test('page-level nofollow by meta or header is not followed, until another edge is', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/meta', '/header', '/none', '/other-bot', '/slow']),
    '/meta': page(['/only-meta', '/reopened'], {
      head: '<meta name="ROBOTS" content="noindex, NoFollow">',
    }),
    '/header': {
      headers: { 'content-type': 'text/html', 'x-robots-tag': ['noarchive', 'orbweaver: nofollow'] },
      body: page(['/only-header']),
    },
    '/none': page(['/only-none'], { head: '<meta name="orbweaver" content="none">' }),
    '/other-bot': {
      headers: { 'content-type': 'text/html', 'x-robots-tag': 'otherbot: nofollow' },
      body: page(['/fine']),
    },
    '/slow': { body: page(['/deeper']), afterMs: 150 },
    '/deeper': page(['/reopened']),
    '*': page([]),
  });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  const ends = endsOf(db, site.origin);
  for (const path of ['/only-meta', '/only-header', '/only-none']) {
    expect(ends[path], path).toBe('skipped nofollow');
    expect(pagesOf(db, site.origin)[path]?.depth, path).toBeNull();
    expect(site.hitsOf(path), path).toEqual([]);
  }
  expect(ends['/fine']).toBe('done 200');
  // The unfollowed edge of a shorter way gives no depth.
  expect(pagesOf(db, site.origin)['/reopened']).toMatchObject({ state: 'done', depth: 3 });
  expect(edges(db, site.origin)).toMatchObject({
    '/meta → /only-meta': 2,
    '/meta → /reopened': 2,
    '/deeper → /reopened': 0,
    '/header → /only-header': 2,
    '/other-bot → /fine': 0,
  });
  expect(totals.skipped).toEqual({ nofollow: 3 });
  bench.digest(db);
});

test('rel=nofollow is recorded and followed; of several links to a page the least wins', async ({
  bench,
}) => {
  const site = await bench.site({
    '/': '<a rel="external nofollow" href="/a">a</a><a rel=nofollow href="/b">b</a><a href="/b#x">b</a>',
    '*': page([]),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(edges(db, site.origin)).toEqual({ '/ → /a': 1, '/ → /b': 0 });
  expect(endsOf(db, site.origin)).toEqual({ '/': 'done 200', '/a': 'done 200', '/b': 'done 200' });
});

test('rel=canonical is recorded, never merged', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/a', '/b']),
    '/a': page([], { head: '<link rel="canonical" href="/b?x=%7e#f">' }),
    '/b': page([]),
  });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(totals.pages).toBe(3);
  expect(pagesOf(db, site.origin)['/a']?.canonical_url).toBe(`${site.origin}/b?x=~`);
  expect(pagesOf(db, site.origin)['/b']?.canonical_url).toBeNull();
});

test('a URL longer than 2,083 characters is skipped, never asked for, and kept apart from its like', async ({
  bench,
}) => {
  const site = await bench.site({ '*': page([]) });
  const longest = `/${'a'.repeat(2_083 - site.origin.length - 1)}`;
  site.route('/', page([longest, `${longest}b`, `${longest}c`]));
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(endsOf(db, site.origin)[longest]).toBe('done 200');
  expect(totals.skipped).toEqual({ url: 2 });
  expect(site.hits.length).toBe(3);
  bench.digest(db);
});

test('other content is skipped with its status, and broken pages lead nowhere', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/image', '/gone', '/broken', '/empty']),
    '/image': { headers: { 'content-type': 'image/png' }, body: page(['/never']) },
    '/gone': { status: 410, body: page(['/never']) },
    '/broken': { status: 501, body: page(['/never']) },
    '/empty': { status: 204 },
  });
  const db = bench.file();
  const { status } = await bench.run(['--seed', `${site.origin}/`, '--db', db, '--workers', '1']);
  // The 501 is no 4xx.
  expect(status).toBe(1);
  const pages = pagesOf(db, site.origin);
  expect(pages['/image']).toMatchObject({ state: 'skipped', error: 'content-type', http_status: 200 });
  expect(pages['/gone']).toMatchObject({ state: 'failed', error: 'status', http_status: 410 });
  expect(pages['/broken']).toMatchObject({ state: 'failed', error: 'status', http_status: 501 });
  expect(pages['/empty']).toMatchObject({ state: 'skipped', error: 'content-type', http_status: 204 });
  expect(pages['/never']).toBeUndefined();
});

test('--header goes to the origins of the seeds only, robots.txt included; the agent is honest', async ({
  bench,
}) => {
  const other = await bench.site({ '/': page([]), '/rules': { status: 404 } }, { address: '127.0.0.2' });
  const port = await bench.site({
    '/robots.txt': { status: 302, headers: { location: `${other.origin}/rules` } },
    '/': page([]),
  });
  const site = await bench.site({
    '/': page(['/a', `${other.origin}/`, `${port.origin}/`]),
    '/a': page([]),
  });
  const { totals } = await bench.crawl({
    seeds: [`${site.origin}/`],
    scope: 'any',
    allowPrivate: true,
    headers: ['X-Secret: open sesame', 'Accept-Language: de'],
  });
  expect(totals.pages).toBe(4);
  expect(site.hits.length).toBe(3);
  for (const { headers } of site.hits) {
    expect([headers['x-secret'], headers['accept-language']]).toEqual(['open sesame', 'de']);
  }
  for (const { headers } of [...other.hits, ...port.hits]) expect(headers['x-secret']).toBeUndefined();
  const agents = new Set(
    [site, other, port].flatMap(({ hits }) => hits.map(({ headers }) => headers['user-agent'])),
  );
  expect([...agents]).toEqual([
    expect.stringMatching(new RegExp(`^Orbweaver/${VERSION} \\(\\+https://\\S+; .*\\)$`)),
  ]);
});
