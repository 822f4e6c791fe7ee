import { describe, expect, test } from 'vitest';

import { parseRobots } from '../../dist/policy/robots.js';
import { ROBOTS_MAX_BYTES, ROBOTS_TOKEN } from '../../dist/protocol/robots.js';
import { processorMs } from '../support/processor.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');
const forAll = (...rules: string[]): string => lines('User-agent: *', ...rules);
const rules = (text: string, token = ROBOTS_TOKEN): ReturnType<typeof parseRobots> =>
  parseRobots(text, token);

describe('RFC 9309 §5.1, the simple example', () => {
  const file = lines(
    'User-Agent: *',
    'Disallow: *.gif$',
    'Disallow: /example/',
    'Allow: /publications/',
    '',
    'User-Agent: foobot',
    'Disallow:/',
    'Allow:/example/page.html',
    'Allow:/example/allowed.gif',
    '',
    'User-Agent: barbot',
    'User-Agent: bazbot',
    'Disallow: /example/page.html',
    '',
    'User-Agent: quxbot',
  );
  test.each([
    ['other', '/publications/a.html', true],
    ['other', '/example/a', false],
    ['other', '/a.gif', false],
    ['other', '/a.gif?x', true],
    ['other', '/publications/a.gif', true],
    ['foobot', '/example/page.html', true],
    ['FOOBOT', '/example/allowed.gif', true],
    ['foobot', '/', false],
    ['barbot', '/example/page.html', false],
    ['bazbot', '/example/page.html', false],
    ['bazbot', '/a.gif', true],
    ['quxbot', '/example/', true],
  ])('%s at %s: %s', (token, path, allowed) => {
    expect(rules(file, token).isAllowed(path)).toBe(allowed);
  });
});

describe('RFC 9309 §2.2.2, percent-encoding on both sides', () => {
  test.each([
    // Table 4, both ways round.
    ['/foo/bar?baz=quz', '/foo/bar?baz=quz', true],
    ['/foo/bar?baz=https://foo.bar', '/foo/bar?baz=https%3A%2F%2Ffoo.bar', true],
    ['/foo/bar?baz=https%3A%2F%2Ffoo.bar', '/foo/bar?baz=https://foo.bar', true],
    ['/foo/bar/ツ', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%e3%83%84', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%62%61%7A', '/foo/bar/baz', true],
    ['/foo/bar/baz', '/foo/bar/%62%61%7a', true],
    ['/%7Ejoe/', '/~joe/index.html', true],
    ['/wiki/Special:', '/wiki/Special%3ASearch', true],
    ['/wiki/Special%3A', '/wiki/Special:Search', true],
    ['/a(b)', '/a%28b%29', true],
    // What delimits stays apart from its encoded form.
    ['/a%2Fb', '/a/b', false],
    ['/a/b', '/a%2Fb', false],
    ['/a%2fb', '/a%2Fb', true],
    ['/a%3Fb', '/a?b', false],
    ['/a?x=1%262', '/a?x=1&2', false],
    ['/a?x=1%2B2', '/a?x=1+2', false],
    // Behind a '*' a rule means path or query.
    ['/*%2Fadmin', '/x%2Fadmin', true],
    ['/*%2Fadmin', '/x?u=%2Fadmin', true],
    ['/*%2Fadmin', '/x/admin', false],
    ['/*/admin', '/x?u=%2Fadmin', true],
    ['/*%26x', '/a?b&x', false],
    ['/*?*%2Fx', '/a?u=/x', true],
    // §2.2.3: special characters verbatim.
    ['/path/file-with-a-%2A.html', '/path/file-with-a-*.html', true],
    ['/path/file-with-a-%2A.html', '/path/file-with-a-b.html', false],
    ['/path/foo-%24', '/path/foo-$', true],
    ['/path/foo-%24', '/path/foo-$bar', true],
    ['/path/foo-%24$', '/path/foo-$bar', false],
    ['/a$b', '/a$b', true],
    ['/a$b', '/a', false],
    ['/a$$', '/a$', true],
    ['/a$$', '/a$b', false],
    ['/100%', '/100%', true],
    ['/a b', '/a%20b', true],
    ['/{x}', '/%7Bx%7D', true],
    ['/?q={x}', '/?q={x}', true],
  ])('Disallow: %s and %s: %s', (pattern, path, isMatch) => {
    expect(rules(forAll(`Disallow: ${pattern}`)).isAllowed(path)).toBe(!isMatch);
  });
});

