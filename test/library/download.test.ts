/** `download` of the library: files as they are finished, and the result. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import {
  download,
  type DownloadOptions,
  type FinishedFile,
  readReport,
  UsageError,
} from '../../dist/index.js';
import { bytesOf, FileSite, pageOf, sendFile, sha256Of } from '../download/file-site.js';
import { pause } from '../support/site.js';
import { folder } from './bench.js';

const BODY = bytesOf(3_000);

/** A listing page of so many files. */
function listing(count: number): Promise<FileSite> {
  const names = Array.from({ length: count }, (_, n) => `${n}.bin`);
  return FileSite.open({
    '/list/': pageOf(...names.map((name): [string] => [name])),
    ...Object.fromEntries(names.map((name) => [`/list/${name}`, { body: BODY }])),
  });
}

/** Options for a download into a folder of its own. */
async function quick(): Promise<DownloadOptions & { readonly into: string }> {
  const home = await folder();
  return {
    into: join(home, 'files'),
    db: join(home, 'downloads.db'),
    workers: 1,
    retries: 0,
    retryDelay: 0.02,
  };
}

test('the loop gives each file when it lies there, or why it does not, and the promise the counts', async () => {
  await using site = await FileSite.open({
    '/': pageOf(['a%20b.bin'], ['gone.bin'], ['page.bin'], ['moved.bin']),
    '/a%20b.bin': { body: BODY, headers: { 'content-type': 'audio/x-test' } },
    '/page.bin': '<!doctype html><title>log in</title>',
    '/moved.bin': (_, response) => void response.writeHead(302, { location: '/a%20b.bin?2' }).end(),
    '/a%20b.bin?2': { body: BODY },
  });
  const options = await quick();
  const run = download(site.url(), { ...options, ext: ['bin'] });
  const files: FinishedFile[] = [];
  for await (const file of run) {
    files.push(file);
    if (file.state === 'done') expect(readFileSync(join(options.into, file.path)).equals(BODY)).toBe(true);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const there = { state: 'done', status: 200, bytes: 3_000, sha256: sha256Of(BODY), error: null };
  expect(files).toEqual([
    {
      ...there,
      url: site.url('/a%20b.bin'),
      page: site.url(),
      path: 'a b.bin',
      contentType: 'audio/x-test',
      errorDetail: null,
    },
    expect.objectContaining({ path: 'gone.bin', state: 'failed', status: 404, error: 'status', bytes: null }),
    expect.objectContaining({ ...there, path: 'moved.bin', url: site.url('/moved.bin') }),
    expect.objectContaining({ path: 'page.bin', state: 'failed', error: 'validation', sha256: null }),
  ]);
  const result = await run;
  expect(result.ending).toBe('finished');
  expect(result.files).toMatchObject({ listed: 4, fetched: 2, kept: 0, failed: { 'HTTP 404': 1 } });
  expectTypeOf(result.files.fetched).toEqualTypeOf<number>();
});

test('a file of downloads is no crawl to report on or to compare', async () => {
  await using site = await FileSite.open({ '/': pageOf(['gone.bin']) });
  const options = await quick();
  await download(site.url(), { ...options, ext: ['bin'] });
  const { db = '' } = options;
  expect(() => readReport(db)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: `${db} holds downloads; a report is about the pages of a crawl`,
      hint: expect.stringContaining(`orbweaver status --db ${db}`) as string,
    }),
  );
});

test('what lay there is counted and not given, but where it is asked for again', async () => {
  await using site = await listing(2);
  const options = await quick();
  const given = async (more: DownloadOptions = {}): Promise<string[]> => {
    const files: string[] = [];
    for await (const { path, state } of download([site.url('/list/')], { ...options, ...more }))
      files.push(`${path} ${state}`);
    return files.sort();
  };
  const both = ['0.bin done', '1.bin done'];
  expect(await given()).toEqual(both);
  expect(await given()).toEqual([]);
  expect(await given({ refresh: true })).toEqual(both);
  expect((await download(site.url('/list/'), options)).files).toMatchObject({ kept: 2, fetched: 0 });
});

