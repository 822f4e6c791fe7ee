/**
 * The cases of google/robotstxt's robots_test.cc and reporting_robots_test.cc, as a table.
 * Copyright 2019 Google LLC, Apache License 2.0, https://github.com/google/robotstxt – rearranged here:
 * file, agent, URLs that are allowed, URLs that are not. Where we answer differently on purpose, the
 * case stands in KNOWN_DIFFERENCES with the reason.
 */
import { describe, expect, test } from 'vitest';

import { parseRobots } from '../../dist/policy/robots.js';
import { canonicalise, pathAndQuery } from '../../dist/url/canonicalise.js';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly agent?: string;
  readonly allowed?: readonly string[];
  readonly refused?: readonly string[];
}

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

const GROUPS = lines(
  'allow: /foo/bar/',
  '',
  'user-agent: FooBot',
  'disallow: /',
  'allow: /x/',
  'user-agent: BarBot',
  'disallow: /',
  'allow: /y/',
  '',
  '',
  'allow: /w/',
  'user-agent: BazBot',
  '',
  'user-agent: FooBot',
  'allow: /z/',
  'disallow: /',
);

const specificOnly = lines(
  'user-agent: FooBot',
  'allow: /',
  'user-agent: BarBot',
  'disallow: /',
  'user-agent: BazBot',
  'disallow: /',
);

/** `allow` opens what it matches of a site that is closed otherwise. */
const onlyAllow = (pattern: string): string =>
  lines('user-agent: FooBot', 'disallow: /', `allow: ${pattern}`);
const foo = (...rules: string[]): string => lines('user-agent: FooBot', ...rules);
const all = (...paths: string[]): string[] => paths.map((path) => `http://foo.bar${path}`);

const FISH = [
  '/fish',
  '/fish.html',
  '/fish/salmon.html',
  '/fishheads',
  '/fishheads/yummy.html',
  '/fish.html?id=anything',
];
const NO_FISH = ['/bar', '/Fish.asp', '/catfish', '/?id=fish'];
const LINE_BYTES = 2083 * 8;
const longPath = (head: string, letter: string): string =>
  '/x/'.padEnd(LINE_BYTES - 3 - head.length + 1, letter);

