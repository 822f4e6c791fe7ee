import { describe, expect, test } from 'vitest';

import { UsageError } from '../../dist/errors.js';
import { parseBase, parseSeed } from '../../dist/url/seed.js';

const BASE = 'https://en.wikipedia.org';

function refusalOf(action: () => unknown): UsageError {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('was not refused with a UsageError');
}

describe('seeds', () => {
  test.each([
    ['/wiki/Kevin_Bacon', 'https://en.wikipedia.org/wiki/Kevin_Bacon'],
    ['/', 'https://en.wikipedia.org/'],
    ['/wiki/Café', 'https://en.wikipedia.org/wiki/Caf%C3%A9'],
    ['/wiki/A#History', 'https://en.wikipedia.org/wiki/A'],
    ['  /wiki/A\r\n', 'https://en.wikipedia.org/wiki/A'],
    ['http://127.0.0.1:3000/wiki/A', 'http://127.0.0.1:3000/wiki/A'],
    ['HTTPS://Example.ORG', 'https://example.org/'],
    ['http://user:secret@example.org/', 'http://example.org/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
  ])('%j is %s', (text, key) => {
    expect(parseSeed(text, BASE).key).toBe(key);
  });

  test('a seed is requested as it is spelt', () => {
    expect(parseSeed('/wiki/%41', BASE)).toEqual({ key: `${BASE}/wiki/A`, request: `${BASE}/wiki/%41` });
  });

  test.each([
    ['en.wikipedia.org/wiki/X', 'https://en.wikipedia.org/wiki/X'],
    ['en.wikipedia.org', 'https://en.wikipedia.org'],
    ['example.co.uk?x', 'https://example.co.uk?x'],
    ['EN.Wikipedia.ORG', 'https://EN.Wikipedia.ORG'],
    ['//example.org/x', 'https://example.org/x'],
    ['/\\example.org/x', 'https://example.org/x'],
    ['localhost:8080/wiki/A', 'http://localhost:8080/wiki/A'],
    ['localhost', 'http://localhost'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['10.1.2.3/wiki/A', 'http://10.1.2.3/wiki/A'],
    ['[::1]:3000/a', 'http://[::1]:3000/a'],
    ['wikihost:8080/a', 'https://wikihost:8080/a'],
    ['https:en.wikipedia.org', 'https://en.wikipedia.org'],
    ['http:/en.wikipedia.org/a', 'http://en.wikipedia.org/a'],
    ['http:///en.wikipedia.org', 'http://en.wikipedia.org'],
    ['wiki/X', '/wiki/X'],
    ['Kevin_Bacon', '/Kevin_Bacon'],
    ['index.php?title=A', '/index.php?title=A'],
  ])('%j is refused with the hint %s', (text, likely) => {
    const error = refusalOf(() => parseSeed(text, BASE));
    expect(error.message).toContain(JSON.stringify(text));
    expect(error.hint).toBe(`did you mean ${likely} ?`);
  });

  test.each([
    ['ftp://example.org/', 'ftp:'],
    ['mailto:someone', 'mailto:'],
    ['FILE:///etc/passwd', 'file:'],
    ['C:\\seeds', 'c:'],
    ['javascript:alert(1)', 'javascript:'],
  ])('%j is refused by its scheme', (text, scheme) => {
    const error = refusalOf(() => parseSeed(text, BASE));
    expect(error.message).toContain(`scheme ${scheme} and only http: and https: are crawled`);
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['http://a b/', 'not a valid URL'],
    ['https://', 'not a valid URL'],
    [`/${'x'.repeat(3000)}`, 'too long: its URL has 3025 characters, at most 2083'],
  ])('%j is refused: %s', (text, reason) => {
    expect(refusalOf(() => parseSeed(text, BASE)).message).toContain(reason);
  });

  test.each([
    'ftp://user:secret@a/',
    'user:secret@example.org/x',
    '//u:secret@a/b',
    'http://u:secret@a b/',
    'https:u:secret@a',
    `http://u:secret${'x'.repeat(300)}@a/${'x'.repeat(3000)}`,
  ])('the refusal of %j shows no password', (text) => {
    const error = refusalOf(() => parseSeed(text, BASE));
    expect(`${error.message} ${error.hint}`).not.toContain('secret');
  });
});

describe('the base', () => {
  test.each([
    ['https://en.wikipedia.org', 'https://en.wikipedia.org'],
    ['https://en.wikipedia.org/', 'https://en.wikipedia.org'],
    [' HTTP://Example.org:80 ', 'http://example.org'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://bücher.example', 'http://xn--bcher-kva.example'],
  ])('%j is %s', (text, origin) => {
    expect(parseBase(text)).toBe(origin);
  });

  test.each([
    ['https://a.example/wiki/', 'more than an origin', 'use https://a.example, and give the path as a seed'],
    ['https://a.example/?x', 'more than an origin', 'use https://a.example, and give the path as a seed'],
    ['https://a.example/?', 'more than an origin', 'use https://a.example, and give the path as a seed'],
    ['https://a.example/#x', 'more than an origin', 'use https://a.example, and give the path as a seed'],
    ['https://u:secret@a.example/', 'holds credentials', 'use https://a.example'],
    ['en.wikipedia.org', 'not an http(s) origin', 'did you mean https://en.wikipedia.org ?'],
    ['localhost:3000', 'not an http(s) origin', 'did you mean http://localhost:3000 ?'],
    ['wikihost', 'not an http(s) origin', 'give an origin, like https://en.wikipedia.org'],
    ['', 'not an http(s) origin', 'give an origin, like https://en.wikipedia.org'],
    ['/wiki/', 'not an http(s) origin', 'give an origin, like https://en.wikipedia.org'],
    ['ftp://a/', 'scheme ftp:', undefined],
    ['http://a b', 'not a valid URL', undefined],
  ])('%j is refused: %s', (text, reason, hint) => {
    const error = refusalOf(() => parseBase(text));
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('secret');
    expect(error.hint).toBe(hint);
  });
});
