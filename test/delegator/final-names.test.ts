/** Final names on a disk that takes names for one which differ in case only, as those of macOS and Windows do. */
import { expect, test } from 'vitest';
import { settleNames } from '../../dist/delegator/final-names.js';
import { clashKey } from '../../dist/downloads/file-name.js';
import { type Download, DownloadTable } from '../../dist/store/downloads.js';
import { openFile } from '../store/file.js';

/** The folder and the name that a file wants, and the path where it lies. */
interface Case {
  readonly folders: readonly string[];
  readonly name: string;
  readonly path: string;
}

/** Settles names in this order, with somebody else's files there, too. @returns the paths in the end */
function settled(isSensitive: boolean, cases: readonly Case[], foreign: readonly string[] = []): string[] {
  const table = new DownloadTable(openFile());
  const keyOf = isSensitive ? (path: string): string => path : clashKey;
  const there = new Set<string>();
  const folders = new Set<string>();
  for (const [at, { path }] of cases.entries()) {
    table.add({ id: at + 1, pageId: 1, url: `http://a.test/${at}` }, { path, key: clashKey(path) });
    table.place([{ id: at + 1, modifiedAt: 0 }]);
    there.add(keyOf(path));
    const parts = path.split('/');
    for (let n = 1; n < parts.length; n++) folders.add(keyOf(parts.slice(0, n).join('/')));
  }
  const disk = {
    has: (path: string) => there.has(keyOf(path)) || folders.has(keyOf(path)) || foreign.includes(path),
    hasFile: (path: string) => there.has(keyOf(path)) || foreign.includes(path),
    hasOwn: (path: string) => there.has(keyOf(path)),
  };
  const fileOf = (at: number): Download => table.get(at + 1) as Download;
  settleNames(
    cases.map(({ folders: wanted, name }, at) => ({ ...fileOf(at), place: { folders: wanted, name } })),
    table,
    disk,
  );
  return cases.map((_, at) => fileOf(at).path);
}

test.each([
  {
    what: 'names',
    cases: [
      { folders: [], name: 'x.mp3', path: 'x (2).mp3' },
      { folders: [], name: 'X.mp3', path: 'X.mp3' },
    ],
    expected: ['x.mp3', 'X (2).mp3'],
  },
  {
    what: 'a name and a folder',
    cases: [
      { folders: [], name: 'album', path: 'album (2)' },
      { folders: ['Album'], name: '1.mp3', path: 'Album/1.mp3' },
    ],
    expected: ['album', 'Album (2)/1.mp3'],
  },
  {
    what: 'a folder and a name',
    cases: [
      { folders: ['album'], name: '1.mp3', path: 'album (2)/1.mp3' },
      { folders: [], name: 'Album', path: 'Album' },
    ],
    expected: ['album/1.mp3', 'Album (2)'],
  },
])('$what that differ in case go to the first in order, whoever came first', ({ cases, expected }) => {
  expect(settled(true, cases)).toEqual(expected);
  expect(settled(false, cases)).toEqual(expected);
});

test("somebody else's file whose name differs from one of ours in case keeps it", () => {
  const cases = [
    { folders: [], name: 'X.mp3', path: 'x.mp3' },
    { folders: [], name: 'x.mp3', path: 'x (2).mp3' },
  ];
  expect(settled(true, cases, ['X.mp3'])).toEqual(['X (2).mp3', 'x (3).mp3']);
});
