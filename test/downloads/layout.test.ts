import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeFileName } from '../../dist/downloads/file-name.js';
import { Layout, type LayoutKind, type Place } from '../../dist/downloads/layout.js';
import { canonicalise } from '../../dist/url/canonicalise.js';

const key = (url: string): string => canonicalise(url) ?? expect.fail(url);
const path = ({ folders, name }: Place): string => [...folders, name].join('/');

interface Case {
  readonly kind: LayoutKind;
  readonly url: string;
  readonly page?: string;
  readonly start?: string;
  readonly typed?: string;
  readonly starts?: readonly string[];
  readonly disposition?: string;
}

function placed({ kind, url, page, start, typed, starts, disposition }: Case): string {
  const from = start ?? 'http://x/media/';
  const layout = new Layout(kind, (starts ?? [typed ?? from]).map(key));
  return path(
    layout.place({
      url: key(url),
      page: key(page ?? from),
      start: key(from),
      typed: typed === undefined ? undefined : key(typed),
      disposition: disposition ?? null,
    }),
  );
}

describe('names', () => {
  test.each([
    ['http://x/media/a%20(1).pdf', 'a (1).pdf'],
    ['http://x/media/%C3%BCber.mp3', 'über.mp3'],
    ['http://x/media/na%EFve.mp3', 'naïve.mp3'],
    ['http://x/media/a%2Fb.mp3', 'a_b.mp3'],
    ['http://x/media/%2e%2e%2f%2e%2e%2fetc', '__.._etc'],
    ['http://x/media/CON.mp3', '_CON.mp3'],
    ['http://x/media/a.mp3?token=abc&expires=123', 'a.mp3'],
    ['http://x/media/get.php?file=A/B/q%20p.pdf', 'q p.pdf'],
    ['http://x/media/get.php?id=5&filename=b.pdf&file=c.pdf', 'b.pdf'],
    ['http://x/media/get.php?id=3', 'get_id=3.php'],
    ['http://x/media/get?id=3&v=1.2', 'get_id=3&v=1.2'],
    ['http://x/media/download/123/', '123'],
    ['http://x/media/README', 'README'],
  ])('%s is %s', (url, name) => {
    expect(placed({ kind: 'flat', url })).toBe(name);
  });

  test('the name that the server gives goes before, made safe', () => {
    expect(placed({ kind: 'flat', url: 'http://x/media/1.bin', disposition: '../b/c.pdf' })).toBe(
      '__b_c.pdf',
    );
  });

  test('a name of the server of which nothing is left does not count', () => {
    expect(placed({ kind: 'flat', url: 'http://x/media/1.bin', disposition: '..' })).toBe('1.bin');
  });

  test('a file at the top of a host has its name', () => {
    expect(placed({ kind: 'flat', url: 'http://files.example:8080/' })).toBe('files.example_8080');
  });
});

describe('tree', () => {
  test.each<[string, Case, string]>([
    ['below the listing', { kind: 'tree', url: 'http://x/media/rock/1999/a.mp3' }, 'rock/1999/a.mp3'],
    [
      'in a nested listing',
      { kind: 'tree', url: 'http://x/media/rock/a.mp3', page: 'http://x/media/rock/' },
      'rock/a.mp3',
    ],
    [
      'decoded, each part made safe',
      { kind: 'tree', url: 'http://x/media/a%3Fb/c%2F..%2Fd/..e/f.mp3' },
      'a_b/c_.._d/_e/f.mp3',
    ],
    ['above the listing', { kind: 'tree', url: 'http://x/other/a.mp3' }, 'x/other/a.mp3'],
    ['on another host', { kind: 'tree', url: 'https://cdn.y:8443/p/a.mp3' }, 'cdn.y_8443/p/a.mp3'],
    ['on another port', { kind: 'tree', url: 'http://x:81/media/a.mp3' }, 'x_81/media/a.mp3'],
    ['on an IPv6 host', { kind: 'tree', url: 'http://[::1]:81/a.mp3' }, '__1_81/a.mp3'],
    [
      'of a page that is no directory',
      { kind: 'tree', start: 'http://x/p/list.html', url: 'http://x/p/f/a.pdf' },
      'f/a.pdf',
    ],
    [
      'of a page with a query',
      { kind: 'tree', start: 'http://x/p/?dir=A/B', url: 'http://x/p/f/a.pdf' },
      'f/a.pdf',
    ],
    ['empty parts', { kind: 'tree', url: 'http://x/media//rock///a.mp3' }, 'rock/a.mp3'],
    [
      'of several start pages',
      { kind: 'tree', starts: ['http://x/media/', 'http://x/b/'], url: 'http://x/media/rock/a.mp3' },
      'media/rock/a.mp3',
    ],
    [
      'of a start page that redirects',
      { kind: 'tree', typed: 'http://x/media', start: 'http://x/media/', url: 'http://x/media/rock/a.mp3' },
      'rock/a.mp3',
    ],
  ])('%s', (_, given, expected) => {
    expect(placed(given)).toBe(expected);
  });
});

