/** The bars of a download: no line wider than the terminal, nothing of the web's that could move its cursor. */
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { DownloadPicture, type DownloadSnapshot } from '../../dist/observe/download-progress.js';
import { PLAIN } from '../../dist/observe/paint.js';

const START = 1_000_000;

function snapshot(seconds: number, bytes: number): DownloadSnapshot {
  return {
    now: START + seconds * 1000,
    startedAt: START,
    listed: 4,
    kept: 1,
    fetched: 1,
    unchanged: 0,
    filesLeft: 2,
    pagesLeft: 0,
    bytes: 1_000_000,
    received: 1_000_000 + bytes * 2,
    inFlight: [
      { id: 1, name: 'Album/\u001b[2Ja song.mp3', bytes, total: 3_000_000 },
      { id: 2, name: `${'very '.repeat(40)}long.mp3`, bytes, total: null },
    ],
  };
}

function pictureAfter(seconds: number): DownloadPicture {
  let now = snapshot(0, 0);
  const picture = new DownloadPicture(() => now, PLAIN);
  picture.line();
  now = snapshot(seconds, 1_000_000);
  return picture;
}

test('a bar for the whole and one for each file, with bytes, speed and time left', () => {
  expect(pictureAfter(2).block(100, 24).split('\n')).toEqual([
    '  ████████████░░░░░░░░  58 % 2 of 4 files · 3.0 MB · 1.0 MB/s · about 3 seconds left',
    '  Album/\\x1b[2Ja song.mp3               ███░░░░░░░  33 %     1.0 MB of 3.0 MB 500.0 KB/s  4 seconds',
    '  …ry very very very very very long.mp3 ░░░░░░░░░░   0 %               1.0 MB 500.0 KB/s           ',
  ]);
});

test('on narrow terminals words go, and what is said is whole', () => {
  expect(pictureAfter(2).block(80, 24).split('\n')[0]).toBe(
    '  ██████░░░░  58 % 2 of 4 files · 3.0 MB · 1.0 MB/s · about 3 seconds left',
  );
  expect(pictureAfter(2).block(60, 24).split('\n')).toEqual([
    '  ██████░░░░  58 % 2 of 4 files · 3.0 MB · 1.0 MB/s · 3 s',
    '  Album/\\x1b[2Ja song.mp3            33 % 500.0 KB/s    4 s',
    '  … very very very very long.mp3   1.0 MB 500.0 KB/s       ',
  ]);
  expect(pictureAfter(2).block(40, 24).split('\n')).toEqual([
    '  ██████░░░░  58 % 2/4 · 1.0 MB/s · 3 s',
    '  … song.mp3     33 % 500.0 KB/s    4 s',
    '  … long.mp3   1.0 MB 500.0 KB/s       ',
  ]);
});

test('names of letters that are two columns wide stand in line', () => {
  const inFlight = ['日本語の歌のとても長い名前ですよ.mp3', '노래 🎵.mp3', 'short.mp3'].map((name, id) => ({
    id,
    name,
    bytes: 1,
    total: 2,
  }));
  const picture = new DownloadPicture(() => ({ ...snapshot(1, 5), inFlight }), PLAIN);
  const lines = picture.block(80, 24).split('\n').slice(1);
  expect(lines.map((line) => stringWidth(line))).toEqual([79, 79, 79]);
  expect(lines[0]).toContain('  …い名前ですよ.mp3 ');
});

test('before any file is whole, the sizes of those under way tell the time left', () => {
  let now: DownloadSnapshot = { ...snapshot(0, 0), fetched: 0, kept: 0, bytes: 0, received: 0, filesLeft: 4 };
  const picture = new DownloadPicture(() => now, PLAIN);
  picture.line();
  const inFlight = [{ id: 1, name: 'a', bytes: 1_000_000, total: 3_000_000 }];
  now = { ...now, now: START + 1000, received: 1_000_000, inFlight };
  expect(picture.line()).toContain('about 11 seconds left');
});

test('the first line has a speed, too', () => {
  const picture = new DownloadPicture(() => ({ ...snapshot(10, 0), received: 5_000_000 }), PLAIN);
  expect(picture.line()).toContain('5.0 MB · 500.0 KB/s');
});

test('what an earlier run left of a file is no speed', () => {
  const file = { id: 1, name: 'a', total: 9_000_000 };
  let now: DownloadSnapshot = { ...snapshot(0, 0), inFlight: [{ ...file, bytes: null, total: null }] };
  const picture = new DownloadPicture(() => now, PLAIN);
  picture.line();
  now = { ...snapshot(1, 0), inFlight: [{ ...file, bytes: 5_000_000 }] };
  picture.line();
  now = { ...snapshot(2, 0), inFlight: [{ ...file, bytes: 6_000_000 }] };
  expect(picture.block(80, 24)).toMatch(/6\.0 MB of 9\.0 MB {3}1\.0 MB\/s {2}3 seconds/);
});

test('a speed is told though lines come more seldom than speeds are measured', () => {
  expect(pictureAfter(5).line()).toBe('2 of 4 files; 3.0 MB · 400.0 KB/s · about 8 seconds left; 5.0 s');
});

test.each([20, 40, 80, 200])('no line is as wide as a terminal of %i columns', (columns) => {
  for (const line of pictureAfter(2).block(columns, 24).split('\n'))
    expect(line.length).toBeLessThan(columns);
});

test('what does not fit on the screen is counted', () => {
  const many = {
    ...snapshot(1, 5),
    inFlight: Array.from({ length: 30 }, (_, id) => ({ id, name: `${id}`, bytes: 1, total: 2 })),
  };
  const lines = new DownloadPicture(() => many, PLAIN).block(80, 12).split('\n');
  expect(lines.length).toBeLessThan(12);
  expect(lines.at(-1)).toBe('  and 23 more');
});

test('elsewhere one line says it', () => {
  expect(pictureAfter(2).line()).toBe('2 of 4 files; 3.0 MB · 1.0 MB/s · about 3 seconds left; 2.0 s');
});
