import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkerSettings } from '../../dist/protocol/settings.js';
import { compileScope } from '../../dist/url/scope.js';
import { BAILS } from '../../dist/workers/bails.js';
import type { Bail } from '../../dist/workers/bails.js';
import { PageText } from '../../dist/workers/decode.js';
import { LinkExtractor } from '../../dist/workers/links.js';
import type { PageLinks } from '../../dist/workers/links.js';
import { mutatedPage, seeded } from './lane-pages.js';
import { settingsFor } from './servers.js';
import { TAG_SOUP } from './tag-soup.js';

const ORIGIN = 'http://site.test';
const PAGE = `${ORIGIN}/dir/page?q=1`;
const CONTEXT = { url: PAGE, key: PAGE, robotsTag: undefined, keepOutside: true };

/** One way to read pages, in both lanes. */
interface Mode {
  readonly name: string;
  readonly quick: LinkExtractor;
  readonly tree: LinkExtractor;
}

function mode(within: string | null, profile: 'web' | 'mediawiki' = 'web', obeyNofollow = false): Mode {
  const plain = settingsFor(ORIGIN, { within, obeyNofollow });
  const settings: WorkerSettings = { ...plain, rule: { ...plain.rule, profile } };
  const scope = compileScope(settings.rule);
  return {
    name: `${profile} within ${within ?? 'the page'}`,
    quick: new LinkExtractor(settings, scope),
    tree: new LinkExtractor(settings, scope, { isTreeOnly: true }),
  };
}

const WHOLE = mode(null, 'web', true);
const WIKI = mode('.c', 'mediawiki');
const MODES = [
  WHOLE,
  mode(null),
  ...'#a #b .c .long-name div td ul a option x-y x-long-name label table caption h2 li img area textarea svg g'
    .split(' ')
    .map((within) => mode(within)),
  mode(null, 'mediawiki'),
  mode('#a', 'mediawiki'),
  WIKI,
];

function pageOf(text: string): PageText {
  return new PageText(Buffer.from(text), 'UTF-8');
}

/** What differs between the lanes; null if nothing does, undefined if the page does not take the fast one. */
function difference({ quick, tree }: Mode, text: string): string | null | undefined {
  const page = pageOf(text);
  if (quick.bailOf(page) !== null) return undefined;
  const [found, expected] = [quick, tree].map((lane) =>
    JSON.stringify(inOneOrder(lane.extract(page, CONTEXT), text)),
  );
  return found === expected ? null : `${found} instead of ${expected}`;
}

/** With tables the lists as sets: what stands between their cells comes in the order of the page, or before them. */
function inOneOrder(links: PageLinks, text: string): unknown {
  if (!/<table/i.test(text)) return links;
  const sorted = (lines: string): string[] => lines.split('\n').sort();
  const { outsideHosts } = links;
  return {
    ...links,
    links: links.links.map(sorted),
    outside: links.outside.map(sorted),
    outsideHosts: sorted(outsideHosts),
  };
}

/** A page for each reason; without what is marked, the fast lane takes it. */
const BAILING: Readonly<Record<Bail, readonly [page: string, mode?: Mode]>> = {
  'zero byte': ['<a href=/x>\0</a>'],
  'foreign content': ['<p><svg><a href=/x /></svg>'],
  template: ['<template><a href=/x></template>'],
  frames: ['<frameset><frame src=/x></frameset>'],
  plaintext: ['<plaintext><a href=/x>'],
  'open end': ['<a href=/y><!-- <a href=/x>'],
  'odd markup': ['<a href=/y><![CDATA[ <a href=/x> ]]>'],
  'odd tag': ['<a href=/x a"b>'],
  'nested script': ['<script><!-- <script></script> --></script><a href=/x>'],
  'head text': ['<head>&#32;<link rel=canonical href=/x>'],
  'head noscript': ['<head><noscript><a href=/x></noscript><link rel=canonical href=/x>'],
  select: ['<select><a href=/x></select>'],
  'foster parenting': ['<table><tr><td><a href=/x></td><base href=/y></table>'],
  'table nesting': ['<table><tbody><tr></thead><td><a href=/x></table>'],
  heading: ['<h1>one<p>two</h1>', WIKI],
  'nesting within': ['<b class=c>x<p>y</b><a href=/x></a></p>', WIKI],
  'attributes within': ['<body>x<body class=c><a href=/x>', WIKI],
};

