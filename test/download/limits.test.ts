/** Connections, descriptors, rate, room on the disk; and being interrupted. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { test as inFolder, until } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, type Entry, FileSite, pageOf, sendFile, sha256Of } from './file-site.js';

/** A folder of so many files. */
function folder(count: number, file: (name: string) => Entry): Record<string, Entry> {
  const names = Array.from({ length: count }, (_, i) => `file-${i}.bin`);
  return {
    '/m/': pageOf(...names.map((name): [string] => [name])),
    ...Object.fromEntries(names.map((name) => [`/m/${name}`, file(name)])),
  };
}

inFolder(
  'connections and descriptors stay at the limit, however many files there are',
  async ({ folder: place }) => {
    await using site = await FileSite.open(
      folder(120, (name) => ({ body: bytesOf(30_000, name), pace: { bytes: 10_000, ms: 4 } })),
    );
    const running = place.start([
      'download',
      site.url('/m/'),
      '--per-host',
      '6',
      '--workers',
      '2',
      '--no-progress',
    ]);
    const open: number[] = [];
    const watched = setInterval(() => {
      const { pid } = running.process;
      try {
        const names = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
        open.push(names.filter((name) => name.startsWith('socket:') || name.endsWith('.part')).length);
      } catch {
        // Ended, or a descriptor that was closed while we looked.
      }
    }, 20);
    const { status, stderr } = await running.ended;
    clearInterval(watched);
    expect(status, stderr).toBe(0);
    expect(site.peakConnections).toBeLessThanOrEqual(6);
    expect(site.peakInFlight).toBeGreaterThan(3);
    expect(open.length).toBeGreaterThan(3);
    // Connections, files that are written, and the program's own three sockets: standard streams are pipes here.
    expect(Math.max(...open)).toBeLessThanOrEqual(6 + 6 + 3);
  },
);

test('a rate holds for all files together', async ({ home }) => {
  let firstAt = 0;
  await using site = await FileSite.open(
    folder(6, (name) => (request, response, hit) => {
      firstAt ||= performance.now();
      return sendFile({ body: bytesOf(100_000, name) }, request, response, hit);
    }),
  );
  const { status, stderr } = await home.download(site.url('/m/'), '--limit-rate', '150K', '--workers', '2');
  expect(status, stderr).toBe(0);
  // 600,000 bytes at 153,600 a second; what may come at once is a tenth of a second's. Without it, it takes no second.
  expect(performance.now() - firstAt).toBeGreaterThan(3500);
  expect(await home.files()).toHaveLength(6);
});

inFolder(
  'killed at any moment, the same command ends with the same files, and finished ones are not fetched twice',
  async ({ folder: place }) => {
    const bodies = new Map<string, Buffer>();
    await using site = await FileSite.open(
      folder(12, (name) => {
        const body = bytesOf(1_100_000, name);
        bodies.set(name, body);
        return { body, pace: { bytes: 200_000, ms: 10 } };
      }),
    );
    const home = new Home(place.path);
    const args = [
      'download',
      site.url('/m/'),
      '--into',
      home.into,
      '--db',
      home.db,
      '--workers',
      '1',
      '--max-parallelism',
      '3',
      '--no-progress',
    ];
    for (const kill of [2, 6, 11, 15]) {
      const running = place.start(args);
      const asked = site.hits.length;
      const isTime = (): boolean => site.hits.length - asked > kill || running.process.exitCode !== null;
      while (!isTime()) await sleep(5);
      running.process.kill('SIGKILL');
      await running.ended;
      // What has a name is whole, whenever that was.
      for (const file of (await home.files()).filter((name) => !name.startsWith('.')))
        expect(await home.holds(file, bodies.get(file) ?? Buffer.alloc(0)), file).toBe(true);
    }
    const { status, stderr } = await place.run(args);
    expect(status, stderr).toBe(0);
    expect(await home.files()).toEqual([...bodies.keys()].sort());
    for (const row of home.rows()) {
      const body = bodies.get(String(row['path'])) ?? Buffer.alloc(0);
      expect(row).toMatchObject({ state: 'done', bytes: body.length, sha256: sha256Of(body) });
    }
    // Asked for once, and once more for each of four kills it was under way at.
    const sent = [...bodies.keys()].map((name) =>
      site.of(`/m/${name}`).reduce((sum, { sent: bytes }) => sum + bytes, 0),
    );
    const all = [...bodies.values()].reduce((sum, { length }) => sum + length, 0);
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(all + 4 * 3 * 1_100_000);
    site.hits.length = 0;
    expect((await place.run(args)).status).toBe(0);
    expect(site.hits.filter(({ path }) => path.endsWith('.bin'))).toEqual([]);
  },
);

