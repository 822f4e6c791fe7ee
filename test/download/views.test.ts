/** What `status` and `verify` say of downloads. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished } from 'vitest';
import { statusSummary } from '../../dist/index.js';
import { checkInvariants } from '../../dist/verify/invariants.js';
import { test as inFolder } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, FileSite, pageOf } from './file-site.js';

function site(): Promise<FileSite> {
  return FileSite.open({
    '/m/': pageOf(['a.bin'], ['b.bin'], ['c.bin'], ['gone.bin'], ['page.pdf'], ['secret.bin']),
    '/m/a.bin': { body: bytesOf(1000, 'a') },
    '/m/b.bin': { body: bytesOf(2000, 'b') },
    '/m/c.bin': { body: bytesOf(3000, 'c') },
    '/m/page.pdf': '<h1>Please log in</h1>',
    '/robots.txt': (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/plain' })
        .end('User-agent: *\nDisallow: /m/secret'),
  });
}

test('status counts files by state, their bytes and failures, apart from the pages that list them', async ({
  home,
}) => {
  await using server = await site();
  expect((await home.download(server.url('/m/'), server.url('/none/'))).status).toBe(1);
  const failure = (code: string, httpStatus: number | null) => ({ code, httpStatus, urls: 1 });
  const host = server.url('');
  const failures = [failure('status', 404), failure('validation', null)];
  expect(statusSummary(home.db)).toMatchObject({
    queue: { queued: 0, done: 1, failed: 1 },
    failures: [failure('status', 404)],
    downloads: {
      files: { queued: 0, leased: 0, done: 3, failed: 2, skipped: 1 },
      bytes: 6000,
      skips: [{ reason: 'robots', files: 1 }],
      failures,
      hosts: [{ host, givenUp: null, urls: 2, failures }],
    },
  });
});

inFolder('every field of --json is documented, and no other', async ({ folder }) => {
  await using server = await site();
  const home = new Home(folder.path);
  const args = [
    'download',
    server.url('/m/'),
    '--into',
    home.into,
    '--db',
    home.db,
    '--json',
    '--retries',
    '0',
  ];
  const { stdout } = await folder.run(args);
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const table = /\| field of a download \| .*\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '';
  const fields = table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(fields.sort()).toEqual(Object.keys(JSON.parse(stdout) as object).sort());
});

inFolder('status and verify are read by people, and by programs', async ({ folder }) => {
  await using server = await site();
  const home = new Home(folder.path);
  await home.download(server.url('/m/'), server.url('/none/'));
  const text = (await folder.run(['status', '--db', home.db])).stdout;
  expect(text.replaceAll(server.url(''), 'HOST')).toBe(
    `${home.db}: 3 of 6 files downloaded, 6.0 KB

files
  queued   0
  leased   0
  done     3
  failed   2
  skipped  1

files skipped
  1  robots

failures of files
  1  HTTP 404
  1  validation

failures of files by host
  2  HOST: 1 HTTP 404, 1 validation

listing pages
  queued   0
  leased   0
  done     1
  failed   1
  skipped  0

failures of listing pages
  1  HTTP 404

failures of listing pages by host
  1  HOST: 1 HTTP 404
`,
  );
  const json = JSON.parse((await folder.run(['status', '--db', home.db, '--json'])).stdout) as unknown;
  expect(json).toMatchObject({ downloads: { bytes: 6000 } });
  const whole = await folder.run(['verify', home.db, '--files', home.into]);
  expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining('1 page, 0 links, 6 files') });

  await rm(join(home.into, 'm/a.bin'));
  await writeFile(join(home.into, 'm/b.bin'), 'short');
  await writeFile(join(home.into, 'm/c.bin'), bytesOf(3000, 'other'));
  expect((await folder.run(['verify', home.db])).status).toBe(0);
  const faulty = await folder.run(['verify', home.db, '--files', home.into]);
  expect(faulty.status).toBe(1);
  expect(faulty.stdout.split('\n').filter((line) => line.includes('fault:'))).toEqual([
    '  fault: 1 file is not there, for example m/a.bin',
    '  fault: 1 file has another size than was downloaded, for example m/b.bin',
    '  fault: 1 file holds something else than was downloaded, for example m/c.bin',
  ]);
});

inFolder(
  'explain knows files: those that came, that failed, and that rules keep back',
  async ({ folder }) => {
    await using server = await site();
    const home = new Home(folder.path);
    await home.download(server.url('/m/'));
    const explained = async (path: string): Promise<string> =>
      (await folder.run(['explain', server.url(path), '--db', home.db])).stdout.replaceAll(
        server.url(''),
        'HOST',
      );
    const failed = await explained('/m/gone.bin');
    expect(failed).toContain('HOST/m/gone.bin was not downloaded: failed, status');
    expect(failed).toMatch(/why +it answered HTTP 404/);
    expect(failed).toMatch(/found by +seed HOST\/m\/\n +link to HOST\/m\/gone\.bin/);
    expect(failed).not.toContain('linked from');
    expect(await explained('/m/a.bin')).toContain('HOST/m/a.bin was downloaded: HTTP 200');
    expect(await explained('/m/secret.bin')).toMatch(/not downloaded: skipped, robots\n +why +line 2 of/);
    expect(await explained('/m/never.bin')).toContain('is not in');
  },
);

describe('verify finds', () => {
  test.for([
    ['a download of no file', 'UPDATE download_files SET id = 999 WHERE path = :a', 'belongs to no file'],
    ['a file that is no download', 'DELETE FROM download_files WHERE path = :a', 'is no download'],
    ['one of no page', 'UPDATE download_files SET page_id = 999 WHERE path = :a', 'is of no page'],
    ['one without a digest', 'UPDATE download_files SET sha256 = NULL WHERE path = :a', 'no size or digest'],
    ['a digest that is none', `UPDATE download_files SET sha256 = 'x' WHERE path = :a`, 'no size or digest'],
    ['one without a time', 'UPDATE download_files SET modified_at = NULL WHERE path = :a', 'since when'],
    ['a move of nothing', `UPDATE download_files SET moved_from = 'x' WHERE path = :a`, 'to be moved'],
    ['a way out', `UPDATE download_files SET path = '../../x' WHERE path = :a`, 'leads out of the folder'],
    ['an absolute path', `UPDATE download_files SET path = '/x' WHERE path = :a`, 'leads out of the folder'],
    [
      'a file in a file',
      `UPDATE download_files SET path_key = 'b.bin/x' WHERE path = :a`,
      'name of a folder',
    ],
  ] as const)('%s', async ([, sql, text], { home }) => {
    await using server = await site();
    await home.download(server.url('/m/'));
    const database = new Database(home.db);
    onTestFinished(() => void database.close());
    expect(checkInvariants(database).faults).toEqual([]);
    database.prepare(sql).run({ a: 'a.bin' });
    expect(checkInvariants(database).faults.map((fault) => fault.text)).toContainEqual(
      expect.stringContaining(text),
    );
  });
});
