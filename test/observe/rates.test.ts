import { expect, test } from 'vitest';
import { rateAverage, rateNow, remember, timeLeft, type History } from '../../dist/observe/rates.js';
import { snapshot } from './snapshot.js';

/** A history of one sample a second; `at` says what second t was like. */
function historyOf(seconds: number, at: (t: number) => { pages: number; queued: number }): History {
  let history: History = [];
  for (let t = 0; t <= seconds; t++) history = remember(history, moment(t, at(t)));
  return history;
}

function moment(t: number, { pages, queued }: { pages: number; queued: number }, limits = {}) {
  return snapshot({
    now: t * 1000,
    startedAt: 0,
    pagesThisRun: pages,
    pagesInFile: pages,
    counts: { queued, leased: 0, done: pages, failed: 0, skipped: 0 },
    limits: { maxPages: null, maxTimeMs: null, ...limits },
  });
}

test('the speed of now is that of the last five seconds', () => {
  const burst = historyOf(20, (t) => ({ pages: t <= 10 ? t * 100 : 1000 + (t - 10) * 7, queued: 0 }));
  expect(rateNow(burst)).toBe(7);
  expect(rateAverage(moment(20, { pages: 1070, queued: 0 }))).toBe(53.5);
});

test('before there is anything to compare, the speed is nothing', () => {
  expect(rateNow([])).toBe(0);
  expect(rateNow(historyOf(0, () => ({ pages: 5, queued: 0 })))).toBe(0);
  expect(rateAverage(moment(0, { pages: 5, queued: 0 }))).toBe(0);
});

test('the history stays short', () => {
  expect(historyOf(1000, (t) => ({ pages: t, queued: 0 })).length).toBeLessThanOrEqual(17);
});

test('no estimate while the queue grows, stands, breathes, or has not been watched long', () => {
  const cases: [number, (t: number) => number][] = [
    [60, (t) => 1000 + t],
    [60, () => 1000],
    [60, (t) => 1000 - 10 * (t % 9)],
    [10, (t) => 1000 - t],
  ];
  for (const [seconds, queued] of cases) {
    const at = (t: number) => ({ pages: t * 10, queued: queued(t) });
    expect(timeLeft(historyOf(seconds, at), moment(seconds, at(seconds)))).toBeNull();
  }
});

test('a queue that shrinks says when it will be empty', () => {
  const at = (t: number) => ({ pages: t * 10, queued: 1000 - t * 10 });
  expect(timeLeft(historyOf(40, at), moment(40, at(40)))).toBeCloseTo(60_000, -2);
});

test('a limit gives an end while the queue still grows; the earliest end counts', () => {
  const at = (t: number) => ({ pages: t * 10, queued: 1000 + t });
  const history = historyOf(20, at);
  expect(timeLeft(history, moment(20, at(20), { maxPages: 1200 }))).toBe(100_000);
  expect(timeLeft(history, moment(20, at(20), { maxPages: 1200, maxTimeMs: 50_000 }))).toBe(30_000);
  expect(timeLeft(history, moment(20, at(20), { maxTimeMs: 10_000 }))).toBe(0);
});

test('the first pages foretell nothing: not for three seconds, nor before there are twenty', () => {
  const quick = (t: number) => ({ pages: t * 10, queued: 1000 });
  const slow = (t: number) => ({ pages: t, queued: 1000 });
  const left = (t: number, at: typeof quick) =>
    timeLeft(historyOf(t, at), moment(t, at(t), { maxPages: 100 }));
  expect(left(2, quick)).toBeNull();
  expect(left(3, quick)).toBe(7_000);
  expect(left(19, slow)).toBeNull();
  expect(left(20, slow)).toBe(80_000);
});

test('at a stand no number of pages foretells the end', () => {
  const at = () => ({ pages: 10, queued: 5 });
  expect(timeLeft(historyOf(20, at), moment(20, at(), { maxPages: 100 }))).toBeNull();
});
