/** The two cases that downloads are for, end to end; and what a second run does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { test } from './bench.js';
import { bytesOf, FileSite, pageOf, sha256Of } from './file-site.js';

const PAPERS = ['Paper (1) final.pdf', 'Mark scheme (2).pdf'];

function exams(): Record<string, string | { body: Buffer }> {
  const entries: Record<string, string | { body: Buffer }> = {};
  for (const session of ['2018-Mar', '2018-Oct-Nov', '2019-Mar', '2019-Oct-Nov']) {
    const paths = PAPERS.map((name) => `/files/A/B/${session}/${encodeURI(name)}`);
    entries[`/?dir=A/B/${session}`] = pageOf(
      ['?dir=A/B', 'Parent'],
      ['/about.html', 'About'],
      ...paths.flatMap((path): [string, string][] => [
        [path.replaceAll('%20', ' '), 'Download'],
        [`/view?file=${path}`, 'View'],
      ]),
    );
    for (const path of paths) entries[path] = { body: bytesOf(5000, path) };
  }
  return entries;
}

test('papers of four listing pages lie in four folders, named after the pages', async ({ home }) => {
  await using site = await FileSite.open(exams());
  const sessions = ['2018-Mar', '2018-Oct-Nov', '2019-Mar', '2019-Oct-Nov'];
  const pages = sessions.map((session) => site.url(`/?dir=A/B/${session}`));
  const { status, stderr } = await home.download(...pages, '--text', '^Download$', '--layout', 'by-page');
  expect(status, stderr).toBe(0);
  const expected = sessions.flatMap((session) => PAPERS.map((name) => `${session}/${name}`)).sort();
  expect(await home.files()).toEqual(expected);
  for (const row of home.rows()) {
    const body = await home.read(String(row['path']));
    expect(row).toMatchObject({ state: 'done', bytes: body.length, sha256: sha256Of(body) });
    expect(sha256Of(body)).toBe(sha256Of(bytesOf(5000, new URL(String(row['url'])).pathname)));
  }
  expect(site.hits.some(({ path }) => path.startsWith('/view'))).toBe(false);
});

/** Folders three deep with songs, a cover, the parent, and links that sort. */
function media(songs: number): Record<string, string | { body: Buffer }> {
  const entries: Record<string, string | { body: Buffer }> = {};
  const folders = ['/media/', '/media/Rock%20%26%20Roll/', '/media/Rock%20%26%20Roll/live/', '/media/jazz/'];
  for (const folder of folders) {
    const names = Array.from({ length: songs }, (_, i) => `song%20${i}.mp3`);
    const inner = folders.filter(
      (other) => other.startsWith(folder) && other.slice(folder.length).split('/').length === 2,
    );
    entries[folder] = pageOf(
      ['../', 'Parent Directory'],
      ['?C=N;O=D', 'Name'],
      ['?C=M;O=A', 'Last modified'],
      ...inner.map((other): [string] => [other.slice(folder.length)]),
      ...names.map((name): [string] => [name]),
      ['cover.jpg'],
    );
    for (const name of names) entries[folder + name] = { body: bytesOf(2000, folder + name) };
    entries[`${folder}cover.jpg`] = { body: bytesOf(10) };
  }
  entries['/'] = pageOf(['media/']);
  return entries;
}