describe('why a page is parsed', () => {
  test.each(Object.keys(BAILS) as Bail[])('%s', (bail) => {
    const [page, { quick } = WHOLE] = BAILING[bail];
    expect(quick.bailOf(pageOf(page))).toBe(bail);
  });

  test('selectors that tags alone do not answer', () => {
    for (const within of ['div > a', 'tbody', 'body', 'p', 'p:empty']) {
      expect(mode(within).quick.bailOf(pageOf('<a href=/x>'))).toBe('selector');
    }
  });
});

test('with an area, tags that do not nest are parsed', () => {
  for (const page of [
    '<x-y></x-yz>',
    '<x-yz></x-y>',
    '<x-long-name></x-long-nama>',
    '<label></x-y>',
    '<h2><h3>',
    '<p><table>',
    '<p><b><div>',
    '<li><b><li>',
    '<a><a>',
    '<a><b></a>',
    '<button><div><button>',
    '<form><div><form>',
    '<nobr>',
    '<ruby><rt>',
    '<option>',
    '<table><tr><td><b><td>',
    '</p>',
    '</br>',
    '<table><caption><b></caption>',
    `<p><button>${'<b>'.repeat(300)}<div>`,
    `<li>${'<b>'.repeat(300)}<li>`,
  ])
    expect([page, WIKI.quick.bailOf(pageOf(`x${page}`))]).toEqual([page, 'nesting within']);
  for (const drawing of ['<svg class=c></svg>', '<svg><g class=c /></svg>', '<svg><g class="&#99;"/></svg>'])
    expect([drawing, WIKI.quick.bailOf(pageOf(`x${drawing}`))]).toEqual([drawing, 'foreign content']);
});

test('what would be moved before a table is parsed where it could be the area, count or stay open', () => {
  for (const moved of [
    '<p class=c></p>',
    '<a href=/x></a>',
    '<form></form>',
    '<h1></h1>',
    '<p>',
    '<b>',
    '</p>',
    '</b>',
  ]) {
    for (const go of ['<td>', '<tr>', '<tbody>', '<caption>', '<col>', '<table>', '</table>'])
      expect([moved, go, WIKI.quick.bailOf(pageOf(`<table><tr>${moved}${go}x`))]).toEqual([
        moved,
        go,
        expect.stringMatching(/foster|nesting/),
      ]);
  }
});

test('pages as people write them take the fast lane, misnested ones too', () => {
  const pages = [
    '<!doctype html><html lang=en><head><meta charset=utf-8><title>T</title><style>a{}</style><noscript><link rel=x></noscript></head><body class=b><a href=/x>x</a></body></html>',
    '<ul><li><a href=/1>1<li><a href=/2>2</ul><p>a<p>b<table><caption>c<tr><td>1<td>2<tr><th>3</table>',
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><table><tr><td><a href=/x></table></table>',
    '<form><select><optgroup><option>1<option selected>2</select><textarea><a href=/no></textarea></form>',
    '<script>if (a < b && "</a>") document.write("<a href=/no>")</script><iframe src=/frame></iframe>',
    '<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml"><body><br /><a href="/?a=1&amp;b=2&c=3" />',
  ];
  for (const page of pages) expect([page, WHOLE.quick.bailOf(pageOf(page))]).toEqual([page, null]);
  for (const page of [
    '<table><tr><td><a href=/1></td></tr><p><br></p><tr><td><a href=/2></tr><h3>x</h3><div></table><a href=/3>',
    '<table><a href=/1></a><a href=/2><title>T</title><tr><td><a href=/3></table><table><tr><table><a href=/4>',
    '<a href=/1><svg viewBox="0 0 1 1"><!-- <a> --><title>x > y</title><g><path d=x/></path><use href="#a"/></g></svg></a><svg/><a href=/2>',
    '<table><tr><td><a href=/1></td></tr><a href=/2>x</a><iframe src=/3></iframe><h3>y</h3><div><a href=/4></div></table>',
    '<b><p>x</b><a href=/1><a href=/2></i>y</p></div>',
    '<a href=/x><div>x</a></div></body>y',
  ]) {
    expect([page, WHOLE.quick.bailOf(pageOf(page))]).toEqual([page, null]);
  }
  const nested =
    '<div class=c><ul><li><p>x<li><a href=/in></a></ul><table><tr><td>y<td>z</table></div><a href=/out>';
  expect(WIKI.quick.bailOf(pageOf(nested))).toBe(null);
});