describe('by-page', () => {
  test.each([
    ['http://x/?dir=A/B/2019-Oct-Nov', '2019-Oct-Nov'],
    ['http://x/?dir=A/B/2019-Oct-Nov/', '2019-Oct-Nov'],
    ['http://x/?sort=1&dir=A%2FB%2F2019%20Oct', '2019 Oct'],
    ['http://x/browse?where=A/B', 'B'],
    ['http://x/music/Rock%20%26%20Pop/', 'Rock & Pop'],
    ['http://x/papers/2019.html', '2019'],
    ['http://x/papers/index.php', 'papers'],
    ['http://x/list.php?year=2019', 'list_year=2019'],
    ['http://x.example/', 'x.example'],
    ['http://x.example/index.html', 'x.example'],
    ['http://x/?dir=..', '_'],
  ])('the folder of %s is %s', (start, folder) => {
    expect(placed({ kind: 'by-page', start, url: 'http://x/f/a.pdf' })).toBe(`${folder}/a.pdf`);
  });

  test('pages of one name have folders of their own, numbered in the order they were given', () => {
    const starts = [
      'http://x/?dir=A/2019',
      'http://x/?dir=B/2019',
      'http://x/?dir=C/2019',
      'http://x/?dir=D/x',
      'http://x/?dir=D/X',
      'http://192.0.2.1/',
      'http://192.0.2.1/index.html',
    ];
    const folders = starts.map((start) => placed({ kind: 'by-page', starts, start, url: 'http://x/a.pdf' }));
    expect(folders).toEqual([
      '2019/a.pdf',
      '2019 (2)/a.pdf',
      '2019 (3)/a.pdf',
      'x/a.pdf',
      'X (2)/a.pdf',
      '192.0.2.1/a.pdf',
      '192.0.2.1 (2)/a.pdf',
    ]);
  });

  test('pages added at the end change no folder', () => {
    const before = ['http://x/?dir=A/2019', 'http://x/?dir=B/2019'];
    const file = { kind: 'by-page', start: 'http://x/?dir=B/2019', url: 'http://x/a.pdf' } as const;
    expect(placed({ ...file, starts: [...before, 'http://x/?dir=2019'] })).toBe(
      placed({ ...file, starts: before }),
    );
  });

  test.each([
    ['a folder below', 'http://x/media/rock/1999/', 'media/rock/1999/a.mp3'],
    ['a page below', 'http://x/media/rock/list.html', 'media/rock/list/a.mp3'],
    ['a page of the same directory', 'http://x/media/list.html?p=2', 'media/list_p=2/a.mp3'],
    ['a listing by query', 'http://x/media/?dir=A/B', 'media/B/a.mp3'],
    ['a page elsewhere', 'http://y/z/', 'media/z/a.mp3'],
  ])('the files of %s are in a folder of it', (_, page, expected) => {
    expect(placed({ kind: 'by-page', page, url: 'http://x/f/a.mp3' })).toBe(expected);
  });

  test('a start page that redirects keeps the name it was given by', () => {
    expect(
      placed({
        kind: 'by-page',
        typed: 'http://x/latest',
        start: 'http://x/r/42/',
        url: 'http://x/r/42/a.mp3',
      }),
    ).toBe('latest/a.mp3');
  });
});

describe('paths too deep for some systems', () => {
  const deep = (last: string): string => `http://x/media/${'0123456789/'.repeat(100)}${last}/a.mp3`;
  const [one = '', other = ''] = ['a', 'b'].map((last) => placed({ kind: 'tree', url: deep(last) }));

  test('keep their first folders and their name', () => {
    expect(one).toMatch(/^(?:0123456789\/){43}deeper [\da-f]{16}\/a\.mp3$/);
    expect(Buffer.byteLength(one)).toBeLessThanOrEqual(500 + '/a.mp3'.length);
  });

  test('stay apart', () => {
    expect(other).not.toBe(one);
  });
});

test('all addresses give places of safe parts', () => {
  const url = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '/',
          '%2F',
          '..',
          '%2e',
          '%00',
          '?',
          '&',
          'dir=',
          'file=',
          '=',
          '%5C',
          'CON',
          ' ',
          '%E4',
          '%20',
          ':',
          ';',
        ),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => key(`http://host.example/m/${pieces.join('')}`));
  fc.assert(
    fc.property(url, url, url, fc.constantFrom('tree', 'flat', 'by-page'), (file, page, start, kind) => {
      const place = new Layout(kind, [start]).place({ url: file, page, start, disposition: null });
      for (const part of [...place.folders, place.name]) {
        expect(safeFileName(part, '_')).toBe(part);
        expect(part).not.toMatch(/^\.|[/\\]/);
      }
    }),
    { numRuns: 3000 },
  );
});
