/** What others put, or take away, where files come to their names. */
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { PROGRAM } from '../support/program.js';
import { type Home, test } from './bench.js';
import { bytesOf, type Entry, FileSite, pageOf, sendFile, sha256Of } from './file-site.js';

test('a file of somebody else that takes the name of a folder meanwhile is left alone', async ({ home }) => {
  const foreign = join(home.into, 'album');
  const song = (name: string): { body: Buffer } => ({ body: bytesOf(1000, name) });
  await using site = await FileSite.open({
    '/': pageOf(['album/1.mp3'], ['album/2.mp3']),
    '/album/1.mp3': async (request, response, hit) => {
      await writeFile(foreign, 'mine').catch(() => {});
      await sendFile(song('1'), request, response, hit);
    },
    '/album/2.mp3': song('2'),
  });
  const { status } = await home.download(site.url('/'), '--max-parallelism', '1');
  expect(status).toBe(0);
  expect(await readFile(foreign, 'utf8')).toBe('mine');
  const songs = (await home.files()).filter((name) => name.endsWith('.mp3'));
  expect(songs.map((name) => name.replace(/^album \(2\)\//, ''))).toEqual(['1.mp3', '2.mp3']);
});

test('what lies under a name is not taken for a file whose bytes are gone', async ({ home }) => {
  const [old, fresh] = [bytesOf(1000, 'old'), bytesOf(2000, 'new')];
  await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body: old } });
  await home.download(site.url('/'));
  site.entries.set('/a.bin', { body: fresh });
  // As after a kill between the row of a new version and its name, and a clean-up of the hidden folder.
  const db = new Database(home.db);
  db.prepare(`UPDATE download_files SET state = 'complete', bytes = ?, sha256 = ?`).run(
    fresh.length,
    sha256Of(fresh),
  );
  db.close();
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  for (const row of home.rows()) expect(row['sha256']).toBe(sha256Of(await home.read(String(row['path']))));
});

test('names of temporary files are nothing that a server can give', async ({ home }) => {
  await using site = await FileSite.open({
    '/': pageOf(['a.bin'], ['.orbweaver-x/1.part']),
    '/a.bin': {
      body: bytesOf(10),
      headers: { 'content-disposition': 'attachment; filename=".orbweaver-x"' },
    },
    '/.orbweaver-x/1.part': { body: bytesOf(20) },
  });
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  expect(await home.files()).toEqual(['_orbweaver-x (2)', '_orbweaver-x/1.part']);
});

test('what its user has changed is not replaced, whatever date it has', async ({ home }) => {
  const version = (n: number): { body: Buffer; headers: Record<string, string> } => ({
    body: bytesOf(5000, n),
    headers: { 'last-modified': new Date(Date.UTC(2015, 0, n)).toUTCString() },
  });
  await using site = await FileSite.open({ '/': pageOf(['a.mp3']), '/a.mp3': version(1) });
  await home.download(site.url('/'));
  const file = join(home.into, 'a.mp3');
  const { atime, mtime } = await stat(file);
  // As programs do that write tags.
  await appendFile(file, 'tags');
  await utimes(file, atime, mtime);
  site.entries.set('/a.mp3', version(2));
  expect(await home.download(site.url('/'), '--refresh')).toMatchObject({ status: 0 });
  expect(await home.holds('a.mp3', Buffer.concat([version(1).body, Buffer.from('tags')]))).toBe(true);
  expect(await home.holds('a (2).mp3', version(2).body)).toBe(true);
});

test('a file that was only copied or touched is still ours', async ({ home }) => {
  await using site = await FileSite.open({
    '/': pageOf(['a.mp3']),
    '/a.mp3': { body: bytesOf(5000, 'old') },
  });
  await home.download(site.url('/'));
  await utimes(join(home.into, 'a.mp3'), 1e9, 1e9);
  site.entries.set('/a.mp3', { body: bytesOf(5000, 'new') });
  expect(await home.download(site.url('/'), '--refresh')).toMatchObject({ status: 0 });
  expect(await home.files()).toEqual(['a.mp3']);
  expect(await home.holds('a.mp3', bytesOf(5000, 'new'))).toBe(true);
});

test('a new version that has its name is not fetched twice, though it has the date of the old one', async ({
  home,
}) => {
  const [old, fresh] = [bytesOf(5000, 'old'), bytesOf(5000, 'new')];
  const headers = { 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' };
  await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body: old, headers } });
  await home.download(site.url('/'));
  // As after a kill between the name of a new version and the word that it has it.
  const file = join(home.into, 'a.bin');
  const { atime, mtime } = await stat(file);
  await writeFile(file, fresh);
  await utimes(file, atime, mtime);
  const db = new Database(home.db);
  db.prepare(`UPDATE download_files SET state = 'complete', sha256 = ?`).run(sha256Of(fresh));
  db.close();
  site.entries.set('/a.bin', { body: fresh, headers });
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  expect(site.of('/a.bin')).toHaveLength(1);
  expect(home.rows()).toMatchObject([{ state: 'done', sha256: sha256Of(fresh) }]);
});

