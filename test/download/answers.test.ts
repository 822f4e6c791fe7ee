/** What answers may be like: named, coded, moved, refused, wrong. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { test } from './bench.js';
import { bytesOf, type Entry, FileSite, pageOf, sendFile } from './file-site.js';

const BODY = bytesOf(5000, 'body');

test('names come from Content-Disposition, never leave the folder, and are numbered where they clash', async ({
  home,
}) => {
  const named = (value: string, seed: string): Entry => ({
    body: bytesOf(100, seed),
    headers: { 'content-disposition': value },
  });
  await using site = await FileSite.open({
    '/m/': pageOf(['get/1.bin'], ['get/2.bin'], ['get/3.bin'], ['get/4.bin'], ['get/5.bin']),
    '/m/get/1.bin': named('attachment; filename="../../../../etc/passwd"', '1'),
    '/m/get/2.bin': named(`attachment; filename="plain.pdf"; filename*=UTF-8''na%C3%AFve%20paper.pdf`, '2'),
    '/m/get/3.bin': named('attachment; filename="NAÏVE PAPER.PDF"', '3'),
    '/m/get/4.bin': named('attachment; filename="CON.txt"', '4'),
    '/m/get/5.bin': named('attachment', '5'),
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--max-parallelism', '1');
  expect(status, stderr).toBe(0);
  const files = await home.files();
  expect(files).toHaveLength(5);
  expect(files.every((file) => file.startsWith('get/') && file.split('/').length === 2)).toBe(true);
  expect(files).toContain('get/5.bin');
  expect(files).toContain('get/naïve paper.pdf');
  expect(files.filter((file) => /^get\/na.ve paper \(2\)\.pdf$/i.test(file))).toHaveLength(1);
  expect(files.some((file) => /^get\/con\b/i.test(file))).toBe(false);
});

test('files that are pages are counted, of either type that is read as one', async ({ home }) => {
  const typed = (type: string): Entry => ({ body: BODY, headers: { 'content-type': type } });
  await using site = await FileSite.open({
    '/m/': pageOf(...[1, 2, 3].map((id): [string] => [`get.php?id=${id}`])),
    '/m/get.php?id=1': typed('text/html'),
    '/m/get.php?id=2': typed('Application/XHTML+XML; charset=utf-8'),
    '/m/get.php?id=3': typed('audio/mpeg'),
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--match', 'get\\.php');
  expect(status, stderr).toBe(0);
  expect(await home.files()).toHaveLength(3);
  expect(stderr).toContain('2 files are HTML pages');
});

test('a file that was there before is never touched', async ({ home }) => {
  await mkdir(join(home.into, 'album'), { recursive: true });
  await writeFile(join(home.into, 'a.mp3'), 'mine');
  await writeFile(join(home.into, 'live'), 'a file with the name of a folder');
  await using site = await FileSite.open({
    '/m/': pageOf(['a.mp3'], ['live/b.mp3'], ['album']),
    '/m/a.mp3': { body: BODY },
    '/m/live/b.mp3': { body: BODY },
    '/m/album': { body: BODY, headers: { 'content-type': 'audio/mpeg' } },
  });
  const { status, stderr } = await home.download(site.url('/m/'));
  expect(status, stderr).toBe(0);
  expect(await home.files()).toEqual(['a (2).mp3', 'a.mp3', 'album (2)', 'live', 'live (2)/b.mp3']);
  expect((await home.read('a.mp3')).toString()).toBe('mine');
});

test('a page in the place of a file is no file', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['a.pdf'], ['b.pdf']),
    '/m/a.pdf': '<h1>Please log in</h1>',
    '/m/b.pdf': (_request, response) => void response.writeHead(302, { location: '/login' }).end(),
    '/login': '<h1>Please log in</h1>',
  });
  const { status, stderr } = await home.download(site.url('/m/'));
  expect(status).toBe(1);
  expect(stderr).toContain('failed: 2 validation');
  expect(stderr).toContain('a login may be needed (--header, --load-cookies)');
  expect(site.of('/m/a.pdf')).toHaveLength(1);
  expect(await home.files()).toEqual([]);
});

test('digests are held against what came, and a wrong one is tried again', async ({ home }) => {
  const digest = (body: Buffer): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  let asked = 0;
  await using site = await FileSite.open({
    '/m/': pageOf(['good.bin'], ['once.bin'], ['bad.bin']),
    '/m/good.bin': {
      body: BODY,
      headers: {
        'repr-digest': digest(BODY),
        'content-md5': createHash('md5').update(BODY).digest('base64'),
      },
    },
    '/m/once.bin': (request, response, hit) =>
      sendFile(
        { body: asked++ === 0 ? bytesOf(5000, 'garbled') : BODY, headers: { 'repr-digest': digest(BODY) } },
        request,
        response,
        hit,
      ),
    '/m/bad.bin': { body: BODY, headers: { 'content-digest': digest(Buffer.from('other')) } },
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--retries', '1');
  expect(status).toBe(1);
  expect(stderr).toContain('failed: 1 decode');
  expect(stderr).toMatch(
    /bad\.bin \(decode: the file is not what Content-Digest says it is: sha256 [0-9a-f]{64}/,
  );
  expect(await home.files()).toEqual(['good.bin', 'once.bin']);
  expect(await home.holds('once.bin', BODY)).toBe(true);
});

test('an answer that ends too soon is no file', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['a.bin']),
    '/m/a.bin': (_request, response) => {
      response.writeHead(200, { 'content-length': 9000 });
      response.write(BODY, () => response.destroy());
    },
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--retries', '1');
  expect(status).toBe(1);
  expect(stderr).toContain('failed: 1 reset');
  expect(site.of('/m/a.bin')).toHaveLength(2);
  expect(await home.files()).toEqual([]);
});

test('a coding that nobody asked for is undone; that of a .gz file is its own', async ({ home }) => {
  const coded = gzipSync(BODY);
  const headers = { 'content-encoding': 'gzip' };
  await using site = await FileSite.open({
    '/m/': pageOf(['a.pdf'], ['b.tar.gz'], ['c.pdf']),
    '/m/a.pdf': { body: coded, headers },
    '/m/b.tar.gz': { body: coded, headers },
    '/m/c.pdf': { body: coded.subarray(0, coded.length - 20), headers },
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--retries', '0');
  expect(status).toBe(1);
  expect(stderr).toContain('failed: 1 decode');
  expect(await home.holds('a.pdf', BODY)).toBe(true);
  expect(await home.holds('b.tar.gz', coded)).toBe(true);
  expect(await home.files()).toEqual(['a.pdf', 'b.tar.gz']);
  expect(home.rows()[0]).toMatchObject({ path: 'a.pdf', bytes: BODY.length });
});

test('a file that has moved keeps its name; the other host is asked for its rules, and gets no header of ours', async ({
  home,
}) => {
  await using cdn = await FileSite.open(
    {
      '/robots.txt': (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/plain' })
          .end('User-agent: *\nDisallow: /closed/'),
      '/x/8f3e?sig=1%2B2': { body: BODY },
      '/closed/c.pdf': { body: BODY },
    },
    '127.0.0.2',
  );
  const moved =
    (to: string): Entry =>
    (_request, response) =>
      void response.writeHead(302, { location: to }).end();
  await using site = await FileSite.open({
    '/robots.txt': (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/plain' })
        .end('User-agent: *\nDisallow: /m/private'),
    '/m/': pageOf(['a.pdf'], ['b.pdf'], ['c.pdf'], ['private.pdf']),
    '/m/a.pdf': moved(cdn.url('/x/8f3e?sig=1%2B2')),
    '/m/b.pdf': moved('/m/b.pdf'),
    '/m/c.pdf': moved(cdn.url('/closed/c.pdf')),
  });
  const { status, stderr } = await home.download(
    site.url('/m/'),
    '--header',
    'X-Key: secret',
    '--allow-private',
    '--verbose',
  );
  expect(status).toBe(1);
  expect(stderr).toContain(`redirected: ${site.url('/m/a.pdf')} (to ${cdn.url('/x/8f3e?sig=1%2B2')})\n`);
  expect(stderr).toContain(`failed: ${site.url('/m/b.pdf')} (to ${site.url('/m/b.pdf')})\n`);
  expect(stderr).not.toContain('again later');
  expect(stderr).toContain('passed over: 2 robots');
  expect(stderr).toContain('failed: 1 redirect');
  expect(await home.files()).toEqual(['a.pdf']);
  expect(cdn.hits.map(({ path }) => path)).toEqual(['/robots.txt', '/x/8f3e?sig=1%2B2']);
  expect(cdn.hits.every(({ headers }) => headers['x-key'] === undefined)).toBe(true);
  expect(site.of('/m/a.pdf')[0]?.headers['x-key']).toBe('secret');
  expect(site.of('/m/private.pdf')).toEqual([]);
});

test('types are told by the answer, and of others no more than the head is taken', async ({ home }) => {
  await using site = await FileSite.open({
    '/m/': pageOf(['1'], ['2'], ['3']),
    '/m/1': { body: BODY, headers: { 'content-type': 'audio/mpeg' } },
    '/m/2': { body: BODY, headers: { 'content-type': 'image/png' } },
    '/m/3': '<p>page</p>',
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--type', 'audio/*');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('passed over: 2 content-type');
  expect(await home.files()).toEqual(['1']);

  const askedFor = async (...args: string[]): Promise<string[]> => {
    site.hits.length = 0;
    expect((await home.download(site.url('/m/'), ...args)).status).toBe(0);
    return site.hits
      .map(({ path }) => path)
      .filter((path) => /\d$/.test(path))
      .sort();
  };
  // What it learnt is remembered, and is of use for other types, too.
  expect(await askedFor('--type', 'audio/*')).toEqual([]);
  const again = await home.download(site.url('/m/'), '--type', 'audio/*');
  expect(again.stderr).toContain('2 files are of another type, as an earlier run has found');
  expect(again.stderr).toContain('passed over: 2 content-type');
  const dry = await home.download(site.url('/m/'), '--type', 'audio/*', '--dry-run');
  expect(dry.stdout).toBe('');
  expect(dry.stderr).toContain('0 files would be asked for');
  expect(await askedFor('--type', 'audio/*,video/*')).toEqual([]);
  expect(await askedFor('--type', 'audio/*', '--refresh')).toEqual(['/m/1', '/m/2', '/m/3']);
  expect(await askedFor('--type', 'image/png')).toEqual(['/m/2']);
  expect(await askedFor()).toEqual(['/m/3']);
  expect(await home.files()).toEqual(['1', '2', '3']);
});

test('a listing page that is not there is a failure', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.pdf']), '/m/a.pdf': { body: BODY } });
  const { status, stderr } = await home.download(site.url('/m/'), site.url('/gone/'));
  expect(status).toBe(1);
  expect(stderr).toContain('1 listing page could not be read');
  expect(stderr).toContain(`${site.url('/gone/')} (HTTP 404)`);
  expect(await home.files()).toHaveLength(1);
});

test('a file that is sent though it has not changed is left unread', async ({ home }) => {
  const body = bytesOf(8_000_000);
  await using site = await FileSite.open({
    '/m/': pageOf(['a.bin']),
    '/m/a.bin': (request, response, hit) => {
      delete request.headers['if-none-match'];
      return sendFile({ body, pace: { bytes: 100_000, ms: 1 } }, request, response, hit);
    },
  });
  await home.download(site.url('/m/'));
  const { status, stderr } = await home.download(site.url('/m/'), '--refresh');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('1 file has not changed');
  expect(site.of('/m/a.bin')[1]?.sent).toBeLessThan(body.length);
  expect(await home.holds('a.bin', body)).toBe(true);
});
