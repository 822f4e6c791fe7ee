import { describe, expect, test } from 'vitest';
import { LinkChoice, type ChoiceRules, type LinkUse } from '../../dist/downloads/choice.js';
import { canonicalise } from '../../dist/url/canonicalise.js';

const NONE: ChoiceRules = { text: null, select: null, match: null, extensions: [] };
const INDEX = 'http://x/media/rock/';

interface Link {
  readonly page?: string;
  readonly start?: string;
  readonly text?: string;
  readonly isSelected?: boolean;
}

function judge(href: string, rules: Partial<ChoiceRules> = {}, link: Link = {}): LinkUse | null {
  const page = canonicalise(link.page ?? INDEX) ?? expect.fail();
  const start = link.start === undefined ? page : (canonicalise(link.start) ?? expect.fail());
  const url = canonicalise(href, page) ?? expect.fail(href);
  const choice = new LinkChoice({ ...NONE, ...rules });
  return choice.judge(
    { url, text: link.text ?? '', isSelected: link.isSelected ?? true },
    { url: page, starts: [start] },
  );
}

describe('an index that a server made, without rules', () => {
  test.each<[string, LinkUse | null]>([
    ['a%20song.mp3', 'file'],
    ['./b.flac', 'file'],
    ['Makefile', 'either'],
    ['notes.html', 'either'],
    ['1999/', 'listing'],
    ['1999/live/', 'listing'],
    // Apache, fancyindex, Caddy; an old Apache.
    ['?C=N;O=D', null],
    ['?C=M&O=A', null],
    ['?C=S;O=A;F=1', null],
    ['?N=D', null],
    ['./?sort=name&order=desc', null],
    ['?layout=grid', null],
    // Parents, and the page itself.
    ['../', null],
    ['/media/', null],
    ['/', null],
    ['./', null],
    ['', null],
    ['#top', null],
    // Beside it, and elsewhere.
    ['/media/jazz/', null],
    ['/about', null],
    ['/static/logo.svg', 'file'],
    ['https://caddyserver.com/', null],
    ['https://cdn.example/x.mp3', 'file'],
    ['https://x/media/rock/y/', null],
  ])('%s: %s', (href, use) => {
    expect(judge(href)).toBe(use);
  });

  test('in a nested listing, the parents and views of that are none either', () => {
    const link = { page: 'http://x/media/rock/1999/', start: 'http://x/media/' };
    const hrefs = ['../', '/media/', '/', '?C=N;O=D', './', 'a.mp3', 'live/', '/media/jazz/'];
    expect(hrefs.map((href) => judge(href, {}, link))).toEqual([
      null,
      null,
      null,
      null,
      null,
      'file',
      'listing',
      'listing',
    ]);
  });
});

describe('a page of papers, without rules', () => {
  test.each<[string, LinkUse | null]>([
    ['/files/2019/a.pdf', 'file'],
    ['/files/a.tar.gz?download=1', 'file'],
    ['/get.php?file=2019/a.pdf', 'file'],
    ['/get.php?id=3', null],
    ['/about.html', null],
    ['older.html', 'either'],
    ['papers.php?page=2', 'listing'],
    ['v1.2', 'either'],
    ['/wiki/Version_1.2', null],
  ])('%s: %s', (href, use) => {
    expect(judge(href, {}, { page: 'http://x/papers/list.html' })).toBe(use);
  });
});

describe('folders by query', () => {
  const at = 'http://x/browse/?dir=A/B';
  test.each<[string, LinkUse | null]>([
    ['?dir=A/B/2019', 'listing'],
    ['?dir=A%2FB%2F2019%2FOct', 'listing'],
    ['?dir=A/B&sort=name', null],
    ['?dir=A', null],
    ['?dir=A/BC', null],
    ['?dir=A/C', null],
    ['./', null],
    ['/', null],
    ['files/A/B/q%20(1).pdf', 'file'],
    ['?dir=A/B&file=q.pdf', 'file'],
  ])('%s: %s', (href, use) => {
    expect(judge(href, {}, { page: at })).toBe(use);
  });
});

describe('rules', () => {
  test.each<[string, string, Partial<ChoiceRules>, Link, LinkUse | null]>([
    ['the text holds', '/f/1', { text: 'Down' }, { text: 'Download now' }, 'file'],
    ['the text is anchored', '/f/1', { text: '^Download$' }, { text: 'Download now' }, null],
    ['text is told from text by case', '/f/1', { text: 'download' }, { text: 'Download' }, null],
    ['the address holds', '/f/a.pdf', { match: '/f/.*\\.pdf$' }, {}, 'file'],
    [
      'the address holds as it is read',
      '/f/Question%20Paper%20(1).pdf',
      { match: 'Question Paper \\(1\\)' },
      {},
      'file',
    ],
    ['the address does not hold', '/g/a.pdf', { match: '/f/' }, {}, null],
    ['the selector holds', '/f/1', { select: '.d' }, { isSelected: true }, 'file'],
    ['the selector does not', '/f/1.pdf', { select: '.d' }, { isSelected: false }, null],
    ['all but one hold', '/f/a.pdf', { match: '/f/', extensions: ['mp3'] }, {}, null],
    ['all hold', '/f/a.MP3', { match: '/f/', text: 'x', extensions: ['mp3'] }, { text: 'x' }, 'file'],
  ])('%s', (_, href, rules, link, use) => {
    expect(judge(href, rules, link)).toBe(use);
  });

  test.each<[string, readonly string[], LinkUse | null]>([
    ['a.pdf', ['pdf'], 'file'],
    ['a.PDF', ['.Pdf'], 'file'],
    ['a%2Epdf?x=1', ['mp3', 'pdf'], 'file'],
    ['a.tar.gz', ['tar.gz'], 'file'],
    ['a.tar.gz', ['gz'], 'file'],
    ['a.xpdf', ['pdf'], null],
    ['pdf', ['pdf'], 'listing'],
    ['get.php?file=a.pdf', ['pdf'], 'file'],
    ['get.php?file=a.pdf', ['php'], 'file'],
    ['list.html', ['html'], 'file'],
    ['/view?x=a.pdf', ['pdf'], 'file'],
    ['sub/', ['pdf'], 'listing'],
  ])('%s by its ending among %j: %s', (href, extensions, use) => {
    expect(judge(href, { extensions })).toBe(use);
  });

  test('a folder that the rules hold for is what its answer says', () => {
    expect(judge('123/', { text: 'Download' }, { text: 'Download' })).toBe('either');
    expect(judge('/download/123/', { text: 'Download' }, { text: 'Download' })).toBe('file');
  });

  test('no rule makes a file of another view of the page, or of its parents', () => {
    for (const href of ['?C=N;O=D', '../', '/', './']) expect(judge(href, { match: '.' })).toBeNull();
  });

  test('an ordinary page below is a listing, whatever is looked for', () => {
    expect(judge('about.html', { extensions: ['pdf'] })).toBe('listing');
    expect(judge('b.mp3', { extensions: ['pdf'] })).toBeNull();
  });
});
