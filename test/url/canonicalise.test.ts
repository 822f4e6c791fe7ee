import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import {
  canonicalise,
  isTooLong,
  MAX_URL_LENGTH,
  originOf,
  parseTarget,
  pathAndQuery,
} from '../../dist/url/canonicalise.js';

const BASE = 'https://en.wikipedia.org/wiki/Kevin_Bacon?action=view#top';

describe('links resolve as in a browser (WHATWG URL)', () => {
  test.each([
    ['/wiki/Monty_Python', 'https://en.wikipedia.org/wiki/Monty_Python'],
    ['Monty_Python', 'https://en.wikipedia.org/wiki/Monty_Python'],
    ['./a', 'https://en.wikipedia.org/wiki/a'],
    ['../a', 'https://en.wikipedia.org/a'],
    ['../../../a', 'https://en.wikipedia.org/a'],
    ['/a/b/../c/./d', 'https://en.wikipedia.org/a/c/d'],
    ['/a/..', 'https://en.wikipedia.org/'],
    ['/a/.', 'https://en.wikipedia.org/a/'],
    ['/a/.b/..c', 'https://en.wikipedia.org/a/.b/..c'],
    ['/a/%2e%2E/b', 'https://en.wikipedia.org/b'],
    ['/a/.%2e/b', 'https://en.wikipedia.org/b'],
    ['/a?x=/../b', 'https://en.wikipedia.org/a?x=/../b'],
    ['//example.org/x', 'https://example.org/x'],
    ['/\\example.org/x', 'https://example.org/x'],
    ['\\a\\b', 'https://en.wikipedia.org/a/b'],
    ['?x=1', 'https://en.wikipedia.org/wiki/Kevin_Bacon?x=1'],
    ['', 'https://en.wikipedia.org/wiki/Kevin_Bacon?action=view'],
    ['#frag', 'https://en.wikipedia.org/wiki/Kevin_Bacon?action=view'],
    ['/wiki/A#frag', 'https://en.wikipedia.org/wiki/A'],
    ['/wiki/A?b#c?d#e', 'https://en.wikipedia.org/wiki/A?b'],
    ['/wiki/A#', 'https://en.wikipedia.org/wiki/A'],
    ['  /wiki/A \n', 'https://en.wikipedia.org/wiki/A'],
    ['/wi\nki/\tA', 'https://en.wikipedia.org/wiki/A'],
    ['\u0000/wiki/A\u001F', 'https://en.wikipedia.org/wiki/A'],
    ['/wiki/A B', 'https://en.wikipedia.org/wiki/A%20B'],
    ["/wiki/It's?it's", "https://en.wikipedia.org/wiki/It's?it%27s"],
    ['/wiki/ツ?q=ツ', 'https://en.wikipedia.org/wiki/%E3%83%84?q=%E3%83%84'],
    ['/wiki/"<>`{}|^', 'https://en.wikipedia.org/wiki/%22%3C%3E%60%7B%7D|%5E'],
    ['/^?^', 'https://en.wikipedia.org/%5E?^'],
    // Where the parser of Node 20 and 22 stops half-way (ada-url/ada#935).
    ['/x/.a/../b', 'https://en.wikipedia.org/x/b'],
    ['/x/.a/./b?/../c', 'https://en.wikipedia.org/x/.a/b?/../c'],
    ['/x/.a/..', 'https://en.wikipedia.org/x/'],
    ['/x/.a/.', 'https://en.wikipedia.org/x/.a/'],
    ['/x/.a/../../../..', 'https://en.wikipedia.org/'],
    ['/x/.a/...', 'https://en.wikipedia.org/x/.a/...'],
    ['http://u:p@h/x/.a/../b#/..', 'http://h/x/b'],
    ['https:A', 'https://en.wikipedia.org/wiki/A'],
    ['http:A', 'http://a/'],
    ['https:///example.org', 'https://example.org/'],
    ['HTTP://EXAMPLE.org:80', 'http://example.org/'],
    ['https://example.org:443/', 'https://example.org/'],
    ['http://example.org:443/', 'http://example.org:443/'],
    ['http://example.org:0080/', 'http://example.org/'],
    ['http://Bücher.example/', 'http://xn--bcher-kva.example/'],
    ['http://ex%61mple.org/', 'http://example.org/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://[::FFFF:10.0.0.1]/', 'http://[::ffff:a00:1]/'],
    ['http://example.org./', 'http://example.org./'],
    ['http://user:secret@example.org/a@b', 'http://example.org/a@b'],
    ['http://user@example.org:8080/?@#@', 'http://example.org:8080/?@'],
    ['http://a@b@example.org/', 'http://example.org/'],
    ['http://:@example.org/', 'http://example.org/'],
  ])('%j is %s', (input, key) => {
    expect(canonicalise(input, BASE)).toBe(key);
  });

  test('a Latin-1 host is read as well the hundred thousandth time', () => {
    // Once compiled, URL.canParse of Node 20 and 22 refuses such text; the parser used must not.
    let read = 0;
    for (let index = 0; index < 100_000; index += 1) {
      if (canonicalise(`//é${index % 7}/`, 'http://a/') !== null) read += 1;
    }
    expect(read).toBe(100_000);
  });

  test('a base with dots in its path is resolved before it is used', () => {
    expect(canonicalise('../c', 'http://a/x/.a/../b')).toBe('http://a/c');
    expect(canonicalise('', 'http://a/x/.a/../b?q#f')).toBe('http://a/x/b?q');
  });

  test.each([
    'mailto:a@b.c',
    'javascript:void(0)',
    'data:text/html,x',
    'ftp://example.org/',
    'ws://example.org/',
    'file:///etc/passwd',
    'http://',
    'https://%/',
    'http://a b/',
    'http://example.org:99999/',
    'http://[::1/',
    'http://1.2.3.4.5/',
  ])('%j is no target', (input) => {
    expect(parseTarget(input, BASE)).toBeNull();
  });

  test.each(['', '/a', 'a', '//a/b', '\uD800'])('%j without a base is no target', (input) => {
    expect(parseTarget(input)).toBeNull();
  });

  test.each(['', 'not a base', 'data:text/html,x', 'ftp://a/'])('a path on base %j is no target', (base) => {
    expect(parseTarget('/a', base)).toBeNull();
  });

  test('the origin comes from the base at hand, not from the one before', () => {
    expect(canonicalise('/a', 'http://one/x')).toBe('http://one/a');
    expect(canonicalise('/a', 'http://u:p@TWO:80/x')).toBe('http://two/a');
    expect(canonicalise('/a', 'broken')).toBeNull();
    expect(canonicalise('/a', 'http://one/x')).toBe('http://one/a');
  });
});

