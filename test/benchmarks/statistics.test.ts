/** Quantiles as R (type 7) and numpy give them. */
import { expect, it } from 'vitest';
import { quantile, spreadOf } from '../../benchmarks/harness/statistics.js';

it.each([
  [[7], 0.5, 7],
  [[7], 0.9, 7],
  [[1, 2], 0.5, 1.5],
  [[3, 1, 2], 0.5, 2],
  [[10, 20, 30, 40, 50], 0.1, 14],
  [[10, 20, 30, 40, 50], 0.9, 46],
  [[5, 4, 3, 2, 1], 0, 1],
  [[5, 4, 3, 2, 1], 1, 5],
])('of %j the quantile at %d is %d', (samples, share, expected) => {
  expect(quantile(samples, share)).toBeCloseTo(expected, 12);
});

it('leaves the samples in their order', () => {
  const samples = [2, 10, 1];
  spreadOf(samples);
  expect(samples).toEqual([2, 10, 1]);
});

it('says nothing of no samples', () => {
  expect(quantile([], 0.5)).toBeNaN();
});
