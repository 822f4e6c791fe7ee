/** What has come of a file is gone on with, wherever that is proven to be right; else it starts over. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test, type Home } from './bench.js';
import { bytesOf, type Entry, FileSite, type Handler, pageOf, sendFile } from './file-site.js';

const SIZE = 1_200_000;
const BODY = bytesOf(SIZE, 'body');
const HALF = 600_000;

const DATED = { 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' };

/** Sends half of the file, then closes the connection, as often as it is asked. */
function cut(headers: Record<string, string> = {}): Handler {
  return (_request, response, hit) => {
    response.writeHead(200, {
      'content-length': SIZE,
      etag: '"one"',
      'accept-ranges': 'bytes',
      ...DATED,
      ...headers,
    });
    response.write(BODY.subarray(0, HALF), () => response.destroy());
    hit.sent = HALF;
  };
}

/** Leaves a part of the file behind: the first run fails, and the next one may go on. */
async function begun(home: Home, site: FileSite, entry: Handler = cut()): Promise<void> {
  site.entries.set('/m/', pageOf(['a.bin']));
  site.entries.set('/m/a.bin', entry);
  const { status, stderr } = await home.download(site.url('/m/'), '--retries', '0');
  expect(status).toBe(1);
  expect(stderr).toContain('failed: 1 reset');
  expect(stderr).toMatch(/1 file begun, [\d.]+ KB of them kept/);
  expect((await home.files()).filter((file) => !file.startsWith('.orbweaver-'))).toEqual([]);
  site.hits.length = 0;
}

async function sizeOfPart(home: Home): Promise<number> {
  const [folder = ''] = await readdir(home.into);
  const [part = ''] = (await readdir(join(home.into, folder))).filter((name) => name.endsWith('.part'));
  return (await stat(join(home.into, folder, part))).size;
}

test('the rest of a file is asked for, and the whole is right', async ({ home }) => {
  await using site = await FileSite.open({});
  await begun(home, site);
  const had = await sizeOfPart(home);
  expect(had).toBeGreaterThan(0);
  site.entries.set('/m/a.bin', { body: BODY, etag: '"one"' });
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  const [hit] = site.of('/m/a.bin');
  expect(hit?.headers).toMatchObject({
    range: `bytes=${had}-`,
    'if-range': '"one"',
    'accept-encoding': 'identity',
  });
  expect(hit?.sent).toBe(SIZE - had);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  // Nothing is left behind, and nothing is fetched twice.
  expect(await home.files()).toEqual(['a.bin']);
  site.hits.length = 0;
  await home.download(site.url('/m/'));
  expect(site.of('/m/a.bin')).toEqual([]);
});

