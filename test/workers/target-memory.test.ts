import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTarget } from '../../dist/url/canonicalise.js';
import { folderOf, TargetMemory } from '../../dist/workers/target-memory.js';

const ADDRESSES = fc.oneof(
  fc.constantFrom(
    '',
    '?q',
    '#f',
    '.',
    '..',
    './?x',
    '../a',
    'a/b?c/d#e',
    '/r',
    '//h.test/x',
    '\\h',
    'a\\..\\b',
  ),
  fc.constantFrom(
    'http:x',
    'http:?x',
    'HTTP://H.test/A',
    'https:/x',
    'mailto:a@b',
    'http://[bad',
    'h\ttp:?x',
    ' ?x',
  ),
  fc.array(fc.constantFrom(...'ab/.?#:% \\\n@é~'), { maxLength: 6 }).map((parts) => parts.join('')),
);
const BASES = fc.constantFrom(
  'http://a.test/',
  'http://a.test/d/p',
  'http://a.test/d/q?x=/y/z',
  'http://a.test/d/',
  'https://a.test/d/p',
  'http://b.test/d/p#/f',
  'http://a.test',
  'http://a.test/d/..',
  'http://a.test/x/.a/../b',
  'mailto:a@b/c/d',
);

test('what is remembered is what resolving says, on any page of a folder', () => {
  const memory = new TargetMemory();
  fc.assert(
    fc.property(ADDRESSES, BASES, (address, base) => {
      expect(memory.resolve(address, base, folderOf(base))).toEqual(parseTarget(address, base));
    }),
    { numRuns: 20_000 },
  );
});

test('a folder ends with the path, and there is none where dots or no path leave it open', () => {
  expect(folderOf('http://a.test/d/p?x=/y#/z')).toBe('http://a.test/d/');
  expect(folderOf('http://a.test')).toBe(null);
  expect(folderOf('http://a.test/d/..')).toBe(null);
  expect(folderOf('data:text/html,/x/')).toBe(null);
});

test('it forgets, and still answers', () => {
  const memory = new TargetMemory();
  const base = 'http://a.test/d/p';
  const wrong: string[] = [];
  for (const n of [...Array(20_000).keys(), ...Array(20_000).keys()]) {
    const key = memory.resolve(`x${n}`, base, folderOf(base))?.key;
    if (key !== `http://a.test/d/x${n}`) wrong.push(`${n}: ${key}`);
  }
  expect(wrong).toEqual([]);
});