test('a media folder is walked and its tree kept; the same command again fetches what is missing', async ({
  home,
}) => {
  await using site = await FileSite.open(media(12));
  const args = [site.url('/media/'), '--ext', 'mp3', '--depth', '9'] as const;
  const first = await home.download(...args);
  expect(first.status, first.stderr).toBe(0);
  const files = await home.files();
  expect(files).toHaveLength(48);
  expect(files).toContain('Rock & Roll/live/song 11.mp3');
  expect(await home.holds('jazz/song 3.mp3', bytesOf(2000, '/media/jazz/song%203.mp3'))).toBe(true);
  const paths = site.hits.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => path === '/' || path.includes('C=') || path.endsWith('jpg'))).toEqual([]);

  await rm(join(home.into, 'jazz/song 3.mp3'));
  site.hits.length = 0;
  const second = await home.download(...args);
  expect(second.status).toBe(0);
  expect(second.stderr).toContain('finished: 1 file, 2.0 KB');
  expect(second.stderr).toContain('47 files were there already');
  expect(site.hits.filter(({ path }) => path.endsWith('.mp3')).map(({ path }) => path)).toEqual([
    '/media/jazz/song%203.mp3',
  ]);
  expect(await home.files()).toEqual(files);
});

test('a refresh asks for what is there, and fetches what has changed', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['a.mp3'], ['b.mp3'], ['c.mp3']),
    '/m/a.mp3': { body: bytesOf(100, 'a') },
    '/m/b.mp3': { body: bytesOf(100, 'b') },
    '/m/c.mp3': { body: bytesOf(100, 'c') },
  });
  await home.download(site.url('/m/'));
  site.entries.set('/m/b.mp3', { body: bytesOf(120, 'new b') });
  site.entries.set('/m/c.mp3', { body: bytesOf(120, 'new c') });
  // The user's own work on a file is not ours to replace.
  await writeFile(join(home.into, 'c.mp3'), 'edited');
  site.hits.length = 0;
  const { status, stderr } = await home.download(site.url('/m/'), '--refresh');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('1 file has not changed');
  expect(site.of('/m/a.mp3')[0]).toMatchObject({ sent: 0 });
  expect(await home.holds('b.mp3', bytesOf(120, 'new b'))).toBe(true);
  expect((await home.read('c.mp3')).toString()).toBe('edited');
  expect(await home.read('c (2).mp3')).toEqual(bytesOf(120, 'new c'));
  expect(await home.files()).toEqual(['a.mp3', 'b.mp3', 'c (2).mp3', 'c.mp3']);
});

test('a dry run prints what would be fetched, asks for pages only and leaves no trace', async ({ home }) => {
  await using site = await FileSite.open(media(1));
  const { status, stdout, stderr } = await home.download(
    site.url('/media/'),
    '--ext',
    'mp3',
    '--depth',
    '9',
    '--dry-run',
  );
  expect(status).toBe(0);
  expect(stderr).toContain(
    `dry run: 4 files would be fetched, into ${home.into}\n4 listed on 4 pages, read in `,
  );
  expect(stderr).not.toMatch(/finished|they are in/);
  expect(stdout.trim().split('\n').sort()).toEqual(
    [
      `${site.url('/media/Rock%20%26%20Roll/live/song%200.mp3')} → Rock & Roll/live/song 0.mp3`,
      `${site.url('/media/Rock%20%26%20Roll/song%200.mp3')} → Rock & Roll/song 0.mp3`,
      `${site.url('/media/jazz/song%200.mp3')} → jazz/song 0.mp3`,
      `${site.url('/media/song%200.mp3')} → song 0.mp3`,
    ].sort(),
  );
  expect(site.hits.every(({ path }) => path.endsWith('/') || path === '/robots.txt')).toBe(true);
  expect(await home.files()).toEqual([]);
  await expect(stat(home.db)).rejects.toThrow('ENOENT');
  await home.download(site.url('/media/'), '--ext', 'mp3', '--depth', '9');
  const again = await home.download(
    site.url('/media/'),
    '--depth',
    '9',
    '--dry-run',
    '--json',
    '--ext',
    'mp3,jpg',
  );
  const lines = again.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string });
  expect(lines.map(({ path }) => path).sort()).toEqual([
    'Rock & Roll/cover.jpg',
    'Rock & Roll/live/cover.jpg',
    'cover.jpg',
    'jazz/cover.jpg',
  ]);
  expect(again.stderr).toContain('dry run: 4 files would be fetched');
  expect(again.stderr).toContain('4 files were there already');
});