describe('areas end where they end in the tree, without a page being parsed', () => {
  const nest = (name: string, depth: number, inner: string): string =>
    `<${name}>`.repeat(depth) + inner + `</${name}>`.repeat(depth);
  const pages: Readonly<Record<string, readonly (readonly [within: string, page: string])[]>> = {
    'tags in no list, by their whole names in any case': [
      ['.c', '<x-y class=c><X-Y><a href=/in></a></x-y><a href=/in2></a></x-Y><a href=/out></a>'],
      [
        'x-long-name',
        '<x-long-names><a href=/out></a><X-Long-Name><a href=/in></a></x-long-name></x-long-names>',
      ],
      ['#a', '<label><canvas id=a><a href=/in></a></canvas><a href=/out></a></label>'],
    ],
    'ends that are left out': [
      ['.c', '<ul><li class=c><p><a href=/in></a><li><a href=/out></a><li class=c><a href=/in2></a></ul>'],
      ['#a', '<div><p id=a><a href=/in></a></div><a href=/out></a>'],
      ['.c', '<p class=c><a href=/in></a><p class=c><a href=/in2></a><div><a href=/out></a></div>'],
      ['.c', '<ul><li class=c><ul><li><a href=/in></a></ul><a href=/in2></a><li><a href=/out></a></ul>'],
      ['.c', '<p class=c><button><div><a href=/in></a></div></button><a href=/in2></a></p><a href=/out></a>'],
      ['.c', '<p class=c><a href=/in></a></p></body></html><a href=/out></a>'],
      ['dd', '<dl><dt><a href=/out></a><dd><a href=/in></a><dd><a href=/in2></a><dt><a href=/out2></a></dl>'],
      ['.c', '<p class=c><a href=/in></a><xmp></xmp><a href=/out></a>'],
    ],
    tables: [
      [
        'td',
        '<table><tr><th><a href=/out></a><td><a href=/in></a><td><a href=/in2></a><tr><th><a href=/out2></a></table>',
      ],
      [
        '.c',
        '<table><tr class=c><td><a href=/in></a><tr><td><a href=/out></a><tbody class=c><tr><td><a href=/in2></a></table><a href=/out2></a>',
      ],
      ['.c', '<table class=c><table><tr><td><a href=/out></a></table>'],
      [
        '.c',
        '<table><tr><td class=c><ul><li><p><a href=/in></a></ul><p><a href=/in2></a><td><a href=/out></a></table>',
      ],
      [
        '.c',
        '<table class=c><caption><a href=/in></a><table><td><a href=/in2></a></table></caption><tr><table><caption class=c><a href=/in3></a><tr><td><a href=/out></a></table>',
      ],
      ['#a', '<table><colgroup id=a><col><tr><td><a href=/out></a></table><a href=/out2></a>'],
      ['.c', '<table><tr><td><style class=c></style></td><script></script><td><a href=/out></a></table>'],
    ],
    'between the cells of tables': [
      [
        '.c',
        '<div class=c><table><tr><td><a href=/in></a></td></tr><p><br></p><tr><td><a href=/in2></a></table></div><a href=/out></a>',
      ],
      [
        '.c',
        '<table class=c><tr><td></td><div><b>x</b><p></div><td><a href=/in></a></table><a href=/out></a>',
      ],
      ['#a', '<table id=a><colgroup><h2><x-y></X-Y></h2><col><table><tr><td><a href=/out></a></table>'],
    ],
    headings: [
      [
        '.c',
        '<h1 class=c>a <b>b</b><a href=/in></a></h1><h2><a href=/out></a></h2><h1 class=c><p><a href=/in2></a></h1>',
      ],
      ['h2', '<h1><a href=/out></a></h1><h2><a href=/in></a></h2><a href=/out2></a>'],
    ],
    'selects and options': [
      ['.c', '<select class=c><option><optgroup></select><a href=/out></a>'],
      ['option', '<a href=/out></a><select><option>x</select>'],
    ],
    'areas in areas': [
      ['.c', '<div class=c><div class=c><a href=/in></a></div><a href=/in2></a></div><a href=/out></a>'],
    ],
    'elements without content': [
      ['.c', '<img class=c><a href=/out></a><br class=c><hr class=c><input class=c><a href=/out2></a>'],
      ['area', '<area href=/in><a href=/out></a><area href=/in2>'],
      [
        '.c',
        '<area href=/in class=c><a href=/out></a><iframe src=/in2 class=c></iframe><iframe src=/out2></iframe>',
      ],
    ],
    links: [
      ['a', '<a href=/in><b></b></a><area href=/out><a>x</a><a href=/in2></a>'],
      [
        '.c',
        '<a href=/in class=c></a><a href=/out></a><a class=c href=/in2><area href=/in3></a><area href=/out2>',
      ],
    ],
    'a page that is all inside': [
      ['.c', '<html class=c><a href=/in><table><a href=/in2></i></table><b><p></b>'],
      [
        '#a',
        '<head><link rel=canonical href=/x></head><body id=a><a href=/in><a href=/in2></body><a href=/in3>',
      ],
    ],
    'drawings that hold no area': [
      [
        '.class',
        'x<svg viewBox="0 0 1 1"><path id=c /></svg><a href=/out></a><p class=class><svg><g class=class></g></svg><a href=/in></a>',
      ],
    ],
    'names that are nearly or not plainly those': [
      [
        '.c',
        '<p class="cc x-c"><a href=/out></a><p class="&#99;"><a href=/in></a><p class=C id=c><a href=/out2></a>',
      ],
      [
        '#long-name',
        '<p id=long-names><a href=/out></a><p id=long-name><a href=/in></a><p id=a id=long-name><a href=/out2></a>',
      ],
    ],
    'many elements': [
      ['.c', nest('div', 4000, '<p class=c><a href=/in></a></p><a href=/out></a>')],
      [
        '.c',
        `${nest('b', 250, '<i class=c><a href=/in></a></i>')}<p>${nest('span', 250, '<a href=/out></a>')}<p>`,
      ],
    ],
  };
  test.each(Object.entries(pages))('%s', (_, list) => {
    for (const [within, page] of list) {
      for (const profile of ['web', 'mediawiki'] as const)
        expect([within, page.slice(0, 200), difference(mode(within, profile), page)]).toEqual([
          within,
          page.slice(0, 200),
          null,
        ]);
    }
  });
});