const CASES: readonly Case[] = [
  { name: 'system: an empty file', file: '', allowed: ['', ...all('/x')] },
  { name: 'system: an empty agent matches no group', file: foo('disallow: /'), agent: '', allowed: [''] },
  { name: 'system: an empty URL is the root', file: foo('disallow: /'), refused: [''] },
  { name: 'line syntax: correct', file: foo('disallow: /'), refused: all('/x/y') },
  { name: 'line syntax: unknown names', file: lines('foo: FooBot', 'bar: /'), allowed: all('/x/y') },
  {
    name: 'line syntax: missing colon',
    file: lines('user-agent FooBot', 'disallow /'),
    refused: all('/x/y'),
  },
  { name: 'groups: FooBot', file: GROUPS, allowed: all('/x/b', '/z/d'), refused: all('/y/c', '/foo/bar/') },
  {
    name: 'groups: BarBot',
    file: GROUPS,
    agent: 'BarBot',
    allowed: all('/y/c', '/w/a'),
    refused: all('/z/d', '/foo/bar/'),
  },
  {
    name: 'groups: BazBot shares the next group',
    file: GROUPS,
    agent: 'BazBot',
    allowed: all('/z/d'),
    refused: all('/foo/bar/'),
  },
  ...[
    'USER-AGENT: FooBot|ALLOW: /x/|DISALLOW: /',
    'user-agent: FooBot|allow: /x/|disallow: /',
    'uSeR-aGeNt: FooBot|AlLoW: /x/|dIsAlLoW: /',
  ].map((file) => ({
    name: `names in any case: ${file}`,
    file: lines(...file.split('|')),
    allowed: all('/x/y'),
    refused: all('/a/b'),
  })),
  ...['FOO BAR', 'foo bar', 'FoO bAr'].flatMap((value) =>
    ['Foo', 'foo'].map((agent) => ({
      name: `agent in any case: ${value} for ${agent}`,
      file: lines(`User-Agent: ${value}`, 'Allow: /x/', 'Disallow: /'),
      agent,
      allowed: all('/x/y'),
      refused: all('/a/b'),
    })),
  ),
  ...['Foo', 'Foo Bar'].map((agent) => ({
    name: `an agent is read up to the first space: ${agent}`,
    file: lines('User-Agent: *', 'Disallow: /', 'User-Agent: Foo Bar', 'Allow: /x/', 'Disallow: /'),
    agent,
    [agent === 'Foo' ? 'allowed' : 'refused']: all('/x/y'),
  })),
  {
    name: '* is second choice',
    file: lines('user-agent: *', 'allow: /', 'user-agent: FooBot', 'disallow: /'),
    refused: all('/x/y'),
  },
  {
    name: '* for the others',
    file: lines('user-agent: *', 'allow: /', 'user-agent: FooBot', 'disallow: /'),
    agent: 'BarBot',
    allowed: all('/x/y'),
  },
  { name: 'no group of ours', file: specificOnly, agent: 'QuxBot', allowed: all('/x/y') },
  { name: 'paths are case-sensitive: same', file: foo('disallow: /x/'), refused: all('/x/y') },
  { name: 'paths are case-sensitive: other', file: foo('disallow: /X/'), allowed: all('/x/y') },
  {
    name: 'longest: disallow',
    file: foo('disallow: /x/page.html', 'allow: /x/'),
    refused: all('/x/page.html'),
  },
  {
    name: 'longest: allow',
    file: foo('allow: /x/page.html', 'disallow: /x/'),
    allowed: all('/x/page.html'),
    refused: all('/x/'),
  },
  { name: 'longest: both empty', file: foo('disallow: ', 'allow: '), allowed: all('/x/page.html') },
  { name: 'longest: tie at the root', file: foo('disallow: /', 'allow: /'), allowed: all('/x/page.html') },
  {
    name: 'longest: with and without slash',
    file: foo('disallow: /x', 'allow: /x/'),
    allowed: all('/x/'),
    refused: all('/x'),
  },
  {
    name: 'longest: tie',
    file: foo('disallow: /x/page.html', 'allow: /x/page.html'),
    allowed: all('/x/page.html'),
  },
  {
    name: 'longest: wildcard wins',
    file: foo('allow: /page', 'disallow: /*.html'),
    allowed: all('/page'),
    refused: all('/page.html'),
  },
  {
    name: 'longest: wildcard loses',
    file: foo('allow: /x/page.', 'disallow: /*.html'),
    allowed: all('/x/page.html'),
    refused: all('/x/y.html'),
  },
  {
    name: 'the specific group hides *',
    file: lines('User-agent: *', 'Disallow: /x/', 'User-agent: FooBot', 'Disallow: /y/'),
    allowed: all('/x/page'),
    refused: all('/y/page'),
  },
  {
    name: 'encoding: reserved characters in a query',
    file: onlyAllow('/foo/bar?qux=taz&baz=http://foo.bar?tar&par'),
    allowed: all('/foo/bar?qux=taz&baz=http://foo.bar?tar&par'),
  },
  { name: 'encoding: non-ASCII rule', file: onlyAllow('/foo/bar/ツ'), allowed: all('/foo/bar/%E3%83%84') },
  {
    name: 'encoding: encoded rule',
    file: onlyAllow('/foo/bar/%E3%83%84'),
    allowed: all('/foo/bar/%E3%83%84'),
  },
  {
    name: 'encoding: unreserved, both encoded',
    file: onlyAllow('/foo/bar/%62%61%7A'),
    allowed: all('/foo/bar/%62%61%7A'),
  },
  {
    name: 'special: *',
    file: foo('Disallow: /foo/bar/quz', 'Allow: /foo/*/qux'),
    allowed: all('/foo/quz', '/foo//quz', '/foo/bax/quz'),
    refused: all('/foo/bar/quz'),
  },
  {
    name: 'special: $',
    file: foo('Disallow: /foo/bar$', 'Allow: /foo/bar/qux'),
    allowed: all('/foo/bar/qux', '/foo/bar/', '/foo/bar/baz'),
    refused: all('/foo/bar'),
  },
  {
    name: 'special: #',
    file: foo('# Disallow: /', 'Disallow: /foo/quz#qux', 'Allow: /'),
    allowed: all('/foo/bar'),
    refused: all('/foo/quz'),
  },
  {
    name: 'index.html: only what is written',
    file: lines('User-Agent: *', 'Allow: /allowed-slash/index.html', 'Disallow: /'),
    allowed: all('/allowed-slash/index.html'),
    refused: all('/allowed-slash/index.htm', '/anyother-url'),
  },
  {
    name: 'a long disallow line is cut',
    file: foo(`disallow: ${longPath('disallow: ', 'a')}/qux`),
    allowed: all('/fux'),
    refused: all(`${longPath('disallow: ', 'a')}/fux`),
  },
  {
    name: 'long allow lines are cut',
    file: foo(
      'disallow: /',
      `allow: ${longPath('allow: ', 'a')}/qux`,
      `allow: ${longPath('allow: ', 'b')}/qux`,
    ),
    allowed: all(`${longPath('allow: ', 'a')}/qux`, `${longPath('allow: ', 'b')}/fux`),
    refused: all('/'),
  },
  { name: 'docs: /fish', file: onlyAllow('/fish'), allowed: all(...FISH), refused: all(...NO_FISH) },
  {
    name: 'docs: /fish*',
    file: onlyAllow('/fish*'),
    allowed: all(...FISH),
    refused: all(...NO_FISH, '/Fish.bar'),
  },
  {
    name: 'docs: /fish/',
    file: onlyAllow('/fish/'),
    allowed: all('/fish/', '/fish/salmon', '/fish/?salmon', '/fish/salmon.html', '/fish/?id=anything'),
    refused: all('/bar', '/fish', '/fish.html', '/Fish/Salmon.html'),
  },
  {
    name: 'docs: /*.php',
    file: onlyAllow('/*.php'),
    allowed: all(
      '/filename.php',
      '/folder/filename.php',
      '/folder/filename.php?parameters',
      '//folder/any.php.file.html',
      '/filename.php/',
      '/index?f=filename.php/',
    ),
    refused: all('/bar', '/php/', '/index?php', '/windows.PHP'),
  },
  {
    name: 'docs: /*.php$',
    file: onlyAllow('/*.php$'),
    allowed: all('/filename.php', '/folder/filename.php'),
    refused: all(
      '/bar',
      '/filename.php?parameters',
      '/filename.php/',
      '/filename.php5',
      '/php/',
      '/filename?php',
      '/aaaphpaaa',
      '//windows.PHP',
    ),
  },
  {
    name: 'docs: /fish*.php',
    file: onlyAllow('/fish*.php'),
    allowed: all('/fish.php', '/fishheads/catfish.php?parameters'),
    refused: all('/bar', '/Fish.PHP'),
  },
  { name: 'docs: order, shorter disallow', file: foo('allow: /p', 'disallow: /'), allowed: all('/page') },
  {
    name: 'docs: order, same length',
    file: foo('allow: /folder', 'disallow: /folder'),
    allowed: all('/folder/page'),
  },
  {
    name: 'docs: order, longer wildcard',
    file: foo('allow: /page', 'disallow: /*.htm'),
    refused: all('/page.htm'),
  },
  {
    name: 'docs: order, $',
    file: foo('allow: /$', 'disallow: /'),
    allowed: all('/'),
    refused: all('/page.html'),
  },
  ...['\n', '\r\n', '\r'].map((end) => ({
    name: `line ends ${JSON.stringify(end)}`,
    file: ['User-Agent: foo', 'Allow: /some/path', 'User-Agent: bar', '', '', 'Disallow: /', ''].join(end),
    agent: 'bar',
    refused: all('/x'),
  })),
  { name: 'no final newline', file: 'User-Agent: foo\n\nDisallow: /', agent: 'foo', refused: all('/x') },
  {
    name: 'mixed line ends',
    file: 'User-Agent: foo\nAllow: /y\r\nUser-Agent: bar\n\r\n\nDisallow: /',
    agent: 'bar',
    refused: all('/x'),
  },
  ...['\uFEFF', '\uFFFD', '\u00EF\u00BB\u00BF'].map((mark) => ({
    name: `byte order mark ${JSON.stringify(mark)}`,
    file: `${mark}User-Agent: foo\nDisallow: /\n`,
    agent: 'foo',
    refused: all('/x'),
  })),
  {
    name: 'a broken byte order mark',
    file: '\uFFFD\u0011\uFFFDUser-Agent: foo\nDisallow: /\n',
    agent: 'foo',
    allowed: all('/x'),
  },
  {
    name: 'a byte order mark in the middle',
    file: 'User-Agent: foo\n\uFEFFDisallow: /\n',
    agent: 'foo',
    allowed: all('/x'),
  },
  ...['useragent', 'user agent', 'User-Agent'].map((name) => ({
    name: `misspelling ${name}`,
    file: lines(`${name}: FooBot`, 'disallow: /'),
    refused: all('/x'),
  })),
  ...['disallow', 'dissallow', 'dissalow', 'disalow', 'diasllow', 'disallaw'].map((name) => ({
    name: `misspelling ${name}`,
    file: foo(`${name}: /some`),
    refused: all('/some'),
  })),
  { name: 'escapes: á', file: foo('disallow: /á'), refused: all('/%C3%A1') },
  { name: 'escapes: %aa', file: foo('disallow: /%aa'), refused: all('/%AA') },
];

