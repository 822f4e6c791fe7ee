/** What is read out of sitemaps, well made and not. */
import { expect, test } from 'vitest';
import { type SitemapEntries, SitemapParser } from '../../dist/workers/sitemap-parser.js';
import { processorMs } from '../support/processor.js';

const NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';
const urlset = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset ${NS}>${inner}</urlset>`;

/** Reads a sitemap that comes in pieces of so many characters. */
function parseSitemap(text: string, pieceChars = text.length + 1): SitemapEntries {
  const parser = new SitemapParser();
  for (let at = 0; at < text.length; at += pieceChars) parser.write(text.slice(at, at + pieceChars));
  return parser.end();
}

test.each<[what: string, text: string, pages: readonly string[], sitemaps?: readonly string[]]>([
  [
    'entries',
    urlset('<url><loc>http://a/1</loc><lastmod>2026</lastmod></url><url><loc> http://a/2\n</loc></url>'),
    ['http://a/1', 'http://a/2'],
  ],
  [
    'an index',
    `<sitemapindex ${NS}><sitemap><loc>http://a/s.xml</loc></sitemap></sitemapindex>`,
    [],
    ['http://a/s.xml'],
  ],
  ['entities', urlset('<url><loc>http://a/?x=1&amp;y=2&#38;z</loc></url>'), ['http://a/?x=1&y=2&z']],
  [
    'an unescaped ampersand',
    urlset('<url><loc>http://a/?x=1&y=2</loc></url><url><loc>http://a/3</loc></url>'),
    ['http://a/?x=1&y=2', 'http://a/3'],
  ],
  ['CDATA', urlset('<url><loc><![CDATA[http://a/?x&y]]></loc></url>'), ['http://a/?x&y']],
  ['a prefix', '<s:urlset xmlns:s="x"><s:url><s:loc>http://a/1</s:loc></s:url></s:urlset>', ['http://a/1']],
  [
    'not of images and videos',
    urlset(
      '<url><loc>http://a/1</loc><image:image><image:loc>http://a/i.png</image:loc></image:image><video:video><video:content_loc>http://a/v</video:content_loc></video:video></url>',
    ),
    ['http://a/1'],
  ],
  [
    'not in comments',
    urlset('<!-- <url><loc>http://a/no</loc></url> --><url><loc>http://a/1</loc></url>'),
    ['http://a/1'],
  ],
  [
    'not of an address cut short',
    `<urlset ${NS}><url><loc>http://a/1</loc></url><url><loc>http://a/tw`,
    ['http://a/1'],
  ],
  [
    'not of an entity bomb',
    `<!DOCTYPE x [<!ENTITY a "http://a/${'a'.repeat(9)}">]>${urlset('<url><loc>&a;</loc></url>')}`,
    ['&a;'],
  ],
  ['blanks before the XML', `\n  ${urlset('<url><loc>http://a/1</loc></url>')}`, ['http://a/1']],
  [
    'plain text',
    'http://a/1\r\nhttps://a/2\n\nnot a URL\n  http://a/3',
    ['http://a/1', 'https://a/2', 'http://a/3'],
  ],
  ['an error page', '<!doctype html><title>Not found</title><p>No <a href="/">such</a> page', []],
  ['nothing', '', []],
])('the addresses of %s', (_, text, pages, sitemaps = []) => {
  expect(parseSitemap(text)).toEqual({ pages, sitemaps });
  // However it is cut.
  for (const chars of [1, 7, 64]) expect(parseSitemap(text, chars)).toEqual({ pages, sitemaps });
});

test('more entries than any sitemap may have are refused before they fill the memory', () => {
  const lines = 'http://a/x\n'.repeat(100_001);
  expect(() => parseSitemap(lines)).toThrow('more than 100000 entries');
  expect(() => parseSitemap(urlset('<url><loc>http://a/x</loc></url>'.repeat(100_001)))).toThrow('entries');
  expect(parseSitemap(urlset('<url><loc>http://a/x</loc></url>'.repeat(50_000))).pages).toHaveLength(50_000);
});

test('elements in each other without end are refused before they hold the thread', () => {
  const startedAt = processorMs();
  expect(() => parseSitemap('<url>'.repeat(1_000_000))).toThrow('more than 1000 elements in each other');
  expect(processorMs() - startedAt).toBeLessThan(5_000);
  const deep = `${'<x>'.repeat(500)}<url><loc>http://a/1</loc></url>${'</x>'.repeat(500)}`;
  expect(parseSitemap(deep).pages).toEqual(['http://a/1']);
});
