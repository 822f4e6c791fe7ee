import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { UsageError } from '../../dist/errors.js';
import { compilePatterns, compileScope, explainScope, hostnameOf, scopeKeyOf } from '../../dist/url/scope.js';

type Rule = Parameters<typeof compileScope>[0];

const PAGE = 'https://en.wikipedia.org/wiki/Kevin_Bacon';
const WEB: Rule = {
  profile: 'web',
  scope: 'origin',
  scopeKeys: ['https://en.wikipedia.org'],
  include: [],
  exclude: [],
};
const MEDIAWIKI: Rule = { ...WEB, profile: 'mediawiki' };

describe('scope keys', () => {
  test.each([
    ['https://en.wikipedia.org/wiki/A', 'https://en.wikipedia.org', 'en.wikipedia.org', 'wikipedia.org'],
    ['http://en.wikipedia.org:8080/', 'http://en.wikipedia.org:8080', 'en.wikipedia.org', 'wikipedia.org'],
    ['https://www.bbc.co.uk/', 'https://www.bbc.co.uk', 'www.bbc.co.uk', 'bbc.co.uk'],
    ['https://ann.github.io/', 'https://ann.github.io', 'ann.github.io', 'ann.github.io'],
    ['https://docs.ann.github.io/', 'https://docs.ann.github.io', 'docs.ann.github.io', 'ann.github.io'],
    ['https://github.io/', 'https://github.io', 'github.io', 'github.io'],
    ['https://co.uk/', 'https://co.uk', 'co.uk', 'co.uk'],
    ['https://x.city.kawasaki.jp/', 'https://x.city.kawasaki.jp', 'x.city.kawasaki.jp', 'city.kawasaki.jp'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000', '127.0.0.1', '127.0.0.1'],
    ['http://[::1]:3000/a', 'http://[::1]:3000', '[::1]', '[::1]'],
    ['http://[2001:db8::1]/', 'http://[2001:db8::1]', '[2001:db8::1]', '[2001:db8::1]'],
    ['http://localhost/', 'http://localhost', 'localhost', 'localhost'],
    ['http://wiki/', 'http://wiki', 'wiki', 'wiki'],
    ['http://a.b.unheard-of/', 'http://a.b.unheard-of', 'a.b.unheard-of', 'b.unheard-of'],
    ['http://a_b.example.com/x:1', 'http://a_b.example.com', 'a_b.example.com', 'example.com'],
  ])('%s', (key, origin, host, domain) => {
    expect(scopeKeyOf(key, 'origin')).toBe(origin);
    expect(scopeKeyOf(key, 'host')).toBe(host);
    expect(hostnameOf(key)).toBe(host);
    expect(scopeKeyOf(key, 'domain')).toBe(domain);
    expect(scopeKeyOf(key, 'domain')).toBe(domain);
    expect(scopeKeyOf(key, 'any')).toBe('*');
  });

  test('domains stay right past the size of the memory', () => {
    const domains = Array.from({ length: 25_000 }, (_, index) => `d${index % 12_000}.example`);
    for (const domain of domains) expect(scopeKeyOf(`http://www.${domain}/`, 'domain')).toBe(domain);
  });
});

describe('the web profile', () => {
  test.each([
    ['origin', ['https://en.wikipedia.org'], 'https://en.wikipedia.org/anything?x', 'inside'],
    ['origin', ['https://en.wikipedia.org'], 'http://en.wikipedia.org/', 'outside'],
    ['origin', ['https://en.wikipedia.org'], 'https://en.wikipedia.org.evil.example/', 'outside'],
    ['host', ['en.wikipedia.org'], 'http://en.wikipedia.org:8080/', 'inside'],
    ['host', ['en.wikipedia.org'], 'https://de.wikipedia.org/', 'outside'],
    ['domain', ['wikipedia.org'], 'https://de.wikipedia.org/', 'inside'],
    ['domain', ['wikipedia.org'], 'https://wikipedia.com/', 'outside'],
    ['domain', ['ann.github.io'], 'https://bob.github.io/', 'outside'],
    ['any', ['*'], 'http://anywhere.example/', 'inside'],
    ['any', [], 'http://anywhere.example/', 'inside'],
  ] as const)('%s %j: %s is %s', (scope, scopeKeys, key, verdict) => {
    expect(compileScope({ ...WEB, scope, scopeKeys }).judge(key, PAGE)).toBe(verdict);
  });

  test('several seeds make one site', () => {
    const judge = compileScope({ ...WEB, scopeKeys: ['http://a', 'http://b'] });
    expect(judge.judge('http://b/x', 'http://a/')).toBe('inside');
    expect(judge.judge('http://c/x', 'http://a/')).toBe('outside');
  });
});

describe('include and exclude', () => {
  test.each([
    [['^/wiki/'], [], '/wiki/A', 'inside'],
    [['^/wiki/'], [], '/w/A', 'filtered'],
    [['A', 'B'], [], '/B', 'inside'],
    [['x=1'], [], '/a?x=1', 'inside'],
    [[], ['x=1'], '/a?x=1', 'filtered'],
    [[], ['x=1'], '/a', 'inside'],
    [['A'], ['A'], '/A', 'filtered'],
    [[], ['wikipedia'], '/a', 'inside'],
    [[], ['a'], '/A', 'inside'],
    [['%C3%A9'], [], '/%C3%A9', 'inside'],
  ])('include %j, exclude %j: %s is %s', (include, exclude, path, verdict) => {
    const judge = compileScope({ ...WEB, include, exclude });
    expect(judge.judge(`https://en.wikipedia.org${path}`, PAGE)).toBe(verdict);
    expect(judge.judge(`https://en.wikipedia.org${path}`, PAGE)).toBe(verdict);
  });

  test('a link they refuse is filtered on another origin too', () => {
    expect(compileScope({ ...WEB, exclude: ['private'] }).judge('http://b/private', PAGE)).toBe('filtered');
    expect(compileScope({ ...WEB, include: ['public'] }).judge('http://b/x', PAGE)).toBe('filtered');
  });

  test.each(['(', '[', '*', 'a{2,1}', '(?<n>'])('%s is refused by flag and pattern', (source) => {
    expect(() => compilePatterns('--include', ['fine', source])).toThrow(UsageError);
    expect(() => compilePatterns('--include', [source])).toThrow(`--include ${JSON.stringify(source)}`);
    expect(() => compileScope({ ...WEB, exclude: [source] })).toThrow('--exclude');
  });
});

describe('the mediawiki profile', () => {
  test.each([
    ['https://en.wikipedia.org/wiki/Monty_Python', 'inside'],
    ['https://en.wikipedia.org/wiki/Caf%C3%A9?x=1', 'inside'],
    ['https://en.wikipedia.org/wiki/', 'inside'],
    ['https://en.wikipedia.org/wiki', 'filtered'],
    ['https://en.wikipedia.org/w/index.php', 'filtered'],
    ['https://en.wikipedia.org/a/wiki/B', 'filtered'],
    ['https://en.wikipedia.org/wiki/Talk:A', 'filtered'],
    ['https://en.wikipedia.org/wiki/Talk%3AA', 'filtered'],
    ['https://en.wikipedia.org/wiki/A?b=c:d', 'filtered'],
    ['https://de.wikipedia.org/wiki/A', 'filtered'],
    ['http://en.wikipedia.org/wiki/A', 'filtered'],
    ['https://en.wikipedia.org:8443/wiki/A', 'filtered'],
    ['https://en.wikipedia.org.evil.example/wiki/A', 'filtered'],
  ])('%s is %s', (key, verdict) => {
    expect(compileScope(MEDIAWIKI).judge(key, PAGE)).toBe(verdict);
  });

  test('an origin won by a redirect is in scope for its own pages', () => {
    const judge = compileScope(MEDIAWIKI);
    expect(judge.judge('https://wiki.example:8080/wiki/A', 'https://wiki.example:8080/wiki/B')).toBe(
      'inside',
    );
  });

  test('include and exclude narrow it', () => {
    const judge = compileScope({ ...MEDIAWIKI, include: ['^/wiki/[A-K]'], exclude: ['Bacon'] });
    expect(judge.judge('https://en.wikipedia.org/wiki/Ada', PAGE)).toBe('inside');
    expect(judge.judge('https://en.wikipedia.org/wiki/Zoe', PAGE)).toBe('filtered');
    expect(judge.judge('https://en.wikipedia.org/wiki/Bacon', PAGE)).toBe('filtered');
  });
});

describe('what keeps a URL out', () => {
  const rule: Rule = { ...WEB, include: ['^/wiki/', '/x'], exclude: ['Bacon', '/x/y'] };

  test.each<[string, Rule, ReturnType<typeof explainScope>]>([
    ['https://en.wikipedia.org/wiki/Ada', rule, null],
    ['https://en.wikipedia.org/x/y', rule, { kind: 'exclude', pattern: '/x/y' }],
    ['https://en.wikipedia.org/w/', rule, { kind: 'include' }],
    [
      'https://de.wikipedia.org/wiki/Ada',
      rule,
      { kind: 'scope', mode: 'origin', scopeKey: 'https://de.wikipedia.org' },
    ],
    ['https://en.wikipedia.org/wiki/Talk:Ada', MEDIAWIKI, { kind: 'profile' }],
    ['https://de.wikipedia.org/', { ...WEB, scope: 'any' }, null],
  ])('%s', (key, by, refusal) => {
    expect(explainScope(by, key)).toEqual(refusal);
  });

  test('is said exactly of what is not judged to be inside', () => {
    const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
    const rules = fc.record({
      profile: oneOf('web' as const, 'mediawiki' as const),
      scope: oneOf('origin' as const, 'host' as const, 'domain' as const, 'any' as const),
      scopeKeys: fc.subarray(['https://a.test', 'a.test', 'b.a.test', '*']),
      include: fc.subarray(['^/wiki/', 'x']),
      exclude: fc.subarray(['y', ':']),
    });
    const keys = fc
      .tuple(
        oneOf('https://a.test', 'http://a.test:81', 'https://b.a.test'),
        oneOf('/', '/wiki/'),
        oneOf('', 'x', 'y', 'x:y'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(rules, keys, (by, key) => {
        expect(explainScope(by, key) === null).toBe(compileScope(by).judge(key, null) === 'inside');
      }),
    );
  });
});
