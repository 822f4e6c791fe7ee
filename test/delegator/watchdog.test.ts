import { expect, test } from 'vitest';
import { Watchdog } from '../../dist/delegator/watchdog.js';
import { Holder, makeHolding } from '../../dist/protocol/holding.js';

const HELD = [{ thread: 1, flightId: 7, afterMs: 1_000 }];

/** A dog that watches two threads, the second of which is in the middle of flight 7; and its clock. */
function watching(work: (look: (afterMs: number) => unknown) => void): void {
  const holding = makeHolding(2);
  let now = 0;
  const watchdog = new Watchdog({
    holding,
    parseTimeoutMs: 1_000,
    executorTimeoutMs: null,
    clock: () => now,
  });
  new Holder(holding).hold({ thread: 1, flightId: 7 }, () =>
    work((afterMs) => {
      now += afterMs;
      return watchdog.look();
    }),
  );
}

test('a page that holds its thread for as long as it may is told, once', () => {
  watching((look) => {
    for (let looks = 0; looks < 4; looks++) expect(look(250)).toEqual([]);
    expect(look(250)).toEqual(HELD);
    expect(look(250)).toEqual([]);
    expect(look(5_000)).toEqual([]);
  });
});

test('a process that stood still is no page that holds its thread', () => {
  watching((look) => {
    expect(look(250)).toEqual([]);
    expect(look(3_600_000)).toEqual([]);
    expect(look(250)).toEqual([]);
    expect(look(250)).toEqual(HELD);
  });
});
