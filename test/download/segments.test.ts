/** One large file by several requests side by side. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test as inFolder } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, etagOf, FileSite, type Handler, pageOf, sendFile, sha256Of } from './file-site.js';
import { setTimeout as sleep } from 'node:timers/promises';

const SIZE = 13_000_000;
const BODY = bytesOf(SIZE, 'large');
const PACE = { bytes: 500_000, ms: 10 };

function site(entry: Handler | { body: Buffer; pace?: typeof PACE; resumes?: boolean }): Promise<FileSite> {
  return FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': entry });
}

/** Sends the start of the file, and the rest when so many others have asked for parts of it. */
function waitingFor(others: number): Handler {
  let asked = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  return async (request, response, hit) => {
    if (request.headers.range !== undefined) {
      if (++asked === others) open();
      await gate;
      return sendFile({ body: BODY }, request, response, hit);
    }
    response.writeHead(200, { 'content-length': SIZE, 'accept-ranges': 'bytes', etag: etagOf(BODY) });
    response.write(BODY.subarray(0, 1_000_000));
    await gate;
    response.end(BODY.subarray(1_000_000));
  };
}

test('a large file comes in pieces, side by side, and is whole', async ({ home }) => {
  await using server = await site(waitingFor(2));
  const { status, stderr } = await home.download(server.url('/m/'), '--segments', '3');
  expect(status, stderr).toBe(0);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  expect(home.rows()[0]).toMatchObject({ bytes: SIZE, sha256: sha256Of(BODY) });
  expect(await home.files()).toEqual(['a.bin']);
  expect(server.peakInFlight).toBe(3);
  const ranges = server.of('/m/a.bin').map(({ headers }) => headers.range);
  expect(ranges[0]).toBeUndefined();
  expect(ranges.length).toBeGreaterThanOrEqual(3);
  expect(server.of('/m/a.bin')[1]?.headers['if-range']).toBe(server.of('/m/a.bin')[2]?.headers['if-range']);
});

