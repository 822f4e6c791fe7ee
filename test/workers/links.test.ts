import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkRule, WorkerSettings } from '../../dist/protocol/settings.js';
import { toFailure } from '../../dist/protocol/to-failure.js';
import { canonicalise } from '../../dist/url/canonicalise.js';
import { compileScope } from '../../dist/url/scope.js';
import { PageText } from '../../dist/workers/decode.js';
import { LinkExtractor } from '../../dist/workers/links.js';
import type { LaneRule, PageContext, PageLinks } from '../../dist/workers/links.js';
import { referenceWalk } from './reference-walk.js';
import { settingsFor } from './servers.js';
import { TAG_SOUP } from './tag-soup.js';
import { processorMs } from '../support/processor.js';

const ORIGIN = 'http://site.test';
const PAGE = `${ORIGIN}/dir/page?q=1`;

function settings(changes: Partial<WorkerSettings> = {}, rule: Partial<LinkRule> = {}): WorkerSettings {
  const all = settingsFor(ORIGIN, changes);
  return { ...all, rule: { ...all.rule, ...rule } };
}

function extract(
  text: string,
  given = settings(),
  context: Partial<PageContext> = {},
  encoding = 'UTF-8',
  lanes?: LaneRule,
): PageLinks {
  const extractor = new LinkExtractor(given, compileScope(given.rule), lanes);
  const url = context.url ?? PAGE;
  const key = canonicalise(url) as string;
  return extractor.extract(new PageText(Buffer.from(text), encoding), {
    url,
    key,
    robotsTag: undefined,
    keepOutside: false,
    ...context,
  });
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** Paths of the links without nofollow. */
function plain(text: string, given?: WorkerSettings, context?: Partial<PageContext>): string[] {
  return lines(extract(text, given, context).links[0]).map((key) => key.replace(ORIGIN, ''));
}

describe('against a plain walk of the full tree', () => {
  const modes: Record<string, WorkerSettings> = {
    'the whole page': settings(),
    'a class': settings({ within: '.c' }),
    'a tag': settings({ within: 'td' }),
    'an id': settings({ within: '#bodyContent' }),
    'a selector of several parts': settings({ within: 'div > a[href], p:has(a), td:not(.x)' }),
    'a selector about text': settings({ within: 'p:empty, div:contains(two), a:contains(x)' }),
    'nofollow not obeyed': settings({ obeyNofollow: false }),
    'a filter': settings({}, { exclude: ['n\\d', '^/x'], scope: 'any' }),
    mediawiki: settings({}, { profile: 'mediawiki' }),
  };

  function compare(text: string, given: WorkerSettings): void {
    const expected = referenceWalk(text, PAGE, given);
    // As most pages are read, and by the tree as small and as large pages are.
    const trees = [Infinity, 0].map((prunedChars) => ({ prunedChars, isTreeOnly: true }));
    for (const lanes of [{}, ...trees]) {
      const found = extract(text, given, {}, 'UTF-8', lanes);
      expect({
        title: found.title,
        canonicalUrl: found.canonicalUrl,
        withinFound: found.withinFound,
        filtered: found.filtered,
        outsideHosts: found.outsideHosts.split('\n').filter(Boolean).sort(),
        links: found.links.map((list) => lines(list).sort()),
      }).toEqual(expected);
    }
  }

  test.each(Object.entries(modes))('tag soup gives the same within %s', (_name, given) => {
    for (const text of TAG_SOUP) compare(text, given);
  });

  test('mutated pages give the same in every mode', () => {
    const pieces = TAG_SOUP.flatMap((page) => page.match(/<[^>]*>?|[^<]+/g) ?? []);
    const piece = fc.constantFrom(
      ...pieces,
      '<h1>',
      '</h1>',
      '</b>',
      '</a>',
      '</table>',
      '<table>',
      '<b>',
      '<template>',
      'text',
    );
    const given = fc.constantFrom(...Object.values(modes));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60, size: 'max' }), given, (parts, mode) =>
        compare(parts.join(''), mode),
      ),
      { numRuns: Number(process.env['ORBWEAVER_FUZZ_RUNS'] ?? 2500) },
    );
  });
});

test('every row of the link table counts, and nothing else that holds a URL', () => {
  const page = `<a href=/a></a><map><area href=/area></map><iframe src=/iframe></iframe><svg><a href=/svg /><a xlink:href=/xlink />
    </svg><meta http-equiv=refresh content="0; url=/refresh"><link href=/no rel=next><img src=/no srcset="/no 2x"><form action=/no>
    <script src=/no></script><video src=/no poster=/no></video><a ping=/no data-href=/no></a><embed src=/no><object data=/no>`;
  expect(plain(page).sort()).toEqual(['/a', '/area', '/iframe', '/refresh', '/svg', '/xlink']);
  expect(plain('<frameset><frame src=/frame></frameset>')).toEqual(['/frame']);
});

test('a key stands once, in the list of its least nofollow', () => {
  const page =
    '<a rel=nofollow href=/x></a><a href=/%78#f></a><a rel=nofollow href=/y></a><a href=/z></a><a href=/z#1></a>';
  expect(extract(page).links).toEqual([`${ORIGIN}/x\n${ORIGIN}/z`, `${ORIGIN}/y`, '']);
});

test('page-level nofollow takes every link, from the meta or the header, and can be lifted', () => {
  const page = '<a href=/x></a><a rel=nofollow href=/y></a>';
  const closed = ['', '', `${ORIGIN}/x\n${ORIGIN}/y`];
  expect(extract(`<meta name=robots content=nofollow>${page}`).links).toEqual(closed);
  expect(extract(page, settings(), { robotsTag: 'noindex, nofollow' }).links).toEqual(closed);
  const lifted = extract(`<meta name=robots content=none>${page}`, settings({ obeyNofollow: false }), {
    robotsTag: 'none',
  });
  expect(lifted.links).toEqual([`${ORIGIN}/x`, `${ORIGIN}/y`, '']);
});

