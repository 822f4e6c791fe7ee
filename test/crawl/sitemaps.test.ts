/** `--sitemaps` through the whole program. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { page, pause, text, to } from '../support/site.js';
import type { AnswerParts, Routes } from '../support/site.js';
import { endsOf, query, test } from '../manners/bench.js';

function xml(body: string | Buffer): AnswerParts {
  return { headers: { 'content-type': 'application/xml' }, body };
}

function listing(...urls: readonly string[]): string {
  return `<urlset>${urls.map((url) => `<url><loc>${url}</loc></url>`).join('')}</urlset>`;
}

function index(...urls: readonly string[]): string {
  return `<sitemapindex>${urls.map((url) => `<sitemap><loc>${url}</loc></sitemap>`).join('')}</sitemapindex>`;
}

/** A site of which half the pages are linked from nowhere; its robots.txt names an index, a text and a lost file. */
const ROUTES: Routes = {
  '/robots.txt': text(
    'User-agent: *\nDisallow: /closed\nSitemap: /index.xml\nSitemap: /list.txt\nSitemap: /lost.xml\n',
  ),
  '/': page(['/linked']),
  '/linked': page(['/deep']),
  '/deep': page([]),
  '/index.xml': xml(index('/packed.xml.gz', '/moved.xml', '/index.xml')),
  '/packed.xml.gz': xml(gzipSync(listing('/a?x=1&y=2', '/closed/a', '/closed-not', 'http://far.example/x'))),
  '/moved.xml': to('/here.xml'),
  '/here.xml': xml(listing('/b', '/deep')),
  '/list.txt': text('http://far.example/y\n'),
  '/sitemap.xml': xml(listing('/c', '/c', '/x/x/x/x/y')),
  '/a?x=1&y=2': page(['/from-a']),
  '/from-a': page([]),
  '/b': page([]),
  '/c': page([]),
};

test.for([1, 3])('pages that only sitemaps list are found, with %d threads', async (workers, { bench }) => {
  const site = await bench.site(ROUTES);
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--sitemaps', '--workers', String(workers)];
  const { status, stderr } = await bench.run(args);
  expect(status, stderr).toBe(0);
  bench.digest(db);
  expect(endsOf(db, site.origin)).toEqual({
    '/': 'done 200',
    '/linked': 'done 200',
    '/deep': 'done 200',
    '/a?x=1&y=2': 'done 200',
    '/from-a': 'done 200',
    '/b': 'done 200',
    '/c': 'done 200',
    '/closed/a': 'skipped robots',
    '/closed-not': 'skipped robots',
    '/x/x/x/x/y': 'skipped trap',
  });
  const depths = query<{ url: string; depth: number }>(
    db,
    'SELECT url, depth FROM pages WHERE state = ? ORDER BY url',
    'done',
  );
  expect(Object.fromEntries(depths.map(({ url, depth }) => [url.replace(site.origin, ''), depth]))).toEqual({
    '/': 0,
    '/linked': 1,
    '/deep': 0,
    '/a?x=1&y=2': 0,
    '/from-a': 1,
    '/b': 0,
    '/c': 0,
  });
  const listed = query<{ page: string; sitemap: string }>(
    db,
    'SELECT p.url AS page, s.url AS sitemap FROM sitemap_urls l JOIN pages p ON p.id = l.page_id JOIN sitemaps s ON s.id = l.sitemap_id',
  );
  expect(listed).toContainEqual({ page: `${site.origin}/b`, sitemap: `${site.origin}/here.xml` });
  expect(stderr).toMatch(/sitemaps +5 {3}listing 7 pages, 1 not there/);
  expect(stderr).toMatch(/out of scope +2 {3}links to 1 host/);
  for (const path of ['/index.xml', '/here.xml', '/sitemap.xml', '/lost.xml'])
    expect(site.hitsOf(path).length, path).toBe(1);
});

test('without the flag no sitemap is asked for, and a crawl goes on with it or without it, not both', async ({
  bench,
}) => {
  const site = await bench.site(ROUTES);
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--workers', '1'];
  expect((await bench.run(args)).status).toBe(0);
  expect(site.paths.filter((path) => /xml|txt/.test(path))).toEqual(['/robots.txt']);
  const { status, stderr } = await bench.run([...args, '--sitemaps']);
  expect(status).toBe(2);
  expect(stderr).toContain('--sitemaps: read now, not read in the file');
});

test('a sitemap that fails otherwise than by not being there is a fault of the crawl', async ({ bench }) => {
  const site = await bench.site({ '/': page([]), '/sitemap.xml': { status: 500 } });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--sitemaps', '--workers', '1', '--retries', '0'];
  const { status, stderr } = await bench.run(args);
  expect(status).toBe(1);
  expect(stderr).toMatch(/sitemaps +0 {3}listing 0 pages, 1 failed/);
});

test('killed at any request, a crawl with sitemaps and a depth ends as if undisturbed', async ({ bench }) => {
  const site = await bench.site({
    ...ROUTES,
    '/packed.xml.gz': { ...xml(gzipSync(listing('/a?x=1&y=2', '/b'))), afterMs: 60 },
  });
  const flags = '--sitemaps --max-depth 0 --workers 1 --concurrency 2 -q'.split(' ');
  const args = (db: string): string[] => ['--seed', `${site.origin}/`, '--db', db, ...flags];
  const calm = bench.file();
  expect((await bench.run(args(calm))).status).toBe(0);
  const db = bench.file();
  for (let kills = 0; kills < 5; kills++) {
    const before = site.hits.length;
    const running = bench.start(args(db));
    const run = { isOver: false };
    void running.ended.then(() => (run.isOver = true));
    while (!run.isOver && site.hits.length < before + 2 + kills) await pause(2);
    await running.kill();
  }
  expect((await bench.run(args(db))).status).toBe(0);
  expect(bench.digest(db)).toBe(bench.digest(calm));
});
