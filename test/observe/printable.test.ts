import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../dist/observe/printable.js';

test.each([
  ['a terminal escape sequence', '\u001b[2J\u001b]0;owned\u0007', '\\x1b[2J\\x1b]0;owned\\x07'],
  ['the one-character C1 form of it', '\u009b31mred', '\\x9b31mred'],
  ['NUL, backspace and DEL', 'a\u0000b\bc\u007f', 'a\\x00b\\x08c\\x7f'],
  ['a direction override', 'exe\u202egnp', 'exe\\u{202e}gnp'],
  ['direction isolates', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['line and paragraph separators', 'a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\x85d'],
  ['zero-width characters and a byte order mark', 'a\u200bb\ufeffc', 'a\\u{200b}b\\u{feff}c'],
  ['tag characters', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ['what XML must not hold', 'a\ufffeb\uffffc', 'a\\u{fffe}b\\u{ffff}c'],
])('%s is made visible', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('line ends and tabs become one blank, ordinary text stays', () => {
  expect(printable('Kevin\r\n\t Bacon')).toBe('Kevin Bacon');
  expect(printable('Zürich 東京 🎬 é ‘quotes’ – a-b_c')).toBe('Zürich 東京 🎬 é ‘quotes’ – a-b_c');
});

test('a long text is cut, no character in two', () => {
  expect(printable('abcdef', 6)).toBe('abcdef');
  expect(printable('abcdefg', 6)).toBe('abcde…');
  expect(printable('🎬🎬🎬🎬', 5)).toBe('🎬🎬…');
  expect(printable('abc', 0)).toBe('');
});

test('nothing harmful is left of any text, cut or not, and no cut is too long', () => {
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  const harmful = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
      expect(printable(text)).not.toMatch(harmful);
      expect(Buffer.from(printable(text)).toString()).toBe(printable(text));
      expect(printable(text, length)).not.toMatch(harmful);
      expect(printable(text, length).length).toBeLessThanOrEqual(length);
    }),
    { numRuns: 500 },
  );
});

test('JSON keeps its value and loses what a terminal would obey', () => {
  const value = { title: '\u001b[2J \u009b31m \u202e \u{e0041} \ud800', n: 1 };
  const json = printableJson(JSON.stringify(value));
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(json)).toEqual(value);
});
