import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseRetryAfter } from '../../dist/protocol/retry-after.js';

/** Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7. */
const EXAMPLE = 784_111_777_000;

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 120\t', 120_000],
    ['007', 7_000],
    ['31536000', 31_536_000_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('%s seconds', (value, waitMs) => {
    expect(parseRetryAfter(value, EXAMPLE)).toBe(waitMs);
  });

  test.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'sun, 06 nov 1994 08:49:37 gmt',
  ])('the date %s, before, at and after it', (value) => {
    expect(parseRetryAfter(value, EXAMPLE - 90_000)).toBe(90_000);
    expect(parseRetryAfter(value, EXAMPLE)).toBe(0);
    expect(parseRetryAfter(value, EXAMPLE + 90_000)).toBe(0);
  });

  test.each([
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Wed Nov 16 23:59:59 1994', Date.UTC(1994, 10, 16, 23, 59, 59)],
    ['Monday, 01-Jan-44 00:00:00 GMT', Date.UTC(2044, 0, 1)],
    ['Tuesday, 02-Jan-45 00:00:00 GMT', null],
  ])('%s', (value, time) => {
    expect(parseRetryAfter(value, EXAMPLE)).toBe(time === null ? 0 : time - EXAMPLE);
  });

  test('a fraction of a millisecond is never waited too little', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', EXAMPLE - 1000.5)).toBe(1001);
  });

  test.each([
    null,
    '',
    ' ',
    '-1',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '120, 120',
    '120s',
    'soon',
    'Infinity',
    '2024-01-01T00:00:00Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 ::::::08 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Nov 6 1994',
  ])('%j says nothing', (value) => {
    expect(parseRetryAfter(value, EXAMPLE)).toBeNull();
  });

  test('any text is a wait of zero or more, or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 4e12 }), (value, now) => {
        expect(parseRetryAfter(value, now) ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('a date written by the platform is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
        expect(parseRetryAfter(new Date(seconds * 1000).toUTCString(), 0)).toBe(seconds * 1000);
      }),
    );
  });
});