test('within one run a retry goes on, too', async ({ home }) => {
  let asked = 0;
  const entry: Handler = (request, response, hit) =>
    asked++ === 0
      ? cut()(request, response, hit)
      : sendFile({ body: BODY, etag: '"one"' }, request, response, hit);
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': entry });
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  const [, second] = site.of('/m/a.bin');
  expect(second?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

const OTHER = bytesOf(SIZE, 'other');

const CHANGES: readonly (readonly [string, Entry, Buffer])[] = [
  ['the file has changed', { body: OTHER, etag: '"two"' }, OTHER],
  ['the server cannot resume', { body: BODY, etag: '"one"', resumes: false }, BODY],
  [
    'the server says 416',
    (request, response, hit) =>
      request.headers.range === undefined
        ? sendFile({ body: OTHER, etag: '"two"' }, request, response, hit)
        : void response.writeHead(416, { 'content-range': 'bytes */10' }).end(),
    OTHER,
  ],
  [
    'the answer is another part than was asked for',
    (request, response, hit) => {
      if (request.headers.range === undefined)
        return sendFile({ body: BODY, etag: '"one"' }, request, response, hit);
      const piece = BODY.subarray(0, 1000);
      return void response
        .writeHead(206, { 'content-range': `bytes 0-999/${SIZE}`, 'content-length': 1000, etag: '"one"' })
        .end(piece);
    },
    BODY,
  ],
  [
    'the part says another size than before',
    (request, response, hit) => {
      const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '');
      if (range === null) return sendFile({ body: OTHER, etag: '"one"' }, request, response, hit);
      const first = Number(range[1]);
      const piece = OTHER.subarray(0, 500);
      return void response
        .writeHead(206, {
          'content-range': `bytes ${first}-${first + 499}/${first + 500}`,
          'content-length': 500,
        })
        .end(piece);
    },
    OTHER,
  ],
  [
    'the server does not look at If-Range, and sends part of another file',
    (request, response, hit) => {
      const { 'if-range': _unread, ...headers } = request.headers;
      request.headers = headers;
      return sendFile({ body: OTHER, etag: '"two"' }, request, response, hit);
    },
    OTHER,
  ],
  ...[400, 403, 501].map(
    (code) =>
      [
        `the server says ${code} to a part`,
        (request, response, hit) =>
          request.headers.range === undefined
            ? sendFile({ body: BODY, etag: '"one"' }, request, response, hit)
            : void response.writeHead(code).end(),
        BODY,
      ] as const satisfies readonly [string, Handler, Buffer],
  ),
  [
    'the server does not look at If-Range, and tells another file by its date alone',
    (request, response, hit) => {
      const { 'if-range': _unread, ...headers } = request.headers;
      request.headers = headers;
      const dated = { 'last-modified': 'Fri, 02 Jan 2015 00:00:00 GMT' };
      return sendFile({ body: OTHER, etag: null, headers: dated }, request, response, hit);
    },
    OTHER,
  ],
];

for (const [what, entry, whole] of CHANGES) {
  test(`it starts over where ${what}`, async ({ home }) => {
    await using site = await FileSite.open({});
    await begun(home, site);
    site.entries.set('/m/a.bin', entry);
    const { status, stderr } = await home.download(site.url('/m/'));
    expect(status, stderr).toBe(0);
    expect(await home.holds('a.bin', whole)).toBe(true);
    expect(await home.files()).toEqual(['a.bin']);
  });
}

test('without a strong validator nothing proves that the rest fits: nothing is kept', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': cut({ etag: 'W/"one"' }) });
  expect((await home.download(site.url('/m/'), '--retries', '0')).status).toBe(1);
  expect(await home.files()).toEqual([]);
  site.entries.set('/m/a.bin', { body: BODY, etag: 'W/"one"' });
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  expect(site.of('/m/a.bin').at(-1)?.headers.range).toBeUndefined();
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

test('a part that holds all of the file is checked by one byte, and not fetched again', async ({ home }) => {
  await using site = await FileSite.open({});
  await begun(home, site);
  const [folder = ''] = await readdir(home.into);
  const [part = ''] = (await readdir(join(home.into, folder))).filter((name) => name.endsWith('.part'));
  await writeFile(join(home.into, folder, part), BODY);
  site.entries.set('/m/a.bin', { body: BODY, etag: '"one"' });
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  expect(site.of('/m/a.bin').map(({ sent }) => sent)).toEqual([1]);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

test('what was not flushed before the computer went down is not relied on', async ({ home }) => {
  await using site = await FileSite.open({});
  await begun(home, site);
  site.entries.set('/m/a.bin', { body: BODY, etag: '"one"' });
  const [folder = ''] = await readdir(home.into);
  const [notes = ''] = (await readdir(join(home.into, folder))).filter((name) => name.endsWith('.json'));
  const file = join(home.into, folder, notes);
  const text = JSON.parse(await readFile(file, 'utf8')) as { boot: string; isFlushed: boolean };
  // The run ended in an orderly way: all that it noted is on disk.
  expect(text.isFlushed).toBe(true);
  await writeFile(file, JSON.stringify({ ...text, boot: 'another', isFlushed: false }));
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  expect(site.of('/m/a.bin').map(({ headers }) => headers.range)).toEqual([undefined]);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

test('what the rest of a file does not say again is as its start has said', async ({ home }) => {
  const headers = {
    'content-type': 'audio/mpeg',
    'content-disposition': 'attachment; filename="song.mp3"',
    ...DATED,
  };
  await using site = await FileSite.open({});
  await begun(home, site, cut(headers));
  // RFC 9110 §15.3.7 asks for the validator alone.
  site.entries.set('/m/a.bin', { body: BODY, etag: '"one"' });
  const { status, stderr } = await home.download(site.url('/m/'), '--type', 'audio/*');
  expect(status, stderr).toBe(0);
  expect(site.of('/m/a.bin').map(({ headers: { range } }) => range)).toEqual([`bytes=${HALF}-`]);
  expect(await home.files()).toEqual(['song.mp3']);
  expect(home.rows()).toMatchObject([{ content_type: 'audio/mpeg', last_modified: DATED['last-modified'] }]);
  expect((await stat(join(home.into, 'song.mp3'))).mtime.toUTCString()).toBe(DATED['last-modified']);
});

test('a server that breaks off each answer gives the whole all the same', async ({ home }) => {
  const size = 4_000_000;
  const body = bytesOf(size);
  await using site = await FileSite.open({
    '/m/': pageOf(['a.bin']),
    '/m/a.bin': (request, response) => {
      const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = { 'content-range': `bytes ${first}-${size - 1}/${size}` };
      response.writeHead(first === 0 ? 200 : 206, {
        'content-length': size - first,
        etag: '"one"',
        ...(first === 0 ? {} : range),
      });
      response.write(body.subarray(first, first + HALF), () =>
        first + HALF < size ? response.destroy() : response.end(),
      );
    },
  });
  const { status, stderr } = await home.download(site.url('/m/'), '--retries', '1');
  expect(status, stderr).toBe(0);
  expect(site.of('/m/a.bin').length).toBeGreaterThan(5);
  expect(await home.holds('a.bin', body)).toBe(true);
});

test('one that gives nothing more is given up', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': cut() });
  const { status } = await home.download(site.url('/m/'), '--retries', '2');
  expect(status).toBe(1);
  // The first brings half of it, the others nothing.
  expect(site.of('/m/a.bin')).toHaveLength(4);
});

const FAILS_ON_RANGE: readonly (readonly [string, (response: Parameters<Handler>[1]) => void])[] = [
  ['500', (response) => void response.writeHead(500).end()],
  ['502', (response) => void response.writeHead(502).end()],
  ['a reset', (response) => void response.destroy()],
];

for (const [what, fail] of FAILS_ON_RANGE)
  test(`a server that answers each Range with ${what} is asked for all once, after two such answers`, async ({
    home,
  }) => {
    await using site = await FileSite.open({});
    await begun(home, site);
    site.entries.set('/m/a.bin', (request, response, hit) =>
      request.headers.range === undefined
        ? sendFile({ body: BODY, etag: '"one"' }, request, response, hit)
        : fail(response),
    );
    // Over runs, too.
    for (const status of [1, 1, 0])
      expect((await home.download(site.url('/m/'), '--retries', '0')).status).toBe(status);
    expect(site.of('/m/a.bin').map(({ headers }) => headers.range === undefined)).toEqual(
      what === 'a reset' ? expect.arrayContaining([true]) : [false, false, true],
    );
    expect(await home.holds('a.bin', BODY)).toBe(true);
  });

test('a file of 300 KB goes on in its middle, too', async ({ home }) => {
  const body = bytesOf(300_000, 'small');
  await using site = await FileSite.open({});
  await begun(home, site, (_request, response) => {
    response.writeHead(200, { 'content-length': body.length, etag: '"one"', 'accept-ranges': 'bytes' });
    response.write(body.subarray(0, 280_000), () => response.destroy());
  });
  const had = await sizeOfPart(home);
  site.entries.set('/m/a.bin', { body, etag: '"one"' });
  expect((await home.download(site.url('/m/'))).status).toBe(0);
  expect(site.of('/m/a.bin')[0]?.headers.range).toBe(`bytes=${had}-`);
  expect(await home.holds('a.bin', body)).toBe(true);
});

test('the summary tells the bytes that came in the run, whole files or not', async ({ home }) => {
  await using site = await FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': cut() });
  const first = await home.download(site.url('/m/'), '--retries', '0');
  const had = await sizeOfPart(home);
  const amount = /: (\d) files?, ([\d.]+) KB in [\d.]+ m?s, [\d.]+ [KM]B\/s/;
  expect(amount.exec(first.stderr)?.slice(1)).toEqual(['0', (had / 1000).toFixed(1)]);
  site.entries.set('/m/a.bin', { body: BODY, etag: '"one"' });
  const second = await home.download(site.url('/m/'));
  expect(amount.exec(second.stderr)?.slice(1)).toEqual(['1', ((SIZE - had) / 1000).toFixed(1)]);
});
