/** --strip-param through the whole program: what becomes one page, what is asked for, what is counted. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { page, to } from '../support/site.js';
import { edgesOf, endsOf, pagesOf, query, test } from '../manners/bench.js';

test('seeds, links, redirects, canonical addresses and sitemap entries lose the parameter', async ({
  bench,
}) => {
  const site = await bench.site({
    '/?q=1': page(['/a?utm_source=x', '/a?utm_medium=y', '/a', '/moved?id=1&utm_x', '/b?id=2'], {
      head: '<link rel="canonical" href="/?q=1&utm_source=c">',
    }),
    '/a': page([]),
    '/moved?id=1': to('/target?utm_source=z'),
    '/target': page([]),
    '/b?id=2': page([]),
    '/listed': page([]),
    '/sitemap.xml': () => ({
      headers: { 'content-type': 'application/xml' },
      body: `<urlset><url><loc>${site.origin}/listed?utm_source=s</loc></url></urlset>`,
    }),
  });
  const db = bench.file();
  const flags = ['--sitemaps', '--strip-param', 'utm_*', '--db', db, '--workers', '1', '--json'];
  const { status, stdout, stderr } = await bench.run([
    '--seed',
    `${site.origin}/?utm_campaign=k&q=1`,
    ...flags,
  ]);
  expect(status, stderr).toBe(0);
  expect(site.paths.toSorted()).toEqual([
    '/?q=1',
    '/a',
    '/b?id=2',
    '/listed',
    '/moved?id=1',
    '/robots.txt',
    '/sitemap.xml',
    '/target',
  ]);
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual([
    '/?q=1',
    '/a',
    '/b?id=2',
    '/listed',
    '/moved?id=1',
    '/target',
  ]);
  expect(pagesOf(db, site.origin)['/?q=1']?.canonical_url).toBe(`${site.origin}/?q=1`);
  expect(edgesOf(db, site.origin)).toEqual(['/?q=1 → /a', '/?q=1 → /b?id=2', '/?q=1 → /moved?id=1']);
  // Three links of the page, one redirect, one entry of the sitemap.
  expect(JSON.parse(stdout)).toMatchObject({ strippedLinks: 5 });
  expect(stderr).toMatch(/^ {2}stripped +5 {3}links changed by --strip-param$/m);
  bench.digest(db);

  const asked = await bench.run(['explain', '/a?utm_source=never-seen', '--db', db]);
  expect(asked.stdout).toContain(`${site.origin}/a was crawled: HTTP 200`);
  expect(asked.status).toBe(0);
});

test('without the flag every spelling is a page, and none is counted', async ({ bench }) => {
  const site = await bench.site({ '/': page(['/a?utm_source=x', '/a']), '*': page([]) });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(Object.keys(endsOf(db, site.origin)).sort()).toEqual(['/', '/a', '/a?utm_source=x']);
  expect(totals.strippedLinks).toBe(0);
  expect(query(db, 'SELECT * FROM records WHERE stripped_links IS NOT NULL')).toEqual([]);
});

test('a file is continued with the same names only', async ({ bench }) => {
  const site = await bench.site({ '/': page([]) });
  const db = bench.file();
  const base = ['--seed', `${site.origin}/`, '--db', db, '--workers', '1', '-q'];
  expect((await bench.run([...base, '--strip-param', 'a', '--strip-param', 'b'])).status).toBe(0);
  const before = readFileSync(db);
  const other = await bench.run([...base, '--strip-param', 'b', '--strip-param', 'c']);
  expect(other.status).toBe(2);
  expect(other.stderr).toContain('--strip-param c: given now, not in the file');
  expect(other.stderr).toContain('--strip-param a: in the file, not given now');
  expect(readFileSync(db).equals(before)).toBe(true);
  expect((await bench.run([...base, '--strip-param', 'b', '--strip-param', 'a'])).status).toBe(0);
});