for (const [what, put] of [
  ['a folder', (path: string) => mkdir(path)],
  ['a link that leads nowhere', (path: string) => symlink('/nowhere/at/all', path)],
] as const) {
  test(`${what} in the place of a file of ours is no file of ours`, async ({ home }) => {
    const body = bytesOf(5000);
    await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body } });
    await home.download(site.url('/'));
    await rm(join(home.into, 'a.bin'));
    await put(join(home.into, 'a.bin'));
    expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
    expect(await home.holds('a (2).bin', body)).toBe(true);
  });
}

for (const [what, target] of [
  ['itself', 'album'],
  ['a path through a file', 'notes/album'],
  ['nowhere', '/nowhere/at/all'],
] as const)
  test(`a link that leads to ${what} is no folder of files`, async ({ home }) => {
    await mkdir(home.into, { recursive: true });
    await writeFile(join(home.into, 'notes'), 'mine');
    await symlink(target, join(home.into, 'album'));
    const body = bytesOf(1000);
    await using site = await FileSite.open({
      '/': pageOf(['album/1.mp3'], ['2.mp3']),
      '/album/1.mp3': { body },
      '/2.mp3': { body },
    });
    expect(await home.download(site.url('/'))).toMatchObject({ status: 0, error: null });
    expect(await home.files()).toEqual(['2.mp3', 'album', 'album (2)/1.mp3', 'notes']);
    expect(await home.download(site.url('/'))).toMatchObject({ status: 0, error: null });
    expect(site.of('/album/1.mp3')).toHaveLength(1);
  });

test('a link to itself that takes the name of a folder meanwhile is left alone', async ({ home }) => {
  const body = bytesOf(1000);
  await using site = await FileSite.open({
    '/': pageOf(['album/1.mp3']),
    '/album/1.mp3': async (request, response, hit) => {
      await symlink('album', join(home.into, 'album'));
      await sendFile({ body }, request, response, hit);
    },
  });
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0, error: null });
  expect(await home.files()).toEqual(['album', 'album (2)/1.mp3']);
});

test('a file of ours that its user has moved and linked to is there', async ({ home }) => {
  await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body: bytesOf(5000) } });
  await home.download(site.url('/'));
  await rename(join(home.into, 'a.bin'), join(home.path, 'elsewhere'));
  await symlink(join(home.path, 'elsewhere'), join(home.into, 'a.bin'));
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  expect(site.of('/a.bin')).toHaveLength(1);
});

/** A folder on another file system than the one of temporary files; null = there is none. */
function otherFileSystem(): string | null {
  const shared = statSync('/dev/shm', { throwIfNoEntry: false });
  return shared === undefined || shared.dev === statSync(tmpdir()).dev ? null : '/dev/shm';
}

