/** What a thread remembers of links: a thread that has read other pages finds what one finds that reads its first. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkRule, WorkerSettings } from '../../dist/protocol/settings.js';
import { compileScope } from '../../dist/url/scope.js';
import { PageText } from '../../dist/workers/decode.js';
import { LinkExtractor, type PageLinks } from '../../dist/workers/links.js';
import { pause } from '../support/site.js';
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

describe('what is kept is little', () => {
  const MIB = 1024 ** 2;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapBytes = (): number => (collect(), process.memoryUsage().heapUsed);
  /** When nothing of what was done is on the stack any more. */
  const restedHeapBytes = async (): Promise<number> => (await pause(1), heapBytes());

  test('of bases that are longer than pages', () => {
    const by = extractor(false, {}, {});
    const before = heapBytes();
    for (let n = 0; n < 300; n++)
      readText(
        by,
        `<base href="/d${n}/a-long-name/e/?${'q'.repeat(100_000)}"><a href="../"></a>`,
        'http://a.test/',
      );
    expect(heapBytes() - before).toBeLessThan(10 * MIB);
  });

  test('of a page with very many links', async () => {
    const by = extractor(false, {}, {});
    const before = heapBytes();
    const links = Array.from({ length: 200_000 }, (_, n) => `<a href="a-link-to-page-${n}"></a>`);
    expect(linesIn(readText(by, links.join(''), 'http://a.test/').links[0])).toBe(200_000);
    links.length = 0;
    expect((await restedHeapBytes()) - before).toBeLessThan(10 * MIB);
  });

  test('while a page is read whose base has very many folders', async () => {
    const links = new URL('../../dist/workers/links.js', import.meta.url).href;
    const text = `<base href="/${'a/'.repeat(50_000)}">`;
    const thread = new Worker(
      new URL(
        `data:text/javascript,${encodeURIComponent(`
          import { parentPort, workerData } from 'node:worker_threads';
          import { LinkExtractor } from '${links}';
          import { compileScope } from '${new URL('../../dist/url/scope.js', import.meta.url).href}';
          import { PageText } from '${new URL('../../dist/workers/decode.js', import.meta.url).href}';
          const { settings, text } = workerData;
          const ups = Array.from({ length: 1000 }, (_, n) => '<a href="' + '../'.repeat(n + 1) + 'x"></a>');
          const page = new PageText(Buffer.from(text + ups.join('')), 'UTF-8');
          const at = { url: 'http://a.test/', key: 'http://a.test/', keepOutside: true };
          const { links } = new LinkExtractor(settings, compileScope(settings.rule)).extract(page, at);
          parentPort.postMessage(links[0].split('\\n').length);
        `)}`,
      ),
      {
        workerData: { settings: settingsFor('http://a.test'), text },
        resourceLimits: { maxOldGenerationSizeMb: 48 },
      },
    );
    const said = await new Promise<unknown>((settle) => {
      thread.once('message', settle);
      thread.once('error', settle);
    });
    expect(said).toBe(1000);
  });
});

function linesIn(text: string | undefined): number {
  return text?.split('\n').length ?? 0;
}
