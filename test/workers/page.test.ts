import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Outcome, PageOutcome, WorkerMessage } from '../../dist/protocol/outcome.js';
import { makeHolding } from '../../dist/protocol/holding.js';
import type { ThreadData } from '../../dist/protocol/settings.js';
import type { WorkerSettings } from '../../dist/protocol/settings.js';
import type { Task } from '../../dist/protocol/task.js';
import { CLOSED_PORT, fetchTask, robotsTask, serve, settingsFor } from './servers.js';
import type { Site } from './servers.js';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const BIG = `<title>Big</title>${'<p><a href=/x>x</a>'.repeat(30_000)}`;

interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** What the site answers, by path; everything the tests ask for stands here or in `answers`. */
const answers: Record<string, Answer> = {
  '/page': {
    headers: HTML,
    body: '<title>Page é</title><link rel=canonical href=/c><a href=/a>a</a><a rel=nofollow href=/b>b</a><a href=http://o.test/>',
  },
  '/big': { headers: HTML, body: BIG },
  '/gzip': { headers: { ...HTML, 'content-encoding': 'gzip' }, body: zlib.gzipSync('<title>Zipped</title>') },
  '/half-gzip': {
    headers: { ...HTML, 'content-encoding': 'gzip' },
    body: zlib.gzipSync(BIG).subarray(0, 200),
  },
  '/bomb': { headers: { ...HTML, 'content-encoding': 'gzip' }, body: zlib.gzipSync(Buffer.alloc(3_000_000)) },
  '/huge': { headers: HTML, body: 'x'.repeat(2_000_000) },
  '/latin1': {
    headers: { 'content-type': 'text/html' },
    body: Buffer.from('<title>caf\xe9 \x80</title>', 'latin1'),
  },
  '/xhtml': { headers: { 'content-type': 'application/xhtml+xml' }, body: '<html><title>X é</title></html>' },
  '/untyped': { body: '<!doctype html><title>Sniffed</title>' },
  '/nonsense-type': { headers: { 'content-type': 'html' }, body: '<html><title>Sniffed</title>' },
  '/untyped-png': { body: Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1') },
  '/png': { headers: { 'content-type': 'image/png' }, body: 'x'.repeat(100_000) },
  '/empty': { headers: HTML },
  '/none': { status: 204 },
  '/tagged': { headers: { ...HTML, 'x-robots-tag': ['otherbot: noindex', 'nofollow'] }, body: '<a href=/t>' },
  '/301': { status: 301, headers: { location: '/target#f' } },
  '/302': { status: 302, headers: { location: 'http://user:pw@other.test/x y' } },
  '/utf8': { status: 303, headers: { location: Buffer.from('/é').toString('latin1') } },
  '/307': { status: 307, headers: { location: '?q' } },
  '/308': { status: 308, headers: { location: '//other.test' } },
  '/no-location': { status: 302 },
  '/blank-location': { status: 302, headers: { location: '' } },
  '/two-locations': { status: 302, headers: { location: ['/a', '/b'] } },
  '/bad-location': { status: 302, headers: { location: 'http://[bad' } },
  '/mail-location': { status: 302, headers: { location: 'mailto:a@b' } },
  '/300': { status: 300, headers: { location: '/x' } },
  '/304': { status: 304, headers: { location: '/x' } },
  '/206': { status: 206, headers: HTML, body: '<a href=/half>' },
  '/404': { status: 404, headers: HTML, body: '<a href=/no>' },
  '/503': { status: 503, headers: { 'retry-after': '7' } },
  '/999': { status: 999 },
  '/cookie': { headers: { ...HTML, 'set-cookie': ['a=b', 'c=\xe9\xff; Path=/'] } },
  '/cookie-302': { status: 302, headers: { location: '/', 'set-cookie': 'a=b' } },
  '/cookie-bad-302': { status: 302, headers: { location: 'mailto:a@b', 'set-cookie': 'a=b' } },
  '/cookie-png': { headers: { 'content-type': 'image/png', 'set-cookie': 'a=b' } },
  '/cookie-404': { status: 404, headers: { 'set-cookie': 'a=b' } },
  '/cookie-huge': { headers: { ...HTML, 'set-cookie': 'a=b' }, body: 'x'.repeat(2_000_000) },
  '/cookie-broken': { headers: { ...HTML, 'content-encoding': 'gzip', 'set-cookie': 'a=b' }, body: 'x' },
  '/cookies': { headers: { ...HTML, 'set-cookie': Array.from({ length: 60 }, (_, n) => `c${n}=1`) } },
};

let site: Site;
let pool: Piscina;

function makePool(settings: WorkerSettings): Piscina {
  return new Piscina({
    filename: fileURLToPath(new URL('../../dist/workers/page.js', import.meta.url)),
    workerData: { settings, holding: makeHolding(1) } satisfies ThreadData,
    minThreads: 1,
    maxThreads: 1,
    atomics: 'disabled',
    concurrentTasksPerWorker: 8,
  });
}

beforeAll(async () => {
  site = await serve((request, response) => {
    const {
      status = 200,
      headers = {},
      body = '',
    } = answers[new URL(request.url ?? '', 'http://x').pathname] ?? { status: 404 };
    response.sendDate = false;
    response.writeHead(status, headers).end(body);
  }, afterAll);
  pool = makePool(settingsFor(site.origin));
});
afterAll(() => pool.destroy());

async function run(task: Task): Promise<Outcome> {
  // The pool returns what the thread posted; its shape is what these tests are about.
  return (await pool.run(task)) as Outcome;
}

function fetchPath(path: string): Promise<Outcome> {
  return run(fetchTask(site.origin + path));
}

test('a page comes back whole, with nothing a clone would lose', async () => {
  const before = Date.now();
  const page = (await fetchPath('/page')) as PageOutcome;
  const { body } = answers['/page'] as { body: string };
  expect(page).toEqual({
    kind: 'page',
    startedAt: expect.any(Number),
    durationMs: expect.any(Number),
    status: 200,
    contentType: 'text/html; charset=utf-8',
    bodyBytes: Buffer.byteLength(body),
    bodySha256: createHash('sha256').update(body).digest('hex'),
    title: 'Page é',
    canonicalUrl: `${site.origin}/c`,
    links: [`${site.origin}/a`, `${site.origin}/b`, ''],
    outside: ['', '', ''],
    outsideHosts: 'o.test 1\n',
    filtered: 0,
    withinFound: true,
  });
  expect(page.startedAt).toBeGreaterThanOrEqual(before);
  expect(page.durationMs).toBeLessThan(2000);
});

test.each([
  ['/cookie', 'page', ['a=b', 'c=\xe9\xff; Path=/']],
  ['/cookie-302', 'redirect', ['a=b']],
  ['/cookie-bad-302', 'failure', ['a=b']],
  ['/cookie-png', 'other-type', ['a=b']],
  ['/cookie-404', 'failure', ['a=b']],
  ['/cookie-huge', 'failure', ['a=b']],
  ['/cookie-broken', 'failure', ['a=b']],
  ['/cookies', 'page', Array.from({ length: 50 }, (_, n) => `c${n}=1`)],
])('what %s sets comes back with a %s', async (path, kind, setCookies) => {
  expect(await fetchPath(path)).toMatchObject({ kind, setCookies });
});

test('what a robots.txt sets comes back with it', async () => {
  expect(await run(robotsTask(`${site.origin}/cookie`))).toMatchObject({
    kind: 'robots',
    setCookies: ['a=b', expect.any(String)],
  });
});

test.each<[string, object]>([
  ['/gzip', { kind: 'page', title: 'Zipped', bodyBytes: 21 }],
  ['/latin1', { kind: 'page', title: 'café €', contentType: 'text/html' }],
  ['/xhtml', { kind: 'page', title: 'X é' }],
  ['/untyped', { kind: 'page', title: 'Sniffed', contentType: 'text/html' }],
  ['/nonsense-type', { kind: 'page', title: 'Sniffed', contentType: 'text/html' }],
  ['/empty', { kind: 'page', title: null, bodyBytes: 0, links: ['', '', ''] }],
  ['/untyped-png', { kind: 'other-type', status: 200, contentType: 'image/png' }],
  ['/png', { kind: 'other-type', status: 200, contentType: 'image/png' }],
  ['/none', { kind: 'other-type', status: 204, contentType: '' }],
])('%s is read as %o', async (path, expected) => {
  expect(await fetchPath(path)).toMatchObject(expected);
});

test('X-Robots-Tag of several lines is heard', async () => {
  expect(await fetchPath('/tagged')).toMatchObject({ links: ['', '', `${site.origin}/t`] });
});

test('a redirect is reported with its target, judged and not followed', async () => {
  const { origin } = site;
  const redirect = (status: number, target: string, verdict: string) => ({
    kind: 'redirect',
    status,
    targetKey: target,
    targetUrl: target,
    verdict,
  });
  expect(await fetchPath('/301')).toMatchObject(redirect(301, `${origin}/target`, 'inside'));
  expect(await fetchPath('/302')).toMatchObject(redirect(302, 'http://other.test/x%20y', 'outside'));
  expect(await fetchPath('/utf8')).toMatchObject(redirect(303, `${origin}/%C3%A9`, 'inside'));
  expect(await fetchPath('/307')).toMatchObject(redirect(307, `${origin}/307?q`, 'inside'));
  expect(await fetchPath('/308')).toMatchObject(redirect(308, 'http://other.test/', 'outside'));
});

test('a redirect keeps the spelling of its target beside the key', async () => {
  answers['/spelt'] = { status: 302, headers: { location: '/%7Eme' } };
  expect(await fetchPath('/spelt')).toMatchObject({
    targetKey: `${site.origin}/~me`,
    targetUrl: `${site.origin}/%7Eme`,
  });
});

test.each([
  ['/no-location', 'redirect', 302],
  ['/blank-location', 'redirect', 302],
  ['/two-locations', 'redirect', 302],
  ['/bad-location', 'redirect', 302],
  ['/mail-location', 'redirect', 302],
  ['/300', 'redirect', 300],
  ['/304', 'redirect', 304],
  ['/206', 'status', 206],
  ['/404', 'status', 404],
  ['/999', 'status', 999],
  ['/huge', 'too-large', 200],
  ['/bomb', 'too-large', 200],
  ['/half-gzip', 'decode', 200],
])('%s is the failure %s with its status', async (path, code, status) => {
  expect(await fetchPath(path)).toMatchObject({ kind: 'failure', failure: { code, status } });
});

test('Retry-After comes with the failure as a wait', async () => {
  const { failure } = (await fetchPath('/503')) as { failure?: object };
  expect(failure).toEqual({ code: 'status', message: 'status 503', status: 503, retryAfterMs: 7000 });
});

test('trouble on the network is an outcome as well, without a status', async () => {
  const outcome = await run(fetchTask(`http://127.0.0.1:${CLOSED_PORT}/`));
  expect(outcome).toMatchObject({ kind: 'failure', failure: { code: 'connect' } });
  expect(outcome).not.toHaveProperty('failure.status');
  // Not a URL at all: the main thread never sends one, and still only the task may suffer.
  expect(await run(fetchTask('nonsense'))).toMatchObject({ kind: 'failure', failure: { code: 'protocol' } });
  const unknown = { kind: 'bake', flightId: 1 } as unknown as Task;
  expect(await run(unknown)).toMatchObject({ kind: 'failure', failure: { code: 'protocol' } });
});

test('a slotted page says that its body is in before it is parsed, others say nothing', async () => {
  const events: string[] = [];
  const listener = (message: WorkerMessage) =>
    events.push(`${message.kind} ${'flightId' in message ? message.flightId : ''}`);
  pool.on('message', listener);
  onTestFinished(() => void pool.off('message', listener));
  const page = await run(fetchTask(`${site.origin}/big`, { slotted: true, flightId: 7 }));
  events.push(page.kind);
  await run(fetchTask(`${site.origin}/page`, { flightId: 8 }));
  await run(fetchTask(`${site.origin}/404`, { slotted: true, flightId: 9 }));
  expect(events).toEqual(['body-read 7', 'page']);
});

test('a thread keeps its connection to a host, slotted or not', async () => {
  const counted = await serve((_request, response) => response.writeHead(200, HTML).end('<p>'));
  for (let i = 0; i < 6; i++) await run(fetchTask(`${counted.origin}/${i}`, { slotted: i % 2 === 1 }));
  expect(counted.connections()).toBe(1);
});

test('robots.txt goes through the same thread', async () => {
  expect(await run(robotsTask(`${site.origin}/404`))).toMatchObject({
    kind: 'robots',
    status: 404,
    text: '',
  });
});

test('any bytes as a page, a robots.txt, a Location or a header are an outcome', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  const value = fc
    .string({ unit: 'binary-ascii', maxLength: 40 })
    .map((text) => text.replace(/[^\t\x20-\x7e]/g, '\xe9'));
  await fc.assert(
    fc.asyncProperty(bytes, value, fc.constantFrom(200, 302, 404, 503), async (body, header, status) => {
      const names = [
        'location',
        'content-type',
        'x-robots-tag',
        'retry-after',
        'content-encoding',
        'set-cookie',
      ];
      const chosen = names.filter((_name, i) => (body[0] ?? 0) & (1 << i));
      answers['/any'] = { status, body, headers: Object.fromEntries(chosen.map((name) => [name, header])) };
      expect((await fetchPath('/any')).kind).toMatch(/^(page|redirect|other-type|failure)$/);
      const robots = (await pool.run(robotsTask(`${site.origin}/any`))) as Outcome;
      expect(robots.kind).toMatch(/^(robots|failure)$/);
    }),
    { numRuns: 300 },
  );
});
