import { expect, test } from 'vitest';
import { paintFor } from '../../dist/observe/paint.js';
import { formatSummary, summaryJson, type Summary } from '../../dist/observe/summary.js';

function summary(changes: Partial<Summary> = {}): Summary {
  return {
    outcome: 'finished',
    exitStatus: 0,
    limit: null,
    database: 'crawl.db',
    resumeCommand: null,
    startsAfresh: false,
    pages: 4389,
    links: 338_112,
    redirects: 12,
    queued: 0,
    failed: {},
    failedStatuses: {},
    skipped: {},
    filteredLinks: 0,
    strippedLinks: 0,
    sitemaps: { read: 0, missing: 0, failed: 0, pages: 0 },
    patterns: [],
    heldBackByHost: 0,
    tasksTooDeep: 0,
    outOfScope: { links: 0, hosts: 0, top: [] },
    executors: [],
    executorFailures: [],
    statusCommand: null,
    tasks: null,
    walk: null,
    taskFailures: null,
    seedsWithoutPage: [],
    hostsGivenUp: [],
    advice: [],
    pagesThisRun: 4389,
    bytesThisRun: 161_900_000,
    elapsedMs: 8_400,
    peakMemoryBytes: 212_000_000,
    ...changes,
  };
}

const TROUBLED = summary({
  outcome: 'limit',
  exitStatus: 3,
  limit: '--max-pages 5000',
  resumeCommand: 'orbweaver --seed /wiki/Kevin_Bacon --max-pages 5000',
  queued: 1_288_765,
  failed: { status: 29, timeout: 4, dns: 2, 'too-large': 1, 'worker-lost': 1 },
  failedStatuses: { '404': 20, '503': 6, '410': 3 },
  skipped: { 'content-type': 1_120, robots: 21, url: 3, nofollow: 1, trap: 2, private: 5 },
  outOfScope: {
    links: 94_321,
    hosts: 214,
    top: Array.from({ length: 12 }, (_, i) => ({ host: `host${i}.example.org`, links: 9_000 - i * 800 })),
  },
  seedsWithoutPage: [{ url: 'https://x.org/\u001b[2J', reason: 'failed: status 404' }],
  hostsGivenUp: [{ host: 'dead.example.org', code: 'host', urls: 1 }],
  advice: [
    'The first page has no #bodyContent, so it may be no MediaWiki. Try --profile web for links of the whole page.',
  ],
  pagesThisRun: 611,
});

test('a finished crawl, whole', () => {
  expect(formatSummary(summary())).toBe(`\
Finished: crawl.db holds every page the seeds lead to.

  pages            4,389
  links          338,112
  redirects           12
  failed               0
  skipped              0

  161.9 MB read in 8.4 s, 523 pages/s, 212.0 MB of memory at most
`);
});

test('a crawl with all kinds of trouble, whole', () => {
  expect(formatSummary(TROUBLED)).toBe(`\
Stopped at --max-pages 5000: 1,288,765 URLs still queued in crawl.db.

  pages            4,389   611 of them in this run
  links          338,112
  redirects           12
  queued       1,288,765
  failed              37   20 HTTP 404, 6 HTTP 503, 4 timeout, 3 HTTP 410,
                           2 dns, 1 too-large, 1 worker-lost
  skipped          1,152   1,120 content-type, 21 robots, 5 private, 3 url,
                           2 trap, 1 nofollow
  out of scope    94,321   links to 214 hosts
                   9,000   host0.example.org
                   8,200   host1.example.org
                   7,400   host2.example.org
                   6,600   host3.example.org
                   5,800   host4.example.org
                   5,000   host5.example.org
                   4,200   host6.example.org
                   3,400   host7.example.org
                   2,600   host8.example.org
                   1,800   host9.example.org
                  40,321   204 other hosts

  161.9 MB read in 8.4 s, 73 pages/s, 212.0 MB of memory at most

  seeds that led to no page
    https://x.org/\\x1b[2J (failed: status 404)

  hosts given up
    dead.example.org (host, 1 URL)

  The first page has no #bodyContent, so it may be no MediaWiki. Try --profile
  web for links of the whole page.

  To go on, raise --max-pages, or leave it out:
    orbweaver --seed /wiki/Kevin_Bacon --max-pages 5000
`);
});

test.each<[Partial<Summary>, string]>([
  [{ skipped: { depth: 3 } }, 'Finished: crawl.db holds every page the seeds lead to within --max-depth.'],
  [
    {
      exitStatus: 1,
      seedsWithoutPage: [{ url: 'u', reason: 'r' }],
      failed: { status: 5, dns: 2 },
      failedStatuses: { '404': 4, '429': 1 },
    },
    'Finished, but 1 seed led to no page and 3 URLs failed (and 4 answered 4xx). The',
  ],
  [
    { exitStatus: 1, failed: { status: 1, timeout: 11 }, failedStatuses: { '404': 1 } },
    'Finished, but 11 URLs failed (and 1 answered 4xx). The rest is in crawl.db.',
  ],
  [
    { exitStatus: 1, failed: { status: 2 }, failedStatuses: { '404': 2 } },
    'Finished, but 2 URLs answered with a 4xx status. The rest is in crawl.db.',
  ],
  [
    { outcome: 'interrupted', exitStatus: 130, queued: 1 },
    'Interrupted, nothing is lost: 1 URL still queued in crawl.db.',
  ],
  [
    { outcome: 'stopped', exitStatus: 5, queued: 2 },
    'Stopped by your own code, nothing is lost: 2 URLs still queued in crawl.db.',
  ],
])('%j begins with one sentence', (changes, sentence) => {
  expect(formatSummary(summary(changes)).split('\n')[0]).toBe(sentence);
});

test('how to go on depends on what ended the run', () => {
  expect(formatSummary(summary())).not.toContain('To go on');
  const again = 'To go on, run the same command again';
  expect(formatSummary(summary({ outcome: 'interrupted' }))).toContain(`  ${again}.\n`);
  expect(formatSummary(summary({ outcome: 'limit', limit: '--max-time 60' }))).toContain(again);
  expect(formatSummary(summary({ outcome: 'limit', limit: '--max-pages 6' }))).toContain('raise --max-pages');
  const demo = formatSummary(summary({ outcome: 'interrupted', startsAfresh: true }));
  expect(demo).toMatch(/\n {2}The demo always starts afresh: the same command begins anew\.\n$/);
});

test('colour adds nothing but colour', () => {
  // eslint-disable-next-line no-control-regex -- colours are escape sequences
  const plain = formatSummary(TROUBLED, paintFor({ isTTY: true }, {})).replaceAll(/\u001b\[\d+m/g, '');
  expect(plain).toBe(formatSummary(TROUBLED));
});

test('the JSON form is one safe line with the same facts', () => {
  const json = summaryJson(TROUBLED);
  expect(json).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(json)).toEqual({ ...TROUBLED, pagesPerSecond: 72.74 });
});
