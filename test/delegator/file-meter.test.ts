/** What is known of files under way. */
import { expect, test } from 'vitest';
import { FileMeter } from '../../dist/delegator/file-meter.js';

test('bytes count from where a try was first heard of, and never backwards', () => {
  const meter = new FileMeter();
  const note = (flightId: number, bytes: number): void => meter.note([{ flightId, bytes, total: 100 }]);
  note(1, 40);
  note(2, 10);
  expect(meter.received()).toBe(0);
  note(1, 70);
  note(2, 0);
  expect(meter.received()).toBe(30);
  expect(meter.progressOf(1)).toEqual({ flightId: 1, bytes: 70, total: 100 });
  meter.forget(1);
  expect([meter.received(), meter.progressOf(1)]).toEqual([0, null]);
});