describe('percent-encoding has one form (RFC 3986 §6.2.2)', () => {
  test.each([
    ['/%c3%a9', '/%C3%A9'],
    ['/%C3%A9', '/%C3%A9'],
    ['/%7ejoe/%41%5F%2D%2E%30', '/~joe/A_-.0'],
    ['/?q=%41%7E%3d', '/?q=A~%3D'],
    ['/a%2Fb%3Fc%23d', '/a%2Fb%3Fc%23d'],
    ['/File%3aA', '/File%3AA'],
    ['/%28%29%21%2A%27', '/%28%29%21%2A%27'],
    ['/%00%0a%7f%20', '/%00%0A%7F%20'],
    ['/%', '/%'],
    ['/%4', '/%4'],
    ['/%zz%4g', '/%zz%4g'],
    ['/%25%34%31', '/%2541'],
    ['/%2541', '/%2541'],
    // A stray '%' must not become the start of a triplet.
    ['/%%34%31', '/%%341'],
    ['/%%341', '/%%341'],
    ['/%4%31', '/%4%31'],
    ['/%%7e1', '/%~1'],
    ['/%%%34%31', '/%%%341'],
  ])('%s is %s', (path, expected) => {
    expect(canonicalise(`http://a${path}`)).toBe(`http://a${expected}`);
    expect(canonicalise(path, 'http://a/')).toBe(`http://a${expected}`);
  });

  test('the request keeps the spelling of its author', () => {
    expect(parseTarget('http://u:p@a/%7ejoe?%c3#x')).toEqual({
      key: 'http://a/~joe?%C3',
      request: 'http://a/%7ejoe?%c3',
    });
  });
});

