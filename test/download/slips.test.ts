/** What people get wrong at first, and what they are told. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test as inFolder } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, FileSite, pageOf } from './file-site.js';

function site(): Promise<FileSite> {
  return FileSite.open({
    '/m/': pageOf(['a.mp3'], ['b.txt']),
    '/m/a.mp3': { body: bytesOf(100) },
    '/m/b.txt': { body: bytesOf(100) },
  });
}

test('a dry run on a file that is laid out otherwise names that file', async ({ home }) => {
  await using server = await site();
  await home.download(server.url('/m/'));
  const { status, error } = await home.download(server.url('/m/'), '--layout', 'flat', '--dry-run');
  expect(status).toBe(2);
  expect((error as Error).message).toBe(`${home.db} holds files that are laid out otherwise: tree, not flat`);
});

test('an --into that is a file is refused as such', async ({ home }) => {
  await using server = await site();
  await writeFile(home.into, '');
  const { status, error } = await home.download(server.url('/m/'));
  expect(status).toBe(4);
  expect((error as Error).message).toBe(`${home.into} is a file; --into wants a folder`);
});

for (const ext of ['.mp3', '*.mp3', '.MP3'])
  test(`--ext ${ext} is meant as mp3`, async ({ home }) => {
    await using server = await site();
    expect((await home.download(server.url('/m/'), '--ext', ext)).status).toBe(0);
    expect(await home.files()).toEqual(['a.mp3']);
  });

inFolder('verify says that a folder is missing, and not all of its files', async ({ folder }) => {
  await using server = await site();
  const home = new Home(folder.path);
  await home.download(server.url('/m/'));
  const { status, stdout, stderr } = await folder.run([
    'verify',
    home.db,
    '--files',
    join(folder.path, 'no'),
  ]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`--files: there is no folder ${join(folder.path, 'no')}`);
});

test('a file that gets another name than its own is told', async ({ home }) => {
  await using server = await FileSite.open({
    '/m/': pageOf(['x/notes.txt'], ['y/notes.txt']),
    '/m/x/notes.txt': { body: bytesOf(100, 'x') },
    '/m/y/notes.txt': { body: bytesOf(100, 'y') },
  });
  const args = [server.url('/m/'), '--layout', 'flat', '-v'] as const;
  const first = await home.download(...args);
  expect(await home.files()).toEqual(['notes (2).txt', 'notes.txt']);
  expect(first.stderr).toContain(`named: ${server.url('/m/y/notes.txt')} → notes (2).txt\n`);
  expect(first.stderr).toContain('1 file got another name, as its own was taken');
  expect((await home.download(...args)).stderr).not.toMatch(/named:|another name/);
});
