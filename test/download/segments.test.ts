/** One large file by several requests side by side. */
import { expect } from 'vitest';
import { test as inFolder } from '../support/program.js';
import { Home, test } from './bench.js';
import { bytesOf, FileSite, type Handler, pageOf, sendFile, sha256Of } from './file-site.js';
import { setTimeout as sleep } from 'node:timers/promises';

const SIZE = 13_000_000;
const BODY = bytesOf(SIZE, 'large');
const PACE = { bytes: 500_000, ms: 10 };

function site(entry: Handler | { body: Buffer; pace?: typeof PACE; resumes?: boolean }): Promise<FileSite> {
  return FileSite.open({ '/m/': pageOf(['a.bin']), '/m/a.bin': entry });
}

test('a large file comes in pieces, side by side, and is whole', async ({ home }) => {
  await using server = await site({ body: BODY, pace: PACE });
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
  await using server = await site({ body: BODY, pace: PACE });
  const { status, stderr } = await home.download(server.url('/m/'), '--segments', '8', '--per-host', '2');
  expect(status, stderr).toBe(0);
  expect(server.peakInFlight).toBe(2);
  expect(await home.holds('a.bin', BODY)).toBe(true);
});

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