describe('wildcards', () => {
  test.each([
    ['/a*', '/a', true],
    ['/a*$', '/abc', true],
    ['/*$', '/', true],
    ['/a*b*c', '/axxbxxc', true],
    ['/a*b*c', '/axxcxxb', false],
    ['/a*b$', '/abab', true],
    ['/a*b$', '/aba', false],
    ['/a*ab$', '/ab', false],
    ['/a**b', '/ab', true],
    ['*', '/x', true],
    ['*b', '/ab', true],
    ['$', '/', false],
    ['/$', '/', true],
    ['/$', '/a', false],
    ['a', '/a', false],
    ['*a*a*a*a*a*b', `/${'a'.repeat(50)}`, false],
  ])('Disallow: %s and %s: %s', (pattern, path, isMatch) => {
    expect(rules(forAll(`Disallow: ${pattern}`)).isAllowed(path)).toBe(!isMatch);
  });

  test.each([
    [['Allow: /abc', 'Disallow: /*c'], '/abc', true],
    [['Allow: /a*', 'Disallow: /ab'], '/ab', true],
    [['Allow: /a', 'Disallow: /a*'], '/ab', false],
    [['Allow: /a**', 'Disallow: /a*'], '/ab', true],
    [['Allow: /ab$', 'Disallow: /ab*'], '/ab', true],
    [['Disallow: /ab$', 'Allow: /abc'], '/ab', false],
    [['Disallow: /*x', 'Disallow: /*xy', 'Allow: /*xyz'], '/xyz', true],
    [['Disallow: /a%3Ab', 'Allow: /a:b'], '/a:b', true],
  ])('%j: %s is allowed: %s', (ruleLines, path, allowed) => {
    expect(rules(forAll(...ruleLines)).isAllowed(path)).toBe(allowed);
    expect(rules(forAll(...ruleLines.toReversed())).isAllowed(path)).toBe(allowed);
  });
});

describe('groups', () => {
  test.each([
    [
      'other lines do not end a run of agents: Sitemap',
      ['User-agent: *', 'Sitemap: http://a/s.xml', 'User-agent: x', 'Disallow: /'],
      false,
    ],
    [
      'other lines do not end a run of agents: Crawl-delay',
      ['User-agent: *', 'Crawl-delay: 5', 'User-agent: x', 'Disallow: /'],
      false,
    ],
    [
      'other lines do not end a run of agents: unknown',
      ['User-agent: *', 'Noindex: /', 'Host: a', 'User-agent: x', 'Disallow: /'],
      false,
    ],
    [
      'an empty Disallow is a rule and ends the run',
      ['User-agent: *', 'Disallow:', 'User-agent: x', 'Disallow: /'],
      true,
    ],
    [
      'groups of the same agent are one',
      [
        'User-agent: orbweaver',
        'Allow: /a',
        'User-agent: x',
        'Allow: /',
        'User-agent: ORBWEAVER',
        'Disallow: /',
      ],
      false,
    ],
    [
      'a named group without rules allows all',
      ['User-agent: *', 'Disallow: /', 'User-agent: Orbweaver'],
      true,
    ],
    [
      'a named group anywhere hides *',
      ['User-agent: Orbweaver', 'Disallow: /b', 'User-agent: *', 'Disallow: /'],
      true,
    ],
    [
      'several * groups are one',
      ['User-agent: *', 'Allow: /b', 'User-agent: x', 'Allow: /', 'User-agent: *', 'Disallow: /'],
      false,
    ],
    ['a version behind the name', ['User-agent: Orbweaver/1.0', 'Disallow: /'], false],
    ['a longer name is another crawler', ['User-agent: Orbweaver-News', 'Disallow: /'], true],
    ['a shorter name is another crawler', ['User-agent: Orb', 'Disallow: /'], true],
    ['a * with more behind', ['User-agent: * extra', 'Disallow: /'], false],
    ['a * glued to more is no *', ['User-agent: *bot', 'Disallow: /'], true],
    ['rules before the first agent', ['Disallow: /', 'User-agent: *', 'Disallow: /b'], true],
    ['blanks everywhere', [' \tUser-agent \t:\t * ', '  Disallow  :  /  '], false],
    ['no blanks at all', ['User-agent:*', 'Disallow:/'], false],
    ['comments', ['User-agent: * # everybody', '# Disallow: /b', 'Disallow: / # all'], false],
    ['missing colon with two words behind', ['User-agent: *', 'Disallow / all'], true],
    ['no name before the colon', ['User-agent: *', ': /'], true],
    [
      'HTML in its place',
      ['<!doctype html>', '<title>Disallow: /</title>', '<a href="/">User-agent: *</a>'],
      true,
    ],
  ])('%s', (_name, file, allowed) => {
    expect(rules(lines(...file)).isAllowed('/page')).toBe(allowed);
  });

  test('robots.txt itself is always allowed', () => {
    expect(rules(forAll('Disallow: /')).isAllowed('/robots.txt')).toBe(true);
    expect(rules(forAll('Disallow: /')).isAllowed('/robots.txt?x')).toBe(false);
  });
});

