import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patternOf, repeatedRun, repeatsItself } from '../../dist/url/pattern.js';

test.each([
  ['/a/a/a/a/x', true],
  ['/a/a/a/x', false],
  ['/x/a/b/a/b/a/b/a/b/y', true],
  ['/x/a/b/a/b/a/b/a/y', false],
  ['/a/b/c/a/b/c/a/b/c/a/b/c/', true],
  ['/1/2/3/4/5/6/7/8/', false],
  // A page's own name, and map tiles, are no run of folders.
  ['/0/0/0/0', false],
  ['/0/0/0/0.png', false],
  ['/a?/b/b/b/b/c', false],
  ['/', false],
])('%s repeats itself: %s', (path, expected) => {
  expect(repeatsItself(`http://a.test${path}`)).toBe(expected);
});

test.each([
  ['/wiki/Kevin_Bacon', null],
  ['/wiki/Area_51', null],
  ['/index.php?title=Kevin_Bacon', '/index.php?'],
  ['/a?', '/a?'],
  ['/cal/2024/05/', '/cal/{*}/{*}/'],
  ['/page/12', '/page/{*}'],
  ['/s/4f3c2b1a9d8e7f60a1b2/page', '/s/{*}/page'],
  ['/s/123e4567-e89b-12d3-a456-426614174000/', '/s/{*}/'],
  ['/x;jsessionid=AB12/y', '/x;{*}/y'],
  ['/covid-19/news', null],
])('%s is a variant of %s', (path, pattern) => {
  expect(patternOf(`http://a.test${path}`)).toBe(pattern === null ? null : `http://a.test${pattern}`);
});

test('any text has an answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      repeatsItself(text);
      patternOf(text);
    }),
  );
});

test('the run that repeats itself is named', () => {
  expect(repeatedRun('http://a.test/x/a/b/a/b/a/b/a/b/y')).toBe('/a/b');
  expect(repeatedRun('http://a.test/x/a/b/')).toBeNull();
});