/** Google's answer stands in `allowed`/`refused`; ours is the opposite, for the reason given. */
const KNOWN_DIFFERENCES: readonly (Case & { readonly reason: string })[] = [
  {
    name: 'index.html opens its directory',
    reason: 'an extension of one crawler; RFC 9309 does not have it',
    file: lines('User-Agent: *', 'Allow: /allowed-slash/index.html', 'Disallow: /'),
    allowed: all('/allowed-slash/'),
  },
  {
    name: 'an unencoded URL against a non-ASCII rule',
    reason: 'RFC 9309 §2.2.2 encodes both sides; the published parser leaves the URL to its caller',
    file: onlyAllow('/foo/bar/ツ'),
    refused: all('/foo/bar/ツ'),
  },
  {
    name: 'an unencoded URL against an encoded rule',
    reason: 'as above',
    file: onlyAllow('/foo/bar/%E3%83%84'),
    refused: all('/foo/bar/ツ'),
  },
  {
    name: 'encoded unreserved characters in a rule',
    reason: 'RFC 9309 §2.2.2, table 4, last row: they are decoded before comparison',
    file: onlyAllow('/foo/bar/%62%61%7A'),
    refused: all('/foo/bar/baz'),
  },
];

function isAllowed(file: string, agent: string, url: string): boolean {
  return parseRobots(file, agent).isAllowed(url === '' ? '' : pathOf(url));
}

/** As in a crawl, except that a URL too long for a key is sliced as it is. */
function pathOf(url: string): string {
  return url.length > 2000 ? url.slice('http://foo.bar'.length) : pathAndQuery(canonicalise(url) ?? '');
}

describe('the published test cases', () => {
  test.each(CASES)('$name', ({ file, agent = 'FooBot', allowed = [], refused = [] }) => {
    expect(allowed.length + refused.length).toBeGreaterThan(0);
    for (const url of allowed) expect([url, isAllowed(file, agent, url)]).toEqual([url, true]);
    for (const url of refused) expect([url, isAllowed(file, agent, url)]).toEqual([url, false]);
  });

  test.each(KNOWN_DIFFERENCES)(
    'known difference: $name – $reason',
    ({ file, allowed = [], refused = [] }) => {
      for (const url of allowed) expect([url, isAllowed(file, 'FooBot', url)]).toEqual([url, false]);
      for (const url of refused) expect([url, isAllowed(file, 'FooBot', url)]).toEqual([url, true]);
    },
  );
});