describe('crawl delay and sitemaps', () => {
  test.each([
    [['User-agent: *', 'Crawl-delay: 10'], 10_000],
    [['User-agent: *', 'crawl-delay:0.5'], 500],
    [['User-agent: *', 'Crawl-delay: .25 # slow'], 250],
    [['User-agent: *', 'Crawl-delay: 0'], 0],
    [['User-agent: *', 'Crawl-delay: 86400'], 86_400_000],
    [['User-agent: *', 'Crawl-delay: -1'], null],
    [['User-agent: *', 'Crawl-delay: ten'], null],
    [['User-agent: *', 'Crawl-delay: 1e3'], null],
    [['User-agent: *', 'Crawl-delay:'], null],
    [['User-agent: *', `Crawl-delay: ${'9'.repeat(400)}`], null],
    [['Crawl-delay: 5', 'User-agent: *'], null],
    [['User-agent: *', 'Crawl-delay: 5', 'User-agent: Orbweaver', 'Disallow: /x'], null],
    [['User-agent: x', 'User-agent: Orbweaver', 'Crawl-delay: 5', 'Disallow: /x'], 5_000],
    [
      [
        'User-agent: Orbweaver',
        'Crawl-delay: 2',
        'Disallow: /x',
        'User-agent: Orbweaver',
        'Crawl-delay: 7',
        'Crawl-delay: 3',
      ],
      7_000,
    ],
  ])('%j: %s ms', (file, delayMs) => {
    expect(rules(lines(...file)).crawlDelayMs).toBe(delayMs);
  });

  test('sitemaps of all groups are kept in order', () => {
    const file = lines(
      'Sitemap: http://a/1.xml',
      'User-agent: x',
      'site-map: http://a/2.xml',
      'Disallow: /',
      'SITEMAP:http://a/3.xml',
      'Sitemap:',
    );
    expect(rules(file).sitemaps).toEqual(['http://a/1.xml', 'http://a/2.xml', 'http://a/3.xml']);
  });
});

describe('explain', () => {
  const file = '\uFEFF# hello\r\nUser-agent: *\r\n\r\nDisallow: /a # why\r\nAllow: /a/b\r\n';
  test.each([
    ['/a/c', { allowed: false, line: 4, rule: 'Disallow: /a' }],
    ['/a/b', { allowed: true, line: 5, rule: 'Allow: /a/b' }],
    ['/b', { allowed: true, line: null, rule: null }],
    ['/robots.txt', { allowed: true, line: null, rule: null }],
  ])('%s', (path, decision) => {
    expect(rules(file).explain(path)).toEqual(decision);
  });
});

describe('bounds', () => {
  test('rules behind 500 KiB are not read', () => {
    const padding = `#${'x'.repeat(998)}\n`.repeat(512);
    expect(rules(forAll('Disallow: /a', padding, 'Disallow: /b')).isAllowed('/b')).toBe(true);
    expect(rules(forAll('Disallow: /a', padding, 'Disallow: /b')).isAllowed('/a')).toBe(false);
  });

  test('a rule cut in half by the limit is not a rule', () => {
    const head = forAll('Disallow: /a');
    const cut = `${head}${'#'.repeat(ROBOTS_MAX_BYTES - head.length - 'Disallow: /'.length - 1)}\nDisallow: /`;
    expect(cut.length).toBe(ROBOTS_MAX_BYTES);
    expect(rules(cut).isAllowed('/b')).toBe(true);
    expect(rules(`${cut}private\n`).isAllowed('/b')).toBe(true);
    expect(rules(cut.slice(1)).isAllowed('/b')).toBe(true);
    expect(rules(`${cut.slice(20)}\n`).isAllowed('/a')).toBe(true);
  });

  test('a long line is cut by bytes, not characters', () => {
    const wide = 'é'.repeat(9000);
    expect(rules(forAll(`Disallow: /${wide}`)).isAllowed(`/${'%C3%A9'.repeat(8000)}`)).toBe(true);
    expect(rules(forAll(`Disallow: /${wide}`)).isAllowed(`/${'%C3%A9'.repeat(8400)}`)).toBe(false);
  });

  test.each([
    ['30,000 plain rules', (index: number) => `Disallow: /d${index}`],
    ['25,000 wildcard rules', (index: number) => `Disallow: /*foo${index}`],
    ['one pattern of nothing but *a', () => `Disallow: /${'*a'.repeat(8000)}b`],
    ['short wildcards that nearly match', (index: number) => `Allow: *aaa${index.toString(36)}b`],
    ['blanks', () => `Disallow: /a${' '.repeat(16_600)}b`],
    ['newlines', () => ''],
  ])('500 KiB of %s is read and matched in bounded time', (_name, lineOf) => {
    let text = 'User-agent: *\n';
    for (let index = 0; text.length < ROBOTS_MAX_BYTES; index += 1) text += `${lineOf(index)}\n`;
    const start = processorMs();
    const parsed = rules(text);
    for (let index = 0; index < 5; index += 1) parsed.isAllowed(`/${'a'.repeat(2050)}${index}`);
    // Far above what it takes (tens of ms), far below what backtracking would.
    expect(processorMs() - start).toBeLessThan(5000);
  });
});
