/** Which name a file has in the end depends on what is listed, and on nothing that time has a part in. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { test as inFolder } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, type Entry, FileSite, pageOf, sendFile, sha256Of } from './file-site.js';

const LATE_MS = 250;

/** A site of folders within folders, whose files clash in any layout, some only by the names that answers give. */
function music(): Record<string, Entry> {
  const file = (path: string, name?: string): Record<string, Entry> => ({
    [path]: {
      body: bytesOf(3000, path),
      ...(name === undefined ? {} : { headers: { 'content-disposition': `attachment; filename="${name}"` } }),
    },
  });
  return {
    '/m/': pageOf(['rock/'], ['jazz/'], ['get/1.bin'], ['cover.jpg'], ['rock/live/a.mp3'], ['set (2).mp3']),
    '/m/rock/': pageOf(['live/'], ['a.mp3'], ['A.mp3'], ['../get/2.bin'], ['cover.jpg'], ['set.mp3']),
    '/m/rock/live/': pageOf(['a.mp3'], ['../../get/3.bin'], ['set.mp3'], ['cover.jpg/inner.mp3']),
    '/m/jazz/': pageOf(['a.mp3'], ['../rock/a.mp3'], ['cover.jpg'], ['set.mp3']),
    ...file('/m/get/1.bin', 'take.mp3'),
    ...file('/m/get/2.bin', 'take.mp3'),
    ...file('/m/get/3.bin', 'Take.mp3'),
    ...file('/m/cover.jpg'),
    ...file('/m/set (2).mp3'.replaceAll(' ', '%20')),
    ...['a.mp3', 'A.mp3', 'cover.jpg', 'set.mp3'].reduce(
      (all, name) => ({ ...all, ...file(`/m/rock/${name}`) }),
      {},
    ),
    ...['a.mp3', 'set.mp3', 'cover.jpg/inner.mp3'].reduce(
      (all, name) => ({ ...all, ...file(`/m/rock/live/${name}`) }),
      {},
    ),
    ...['a.mp3', 'cover.jpg', 'set.mp3'].reduce((all, name) => ({ ...all, ...file(`/m/jazz/${name}`) }), {}),
  };
}

/** The same site, some of whose answers are late. */
function delayed(entries: Record<string, Entry>, isLate: (path: string) => boolean): Record<string, Entry> {
  return Object.fromEntries(
    Object.entries(entries).map(([path, entry]): [string, Entry] => [
      path,
      !isLate(path) || typeof entry === 'function'
        ? entry
        : async (request, response, hit) => {
            await sleep(LATE_MS);
            if (typeof entry === 'string')
              return void response.writeHead(200, { 'content-type': 'text/html' }).end(entry);
            return sendFile(entry, request, response, hit);
          },
    ]),
  );
}

/** What lies where, and which page it is of. */
async function outcome(home: Home, site: FileSite): Promise<string[]> {
  const rows = home.rows();
  const files = (await home.files()).filter((name) => !name.startsWith('.'));
  expect(rows.filter(({ state }) => state === 'done').map(({ path }) => path)).toEqual(files);
  return Promise.all(
    rows.map(async ({ path, url, state }) => {
      const from = String(url).slice(site.url().length - 1);
      const body = state === 'done' ? sha256Of(await home.read(String(path))) : String(state);
      expect(body).toBe(sha256Of(bytesOf(3000, from)));
      // Files elsewhere on the site are below a folder of its host, port and all.
      return `${String(path).replace(/^127\.0\.0\.1_\d+/, 'HOST')} ← ${from}`;
    }),
  );
}

