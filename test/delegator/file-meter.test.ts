/** What is known of files under way. */
import { expect, test } from 'vitest';
import { FileMeter } from '../../dist/delegator/file-meter.js';

test('what has come is the sum over the tries under way, each as it told last', () => {
  const meter = new FileMeter();
  const note = (flightId: number, bytes: number, received: number): void =>
    meter.note([{ flightId, bytes, received, total: 100 }]);
  expect(meter.progressOf(1)).toBeNull();
  // The first goes on with what an earlier try has left.
  note(1, 70, 30);
  note(2, 5, 5);
  note(2, 10, 10);
  expect(meter.received()).toBe(40);
  expect(meter.progressOf(1)).toEqual({ flightId: 1, bytes: 70, received: 30, total: 100 });
  meter.forget(1);
  expect([meter.received(), meter.progressOf(1)]).toEqual([10, null]);
});
