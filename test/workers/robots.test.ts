import zlib from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { RobotsOutcome } from '../../dist/protocol/outcome.js';
import { toFailure } from '../../dist/protocol/to-failure.js';
import { Fetcher } from '../../dist/workers/fetcher.js';
import { ROBOTS_MAX_BYTES } from '../../dist/protocol/robots.js';
import { fetchRobots } from '../../dist/workers/robots.js';
import { robotsTask, serve, serveRaw, settingsFor } from './servers.js';

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

async function ask({ status = 200, headers = {}, body = '' }: Answer): Promise<RobotsOutcome> {
  const site = await serve((_request, response) => response.writeHead(status, headers).end(body));
  return fetchFrom(site.origin);
}

async function fetchFrom(origin: string): Promise<RobotsOutcome> {
  const fetcher = new Fetcher(settingsFor(origin, { timeoutMs: 1000 }));
  onTestFinished(() => fetcher.close());
  return fetchRobots(fetcher, robotsTask(`${origin}/robots.txt`), () => undefined);
}

test('the text is UTF-8 without its byte order mark, whatever type it comes as', async () => {
  const text = 'User-agent: *\r\nDisallow: /é\n';
  const answer = await ask({
    headers: { 'content-type': 'text/html; charset=latin1' },
    body: `\uFEFF${text}`,
  });
  expect(answer).toMatchObject({ kind: 'robots', status: 200, text, redirectTo: null, retryAfterMs: null });
  const zipped = await ask({ headers: { 'content-encoding': 'gzip' }, body: zlib.gzipSync(text) });
  expect(zipped.text).toBe(text);
});

test('reading stops at 500 KiB, at the end of a line, without a failure', async () => {
  const body = 'Disallow: /secret/path\n'.repeat(60_000);
  for (const answer of [{ body }, { body: zlib.gzipSync(body), headers: { 'content-encoding': 'gzip' } }]) {
    const { text } = await ask(answer);
    expect(text.length).toBeGreaterThan(ROBOTS_MAX_BYTES - 30);
    expect(text.length).toBeLessThanOrEqual(ROBOTS_MAX_BYTES);
    expect(text.endsWith('/secret/path\n')).toBe(true);
  }
});

test('reading stops at the cap, however much is still to come', async () => {
  const site = await serveRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const timer = setInterval(() => socket.write('Allow: /\n'.repeat(10_000)), 1);
    socket.on('close', () => clearInterval(timer));
  });
  expect((await fetchFrom(site.origin)).text.length).toBeGreaterThan(ROBOTS_MAX_BYTES - 10);
});

test('a bomb costs the cap', async () => {
  const body = zlib.gzipSync(Buffer.alloc(20_000_000, 'Allow: /\n'));
  const { text } = await ask({ headers: { 'content-encoding': 'gzip' }, body });
  expect(text.length).toBeLessThanOrEqual(ROBOTS_MAX_BYTES);
});

test('other statuses are reported with an empty text', async () => {
  for (const status of [403, 404, 429, 500]) {
    expect(await ask({ status, body: 'Disallow: /' })).toMatchObject({ status, text: '', redirectTo: null });
  }
  expect(await ask({ status: 503, headers: { 'retry-after': '120' } })).toMatchObject({
    retryAfterMs: 120_000,
  });
});

test('a redirect is reported as an absolute target, an unusable one as none', async () => {
  const target = async (location?: string) =>
    (await ask({ status: 301, headers: location === undefined ? {} : { location } })).redirectTo;
  expect(await target('http://other.test/robots.txt#x')).toBe('http://other.test/robots.txt');
  expect(await target('/r.txt')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/r\.txt$/);
  expect(await target('ftp://other.test/')).toBeNull();
  expect(await target()).toBeNull();
});

test('trouble on the network and in the coding is thrown', async () => {
  const half = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nDis'));
  await expect(fetchFrom(half.origin).catch((thrown: unknown) => toFailure(thrown))).resolves.toMatchObject({
    code: 'reset',
  });
  const corrupt = ask({ headers: { 'content-encoding': 'gzip' }, body: 'not gzip' });
  await expect(corrupt.catch((thrown: unknown) => toFailure(thrown))).resolves.toMatchObject({
    code: 'decode',
  });
  const silent = await serveRaw(() => {});
  await expect(fetchFrom(silent.origin).catch((thrown: unknown) => toFailure(thrown))).resolves.toMatchObject(
    { code: 'timeout' },
  );
});