test('a dry run that nobody reads on, as behind head, ends without a word', async () => {
  const names = Array.from({ length: 4000 }, (_, i): [string] => [
    `a rather long name, for a pipe is soon full ${i}.mp3`,
  ]);
  await using site = await FileSite.open({ '/': pageOf(...names) });
  const child = spawn(process.execPath, ['dist/crawl.js', 'download', site.url('/'), '--dry-run']);
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.stdout.once('data', () => child.stdout.destroy());
  await once(child, 'close');
  expect(stderr).toBe(
    '127.0.0.1:PORT (private): no limit in flight, no delay\n'.replace('PORT', new URL(site.url()).port),
  );
});

test('of files that are not all there, it is told how many are, and where the others can be read', async ({
  home,
}) => {
  const gone = Array.from({ length: 7 }, (_, i): [string] => [`gone${i}.pdf`]);
  await using site = await FileSite.open({ '/': pageOf(['a.pdf'], ...gone), '/a.pdf': { body: bytesOf(9) } });
  const { stderr } = await home.download(site.url('/'));
  expect(stderr).toContain(`8 listed on 1 page; 1 of them is in ${home.into}\n`);
  expect(stderr).toContain(`\n  and 2 more: table downloads of ${home.db}\n`);
});

test('the address of a file in the place of a page is told from a page that is not there', async ({
  home,
}) => {
  await using site = await FileSite.open({
    '/a.pdf': { body: bytesOf(9), headers: { 'content-type': 'application/pdf' } },
  });
  const { status, stderr } = await home.download(site.url('/a.pdf'));
  expect(status).toBe(1);
  expect(stderr).toContain('0 listed on 0 pages\n');
  expect(stderr).toContain('a page has to be HTML: for a file, give the page that links to it\n');
});

test('a start page that is redirected is a start where it leads to; a file of two pages is in the folder of each', async ({
  home,
}) => {
  await using site = await FileSite.open({
    '/': pageOf(['media/'], ['secret.mp3']),
    '/media': (_request, response) => void response.writeHead(301, { location: '/media/' }).end(),
    '/media/': pageOf(['../'], ['a.mp3'], ['live/'], ['notes'], ['take']),
    '/media/live/': pageOf(['../'], ['../a.mp3'], ['b.mp3']),
    // Only the answer says what a name without an ending is.
    '/media/notes': pageOf(['c.mp3']),
    '/media/take': { body: bytesOf(7, 'take'), headers: { 'content-type': 'audio/mpeg' } },
    '/media/a.mp3': { body: bytesOf(100, 'a') },
    '/media/live/b.mp3': { body: bytesOf(100, 'b') },
    '/media/c.mp3': { body: bytesOf(100, 'c') },
  });
  const { status, stderr } = await home.download(site.url('/media'), '--depth', '3', '--layout', 'by-page');
  expect(status, stderr).toBe(0);
  expect(await home.files()).toEqual([
    'media/a.mp3',
    'media/live/a.mp3',
    'media/live/b.mp3',
    'media/notes/c.mp3',
    'media/take',
  ]);
  expect(site.of('/')).toEqual([]);
});

test('what a file holds is checked by verify, and a crawl keeps its hands off it', async ({ home }) => {
  await using site = await FileSite.open(media(2));
  const args = [site.url('/media/'), '--depth', '9'] as const;
  expect((await home.download(...args)).status).toBe(0);
  expect((await home.download(...args, '--ext', 'mp3')).status).toBe(0);
  const { checkInvariants } = await import('../../dist/verify/invariants.js');
  const database = new Database(home.db, { readonly: true });
  expect(checkInvariants(database)).toMatchObject({ faults: [], open: [] });
  database.close();
  const other = await home.download(...args, '--layout', 'flat');
  expect(other.status).toBe(2);
  expect(String(other.error)).toContain('holds files that are laid out otherwise: tree, not flat');
});
