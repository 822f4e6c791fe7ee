import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { canonicalise, isTooLong, originOf, parseTarget, pathAndQuery } from '../../dist/url/canonicalise.js';

const RUNS = { numRuns: 5000 };

/** Pieces that meet in every awkward way: strays, triplets of hex digits, dots, delimiters, blanks. */
const piece = fc.oneof(
  fc.constantFrom(
    '%',
    '%%',
    '%4',
    '%2e',
    '%2E',
    '.',
    '..',
    '/',
    '//',
    '\\',
    '?',
    '#',
    '@',
    ':',
    ' ',
    '\n',
    '~',
    "'",
  ),
  fc.nat(255).map((octet) => `%${octet.toString(16).padStart(2, '0')}`),
  fc.constantFrom('%34', '%31', '%41', '%7e', '%25', 'a', 'F', '4', 'é', 'ツ', '\uD800'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const base = fc.oneof(
  fc.constantFrom(
    'http://a/',
    'https://u:p@b.example:8443/x/y?z#f',
    'http://[::1]:8080/d/',
    'data:text/plain,x',
    'nonsense',
  ),
  text.map((rest) => `http://a/${rest}`),
);
const link = fc.oneof(
  text,
  text.map((rest) => `/${rest}`),
  text.map((rest) => `http://host/${rest}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);

/** What parsers before Ada 3 leave in a path against the standard; the table of canonicalise.test.ts has it. */
const isHalfResolved = (url: URL): boolean => /\/\.\.?(?:\/|$)/.test(url.pathname);

/** What RFC 3986 §6.2.2 calls equivalent, spelt otherwise than in our code. */
function equivalenceClass(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[\w\-.~]/.test(character) ? `<${character}>` : triplet.toUpperCase();
  });
}

/** Also of plain characters, so that plain and encoded compare equal. */
const fold = (url: string): string => equivalenceClass(url).replace(/<(.)>/g, '$1');

test('paths are put together as the parser puts them', () => {
  const part = fc.constantFrom(
    '../',
    '../',
    'a',
    'b.c',
    '/',
    '//',
    '.',
    '..',
    '?',
    '#',
    ':',
    ';p=1',
    '%41',
    '%2e',
    '~',
    "'",
    '@',
    ' ',
    'é',
  );
  const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const on = fc.constantFrom(
    'http://a',
    'http://a/b/c/d',
    'http://a/b//c/',
    'http://a/b/c?x=/y/z',
    'https://u:p@a:81/b/c/#f/g',
    'http://a/%2E%2E/b/c',
    'mailto:a/b',
  );
  fc.assert(
    fc.property(path, on, (input, base) => {
      const url = URL.parse(input, base);
      fc.pre(url === null || !isHalfResolved(url));
      const isHttp = url?.protocol.startsWith('http') === true;
      const href = isHttp
        ? `${url.origin}${url.href.slice(url.href.indexOf('/', 8))}`.split('#')[0]
        : undefined;
      expect(parseTarget(input, base)?.request).toBe(href);
    }),
    { numRuns: 20_000 },
  );
});

describe('canonical keys', () => {
  test('a key is its own key', () => {
    fc.assert(
      fc.property(link, base, (input, on) => {
        const key = canonicalise(input, on);
        fc.pre(key !== null && !isTooLong(key));
        expect(canonicalise(key)).toBe(key);
        expect(canonicalise(key, on)).toBe(key);
        expect(parseTarget(key)?.request).toBe(key);
        expect(originOf(key) + pathAndQuery(key)).toBe(key);
        expect(pathAndQuery(key).split('?', 1)[0]).not.toMatch(/\/\.\.?(?:\/|$)/);
      }),
      RUNS,
    );
  });

  test('a target is what URL resolves to, up to the encoding of unreserved characters', () => {
    fc.assert(
      fc.property(link, base, (input, on) => {
        const url = URL.parse(input, on);
        const target = parseTarget(input, on);
        if (url === null || !/^https?:$/.test(url.protocol)) {
          expect(target).toBeNull();
          return;
        }
        fc.pre(!isHalfResolved(url) && !isHalfResolved(URL.parse(on) ?? new URL('http://a/')));
        url.hash = '';
        url.username = '';
        url.password = '';
        url.pathname = url.pathname.replaceAll('^', '%5E');
        expect(target?.request).toBe(url.href);
        if (isTooLong(target?.key ?? '')) return;
        expect(fold(target?.key ?? '')).toBe(fold(url.href));
        expect(originOf(target?.key ?? '')).toBe(url.origin);
      }),
      RUNS,
    );
  });

  test('every spelling of a path has the same key', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'aZ09-_~/?=%2F.'), maxLength: 20 });
    fc.assert(
      fc.property(plain, fc.infiniteStream(fc.nat(2)), (path, choices) => {
        const key = canonicalise(`http://a/x${path}`);
        // Characters next to a stray '%' are left as written, so only clean texts can be respelt.
        fc.pre(key !== null && !/%(?![0-9A-F]{2})/.test(key));
        const respelt = pathAndQuery(key).replace(/%..|[\w\-~]/g, (piece) => {
          const choice = choices.next().value ?? 0;
          if (piece.startsWith('%')) return choice === 0 ? piece : piece.toLowerCase();
          return choice === 0 ? piece : `%${piece.charCodeAt(0).toString(16)}`;
        });
        expect(canonicalise(`http://a${respelt}`)).toBe(key);
        expect(canonicalise(respelt, 'http://a/b')).toBe(respelt.startsWith('//') ? expect.anything() : key);
      }),
      RUNS,
    );
  });

  test('a key is printable ASCII without blanks, fragment or credentials', () => {
    fc.assert(
      fc.property(link, base, (input, on) => {
        const key = canonicalise(input, on);
        fc.pre(key !== null);
        expect(key).toMatch(/^https?:\/\/[^\s/@#]+\/[\x21-\x22\x24-\x7e]*$/);
      }),
      RUNS,
    );
  });
});