test('links out of scope are counted by host, or sent by name while the scope may grow', () => {
  const page =
    '<a href=http://b.test/1></a><a href=http://b.test:81/2></a><a rel=nofollow href=http://[::1]:8080/></a><a href=/in>';
  const counted = extract(page);
  expect(counted.outsideHosts).toBe('b.test 2\n[::1] 1\n');
  expect(counted.outside).toEqual(['', '', '']);
  const named = extract(page, settings(), { keepOutside: true });
  expect(named.outsideHosts).toBe('');
  expect(named.outside).toEqual(['http://b.test/1\nhttp://b.test:81/2', 'http://[::1]:8080/', '']);
  expect(named.links[0]).toBe(`${ORIGIN}/in`);
});

test('the wiki profile takes articles inside #bodyContent and names the first heading', () => {
  const page = `<title>t</title><h1>Kevin <i>Bacon</i></h1><a href=/wiki/Outside></a><div id=bodyContent><a href=/wiki/A></a>
    <a href=/wiki/Talk:A></a><a href=/w/x></a><a href=http://other.test/wiki/B></a><a href=http://site.test:81/wiki/C></a></div>`;
  const found = extract(page, settings({}, { profile: 'mediawiki' }));
  expect(found).toMatchObject({
    title: 'Kevin Bacon',
    filtered: 3,
    outsideHosts: 'other.test 1\n',
    withinFound: true,
  });
  expect(found.links).toEqual([`${ORIGIN}/wiki/A`, '', '']);
  expect(extract('<a href=/wiki/A>', settings({}, { profile: 'mediawiki' })).withinFound).toBe(false);
});

test('a refresh counts outside --within, except under the wiki profile', () => {
  const page =
    '<meta http-equiv=refresh content="0;/wiki/R"><div id=bodyContent><a href=/wiki/A></div><a href=/wiki/B>';
  expect(plain(page, settings({ within: '#bodyContent' })).sort()).toEqual(['/wiki/A', '/wiki/R']);
  expect(plain(page, settings({}, { profile: 'mediawiki' }))).toEqual(['/wiki/A']);
});

test('blanks before a fragment belong to the address, blanks at its end do not', () => {
  expect(plain('<a href="/a #x"></a><a href="/a "></a>').sort()).toEqual(['/a', '/a%20']);
});

test('the query of a link is written in the page’s encoding, its path in UTF-8', () => {
  const page = '<a href="/é?q=é&x=%C3\n日#é"></a>';
  const link = (encoding: string) => extract(page, settings(), {}, encoding).links[0].replace(ORIGIN, '');
  expect(link('UTF-8')).toBe('/%C3%A9?q=%C3%A9&x=%C3%E6%97%A5');
  expect(link('UTF-16LE')).toBe('/%C3%A9?q=%C3%A9&x=%C3%E6%97%A5');
  expect(link('windows-1252')).toBe('/%C3%A9?q=%E9&x=%C3%26%2326085%3B');
  expect(link('Shift_JIS')).toBe('/%C3%A9?q=%26%23233%3B&x=%C3%93%FA');
});

test('a title is collapsed and cut to a thousand characters, never within a pair', () => {
  expect(extract('<title>\n a \t b\u00a0c </title>').title).toBe('a b\u00a0c');
  expect(extract(`<title>${'x'.repeat(5000)}`).title).toHaveLength(1000);
  expect(extract(`<title>${'x'.repeat(999)}😀`).title).toBe('x'.repeat(999));
});

test('depth, width and size of a page cost time in proportion', () => {
  const begun = processorMs();
  expect(plain(`${'<div>'.repeat(20_000)}<a href=/deep>`, settings({ within: 'div' }))).toEqual(['/deep']);
  expect(extract(`<h1>${'<b>x'.repeat(2_000)}`, settings({}, { profile: 'mediawiki' })).title).toHaveLength(
    1000,
  );
  const many = Array.from({ length: 50_000 }, (_, i) => `<a href=/${i}>`).join('');
  expect(plain(many)).toHaveLength(50_000);
  expect(plain(`<a href="/${'x'.repeat(1_000_000)}">`)[0]?.length).toBeLessThan(2200);
  expect(plain(`<meta http-equiv=refresh content="${'1'.repeat(200_000)}x">`)).toEqual([]);
  expect(processorMs() - begun).toBeLessThan(5000);
});

test('tens of thousands of tags of unknown names cost time in proportion', () => {
  const begun = processorMs();
  const unknown = Array.from({ length: 40_000 }, (_, i) => `<x-${i}></x-${i}>`).join('');
  expect(plain(`${unknown}<svg>${'<g></g>'.repeat(40_000)}</svg><a href=/x>`)).toEqual(['/x']);
  expect(plain(`${unknown}<y-z><a href=/x></y-z>`, settings({ within: 'y-z' }))).toEqual(['/x']);
  // Looked up one by one they would take twenty seconds.
  expect(processorMs() - begun).toBeLessThan(4000);
});

test('links that would spell out to gigabytes are a failure, not a full memory', () => {
  const base = `<base href="/${'d/'.repeat(1030)}">`;
  const page = base + Array.from({ length: 35_000 }, (_, i) => `<a href=${i}>`).join('');
  let thrown: unknown;
  try {
    extract(page);
  } catch (error) {
    thrown = error;
  }
  expect(toFailure(thrown)).toMatchObject({ code: 'too-large' });
});
