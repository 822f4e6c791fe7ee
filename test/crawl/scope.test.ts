/** What belongs to the crawl: scope, patterns, profiles, depth. */
import { expect } from 'vitest';
import { page } from '../support/site.js';
import type { Route } from '../support/site.js';
import { endsOf, pagesOf, test } from '../manners/bench.js';

test('--scope origin, host, domain and any take in what they say, and count the rest by host', async ({
  bench,
}) => {
  const leaf: Record<string, Route> = { '/': page([]) };
  const otherHost = await bench.site(leaf, { address: '127.0.0.2' });
  const otherPort = await bench.site(leaf);
  const own = await bench.site({
    '/': page(['/own', `${otherPort.origin}/`, `${otherHost.origin}/`, 'mailto:a@b.c', 'ftp://127.0.0.1/x']),
    '/own': page([]),
  });
  const mine = [`${own.origin}/`, `${own.origin}/own`];
  const expected = {
    origin: mine,
    host: [...mine, `${otherPort.origin}/`],
    // An address is its own registrable domain.
    domain: [...mine, `${otherPort.origin}/`],
    any: [...mine, `${otherPort.origin}/`, `${otherHost.origin}/`],
  };
  for (const scope of ['origin', 'host', 'domain', 'any'] as const) {
    const { db, totals } = await bench.crawl({ seeds: [`${own.origin}/`], scope, allowPrivate: true });
    expect(Object.keys(endsOf(db)).sort(), scope).toEqual(expected[scope].sort());
    expect(totals.outOfScope.links, scope).toBe(4 - expected[scope].length);
    const hosts = totals.outOfScope.top.map(({ host }) => host).sort();
    const outside = {
      origin: ['127.0.0.1', '127.0.0.2'],
      host: ['127.0.0.2'],
      domain: ['127.0.0.2'],
      any: [],
    };
    expect(hosts, scope).toEqual(outside[scope]);
  }
  expect(otherPort.hits.length).toBe(3 * 2);
  expect(otherHost.hits.length).toBe(1 * 2);
});

test('several seeds: each adds its own scope', async ({ bench }) => {
  const two = await bench.site({ '/': page([]), '/linked': page([]) }, { address: '127.0.0.2' });
  const one = await bench.site({ '/': page([`${two.origin}/linked`]) });
  const { totals } = await bench.crawl({ seeds: [`${one.origin}/`, `${two.origin}/`] });
  expect(totals.pages).toBe(3);
  expect(totals.outOfScope.links).toBe(0);
});

test('include and exclude match path and query, exclude wins, seeds are exempt', async ({ bench }) => {
  const links = ['/keep/a', '/keep/b?page=2', '/keep/secret', '/drop/a', '/keep/b?print=1', '/x?of=/keep/'];
  const site = await bench.site({ '/secret-seed': page(links), '*': page([]) });
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/secret-seed`],
    include: ['/keep/', 'never'],
    exclude: ['secret', 'print=\\d'],
  });
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual(
    ['/keep/a', '/keep/b?page=2', '/secret-seed', '/x?of=/keep/'].sort(),
  );
  expect(site.paths.filter((path) => /secret$|print|drop/.test(path))).toEqual([]);
});

test('--within takes only links inside matching elements, and says so where there are none', async ({
  bench,
}) => {
  const site = await bench.site({
    '/': '<nav><a href="/nav">n</a></nav><main class="text"><a href="/in">i</a></main>',
    '/in': page(['/missed']),
    '*': page([]),
  });
  const { db, notices } = await bench.crawl({ seeds: [`${site.origin}/`], within: 'main.text' });
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual(['/', '/in']);
  // Only the first page is spoken of: others may well have none.
  expect(notices.filter(({ kind }) => kind === 'within-missing')).toEqual([]);
});

/** A MediaWiki page as far as the rule looks at it. */
function article(links: readonly string[], title: string): string {
  const anchors = links.map((href) => `<a href="${href}">x</a>`).join('');
  return `<title>${title} - Site</title><a href="/wiki/Outside_body">o</a><h1>${title}</h1>
    <h1>second</h1><div id="bodyContent">${anchors}</div>`;
}

test('the mediawiki profile, chosen by a seed below /wiki/, is the rule of the exercise', async ({
  bench,
}) => {
  const other = await bench.site({ '*': page([]) }, { address: '127.0.0.2' });
  const links = [
    '/wiki/A',
    '/wiki/B#part',
    'C',
    '/wiki/Talk:A',
    '/wiki/File%3AX',
    '/wiki/D?action=edit&x=a:b',
    '/w/index.php',
    `${other.origin}/wiki/Elsewhere`,
  ];
  const site = await bench.site({
    '/wiki/Start': article(links, 'Start <i>here</i>'),
    '*': article([], 'Leaf'),
  });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/wiki/Start`], profile: 'auto' });
  const pages = pagesOf(db, site.origin);
  expect(Object.keys(pages).sort()).toEqual(['/wiki/A', '/wiki/B', '/wiki/C', '/wiki/Start']);
  expect(pages['/wiki/Start']?.title).toBe('Start here');
  expect(totals.outOfScope.top).toEqual([{ host: '127.0.0.2', links: 1 }]);
  expect(other.hits).toEqual([]);
});

test('a first page without #bodyContent gets the advice to try --profile web', async ({ bench }) => {
  const site = await bench.site({ '/wiki/Start': page(['/wiki/A']), '*': page([]) });
  const args = ['--seed', `${site.origin}/wiki/Start`, '--workers', '1'];
  const wiki = await bench.run([...args, '--db', bench.file()]);
  expect(wiki.status).toBe(0);
  const said = wiki.stderr.replace(/\s+/g, ' ');
  expect(said).toContain('has no element #bodyContent, so no links were taken from it');
  expect(said).toContain('try --profile web');
  const web = await bench.run([...args, '--db', bench.file(), '--profile', 'web', '--json']);
  expect(web.stderr).not.toContain('--profile web');
  expect((JSON.parse(web.stdout) as { pages: number }).pages).toBe(2);
});

test('at --max-depth edges are kept and targets skipped, reopened by a higher limit', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/1', '/far']),
    '/1': page(['/2']),
    '/2': page(['/3', '/']),
    '/3': page([]),
    '/far': { body: page(['/3']), afterMs: 150 },
  });
  const db = bench.file();
  const seeds = [`${site.origin}/`];
  const shallow = await bench.crawl({ seeds, db, maxDepth: 1 });
  expect(shallow.ending).toBe('finished');
  expect(endsOf(db, site.origin)).toMatchObject({
    '/1': 'done 200',
    '/2': 'skipped depth',
    '/3': 'skipped depth',
  });
  expect(shallow.totals.links).toBe(4);
  const seedOnly = await bench.crawl({ seeds, maxDepth: 0 });
  expect(seedOnly.totals).toMatchObject({ pages: 1, links: 2, skipped: { depth: 2 } });
  const deeper = await bench.crawl({ seeds, db, maxDepth: 2 });
  expect(deeper.totals).toMatchObject({ pages: 5, skipped: {} });
  expect(pagesOf(db, site.origin)['/3']?.depth).toBe(2);
  expect(site.hitsOf('/1').length).toBe(1);
  expect(bench.digest(db)).toBe(bench.digest((await bench.crawl({ seeds, maxDepth: 2 })).db));
});