describe('both lanes find the same', () => {
  test('in pages that pull at the insertion modes, whole and cut anywhere', () => {
    for (const page of TAG_SOUP) {
      for (let end = page.length; end >= 0; end -= 3) {
        for (const each of [WHOLE, WIKI]) {
          const text = page.slice(0, end);
          expect([text, difference(each, text) ?? null]).toEqual([text, null]);
        }
      }
    }
  });

  // ORBWEAVER_FUZZ_RUNS and ORBWEAVER_FUZZ_PAGES, a folder of real pages, make more of it: npm run test:lanes.
  test('in mutated pages', { timeout: 86_400_000 }, () => {
    const runs = Number(process.env['ORBWEAVER_FUZZ_RUNS'] ?? 4000);
    const folder = process.env['ORBWEAVER_FUZZ_PAGES'];
    const pages = folder === undefined ? TAG_SOUP : pagesOf(folder);
    const first = Number(process.env['ORBWEAVER_FUZZ_SEED'] ?? 1);
    let quick = 0;
    for (let seed = first; seed < first + runs; seed++) {
      const below = seeded(seed);
      const text = mutatedPage(below, pages);
      const each = below(4) === 0 ? WHOLE : (MODES[below(MODES.length)] as Mode);
      const found = difference(each, text);
      if (found !== undefined) quick += 1;
      if (found) expect.fail(`seed ${seed}, ${each.name}: ${found}\n${text.slice(0, 5000)}`);
    }
    if (runs > 100_000) process.stderr.write(`${quick} of ${runs} mutated pages took the fast lane\n`);
    expect(quick / runs).toBeGreaterThan(0.15);
  });
});

function pagesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .filter((text) => text.length < 50_000);
}
