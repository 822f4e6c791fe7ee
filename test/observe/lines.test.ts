import { expect, test } from 'vitest';
import { formatPageLine, type PageLine } from '../../dist/observe/page-line.js';
import { isPolitenessBound, politenessLines, type HostLimit } from '../../dist/observe/politeness-lines.js';
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatNumber,
  formatRate,
} from '../../dist/observe/quantity.js';

const CAPACITY = { workers: 8, concurrency: 8, pagesLeft: null };

function host(changes: Partial<HostLimit> = {}): HostLimit {
  return { host: 'https://en.wikipedia.org', perHost: 2, gapMs: 1_000, isPrivate: false, ...changes };
}

test('a public host: the gap bounds the speed, and what that means is said', () => {
  expect(politenessLines([host()], CAPACITY)).toEqual([
    'en.wikipedia.org (public): at most 2 requests in flight, 1 s between requests',
    'politeness, not workers, bounds the speed: at most 1 page/s,',
    '  so 1,000 pages take about 17 minutes; --delay changes that',
  ]);
});

test('a private host: no limit, nothing to explain', () => {
  const own = host({ host: 'http://127.0.0.1:8080', perHost: Infinity, gapMs: 0, isPrivate: true });
  expect(politenessLines([own], CAPACITY)).toEqual([
    '127.0.0.1:8080 (private): no limit in flight, no delay',
  ]);
  expect(isPolitenessBound([own, host()], CAPACITY)).toBe(false);
});

test('without a gap the requests in flight are the bound, if workers could do more', () => {
  const quick = host({ gapMs: 0 });
  expect(politenessLines([quick], CAPACITY).slice(1)).toEqual([
    'politeness, not workers, bounds the speed: at most 2 requests in flight,',
    '  though 8 workers could keep 64; --per-host changes that',
  ]);
  expect(politenessLines([quick], { workers: 1, concurrency: 2, pagesLeft: null })).toHaveLength(1);
});

test('with nothing left to get, no duration is foretold', () => {
  expect(politenessLines([host()], { ...CAPACITY, pagesLeft: 0 })).toHaveLength(1);
});

test('many hosts are counted, and asked side by side', () => {
  const hosts = Array.from({ length: 5 }, (_, i) => host({ host: `https://h${i}.org`, gapMs: 60_000 }));
  const lines = politenessLines(hosts, { ...CAPACITY, pagesLeft: 500 });
  expect(lines).toHaveLength(6);
  expect(lines[3]).toBe('and 2 more hosts');
  expect(lines[4]).toContain('at most one page every 12 s,');
  expect(lines[5]).toContain('so 500 pages take about 2 hours');
});

test('the line of a page holds thread, status and title, and nothing raw', () => {
  const line: PageLine = {
    thread: 3,
    state: 'done',
    status: 200,
    depth: 2,
    durationMs: 132,
    key: null,
    url: 'https://x.org/wiki/Kevin_Bacon',
    title: 'Kevin\u001b[31m\nBacon',
    redirectTo: null,
    reason: null,
  };
  const url = line.url;
  expect(formatPageLine(line)).toBe(`[thread 3]   200  depth 2  0.1 s  Kevin\\x1b[31m Bacon  ${url}`);
  const moved = { ...line, status: 301, title: null, redirectTo: 'https://x.org/b' };
  expect(formatPageLine(moved)).toBe(`[thread 3]   301  depth 2  0.1 s  ${url}  → https://x.org/b`);
  const failed = { ...line, state: 'failed', status: null, title: null, reason: 'timeout' } as const;
  expect(formatPageLine(failed)).toBe(`[thread 3]   ---  depth 2  0.1 s  ${url}  failed: timeout`);
  const skipped = {
    ...failed,
    state: 'skipped',
    depth: null,
    durationMs: null,
    reason: 'robots',
  } as const;
  expect(formatPageLine(skipped)).toBe(`[thread 3]   ---  ${url}  skipped: robots`);
  expect(formatPageLine({ ...failed, state: 'queued' })).toContain('again later: timeout');
});

test('quantities', () => {
  expect([0, 12, 1_234_567, 0.5, 1234.25].map(formatNumber)).toEqual([
    '0',
    '12',
    '1,234,567',
    '0.5',
    '1,234.25',
  ]);
  expect([0, 0.125, 1, 4.23, 37.4, 1204.4].map(formatRate)).toEqual(['0', '0.13', '1', '4.2', '37', '1,204']);
  expect([0, 999, 36_900, 161_900_000, 1.2e9, 5e12].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '36.9 KB',
    '161.9 MB',
    '1.2 GB',
    '5 TB',
  ]);
  expect([0, 59_900, 60_000, 200_000, 7_500_000].map(formatDuration)).toEqual([
    '0.0 s',
    '59.9 s',
    '1 min 0 s',
    '3 min 20 s',
    '2 h 5 min',
  ]);
  expect([100, 1_000, 80_000, 1_000_000, 7_300_000, 1e9].map(formatEstimate)).toEqual([
    '1 second',
    '1 second',
    '80 seconds',
    '17 minutes',
    '2 hours',
    '12 days',
  ]);
});
