/** What a thread remembers of links: a thread that has read other pages finds what one finds that reads its first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinkRule, WorkerSettings } from '../../dist/protocol/settings.js';
import { compileScope } from '../../dist/url/scope.js';
import { PageText } from '../../dist/workers/decode.js';
import { LinkExtractor, type PageLinks } from '../../dist/workers/links.js';
import { settingsFor } from './servers.js';

interface TestPage {
  readonly url: string;
  readonly base: string | null;
  readonly encoding: string;
  readonly links: readonly { readonly address: string; readonly rel: string }[];
}

/** Of a thread; `isFirst` for one that has read nothing, and parses. */
function extractor(
  isFirst: boolean,
  changes: Partial<WorkerSettings>,
  rule: Partial<LinkRule>,
): LinkExtractor {
  const plain = settingsFor('http://a.test', changes);
  const settings = { ...plain, rule: { ...plain.rule, ...rule } };
  return new LinkExtractor(settings, compileScope(settings.rule), { isTreeOnly: isFirst });
}

function read(by: LinkExtractor, { url, base, encoding, links }: TestPage): PageLinks {
  const head = base === null ? '' : `<base href="${base}">`;
  return readText(
    by,
    head + links.map(({ address, rel }) => `<a ${rel} href="${address}"></a>`).join(''),
    url,
    encoding,
  );
}

function readText(by: LinkExtractor, text: string, url: string, encoding = 'UTF-8'): PageLinks {
  const page = new PageText(Buffer.from(text), encoding);
  return by.extract(page, { url, key: url, robotsTag: undefined, keepOutside: true });
}

function page(url: string, ...addresses: readonly string[]): TestPage {
  return { url, base: null, encoding: 'UTF-8', links: addresses.map((address) => ({ address, rel: '' })) };
}

const ADDRESSES = fc.oneof(
  fc.constantFrom('', '?q', '#f', '.', '..', './?x', '../a', '../../a', '../../../a', '../../?x', '..//a'),
  fc.constantFrom('a/b?c/d#e', '/r', '/wiki/A', '/x:y', '//h.test/x', '\\h', 'a\\..\\b', '..\\a', '%2e%2e/a'),
  fc.constantFrom(
    'http:x',
    'http:?x',
    'HTTP://H.test/A',
    'https:/x',
    'http://a.test/wiki/A',
    'http://a.test/d/p',
  ),
  fc.constantFrom(
    'mailto:a@b',
    'http://[bad',
    'h\ttp:?x',
    ' ?x',
    'a ',
    'x?é',
    'é?x',
    'x?utm=1&b',
    'x?b',
    '/x?utm=2',
  ),
  fc.array(fc.constantFrom(...'ab/.?#:% \\\n@é~'), { maxLength: 6 }).map((parts) => parts.join('')),
);
const URLS = fc.constantFrom(
  'http://a.test/',
  'http://a.test/d/p',
  'http://a.test/d/q?x=/y/z',
  'http://a.test/d/',
  'http://a.test/d//p',
  'http://a.test/d/e/p',
  'http://a.test/wiki/B',
  'https://a.test/d/p',
  'http://b.test/d/p',
  'http://b.test:8080/wiki/B',
);
const BASES = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  fc.constantFrom(
    '',
    '/d/p',
    'x/',
    'http://b.test/d/p',
    '/d/..',
    '/x/.a/../b',
    '/d/%2e%2e/p',
    'mailto:a@b/c/d',
    '//b.test',
  ),
);
const PAGES: fc.Arbitrary<TestPage> = fc.record({
  url: URLS,
  base: BASES,
  encoding: fc.constantFrom('UTF-8', 'windows-1252', 'UTF-16LE'),
  links: fc.array(fc.record({ address: ADDRESSES, rel: fc.constantFrom('', '', 'rel=nofollow') }), {
    maxLength: 12,
  }),
});

test.each<[string, Partial<WorkerSettings>, Partial<LinkRule>]>([
  ['one origin', {}, {}],
  ['a domain, filtered', {}, { scope: 'domain', scopeKeys: ['a.test'], exclude: ['b'] }],
  ['parameters taken out', { stripParams: ['utm*'] }, { scope: 'any' }],
  ['the wiki rule', { within: 'body' }, { profile: 'mediawiki' }],
])('what was read before changes nothing: %s', (_name, changes, rule) => {
  const thread = extractor(false, changes, rule);
  fc.assert(
    fc.property(PAGES, (one) => {
      expect(read(thread, one)).toEqual(read(extractor(true, changes, rule), one));
    }),
    { numRuns: 3000 },
  );
});

test('more keys than are kept', () => {
  const thread = extractor(false, {}, {});
  const names = Array.from({ length: 3000 }, (_, i) => `k${i}`);
  const wrong: string[] = [];
  for (const folder of [...Array(30).keys(), ...Array(30).keys()]) {
    // One more way to a key that may have been forgotten, on each page.
    const spelt = `${'../x/'.repeat(folder % 7)}../first`;
    const { links } = read(thread, page(`http://a.test/${folder}/p`, '/first', spelt, ...names));
    const keys = names.map((name) => `http://a.test/${folder}/${name}`);
    if (links[0] !== ['http://a.test/first', ...keys].join('\n')) wrong.push(`${folder}`);
  }
  expect(wrong).toEqual([]);
});

test('an address counts once where parameters are taken out of it, however a page has it', () => {
  const thread = extractor(false, { stripParams: ['utm'] }, {});
  const long = `/${'y'.repeat(300)}?utm=1`;
  const links = ['/x?utm=1', '/x?utm=2', '/x?utm=2#f', '/x', long].map(
    (address) => `<a href="${address}"></a>`,
  );
  const again = '<iframe src="/x?utm=1"></iframe><a rel=nofollow href="/x?utm=1"></a>';
  for (const text of [links.join(''), [...links, ...links, again].join(''), again + links.join('')])
    expect(readText(thread, text, 'http://a.test/p').stripped).toBe(4);
});
