/** Every question to the file goes by an index: on a file of millions of URLs, too, the answer comes at once. */
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'vitest';
import { explain, type CrawlRule } from '../../dist/explain/explain.js';
import { query, test } from '../manners/bench.js';
import { page, to } from '../support/site.js';

/**
 * What may be looked through: runs, five names at most (`p`), and what waits, is leased or is on a seed's chain; downloads,
 * of which a crawl has none.
 */
const SMALL =
  /^SCAN (?:runs|download_files|sqlite_schema|p|CONSTANT ROW|(?:urls|hosts) USING (?:COVERING )?INDEX (?:urls_waiting|urls_leased|urls_of_seeds|hosts_ready))$/;

test('nothing that grows with the crawl is looked through', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/a', '/moved', '/c?d=1', '/c?d=2', '/private', 'https://else.test/']),
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /private' },
    '/a': ({ earlier }) => (earlier < 1 ? { status: 500 } : page(['/moved'])),
    '/moved': to('/a'),
    '/c?d=1': page([]),
    '/sitemap.xml': () => ({
      headers: { 'content-type': 'application/xml' },
      body: `<urlset><url><loc>${site.origin}/a</loc></url></urlset>`,
    }),
  });
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds, sitemaps: true, maxVariants: 1 });
  expect(query(db, 'SELECT 1 FROM held')).toHaveLength(1);
  const rule: CrawlRule = {
    seeds,
    rule: { profile: 'web', scope: 'origin', scopeKeys: [site.origin], include: [], exclude: [] },
    within: null,
    obeyRobots: true,
  };
  const asked = new Set<string>();
  const file = new BetterSqlite3(db, { readonly: true, verbose: (sql) => asked.add(String(sql)) });
  for (const path of ['/', '/a', '/moved', '/c?d=2', '/private', '/sitemap.xml', '/none'])
    explain(file, rule, site.origin + path);
  explain(file, rule, 'https://else.test/');
  const questions = [...asked];
  expect(questions.length).toBeGreaterThan(30);
  for (const sql of questions) {
    const plan = file.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
    const scans = plan.filter(({ detail }) => detail.startsWith('SCAN') && !SMALL.test(detail));
    expect(
      scans.map(({ detail }) => detail),
      sql,
    ).toEqual([]);
  }
  file.close();
});
