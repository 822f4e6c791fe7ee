/** Cases of RFC 6266, RFC 8187 and of the collection at greenbytes.de/tech/tc2231, which browsers are compared by. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispositionName } from '../../dist/downloads/disposition.js';

/** A header as a client gives it: the octets of UTF-8, one character each. */
const inUtf8 = (text: string): string => Buffer.from(text).toString('latin1');

describe('names as the standards write them', () => {
  test.each([
    ['attachment; filename="foo.html"', 'foo.html'],
    ['inline; filename="foo.html"', 'foo.html'],
    ['ATTACHMENT; FILENAME="foo.html"', 'foo.html'],
    ['attachment; filename=foo.html', 'foo.html'],
    ['attachment; filename = "foo.html" ;', 'foo.html'],
    ['attachment; filename="f\\oo.html"', 'foo.html'],
    ['attachment; filename="\\"quoting\\" tested.html"', '"quoting" tested.html'],
    ['attachment; filename="Here\'s a semicolon;.html"', "Here's a semicolon;.html"],
    ['attachment; foo="bar"; filename="foo.html"', 'foo.html'],
    ['attachment; foo="\\"\\\\";filename="foo.html"', 'foo.html'],
    ["attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html", 'foo-ä-€.html'],
    ["attachment; filename*=iso-8859-1''foo-%E4.html", 'foo-ä.html'],
    ["attachment; filename*=utf-8'en'a%20b.html", 'a b.html'],
    ["attachment; filename*=UTF-8''A-%2541.html", 'A-%41.html'],
    ["attachment; filename*=UTF-8''%5cfoo.html", '\\foo.html'],
    ['attachment; filename="EURO rates"; filename*=utf-8\'\'%e2%82%ac%20rates', '€ rates'],
    ['attachment; filename*=utf-8\'\'%e2%82%ac%20rates; filename="EURO rates"', '€ rates'],
  ])('%s', (header, name) => {
    expect(dispositionName(header)).toBe(name);
  });
});

describe('names as servers really write them', () => {
  test.each([
    ['blanks without quotes', 'attachment; filename=Question Paper (1).pdf', 'Question Paper (1).pdf'],
    ['octets of UTF-8', inUtf8('attachment; filename="naïve 日本.txt"'), 'naïve 日本.txt'],
    ['octets of Latin-1', 'attachment; filename="na\u00efve.txt"', 'naïve.txt'],
    ['octets of Windows-1252', 'attachment; filename="10 \u0080 \u0096.txt"', '10 € –.txt'],
    ['a percent-encoded plain name', 'attachment; filename="foo%20b%C3%A4r.txt"', 'foo bär.txt'],
    ['a percent sign', 'attachment; filename="100% sure.txt"', '100% sure.txt'],
    ['no type', 'filename="foo.html"', 'foo.html'],
    ['no charset', 'attachment; filename*="foo%20bar.html"', 'foo bar.html'],
    ['quotes around an extended name', 'attachment; filename*="UTF-8\'\'foo%20bar.html"', 'foo bar.html'],
    ['octets of UTF-8 in an extended name', inUtf8("attachment; filename*=UTF-8''ä.html"), 'ä.html'],
    ['UTF-8 that is none', "attachment; filename*=UTF-8''foo-%E4.html", 'foo-ä.html'],
    ['UTF-8 under the name of Latin-1', "attachment; filename*=ISO-8859-1''%C3%A4.html", 'ä.html'],
    ['another charset', "attachment; filename*=Shift_JIS''%93%FA%96%7B.txt", '日本.txt'],
    [
      'a charset that is none, and a plain name',
      "attachment; filename=a.txt; filename*=x-none''b.txt",
      'a.txt',
    ],
    ['an empty extended name', "attachment; filename=a.txt; filename*=UTF-8''", 'a.txt'],
    ['encoded words, B', 'attachment; filename="=?UTF-8?B?ZsO8ci50eHQ=?="', 'für.txt'],
    ['encoded words, Q', 'attachment; filename="=?iso-8859-1?Q?foo=5F=E4_b.html?="', 'foo_ä b.html'],
    ['two encoded words', 'attachment; filename="=?utf-8?Q?a?= =?utf-8?Q?b?="', 'ab'],
    ['what only looks like an encoded word', 'attachment; filename="=?x-none?Q?a?="', '=?x-none?Q?a?='],
    ['a quote that is never closed', 'attachment; filename="foo', null],
    ['a path', 'attachment; filename="../../etc/passwd"', '../../etc/passwd'],
    ['two names', 'attachment; filename="a"; filename="b"', 'a'],
    ['a semicolon too many', ';; filename=a.txt;;', 'a.txt'],
  ])('%s', (_, header, name) => {
    expect(dispositionName(header)).toBe(name);
  });
});

test.each([
  undefined,
  '',
  'attachment',
  'attachment; filename=',
  'attachment; filename="  "',
  'inline; name="x"',
])('no name in %j', (header) => {
  expect(dispositionName(header)).toBeNull();
});

test('of several headers the first with a name counts', () => {
  expect(dispositionName(['inline', 'attachment; filename=b', 'attachment; filename=c'])).toBe('b');
});

test('any header gives a name or none, and any name comes back from its extended form', () => {
  const character = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  const soup = fc.array(
    fc.oneof(character, fc.constantFrom('filename', '*', '=', "'", '"', ';', '%', '=?', '?=', 'utf-8')),
  );
  fc.assert(
    fc.property(soup, (pieces) => {
      expect(dispositionName(`attachment; ${pieces.join('')}`) ?? 'none').toBeTypeOf('string');
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      fc.pre(name.trim() !== '');
      const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
      expect(dispositionName(`attachment; filename*=UTF-8''${encoded}`)).toBe(name);
    }),
  );
});