test.skipIf(otherFileSystem() === null)(
  'a folder that is on another file system gets its files like all others',
  async ({ home }) => {
    const outside = await mkdtemp(join(otherFileSystem() as string, 'orbweaver-'));
    try {
      await mkdir(home.into, { recursive: true });
      await symlink(outside, join(home.into, 'album'));
      const headers = { 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' };
      const song = (seed: string): { body: Buffer; headers: typeof headers } => ({
        body: bytesOf(2_000_000, seed),
        headers,
      });
      await using site = await FileSite.open({
        '/': pageOf(['album/1.mp3'], ['2.mp3']),
        '/album/1.mp3': song('1'),
        '/2.mp3': song('2'),
      });
      expect(await home.download(site.url('/'))).toMatchObject({ status: 0, stderr: expect.any(String) });
      expect(await readdir(outside)).toEqual(['1.mp3']);
      expect(await home.holds('album/1.mp3', song('1').body)).toBe(true);
      expect((await stat(join(outside, '1.mp3'))).mtime.toUTCString()).toBe(headers['last-modified']);
      site.entries.set('/album/1.mp3', song('new'));
      expect(await home.download(site.url('/'), '--refresh')).toMatchObject({ status: 0 });
      expect(await readdir(outside)).toEqual(['1.mp3']);
      expect(await home.holds('album/1.mp3', song('new').body)).toBe(true);
      expect(await home.files()).toEqual(['2.mp3', 'album']);
      // As after a kill when it had its name, and copy and part were still there.
      const db = new Database(home.db);
      db.prepare(
        `UPDATE download_files SET state = 'complete', placed_sha256 = NULL WHERE path = 'album/1.mp3'`,
      ).run();
      const { hidden, part } = partNames(db, 'album/1.mp3');
      db.close();
      await mkdir(join(home.into, hidden));
      await writeFile(join(home.into, hidden, part), song('new').body);
      await writeFile(join(outside, `${hidden}-${part}`), 'a copy');
      expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
      expect(await readdir(outside)).toEqual(['1.mp3']);
      expect(await home.files()).toEqual(['2.mp3', 'album']);
      expect(site.of('/album/1.mp3')).toHaveLength(2);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  },
);

test.skipIf(otherFileSystem() === null)(
  'killed while it was taken away to another file system, a file leaves no copy under its old name',
  async ({ home }) => {
    const outside = await mkdtemp(join(otherFileSystem() as string, 'orbweaver-'));
    try {
      await mkdir(home.into, { recursive: true });
      await symlink(outside, join(home.into, 'album'));
      const body = bytesOf(5000);
      await using site = await FileSite.open({ '/': pageOf(['album/1.mp3']), '/album/1.mp3': { body } });
      await home.download(site.url('/'));
      const db = new Database(home.db);
      const { hidden, part } = partNames(db, 'album/1.mp3');
      db.prepare(
        `UPDATE download_files SET state = 'complete', moved_from = path, path = 'album/2.mp3', path_key = 'album/2.mp3'`,
      ).run();
      db.close();
      await mkdir(join(home.into, hidden));
      await writeFile(join(home.into, hidden, part), body);
      expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
      expect(await readdir(outside)).toEqual(['2.mp3']);
      expect(await home.holds('album/2.mp3', body)).toBe(true);
      expect(site.of('/album/1.mp3')).toHaveLength(1);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  },
);

test.skipIf(process.platform !== 'linux')(
  'a folder that nothing can be put into keeps back its own files alone',
  async ({ home }) => {
    await mkdir(home.into, { recursive: true });
    await symlink('/sys', join(home.into, 'album'));
    const song = (seed: string): { body: Buffer } => ({ body: bytesOf(1000, seed) });
    await using site = await FileSite.open({
      '/': pageOf(['album/1.mp3'], ['album/2.mp3'], ['3.mp3']),
      '/album/1.mp3': song('1'),
      '/album/2.mp3': song('2'),
      '/3.mp3': song('3'),
    });
    const { status, error } = await home.download(site.url('/'), '--max-parallelism', '1');
    expect(status).toBe(4);
    expect(String(error)).toMatch(/cannot write .*album\/1\.mp3/);
    expect(await home.holds('3.mp3', song('3').body)).toBe(true);
    await rm(join(home.into, 'album'));
    expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
    expect(await home.files()).toEqual(['3.mp3', 'album/1.mp3', 'album/2.mp3']);
    expect(site.of('/album/1.mp3')).toHaveLength(1);
  },
);

test.skipIf(process.platform !== 'linux')(
  'what is whole and waits for its folder is not fetched again',
  async ({ home }) => {
    await mkdir(home.into, { recursive: true });
    await symlink('/sys', join(home.into, 'album'));
    const body = bytesOf(3_000_000);
    await using site = await FileSite.open({ '/': pageOf(['album/1.mp3']), '/album/1.mp3': { body } });
    for (const flags of [[], [], ['--refresh']])
      expect(await home.download(site.url('/'), ...flags)).toMatchObject({ status: 4 });
    await rm(join(home.into, 'album'));
    expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
    expect(await home.files()).toEqual(['album/1.mp3']);
    expect(await home.holds('album/1.mp3', body)).toBe(true);
    expect(site.of('/album/1.mp3')).toHaveLength(1);
  },
);

test('a copy that has its name is found where its folder says that it is on the same device', async ({
  home,
}) => {
  const body = bytesOf(5000);
  await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body } });
  await home.download(site.url('/'));
  // As after a kill when it had its name, in a folder that is mounted from elsewhere on its own device.
  await leaveUnnamed(home, 'a.bin', body);
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  expect(await home.files()).toEqual(['a.bin']);
  expect(site.of('/a.bin')).toHaveLength(1);
});

test('half a file never gets its name, though it was whole once', async ({ home }) => {
  const body = bytesOf(5000);
  await using site = await FileSite.open({ '/': pageOf(['a.bin']), '/a.bin': { body } });
  await home.download(site.url('/'));
  // As after a kill in the middle of a second try.
  await rm(join(home.into, 'a.bin'));
  await leaveUnnamed(home, 'a.bin', body.subarray(0, 2000));
  expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
  expect(await home.files()).toEqual(['a.bin']);
  expect(await home.holds('a.bin', body)).toBe(true);
});