describe('nothing else is merged', () => {
  test.each([
    ['http://a/b', 'http://a/b/'],
    ['http://a/b', 'http://a/B'],
    ['http://a/b', 'http://a/b?'],
    ['http://a/?x=1&y=2', 'http://a/?y=2&x=1'],
    ['http://a/', 'http://a/?utm_source=x'],
    ['http://a/', 'https://a/'],
    ['http://a/', 'http://www.a/'],
    ['http://a/', 'http://a./'],
    ['http://a/b', 'http://a//b'],
    ['http://a/', 'http://a/index.html'],
    ['http://a/?q=+', 'http://a/?q=%20'],
    ['http://a/?;', 'http://a/?&'],
  ])('%s and %s are two pages', (one, other) => {
    expect(canonicalise(one)).not.toBe(canonicalise(other));
  });

  test('an empty query stays', () => {
    expect(canonicalise('http://a/b?')).toBe('http://a/b?');
    expect(canonicalise('/b?#x', 'http://a/')).toBe('http://a/b?');
  });
});

describe('long URLs', () => {
  const ofLength = (length: number): string => `http://a/${'x'.repeat(length - 'http://a/'.length)}`;

  test('2,083 characters are kept, one more is cut to a bounded, exact name', () => {
    expect(MAX_URL_LENGTH).toBe(2083);
    expect(canonicalise(ofLength(2083))).toBe(ofLength(2083));
    expect(isTooLong(ofLength(2083))).toBe(false);

    const long = ofLength(2084);
    const key = canonicalise(long) ?? '';
    expect(key).toBe(`${ofLength(2083)}#sha256=${createHash('sha256').update(long).digest('hex')}`);
    expect(isTooLong(key)).toBe(true);
    expect(isTooLong(long)).toBe(true);
    expect(parseTarget(long)?.request).toBe(long);
  });

  test('long URLs that differ behind the cut have different keys, spellings of one have the same', () => {
    expect(canonicalise(`${ofLength(3000)}a`)).not.toBe(canonicalise(`${ofLength(3000)}b`));
    expect(canonicalise(`${ofLength(3000)}%41#x`)).toBe(canonicalise(`${ofLength(3000)}A`));
    expect(canonicalise(ofLength(5_000_000))?.length).toBe(2083 + 8 + 64);
  });

  test('it is the key that is measured, not the spelling or the fragment', () => {
    expect(isTooLong(canonicalise(`http://a/${'%41'.repeat(2000)}`) ?? '')).toBe(false);
    expect(isTooLong(canonicalise(`http://a/#${'x'.repeat(5000)}`) ?? '')).toBe(false);
  });

  test('a host alone may be too long', () => {
    const key = canonicalise(`http://${'a'.repeat(3000)}/b`) ?? '';
    expect(isTooLong(key)).toBe(true);
    expect(pathAndQuery(key)).toBe('/');
    expect(originOf(key)).toBe(key);
  });
});

describe('parts of a key', () => {
  test.each([
    ['http://a/', 'http://a', '/'],
    ['https://a:8443/b/c?d=/e', 'https://a:8443', '/b/c?d=/e'],
    ['http://[::1]:80801/x?', 'http://[::1]:80801', '/x?'],
    ['https://en.wikipedia.org/wiki/A:B', 'https://en.wikipedia.org', '/wiki/A:B'],
  ])('%s is %s and %s', (key, origin, path) => {
    expect(originOf(key)).toBe(origin);
    expect(pathAndQuery(key)).toBe(path);
  });
});