const ORDERS: readonly (readonly [string, (path: string) => boolean])[] = [
  ['nothing', () => false],
  ['the first start page', (path) => path === '/m/'],
  ['the other start page', (path) => path === '/m/rock/'],
  ['what lies deeper', (path) => /^\/m\/(?:rock\/live|jazz)\/$/.test(path)],
  ['half of the files', (path) => /\/(?:get\/1\.bin|rock\/[aA]\.mp3|cover\.jpg|jazz\/set\.mp3)$/.test(path)],
  ['the other half', (path) => /\/(?:get\/[23]\.bin|live\/.*|m\/.*\(2\)\.mp3|rock\/set\.mp3)$/.test(path)],
];

// All orders where names clash most; these stand for the others.
const SOME = ORDERS.filter((_, at) => at % 2 === 0);

describe.each([
  ['tree', SOME, ['HOST/m/get/Take (2).mp3 ← /m/get/3.bin', 'HOST/m/get/take.mp3 ← /m/get/2.bin']],
  ['flat', ORDERS, ['A.mp3 ← /m/rock/A.mp3', 'Take (2).mp3 ← /m/get/3.bin', 'a (2).mp3 ← /m/rock/a.mp3']],
  ['by-page', SOME, ['m/a.mp3 ← /m/rock/live/a.mp3', 'm/cover.jpg ← /m/cover.jpg']],
])('--layout %s', (layout, orders, first) => {
  const flags = ['--layout', layout, '--depth', '3'];

  test('gives the same names whatever is late', async ({ home }) => {
    let expected: string[] | null = null;
    for (const [what, isLate] of orders) {
      await using site = await FileSite.open(delayed(music(), isLate));
      const own = new Home(join(home.path, what));
      await mkdir(own.path);
      const starts = [site.url('/m/rock/'), site.url('/m/')];
      const { status, stderr } = await own.download(...starts, ...flags);
      expect(status, stderr).toBe(0);
      expected ??= await outcome(own, site);
      expect(await outcome(own, site), what).toEqual(expected);
    }
    expect(expected?.slice(0, first.length)).toEqual(first);
  });
});

test('of two start pages that list a file, the one given first has it', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/?dir=one': pageOf(['f/a.mp3'], ['f/b.mp3']),
    '/m/?dir=two': pageOf(['f/b.mp3'], ['f/c.mp3']),
    '/m/f/a.mp3': { body: bytesOf(10, 'a') },
    '/m/f/b.mp3': { body: bytesOf(10, 'b') },
    '/m/f/c.mp3': { body: bytesOf(10, 'c') },
  });
  const [one, two] = [site.url('/m/?dir=one'), site.url('/m/?dir=two')];
  for (const [pages, expected] of [
    [
      [one, two],
      ['one/f/a.mp3', 'one/f/b.mp3', 'two/f/c.mp3'],
    ],
    [
      [two, one],
      ['one/f/a.mp3', 'two/f/b.mp3', 'two/f/c.mp3'],
    ],
  ] as const)
    for (const late of ['/m/?dir=one', '/m/?dir=two']) {
      const entries = delayed(Object.fromEntries(site.entries), (path) => path === late);
      await using other = await FileSite.open(entries);
      const own = new Home(join(home.path, `${pages[0]} ${late}`.replace(/\W/g, '-')));
      await mkdir(own.path);
      const moved = pages.map((page) => page.replace(site.url(), other.url()));
      const { status, stderr } = await own.download(...moved);
      expect(status, stderr).toBe(0);
      expect(await own.files()).toEqual(expected);
    }
});

test('what is followed from a listing of several start pages does not depend on which of them came first', async ({
  home,
}) => {
  const entries = {
    '/m/': pageOf(['rock/live/']),
    '/m/rock/': pageOf(['live/']),
    '/m/rock/live/': pageOf(['../../jazz/']),
    '/m/jazz/': pageOf(['a.mp3']),
    '/m/jazz/a.mp3': { body: bytesOf(10, 'a') },
  };
  for (const [at, late] of ['/m/', '/m/rock/'].entries()) {
    await using site = await FileSite.open(delayed(entries, (path) => path === late));
    const own = new Home(join(home.path, String(at)));
    await mkdir(own.path);
    const { status, stderr } = await own.download(site.url('/m/rock/'), site.url('/m/'), '--depth', '2');
    expect(status, stderr).toBe(0);
    expect(await own.files(), late).toEqual(['m/jazz/a.mp3']);
  }
});

