import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isPartOfSame,
  isStrongEtag,
  mayRefuseParts,
  parseContentRange,
  rangeHeader,
  resumeValidator,
  segmentsOf,
} from '../../dist/downloads/range.js';

describe('Content-Range (RFC 9110 §14.4)', () => {
  test.each([
    ['bytes 42-1233/1234', { kind: 'part', first: 42, last: 1233, size: 1234 }],
    ['bytes 42-1233/*', { kind: 'part', first: 42, last: 1233, size: null }],
    ['bytes */1234', { kind: 'unsatisfied', size: 1234 }],
    ['Bytes 0-0/1', { kind: 'part', first: 0, last: 0, size: 1 }],
    [' bytes 0-0/1 ', { kind: 'part', first: 0, last: 0, size: 1 }],
    ['bytes 0-5000000000/5000000001', { kind: 'part', first: 0, last: 5_000_000_000, size: 5_000_000_001 }],
    ['bytes 5-4/10', null],
    ['bytes 0-10/10', null],
    ['bytes */*', null],
    ['bytes 0-9', null],
    ['bytes=0-9/10', null],
    ['bytes -9/10', null],
    ['bytes 0-/10', null],
    ['lines 0-9/10', null],
    ['bytes 0-99999999999999999999/*', null],
    ['bytes 0x0-1/2', null],
    ['bytes 0-1/2, bytes 4-5/6', null],
    ['', null],
  ])('%j', (value, expected) => {
    expect(parseContentRange(value)).toEqual(expected);
  });
});

test.each([
  ['"abc"', true],
  ['""', true],
  ['W/"abc"', false],
  ['w/"abc"', false],
  ['abc', false],
  ['"a"b"', false],
  ['"a b"', false],
  ["'abc'", false],
  ['', false],
])('%s is strong: %s', (etag, isStrong) => {
  expect(isStrongEtag(etag)).toBe(isStrong);
});

describe('what proves that a file is the same', () => {
  const OLD = 'Mon, 30 Nov 2026 10:00:00 GMT';
  test.each([
    ['a strong ETag', '"a"', OLD, OLD, '"a"'],
    ['an old date', null, OLD, 'Mon, 30 Nov 2026 10:00:01 GMT', OLD],
    ['not a date of this second', null, OLD, OLD, null],
    ['not a date of the future', null, OLD, 'Mon, 30 Nov 2026 09:00:00 GMT', null],
    ['not a date without the time of the answer', null, OLD, null, null],
    ['not a weak ETag, whatever the date is', 'W/"a"', OLD, 'Mon, 30 Nov 2026 11:00:00 GMT', null],
    ['not what is no date', null, 'yesterday', OLD, null],
    ['not nothing', null, null, OLD, null],
  ])('%s', (_, etag, lastModified, date, expected) => {
    expect(resumeValidator({ etag, lastModified, date })).toBe(expected);
  });
});

const [DAY, NEXT] = ['Mon, 30 Nov 2026 10:00:00 GMT', 'Tue, 01 Dec 2026 10:00:00 GMT'];

test.each([
  ['the same ETag', ['"a"', null], ['"a"', null], true],
  ['another ETag', ['"a"', null], ['"b"', null], false],
  ['the same one, weak by now', ['"a"', null], ['W/"a"', null], false],
  ['none, since the condition named it', ['"a"', DAY], [null, null], true],
  ['the same date', [null, DAY], ['"b"', DAY], true],
  ['another date', [null, DAY], [null, NEXT], false],
  ['another date, where the condition named the ETag', ['"a"', DAY], [null, NEXT], false],
  ['another date beside the same ETag', ['"a"', DAY], ['"a"', NEXT], true],
] as const)('a part with %s', (_, noted, part, isSame) => {
  const [had, has] = [noted, part].map(([etag, lastModified]) => ({ etag, lastModified }));
  expect(isPartOfSame(had as Validated, has as Validated)).toBe(isSame);
});

type Validated = Parameters<typeof isPartOfSame>[0];

test.each([
  [400, true],
  [403, true],
  [404, true],
  [416, true],
  [501, true],
  [200, false],
  [206, false],
  [304, false],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
])('%i may mean that parts are refused: %s', (status, may) => {
  expect(mayRefuseParts(status)).toBe(may);
});

test('ranges as they are asked for', () => {
  expect(rangeHeader(0, 99)).toBe('bytes=0-99');
  expect(rangeHeader(100)).toBe('bytes=100-');
});

test('segments cover a file exactly, nearly equal, no more of them than asked for', () => {
  expect(segmentsOf(10, 3)).toEqual([
    { first: 0, last: 2 },
    { first: 3, last: 5 },
    { first: 6, last: 9 },
  ]);
  expect(segmentsOf(0, 4)).toEqual([]);
  expect(segmentsOf(100, 4, 60)).toEqual([{ first: 0, last: 99 }]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 42 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 2 ** 24 }),
      (size, count, minBytes) => {
        const segments = segmentsOf(size, count, minBytes);
        const sizes = segments.map(({ first, last }) => last - first + 1);
        expect(segments.map(({ first }) => first)).toEqual([
          0,
          ...segments.slice(0, -1).map(({ last }) => last + 1),
        ]);
        expect(segments.at(-1)?.last).toBe(size - 1);
        expect(segments.length).toBeLessThanOrEqual(count);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.min(size, minBytes));
      },
    ),
  );
});
