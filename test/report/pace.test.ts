/** Pages per second over the time that was spent crawling. */
import { expect, test } from 'vitest';
import { pace, paceOf } from '../../dist/report/pace.js';
import { openFile } from '../store/file.js';

const TICK = 500;
/** So many pages in each of the half seconds from a moment on. */
function* steady(fromMs: number, ticks: number, pages: number): Generator<{ tick: number; pages: number }> {
  for (let i = 0; i < ticks; i++) yield { tick: fromMs / TICK + i, pages };
}

test('nothing was fetched', () => {
  expect(paceOf([], [1000])).toEqual({ bucketMs: TICK, activeMs: 0, buckets: [], runs: [] });
});

test('a rest within a run is slowness, and is shown', () => {
  const { buckets, runs, activeMs } = paceOf([...steady(10_000, 2, 4), ...steady(12_000, 1, 6)], [9_000]);
  expect(runs).toEqual([{ at: 10_000, activeMs: 0 }]);
  expect(activeMs).toBe(2_500);
  expect(buckets.map(({ pagesPerSecond }) => pagesPerSecond)).toEqual([8, 8, 0, 0, 12]);
  expect(buckets.map(({ at }) => at)).toEqual([10_000, 10_500, null, null, 12_000]);
});

test('time in which only errors came is time spent, without a page', () => {
  const connection = openFile();
  connection.exec(`
    INSERT INTO hosts (id, host) VALUES (1, 'https://a.example');
    INSERT INTO runs (command_line, version, started_at) VALUES ('', '', 9000);
    INSERT INTO urls (id, request_key, host_id, state, error, link_count, depth, hops, seed_hops) VALUES
      (1, 'https://a.example/1', 1, 'failed', 'status', NULL, 0, 0, 0),
      (2, 'https://a.example/2', 1, 'done', NULL, 3, 0, 0, 0),
      (3, 'https://a.example/3', 1, 'done', NULL, 0, 0, 0, 0),
      (4, 'https://a.example/4', 1, 'failed', 'status', NULL, 0, 0, 0);
    INSERT INTO records (id, http_status, fetched_at, duration_ms) VALUES
      (1, 404, 9600, 1), (2, 200, 10100, 1), (3, 200, 10400, 1), (4, 500, 12000, 1)`);
  const { buckets, runs, activeMs } = pace(connection);
  expect(activeMs).toBe(3_000);
  expect(runs).toEqual([{ at: 9_500, activeMs: 0 }]);
  expect(buckets.map(({ at, pagesPerSecond }) => [at, pagesPerSecond])).toEqual([
    [null, 0],
    [10_000, 4],
    [null, 0],
    [null, 0],
    [null, 0],
    [null, 0],
  ]);
});

test('the time between runs is left out: a week does not make two seconds a flat line', () => {
  const week = 7 * 86_400_000;
  const ticks = [...steady(10_000, 4, 5), ...steady(week, 4, 10)];
  const { buckets, runs, activeMs } = paceOf(ticks, [9_000, 9_500, week - 700]);
  expect(activeMs).toBe(4_000);
  expect(runs).toEqual([
    { at: 10_000, activeMs: 0 },
    { at: week, activeMs: 2_000 },
  ]);
  expect(buckets.map(({ pagesPerSecond }) => pagesPerSecond)).toEqual([10, 10, 10, 10, 20, 20, 20, 20]);
});

test('however long a crawl was, its buckets are few, and hold all pages at the right rate', () => {
  const { buckets, bucketMs } = paceOf(steady(0, 500_001, 3), [0]);
  expect(buckets.length).toBeGreaterThan(40);
  expect(buckets.length).toBeLessThanOrEqual(80);
  expect(buckets.reduce((sum, { pages }) => sum + pages, 0)).toBe(1_500_003);
  expect(buckets[1]?.activeMs).toBe(bucketMs);
  for (const { pagesPerSecond } of buckets) expect(pagesPerSecond).toBe(6);
});

test('of thousands of runs the beginnings of fifty are told', () => {
  const starts = Array.from({ length: 3_000 }, (_, i) => i * 3_600_000);
  const ticks = starts.map((start) => ({ tick: start / TICK, pages: 1 }));
  const { runs, buckets } = paceOf(ticks, starts);
  expect(runs).toHaveLength(50);
  expect(buckets.length).toBeLessThanOrEqual(80);
  expect(buckets[3]?.pagesPerSecond).toBe(2);
});
