import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, decideRetry, MAX_REFUSALS, type RetryFacts, retryRule } from '../../dist/policy/retry.js';
import { FAILURE_CODES, type FailureCode } from '../../dist/protocol/failure.js';

const FACTS: RetryFacts = {
  failure: { code: 'timeout', message: '' },
  attempts: 0,
  refusals: 0,
  retries: 3,
  retryDelayMs: 1_000,
  hasHostSucceeded: true,
  random: 0,
};

function status(status: number): RetryFacts['failure'] {
  return { code: 'status', message: `HTTP ${status}`, status };
}

describe('which failures are tried again, and whom they blame', () => {
  const table: readonly (readonly [FailureCode, boolean, string])[] = [
    ['dns', true, 'host'],
    ['connect', true, 'host'],
    ['proxy', true, 'proxy'],
    ['tls', true, 'host'],
    ['timeout', true, 'host'],
    ['reset', true, 'host'],
    ['protocol', true, 'host'],
    ['redirect', false, 'url'],
    ['too-large', false, 'url'],
    ['decode', true, 'url'],
    ['host', false, 'url'],
    ['validation', true, 'url'],
    ['executor', false, 'url'],
    ['worker-lost', false, 'url'],
  ];

  test.each(table)('%s: tried again %s, blames the %s', (code, isRetried, blames) => {
    expect(retryRule({ code })).toMatchObject({ isRetried, blames });
  });

  test('every code but status is in this table', () => {
    expect([...table.map(([code]) => code), 'status'].sort()).toEqual([...FAILURE_CODES].sort());
  });

  test.each([
    [400, false, 'url'],
    [401, false, 'url'],
    [403, false, 'url'],
    [404, false, 'url'],
    [408, true, 'url'],
    [410, false, 'url'],
    [418, false, 'url'],
    [425, true, 'url'],
    [429, true, 'rate'],
    [500, true, 'host'],
    [501, false, 'host'],
    [502, true, 'host'],
    [503, true, 'rate'],
    [504, true, 'host'],
    [505, false, 'host'],
    [520, true, 'host'],
    [530, true, 'host'],
    [599, false, 'host'],
  ])('status %d: tried again %s, blames the %s', (code, isRetried, blames) => {
    expect(retryRule(status(code))).toEqual({ isRetried, blames });
  });
});

describe('the wait before the next try', () => {
  test.each([
    [1, 0, 500],
    [1, 0.5, 750],
    [2, 0, 1_000],
    [3, 0, 2_000],
    [9, 0, 128_000],
    [10, 0, 150_000],
    [1_000, 0, 150_000],
  ])('after %d failures, at random %d, is %d ms', (n, random, waitMs) => {
    expect(backoffMs(n, 1_000, random)).toBe(waitMs);
  });

  test('lies between half and all of the doubled one, and is five minutes at most', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        random,
        (n, base, chance) => {
          const full = Math.min(base * 2 ** (n - 1), 300_000);
          const wait = backoffMs(n, base, chance);
          expect(wait).toBeGreaterThanOrEqual(Math.floor(full / 2));
          expect(wait).toBeLessThanOrEqual(Math.ceil(full));
        },
      ),
    );
  });
});

describe('a URL that failed', () => {
  test.each<[string, Partial<RetryFacts>, object]>([
    ['is tried again at first', {}, { kind: 'retry', waitMs: 500, charge: 'attempt' }],
    ['waits longer each time', { attempts: 2 }, { kind: 'retry', waitMs: 2_000, charge: 'attempt' }],
    ['is failed when its retries are used up', { attempts: 3 }, { kind: 'fail' }],
    ['is never tried again without retries', { retries: 0 }, { kind: 'fail' }],
    [
      'is not charged with a try that brought more of a file',
      { failure: { code: 'reset', message: '', hasProgress: true }, attempts: 3 },
      { kind: 'retry', waitMs: 500, charge: 'nothing' },
    ],
    ['is failed at once when the answer is final', { failure: status(404) }, { kind: 'fail' }],
    [
      'is not charged with a try for a 429',
      { failure: status(429), attempts: 3, retries: 0 },
      { kind: 'retry', waitMs: 0, charge: 'refusal' },
    ],
    [
      'is not charged with a try for a 503',
      { failure: status(503), attempts: 3 },
      { kind: 'retry', waitMs: 0, charge: 'refusal' },
    ],
    [
      'may be refused four times by a host that has succeeded',
      { failure: status(429), refusals: MAX_REFUSALS - 2 },
      { kind: 'retry', waitMs: 0, charge: 'refusal' },
    ],
    [
      'is failed at the fifth refusal of a host that has succeeded',
      { failure: status(429), refusals: MAX_REFUSALS - 1 },
      { kind: 'fail' },
    ],
    [
      'is asked for again however often a host refuses that never succeeded',
      { failure: status(503), refusals: 100, hasHostSucceeded: false },
      { kind: 'retry', waitMs: 0, charge: 'refusal' },
    ],
  ])('%s', (_, facts, decision) => {
    expect(decideRetry({ ...FACTS, ...facts })).toEqual(decision);
  });
});