test.skipIf(!hasNobody())(
  'a folder that may not be searched keeps back its own files alone',
  async ({ home }) => {
    const album = join(home.into, 'album');
    await mkdir(album, { recursive: true });
    const song = (seed: string): { body: Buffer } => ({ body: bytesOf(1000, seed) });
    await using site = await FileSite.open({
      '/': pageOf(['album/1.mp3'], ['album/live/2.mp3'], ['3.mp3']),
      '/album/1.mp3': song('1'),
      '/album/live/2.mp3': song('2'),
      '/3.mp3': song('3'),
    });
    for (const folder of [home.path, home.into]) await chmod(folder, 0o777);
    await chmod(album, 0);
    await asNobody(async () => {
      for (let run = 0; run < 2; run++) {
        const { status, error } = await home.download(site.url('/'));
        expect({ status, error: String(error) }).toMatchObject({
          status: 4,
          error: expect.stringMatching(/album\/(1|live\/2)\.mp3: EACCES/),
        });
        expect(await home.holds('3.mp3', song('3').body)).toBe(true);
      }
    });
    await chmod(album, 0o777);
    await asNobody(async () => {
      expect(await home.download(site.url('/'))).toMatchObject({ status: 0 });
    });
    expect(await home.files()).toEqual(['3.mp3', 'album/1.mp3', 'album/live/2.mp3']);
    expect(site.of('/album/1.mp3')).toHaveLength(1);
  },
);

test.skipIf(!hasNobody())(
  'a folder that nothing can be taken out of keeps names as they were until it is open',
  async ({ home }) => {
    const album = join(home.into, 'album');
    const take = (path: string): Record<string, Entry> => ({
      [path]: {
        body: bytesOf(1000, path),
        headers: { 'content-disposition': 'attachment; filename="take.mp3"' },
      },
    });
    await using site = await FileSite.open({
      '/': pageOf(['album/2.bin'], ['album/1.bin'], ['3.mp3']),
      ...take('/album/1.bin'),
      ...take('/album/2.bin'),
      '/3.mp3': async (request, response, hit) => {
        while (!existsSync(join(album, 'take (2).mp3'))) await sleep(10);
        await chmod(album, 0o555);
        await sendFile({ body: bytesOf(1000, 3) }, request, response, hit);
      },
      '/4.mp3': { body: bytesOf(1000, 4) },
    });
    const lies = async (first: string, second: string): Promise<void> => {
      expect((await home.files()).slice(-2)).toEqual(['album/take (2).mp3', 'album/take.mp3']);
      expect(await home.holds('album/take.mp3', bytesOf(1000, first))).toBe(true);
      expect(await home.holds('album/take (2).mp3', bytesOf(1000, second))).toBe(true);
    };
    await chmod(home.path, 0o777);
    await asNobody(async () => {
      for (let run = 0; run < 2; run++) {
        const { status, error } = await home.download(site.url('/'), '--max-parallelism', '1');
        expect({ status, error: String(error) }).toMatchObject({
          status: 4,
          error: expect.stringMatching(/album\/take.*\.mp3: EACCES/),
        });
        await lies('/album/2.bin', '/album/1.bin');
        site.entries.set('/', pageOf(['album/2.bin'], ['album/1.bin'], ['3.mp3'], ['4.mp3']));
      }
      expect(await home.holds('4.mp3', bytesOf(1000, 4))).toBe(true);
      await chmod(album, 0o755);
      expect(await home.download(site.url('/'))).toMatchObject({ status: 0, error: null });
    });
    await lies('/album/1.bin', '/album/2.bin');
    for (const path of ['/album/1.bin', '/album/2.bin']) expect(site.of(path)).toHaveLength(1);
  },
);

/** Whether folders can be closed to somebody who can read the program. */
function hasNobody(): boolean {
  if (process.platform === 'win32') return false;
  if (process.geteuid?.() !== 0) return true;
  process.seteuid?.(65_534);
  try {
    return statSync(PROGRAM, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It lies in a folder of root's own.
    return false;
  } finally {
    process.seteuid?.(0);
  }
}

/** Does it as somebody whom no folder is open to that is closed: root may look everywhere. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** A file as a kill leaves it that is recorded as whole and has no name yet, with these bytes under its temporary one. */
async function leaveUnnamed(home: Home, path: string, bytes: Buffer): Promise<void> {
  const db = new Database(home.db);
  db.prepare(`UPDATE download_files SET state = 'complete', placed_sha256 = NULL`).run();
  const { hidden, part } = partNames(db, path);
  db.close();
  await mkdir(join(home.into, hidden));
  await writeFile(join(home.into, hidden, part), bytes);
}

/** What the folder of temporary files is called, and the one of a file in it. */
function partNames(db: Database.Database, path: string): { hidden: string; part: string } {
  const ask = (sql: string, ...values: readonly string[]): string =>
    String(db.prepare(sql).pluck().get(values)).replaceAll('"', '');
  const token = ask(`SELECT value FROM settings WHERE name = 'downloadToken'`);
  const id = ask('SELECT id FROM download_files WHERE path = ?', path);
  return { hidden: `.orbweaver-${token}`, part: `${id}.part` };
}