test('pieces count as requests of their host', async ({ home }) => {
  await using server = await site(waitingFor(1));
  const { status, stderr } = await home.download(server.url('/m/'), '--segments', '8', '--per-host', '2');
  expect(status, stderr).toBe(0);
  expect(server.peakInFlight).toBe(2);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

test.each([
  ['1', '9', '2', 1],
  ['3', '9', '1', 3],
  ['3', '9', '2', 3],
  ['9', '2', '1', 2],
  ['4', '3', '2', 3],
  ['3', 'any', '1', 3],
])(
  'no more than %s requests at once, nor %s to a host, pieces and all, in %s threads, and all comes: %i',
  async (most, perHost, workers, peak) => {
    const home = new Home(await mkdtemp(join(tmpdir(), 'orbweaver-segments-')));
    const names = ['big-1.bin', 'big-2.bin', ...Array.from({ length: 12 }, (_, i) => `small-${i}.bin`)];
    const bodyOf = (name: string): Buffer => bytesOf(name.startsWith('big') ? SIZE : 60_000, name);
    await using server = await FileSite.open({
      '/m/': pageOf(...names.map((name): [string] => [name])),
      ...Object.fromEntries(names.map((name) => [`/m/${name}`, { body: bodyOf(name), pace: PACE }])),
    });
    const ofHost = perHost === 'any' ? [] : ['--per-host', perHost];
    const limits = ['--segments', '4', '--max-parallelism', most, ...ofHost];
    const { status, stderr } = await home.download(server.url('/m/'), ...limits, '--workers', workers);
    expect(status, stderr).toBe(0);
    for (const name of names) expect(await home.holds(name, bodyOf(name)), name).toBe(true);
    expect(server.peakInFlight).toBe(peak);
    expect(server.peakConnections).toBe(peak);
    const parts = server.hits.filter(({ headers }) => headers.range !== undefined);
    if (peak === 3 && workers === '1') expect(parts.length).toBeGreaterThan(0);
    if (most === '1') expect(parts).toEqual([]);
  },
);

test('where the server cannot send parts, or sends those of another file, it comes at once', async ({
  home,
}) => {
  await using server = await site((request, response, hit) => {
    if (request.headers.range === undefined)
      return sendFile({ body: BODY, pace: PACE }, request, response, hit);
    // Says that it can, and cannot.
    return sendFile({ body: BODY, resumes: false }, request, response, hit);
  });
  const { status, stderr } = await home.download(server.url('/m/'), '--segments', '3');
  expect(status, stderr).toBe(0);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  expect(await home.files()).toEqual(['a.bin']);
});

test('a piece that breaks off is taken up by another request', async ({ home }) => {
  let broken = 0;
  await using server = await site((request, response, hit) => {
    if (request.headers.range === undefined || broken++ > 0)
      return sendFile({ body: BODY, pace: PACE }, request, response, hit);
    const [, first = '', last = ''] = /bytes=(\d+)-(\d+)/.exec(request.headers.range) ?? [];
    const piece = BODY.subarray(Number(first), Number(last) + 1);
    response.writeHead(206, {
      'content-range': `bytes ${first}-${last}/${SIZE}`,
      'content-length': piece.length,
      etag: String(request.headers['if-range']),
    });
    response.write(piece.subarray(0, 1_000_000), () => response.destroy());
  });
  const { status, stderr } = await home.download(server.url('/m/'), '--segments', '3');
  expect(status, stderr).toBe(0);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

test.each([
  ['--per-host', '1'],
  ['--max-parallelism', '1'],
])('the gap of the host holds from piece to piece, with %s %s', async (...limit) => {
  const home = new Home(await mkdtemp(join(tmpdir(), 'orbweaver-segments-')));
  const askedAt: number[] = [];
  await using server = await site((request, response, hit) => {
    askedAt.push(performance.now());
    // The first answer is cut, and the second one a failure: there is another try.
    if (askedAt.length === 2) return void response.writeHead(500).end();
    if (askedAt.length > 2) return sendFile({ body: BODY }, request, response, hit);
    response.writeHead(200, { 'content-length': SIZE, 'accept-ranges': 'bytes', etag: etagOf(BODY) });
    response.write(BODY.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 50));
  });
  const { status, stderr } = await home.download(
    server.url('/m/'),
    '--segments',
    '8',
    '--delay',
    '0.3',
    ...limit,
  );
  expect(status, stderr).toBe(0);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  expect(askedAt.length).toBe(5);
  const gaps = askedAt.slice(1).map((at, i) => at - (askedAt[i] as number));
  expect(Math.min(...gaps)).toBeGreaterThan(290);
  expect(Math.max(...gaps)).toBeLessThan(5_000);
});

test('a stop waits for a file that comes while others of its requests wait for their turn', async ({
  home,
}) => {
  const stop = new AbortController();
  await using server = await site((_, response) => {
    response.writeHead(200, { 'content-length': SIZE, 'accept-ranges': 'bytes', etag: etagOf(BODY) });
    response.write(BODY.subarray(0, 1_000_000));
    setTimeout(() => stop.abort(), 300);
    setTimeout(() => response.end(BODY.subarray(1_000_000)), 800);
  });
  const limits = ['--segments', '3', '--per-host', '1'];
  const { status, stderr } = await home.downloadUntil(stop.signal, server.url('/m/'), ...limits);
  expect(status, stderr).toBe(130);
  expect(await home.files()).toEqual(['a.bin']);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  expect(server.of('/m/a.bin')).toHaveLength(1);
});

inFolder('killed in the midst of its pieces, it goes on with each', async ({ folder }) => {
  await using server = await site({ body: BODY, pace: { bytes: 100_000, ms: 60 } });
  const home = new Home(folder.path);
  const args = [
    'download',
    server.url('/m/'),
    '--into',
    home.into,
    '--db',
    home.db,
    '--workers',
    '1',
    '--segments',
    '3',
    '--no-progress',
  ];
  const running = folder.start(args);
  const sent = (): number => server.of('/m/a.bin').reduce((sum, hit) => sum + hit.sent, 0);
  while (sent() < 7_000_000 && running.process.exitCode === null) await sleep(10);
  running.process.kill('SIGKILL');
  await running.ended;
  const before = sent();
  server.entries.set('/m/a.bin', { body: BODY });
  const { status, stderr } = await folder.run(args);
  expect(status, stderr).toBe(0);
  expect(await home.holds('a.bin', BODY)).toBe(true);
  expect(home.rows()[0]).toMatchObject({ sha256: sha256Of(BODY) });
  // What was not noted yet at the kill, and what was under way, may come twice.
  expect(sent() - before).toBeLessThan(SIZE - 1_000_000);
});
