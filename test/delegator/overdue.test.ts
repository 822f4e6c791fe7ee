import { expect, test } from 'vitest';
import type { Flight } from '../../dist/delegator/flights.js';
import { longestSilenceMs, Overdue } from '../../dist/delegator/overdue.js';

/** What matters of one. */
const flight = (flightId: number, thread: number): Flight =>
  ({ flightId, slot: { thread } }) as unknown as Flight;

/** Watches for flights that are silent for 1,000 ms; moves its clock with each look, answers the numbers of those. */
function watching(waiting: readonly number[] = []): {
  readonly overdue: Overdue;
  readonly look: (afterMs: number, ...flights: Flight[]) => number[];
} {
  let now = 0;
  const overdue = new Overdue(1_000, () => now);
  return {
    overdue,
    look: (afterMs, ...flights) => {
      now += afterMs;
      return overdue.look(flights, (id) => waiting.includes(id)).map(({ flightId }) => flightId);
    },
  };
}

test('a flight that is silent for longer than anything it does may take is told, one for each thread', () => {
  const { look } = watching();
  const all = [flight(1, 0), flight(2, 0), flight(3, 1)];
  for (let looks = 0; looks < 5; looks++) expect(look(200, ...all)).toEqual([]);
  expect(look(200, ...all)).toEqual([1, 3]);
  expect(look(200, ...all)).toEqual([]);
});

test('every message of it, and every wait for leave, begins anew; a process that stood still counts as a moment', () => {
  const { look, overdue } = watching([2]);
  const both = [flight(1, 0), flight(2, 1)];
  for (let looks = 0; looks < 20; looks++) {
    expect(look(200, ...both)).toEqual([]);
    if (looks % 4 === 3) overdue.hear(1);
  }
  expect(look(3_600_000, ...both)).toEqual([]);
});

test('all limits of a flight fit into it', () => {
  const limits = { timeoutMs: 30_000, parseTimeoutMs: 20_000, executorTimeoutMs: 10_000, executors: 3 };
  expect(longestSilenceMs(limits)).toBeGreaterThan(30_000 + 20_000 + 4 * 10_000);
});
