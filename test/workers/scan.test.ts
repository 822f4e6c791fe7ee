/** What the compiled scan keeps between pages, and where its tables are full: the tree lane says what is right. */
import { expect, test } from 'vitest';
import { compileScope } from '../../dist/url/scope.js';
import { PageText } from '../../dist/workers/decode.js';
import { LinkExtractor, type PageLinks } from '../../dist/workers/links.js';
import { settingsFor } from './servers.js';

const ORIGIN = 'http://site.test';
const PAGE = `${ORIGIN}/dir/page`;
const CONTEXT = { url: PAGE, key: PAGE, robotsTag: undefined, keepOutside: true };
const settings = settingsFor(ORIGIN);
const scope = compileScope(settings.rule);
const quick = new LinkExtractor(settings, scope);
const tree = new LinkExtractor(settings, scope, { isTreeOnly: true });

function pageOf(text: string): PageText {
  return new PageText(Buffer.from(text), 'UTF-8');
}

/** What the fast lane finds, which is what the tree says. */
function found(text: string): PageLinks {
  const page = pageOf(text);
  expect(quick.bailOf(page)).toBe(null);
  const links = quick.extract(page, CONTEXT);
  // Not compared by the test runner, which would print megabytes.
  expect(JSON.stringify(links) === JSON.stringify(tree.extract(page, CONTEXT))).toBe(true);
  return links;
}

function countOf({ links }: PageLinks): number {
  return links[0] === '' ? 0 : links[0].split('\n').length;
}

const linksOf = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `<a href=n${from + i}>x</a>`).join('');

test('pages of any size, one after another', () => {
  const large = `<p>${'x'.repeat(3 * 1024 * 1024)}<a href=/end>`;
  for (const text of ['<a href=/1>', large, `${large}<table><tr><td><a href=/2>`, '<a href=/3>', '<p>', 'x'])
    found(text);
  // At the edge of what all pages share.
  for (let size = 1024 * 1024 - 20; size < 1024 * 1024 + 20; size++)
    expect(countOf(found(`${'x'.repeat(size - 11)}<a href=/3>`))).toBe(1);
});

test('more links than have a number each, on one page and on many', () => {
  expect(countOf(found(linksOf(0, 30_000)))).toBe(30_000);
  for (let from = 0; from < 60_000; from += 1500)
    expect(countOf(found(linksOf(from, from + 3000)))).toBe(3000);
  expect(countOf(found(linksOf(0, 3000)))).toBe(3000);
  const long = `/${'l'.repeat(199)}`;
  expect(countOf(found(`<a href=${long}><a href=${long}x><a href=${long}y>`.repeat(2)))).toBe(3);
});

test('an address is nofollow only where all its links on the page are', () => {
  const [plain, rel] = ['<a href="/a?b&amp;c">', '<a rel=nofollow href="/a?b&amp;c">'];
  for (const page of [rel, plain, rel, rel + plain, plain + rel, rel + rel, rel]) {
    const isPlain = page.includes(plain);
    expect(found(page).links.map((list) => list !== '')).toEqual([isPlain, !isPlain, false]);
  }
});

test('fragments are no part of an address, but where they are written as references', () => {
  const addresses = [
    '/x#a',
    '/x#b',
    '/x',
    '/x?&#35;y',
    '/x?&#35;z#a',
    '/x &num;',
    '#',
    '/x #a',
    '/y&amp;#',
    '/z#&amp;',
  ];
  for (const list of [addresses, addresses.toReversed()])
    found(list.map((address) => `<a href="${address}"></a>`).join(''));
});

test('nothing is left of the page before', () => {
  found('<p><svg href=/d5/ ><g/></svg><br          /><i/><i/>');
  for (let blanks = 0; blanks < 40; blanks++) {
    found(`${' '.repeat(blanks)}<i/><i/>`);
    expect(quick.bailOf(pageOf(`<b><p><svg href=/d5/><a href=/in>`))).toBe('foreign content');
  }
  expect(quick.bailOf(pageOf('<table><tr><a href=/1>'))).toBe(null);
  expect(quick.bailOf(pageOf('<table><tr><td><a href=/1></td><base href=/2>'))).toBe('foster parenting');
  found('<a href=/1><object><a href=/2></object>');
});

test('tables nest as deep as is followed, and deeper', () => {
  const nested = (depth: number): string =>
    `${'<table><tr><td>'.repeat(depth)}<a href=/x>${'</table>'.repeat(depth)}`;
  expect(countOf(found(nested(1024)))).toBe(1);
  expect(quick.bailOf(pageOf(nested(1025)))).toBe('table nesting');
  expect(countOf(found(nested(2)))).toBe(1);
});

test('elements nest as deep as is followed with --within, and deeper', () => {
  const inside = new LinkExtractor(settingsFor(ORIGIN, { within: '.c' }), scope);
  const nested = (depth: number): string => `${'<b>'.repeat(depth)}<i class=c>${'</b>'.repeat(depth)}`;
  const bailOf = (text: string) => inside.bailOf(pageOf(text));
  const deep = (depth: number): string => `${'<b>'.repeat(depth)}<a href=/x></a>${'</b>'.repeat(depth)}`;
  expect(bailOf(deep(4094))).toBe(null);
  expect(bailOf(deep(4095))).toBe('nesting within');
  expect(bailOf(nested(1))).toBe('nesting within');
  expect(bailOf(deep(2))).toBe(null);
  expect(quick.bailOf(pageOf(deep(5000)))).toBe(null);
});