inFolder('interrupted, it says what is kept, and goes on from there', async ({ folder: place }) => {
  const body = bytesOf(3_000_000, 'slow');
  await using site = await FileSite.open(folder(1, () => ({ body, pace: { bytes: 100_000, ms: 1000 } })));
  const args = ['download', site.url('/m/'), '--into', 'files', '--workers', '1', '--no-progress'];
  const running = place.start(args);
  await until(() => (site.of('/m/file-0.bin')[0]?.sent ?? 0) > 150_000, running);
  running.process.kill('SIGINT');
  await until(() => running.stderrSoFar().includes('stopping: 1 file under way'), running);
  running.process.kill('SIGINT');
  // The shell's way of saying that it was ended by SIGINT.
  const { status, signal } = await running.ended;
  expect(signal ?? status).toBeOneOf([130, 'SIGINT']);
  site.entries.set('/m/file-0.bin', { body });
  expect((await place.run(args)).status).toBe(0);
  expect(site.of('/m/file-0.bin').at(-1)?.headers.range).toMatch(/^bytes=[1-9]/);
});

inFolder('at its time limit, it names it, and goes on by the same command', async ({ folder: place }) => {
  const body = bytesOf(3_000_000, 'slow');
  await using site = await FileSite.open(folder(1, () => ({ body, pace: { bytes: 200_000, ms: 150 } })));
  const args = ['download', site.url('/m/'), '--into', 'files', '--workers', '1', '--no-progress'];
  const { status, stderr } = await place.run([...args, '--max-time', '0.5', '--retries', '0']);
  // What was under way may have come within the ten seconds that it is waited for.
  expect(status, stderr).toBe(3);
  expect(stderr).toContain('stopped at --max-time 0.5: ');
  expect(stderr).toMatch(/to go on: \S.* --max-time 0\.5/);
  expect((await place.run(args)).status).toBe(0);
});

const run = (program: string, args: readonly string[]): number | null => spawnSync(program, args).status;
const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('on a small disk', () => {
  test('a full disk ends the run with status 4, and nothing that came is lost', async ({ home }) => {
    await mkdir(home.into);
    const status = run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', home.into]);
    if (status !== 0) return;
    try {
      const entries = folder(4, (name) => ({ body: bytesOf(800_000, name) }));
      await using site = await FileSite.open(entries);
      const full = await home.download(site.url('/m/'), '--max-parallelism', '1');
      expect(full.status).toBe(4);
      expect(String(full.error)).toContain('the disk is full (ENOSPC)');
      const kept = (await home.files()).filter((file) => !file.startsWith('.'));
      expect(kept).toHaveLength(2);
      run('mount', ['-o', 'remount,size=8m', home.into]);
      site.hits.length = 0;
      const again = await home.download(site.url('/m/'));
      expect(again.status, again.stderr).toBe(0);
      expect(await home.files()).toHaveLength(4);
      expect(site.hits.filter(({ path }) => kept.includes(path.slice(3)))).toEqual([]);
    } finally {
      run('umount', [home.into]);
    }
  });
});

test('a folder that is nowhere ends at once', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': { body: bytesOf(10) } });
  const nowhere = new Home(home.path, '/proc/nowhere/files');
  expect((await nowhere.download(site.url('/m/'))).status).toBe(4);
  const file = new Database(nowhere.db, { readonly: true });
  expect(file.prepare('SELECT * FROM runs').all()).toEqual([]);
  file.close();
});

test('a folder that cannot be made is told in clear words', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': { body: bytesOf(10) } });
  const { mkdirSync, writeFileSync } = await import('node:fs');
  mkdirSync(home.path, { recursive: true });
  writeFileSync(join(home.path, 'files'), 'a file');
  const { status, error } = await home.download(site.url('/m/'));
  expect(status).toBe(4);
  expect(String(error)).toContain(`${home.into} is a file; --into wants a folder`);
  expect(site.hits).toEqual([]);
});
