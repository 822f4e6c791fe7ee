/** What a report says of a site with every kind of trouble in it. */
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { readReport, type Report } from '../../dist/index.js';
import { reportText } from '../../dist/report/text.js';
import { test } from '../manners/bench.js';
import { crawlTroubles, HOSTILE_TITLE } from './site.js';

/** A failed target that one page links to, the seed. */
function linkedFromHome(url: string, code: string, httpStatus: number | null, detail: string): object {
  const heldBy = [{ page: 'SITE/', via: null }];
  return { url, code, httpStatus, detail, pages: 1, isSeed: false, sitemaps: 0, heldBy };
}

function chain(
  start: string,
  hops: readonly (readonly [status: number, to: string])[],
  end: readonly [state: string, httpStatus: number | null, error: string | null],
  pages: number,
): object {
  const [state, httpStatus, error] = end;
  return {
    start,
    hops: hops.map(([status, to]) => ({ status, to })),
    end: { url: hops.at(-1)?.[1], state, httpStatus, error },
    isPermanent: hops.every(([status]) => status === 301 || status === 308),
    pages,
  };
}

const WHOLE = ['done', 200, null] as const;
const GONE = ['failed', 404, 'status'] as const;

test('every kind of trouble is found, in its place, and nothing else', async ({ bench }) => {
  const { site, crawled } = await crawlTroubles(bench);
  const read = (limit?: number): Report =>
    JSON.parse(JSON.stringify(readReport(crawled.db, { limit })).replaceAll(site.origin, 'SITE')) as Report;
  const report = read();
  const { slowest, largest, pace, duplicateBodies, ...rest } = report;
  expect(rest).toEqual({
    limit: 100,
    overview: {
      seeds: ['SITE/', 'SITE/start'],
      unfinished: 0,
      urls: { queued: 0, leased: 0, done: 19, failed: 9, skipped: 3 },
      pages: 12,
      links: 38,
      // Not the two that lead to each other.
      redirects: crawled.totals.redirects,
      bytes: expect.any(Number) as number,
      runs: 1,
      firstFetchAt: expect.any(Number) as number,
      lastFetchAt: expect.any(Number) as number,
    },
    broken: {
      total: 4,
      links: 5,
      reasons: [
        { code: 'status', httpStatus: 404, urls: 2 },
        { code: 'redirect', httpStatus: null, urls: 1 },
        { code: 'status', httpStatus: 500, urls: 1 },
      ],
      rows: [
        {
          ...linkedFromHome('SITE/gone', 'status', 404, 'status 404'),
          pages: 3,
          heldBy: [
            { page: 'SITE/', via: null },
            { page: 'SITE/a', via: null },
            { page: 'SITE/untitled', via: 'SITE/to-to-gone' },
          ],
        },
        linkedFromHome('SITE/loop', 'redirect', null, 'redirects in a circle'),
        linkedFromHome('SITE/error', 'status', 500, 'status 500'),
        {
          ...linkedFromHome('SITE/listed-gone', 'status', 404, 'status 404'),
          pages: 0,
          sitemaps: 1,
          heldBy: [],
        },
      ],
    },
    noAccess: {
      total: 2,
      links: 2,
      reasons: [
        { code: 'status', httpStatus: 401, urls: 1 },
        { code: 'status', httpStatus: 403, urls: 1 },
      ],
      rows: [
        linkedFromHome('SITE/login', 'status', 401, 'status 401'),
        linkedFromHome('SITE/forbidden', 'status', 403, 'status 403'),
      ],
    },
    unchecked: {
      total: 2,
      links: 2,
      reasons: [
        { code: 'status', httpStatus: 503, urls: 1 },
        { code: 'timeout', httpStatus: null, urls: 1 },
      ],
      rows: [
        linkedFromHome('SITE/busy', 'status', 503, 'status 503'),
        linkedFromHome('SITE/late', 'timeout', null, 'no complete answer within 4000 ms'),
      ],
    },
    skipped: [
      { reason: 'content-type', urls: 1, example: 'SITE/doc.pdf' },
      { reason: 'out-of-scope', urls: 1, example: 'https://else.test/moved' },
      { reason: 'robots', urls: 1, example: 'SITE/private' },
    ],
    redirectChains: {
      total: 6,
      longerThanOne: 2,
      permanent: 2,
      rows: [
        chain(
          'SITE/to-to-gone',
          [
            [308, 'SITE/to-gone'],
            [301, 'SITE/gone'],
          ],
          GONE,
          2,
        ),
        chain(
          'SITE/old-too',
          [
            [301, 'SITE/old-hop'],
            [302, 'SITE/new'],
          ],
          WHOLE,
          1,
        ),
        chain('SITE/to-gone', [[301, 'SITE/gone']], GONE, 2),
        chain('SITE/old', [[301, 'SITE/new']], WHOLE, 2),
        chain('SITE/in', [[302, 'SITE/moved-in']], WHOLE, 1),
        chain('SITE/away', [[301, 'https://else.test/moved']], ['skipped', null, 'out-of-scope'], 1),
      ],
    },
    orphans: { isKnown: true, total: 1, rows: [{ url: 'SITE/alone', title: 'Alone' }] },
    deadEnds: { total: 1, rows: [{ url: 'SITE/slow', title: 'Slow' }] },
    duplicateTitles: {
      total: 1,
      pages: 2,
      rows: [{ value: 'Twin', pages: 2, urls: ['SITE/twin-1', 'SITE/twin-2'] }],
    },
    emptyTitles: { total: 1, rows: [{ url: 'SITE/untitled' }] },
    depths: {
      rows: [
        { depth: 0, pages: 5 },
        { depth: 1, pages: 7 },
      ],
      deeper: 0,
    },
    statuses: Object.entries({ 200: 13, 301: 4, 302: 4, 308: 1, 401: 1, 403: 1, 404: 2, 500: 1, 503: 1 }).map(
      ([status, urls]) => ({ httpStatus: Number(status), urls }),
    ),
    contentTypes: {
      total: 2,
      rows: [
        { contentType: 'text/html', urls: 12, bytes: report.overview.bytes },
        { contentType: 'application/pdf', urls: 1, bytes: 0 },
      ],
    },
    hosts: {
      total: 2,
      rows: [
        {
          host: 'SITE',
          urls: 30,
          pages: 12,
          failed: 9,
          bytes: report.overview.bytes,
          averageMs: expect.any(Number) as number,
          givenUp: null,
        },
        {
          host: 'https://else.test',
          urls: 1,
          pages: 0,
          failed: 0,
          bytes: 0,
          averageMs: null,
          givenUp: null,
        },
      ],
    },
    outsideHosts: { links: 1, total: 1, rows: [{ host: 'else.test', links: 1 }] },
  });
  expect(duplicateBodies).toEqual({
    ...report.duplicateTitles,
    rows: [
      {
        ...report.duplicateTitles.rows[0],
        value: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ],
  });
  expect(slowest).toHaveLength(12);
  expect(slowest.find(({ url }) => url === 'SITE/slow')?.durationMs).toBeGreaterThanOrEqual(150);
  const durations = slowest.map(({ durationMs }) => durationMs);
  expect(durations).toEqual([...durations].sort((a, b) => b - a));
  expect(largest.slice(0, 2).map(({ url }) => url)).toEqual(['SITE/hostile', 'SITE/']);
  expect(largest[0]?.title).toBe(HOSTILE_TITLE);
  expect(pace.buckets.reduce((sum, { pages }) => sum + pages, 0)).toBe(12);

  // Cut, with the totals as before.
  const short = read(1);
  for (const section of ['broken', 'noAccess', 'unchecked', 'redirectChains', 'deadEnds', 'hosts'] as const) {
    expect(short[section]).toMatchObject({ total: report[section].total, rows: { length: 1 } });
    expect(short[section].rows[0]).toMatchObject({
      ...report[section].rows[0],
      ...(section === 'broken' ? { heldBy: [{ page: 'SITE/', via: null }] } : {}),
    });
  }
  expect(short.slowest).toHaveLength(1);
  expect(short.duplicateTitles.rows).toEqual([{ value: 'Twin', pages: 2, urls: ['SITE/twin-1'] }]);

  // A run that was ended by Ctrl-C, or goes on, has no index of links by their target: nothing else is said.
  const file = new Database(crawled.db);
  file.exec('DROP INDEX links_by_target');
  file.close();
  expect(read()).toEqual(report);

  const text = reportText(readReport(crawled.db, { limit: 10 }), 'crawl.db').replaceAll(site.origin, 'SITE');
  expect(text.slice(0, text.indexOf('\nslowest pages'))).toMatch(
    /^crawl\.db: 12 pages, 38 links, 7 redirects, \d/,
  );
  expect(text.slice(text.indexOf('\nbroken links'), text.indexOf('\nslowest pages'))).toBe(TEXT);
  // Nothing but printable characters and line ends.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

const TEXT = `
broken links
  4 addresses, 5 links to them: 2 HTTP 404, 1 redirect, 1 HTTP 500
  HTTP 404  SITE/gone  (3 pages)
            on SITE/
            on SITE/a
            on SITE/untitled, through SITE/to-to-gone
  redirect  SITE/loop  (1 page): redirects in a circle
            on SITE/
  HTTP 500  SITE/error  (1 page)
            on SITE/
  HTTP 404  SITE/listed-gone  (no page; in 1 sitemap)

needs a login, or permission
  2 addresses, 2 links to them: 1 HTTP 401, 1 HTTP 403
  HTTP 401  SITE/login  (1 page)
            on SITE/
  HTTP 403  SITE/forbidden  (1 page)
            on SITE/

could not be checked (not called broken)
  2 addresses, 2 links to them: 1 HTTP 503, 1 timeout
  HTTP 503  SITE/busy  (1 page)
            on SITE/
  timeout   SITE/late  (1 page): no complete answer within 4000 ms
            on SITE/

left out on purpose
  1  content-type
  1  out-of-scope
  1  robots

redirects: 6 starts, 2 with more than one hop; 2 permanent with links to mend
  SITE/to-to-gone  (2 pages)
      → SITE/to-gone
      → SITE/gone  (308, 301; HTTP 404)
  SITE/old-too  (1 page)
      → SITE/old-hop
      → SITE/new  (301, 302)
  SITE/to-gone  (2 pages)
      → SITE/gone  (301; HTTP 404)
  SITE/old  (2 pages; permanent: link to the end)
      → SITE/new  (301)
  SITE/in  (1 page)
      → SITE/moved-in  (302)
  SITE/away  (1 page; permanent: link to the end)
      → https://else.test/moved  (301; out-of-scope)

pages nobody links to: 1
  SITE/alone  Alone

dead ends: 1
  SITE/slow  Slow
`;