test('names that a run has left behind stay, and what is new is numbered after them', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['b/x.mp3'], ['c/x.mp3']),
    '/m/a/x.mp3': { body: bytesOf(10, 'a') },
    '/m/b/x.mp3': { body: bytesOf(10, 'b') },
    '/m/c/x.mp3': { body: bytesOf(10, 'c') },
  });
  await home.download(site.url('/m/'), '--layout', 'flat');
  site.entries.set('/m/', pageOf(['a/x.mp3'], ['b/x.mp3'], ['c/x.mp3']));
  expect((await home.download(site.url('/m/'), '--layout', 'flat')).status).toBe(0);
  expect(await home.read('x.mp3')).toEqual(bytesOf(10, 'b'));
  expect(await home.read('x (2).mp3')).toEqual(bytesOf(10, 'c'));
  expect(await home.read('x (3).mp3')).toEqual(bytesOf(10, 'a'));
});

test('what its user has changed meanwhile keeps its name', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['b/x.mp3'], ['a/x.mp3']),
    '/m/a/x.mp3': async (request, response, hit) => {
      await sleep(LATE_MS);
      await writeFile(join(home.into, 'x.mp3'), 'mine');
      return sendFile({ body: bytesOf(10, 'a') }, request, response, hit);
    },
    '/m/b/x.mp3': { body: bytesOf(10, 'b') },
  });
  expect((await home.download(site.url('/m/'), '--layout', 'flat')).status).toBe(0);
  expect(await readFile(join(home.into, 'x.mp3'), 'utf8')).toBe('mine');
  expect(await home.read('x (2).mp3')).toEqual(bytesOf(10, 'a'));
});

test('a dry run names files as the run that follows it', async ({ home }) => {
  const entries = music();
  for (const path of ['/m/get/1.bin', '/m/get/2.bin', '/m/get/3.bin'])
    entries[path] = { body: bytesOf(3000, path) };
  await using site = await FileSite.open(delayed(entries, (path) => path === '/m/rock/'));
  const args = [site.url('/m/rock/'), site.url('/m/'), '--layout', 'flat', '--depth', '3'];
  const { stdout } = await home.download(...args, '--dry-run');
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' → ')[1]);
  expect((await home.download(...args)).status).toBe(0);
  expect(told.sort()).toEqual(await home.files());
});

inFolder('killed at any moment, it ends with the names of an undisturbed run', async ({ folder }) => {
  const isLate = (path: string): boolean => path === '/m/rock/' || path.endsWith('1.bin');
  await using site = await FileSite.open(delayed(music(), isLate));
  const args = (home: Home): string[] =>
    [
      ['download', site.url('/m/rock/'), site.url('/m/'), '--layout', 'flat', '--depth', '3'],
      ['--into', home.into, '--db', home.db, '--workers', '1', '--max-parallelism', '3', '--no-progress'],
    ].flat();
  const undisturbed = new Home(join(folder.path, 'undisturbed'));
  await mkdir(undisturbed.path);
  expect((await folder.run(args(undisturbed))).status).toBe(0);
  const expected = await outcome(undisturbed, site);

  const home = new Home(join(folder.path, 'killed'));
  await mkdir(home.path);
  for (const requests of [3, 7, 11, 14]) {
    const running = folder.start(args(home));
    const before = site.hits.length;
    while (site.hits.length - before < requests && running.process.exitCode === null) await sleep(3);
    running.process.kill('SIGKILL');
    await running.ended;
  }
  expect((await folder.run(args(home))).status).toBe(0);
  expect(await outcome(home, site)).toEqual(expected);
});