test('the result says which files have another name in the end than the loop gave', async () => {
  const bodies = { '1.bin': bytesOf(1_000, 'one'), '2.bin': bytesOf(1_000, 'two'), '3.bin': BODY };
  const named = { 'content-disposition': 'attachment; filename="song.bin"' };
  let isSecondThere: () => void = () => undefined;
  const second = new Promise<void>((resolve) => (isSecondThere = resolve));
  await using site = await FileSite.open({
    '/': pageOf(['1.bin'], ['2.bin'], ['3.bin']),
    // The first that wants the name is the last that comes.
    '/1.bin': async (request, response, hit) => {
      await second;
      return sendFile({ body: bodies['1.bin'], headers: named }, request, response, hit);
    },
    '/2.bin': { body: bodies['2.bin'], headers: named },
    '/3.bin': { body: bodies['3.bin'] },
  });
  const options = await quick();
  const run = download(site.url(), options);
  const given = new Map<string, string>();
  for await (const { url, path } of run) {
    given.set(url, path);
    if (url === site.url('/2.bin')) isSecondThere();
  }
  expect(given.get(site.url('/2.bin'))).toBe('song.bin');
  const { renamed } = (await run).files;
  expect(renamed).toHaveLength(2);
  for (const { url, from, path } of renamed) {
    expect(given.get(url)).toBe(from);
    given.set(url, path);
  }
  for (const [name, body] of Object.entries(bodies)) {
    const path = given.get(site.url(`/${name}`)) as string;
    expect(readFileSync(join(options.into, path)).equals(body), name).toBe(true);
  }
  expect(given.get(site.url('/1.bin'))).toBe('song.bin');
  expect((await download(site.url(), options)).files.renamed).toEqual([]);
});

test('a dry run gives what would be asked for, and leaves nothing', async () => {
  await using site = await listing(2);
  const options = await quick();
  const run = download(new URL(site.url('/list/')), { ...options, dryRun: true });
  const files: string[] = [];
  for await (const { path, state, bytes } of run) files.push(`${path} ${state} ${bytes}`);
  expect(files).toEqual(['0.bin wanted null', '1.bin wanted null']);
  expect((await run).files).toMatchObject({ listed: 2, fetched: 0 });
  expect(readdirSync(join(options.into, '..'))).toEqual([]);
  expect(site.hits.map(({ path }) => path)).toEqual(['/robots.txt', '/list/']);
});

test('a slow loop is waited for, and one that is left early can be gone on with', async () => {
  await using site = await listing(300);
  const options = { ...(await quick()), maxParallelism: 4 };
  const run = download(site.url('/list/'), options);
  const files = run[Symbol.asyncIterator]();
  await files.next();
  await expect.poll(() => site.hits.length, { timeout: 20_000 }).toBeGreaterThan(60);
  await pause(300);
  // 64 that wait, what was under way when they were there, the first file, the page and robots.txt.
  expect(site.hits.length).toBeLessThanOrEqual(64 + 4 + 3);
  await files.return?.();
  const { ending, files: first } = await run;
  expect(ending).toBe('stopped');
  expect((await download(site.url('/list/'), options)).files).toMatchObject({
    kept: first.fetched,
    fetched: 300 - first.fetched,
  });
});

test('a signal stops it in order', async () => {
  await using site = await listing(3);
  const options = await quick();
  const { ending, files } = await download(site.url('/list/'), { ...options, signal: AbortSignal.abort() });
  expect([ending, files.fetched]).toEqual(['stopped', 0]);
});

test.each([
  [[], {}, 'there is no page to start from'],
  ['/list', {}, "page '/list' is only a path"],
  ['https://a.test/', { layouts: 'flat' }, "there is no option 'layouts'"],
  ['https://a.test/', { layout: 'deep' }, 'layout must be'],
  ['https://a.test/', { seeds: ['https://a.test/'] }, "there is no option 'seeds'"],
  ['https://a.test/', null, 'the options must be an object'],
])('download(%j, %j) is refused', async (pages, options, message) => {
  // What the compiler would refuse.
  const run = download(pages, options as DownloadOptions);
  await expect(run).rejects.toThrow(message);
  await expect(run).rejects.toThrow(UsageError);
  expect(existsSync('downloads.db')).toBe(false);
});
