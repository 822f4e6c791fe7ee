/** Whole crawls through real proxies: what reaches them, what is retried, what the file says, what stays secret. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { proxyProvider } from '../../dist/index.js';
import { Bench, endsOf, pagesOf, query, test } from '../manners/bench.js';
import { httpProxy, rawProxy, socksProxy } from '../support/proxies.js';
import { page, paths, text } from '../support/site.js';
import type { Site } from '../support/site.js';
import { SIGNED, SIGNED_KEY, TEST_CA } from '../workers/certificate.js';

const SECRET = { username: 'anna', password: 's3cr:t/p@ss' };

/** A site of a start page and `count` others. */
function siteOf(bench: Bench, count: number): Promise<Site> {
  const all = paths(count);
  return bench.site({ '/': page(all), ...Object.fromEntries(all.map((path) => [path, page(['/'])])) });
}

/** Which proxies served pages, each once. */
function proxiesIn(db: string): (string | null)[] {
  return query<{ proxy: string | null }>(db, 'SELECT DISTINCT proxy FROM pages ORDER BY proxy').map(
    ({ proxy }) => proxy,
  );
}

/** Everything that may hold a secret: the file with its side files. */
function bytesOf(db: string): string {
  return readFileSync(db, 'latin1');
}

test('a site through proxies of every kind is the site that is seen without', async ({ bench }) => {
  const site = await siteOf(bench, 12);
  const seeds = [`${site.origin}/`];
  const directly = await bench.crawl({ seeds });
  const plain = await httpProxy();
  const closed = await httpProxy({ credentials: SECRET });
  const socks = await socksProxy();
  const closedSocks = await socksProxy(SECRET);
  const secure = await httpProxy({ tls: { cert: SIGNED, key: SIGNED_KEY } });
  const ca = join(bench.folder, 'ca.pem');
  await writeFile(ca, TEST_CA);
  for (const proxy of [plain, closed, socks, closedSocks, secure]) {
    const { db, totals, notices } = await bench.crawl({ seeds, proxy: [proxy.url], ca: [ca] });
    expect(notices).toEqual([]);
    expect(totals.pages).toBe(13);
    expect(bench.digest(db)).toBe(bench.digest(directly.db));
    const host = new URL(site.origin).host;
    expect(new Set(proxy.asked)).toEqual(
      new Set([`${proxy.url.startsWith('socks') ? 'SOCKS' : 'GET'} ${host}`]),
    );
    expect(proxiesIn(db)).toEqual([
      proxy.url === proxy.name ? proxy.name : proxy.name.replace('://', '://anna@'),
    ]);
    expect(bytesOf(db)).not.toContain('s3cr');
  }
  expect(proxiesIn(directly.db)).toEqual([null]);
});

test('connections through a proxy are kept, and used again', async ({ bench }) => {
  const site = await siteOf(bench, 30);
  for (const proxy of [await httpProxy(), await socksProxy()]) {
    const before = site.connections;
    await bench.crawl({ seeds: [`${site.origin}/`], proxy: [proxy.url], concurrency: 2, robots: false });
    expect(proxy.connections()).toBeLessThanOrEqual(4);
    if (proxy.url.startsWith('socks')) expect(site.connections - before).toBeLessThanOrEqual(4);
  }
});

test('an https site is asked through CONNECT, its certificate checked', async ({ bench }) => {
  const server = createServer({ cert: SIGNED, key: SIGNED_KEY }, (request, response) => {
    response
      .writeHead(request.url === '/robots.txt' ? 404 : 200, { 'content-type': 'text/html' })
      .end(page(['/a', '/b']));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const seeds = [`https://localhost:${port}/`];
  const ca = join(bench.folder, 'ca.pem');
  await writeFile(ca, TEST_CA);
  const proxies = [
    await httpProxy({ credentials: SECRET }),
    await socksProxy(SECRET),
    await httpProxy({ tls: { cert: SIGNED, key: SIGNED_KEY } }),
  ];
  for (const proxy of proxies) {
    const { totals, notices } = await bench.crawl({ seeds, proxy: [proxy.url], ca: [ca] });
    expect(notices).toEqual([]);
    expect(totals.pages).toBe(3);
    expect(proxy.asked[0]).toMatch(new RegExp(`^(CONNECT|SOCKS) localhost:${port}$`));
  }
  const [proxy] = proxies;
  const { db } = await bench.crawl({ seeds, proxy: [proxy?.url ?? ''], retries: 0 });
  expect(endsOf(db)[seeds[0] ?? '']).toBe('failed tls');
});

test('requests take turns, robots.txt and all', async ({ bench }) => {
  const site = await siteOf(bench, 28);
  const proxies = [await httpProxy(), await httpProxy(), await socksProxy()];
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxies: proxies.map(({ url }) => url),
    concurrency: 1,
  });
  // SOCKS counts connections, of which some are used again.
  expect(proxies.slice(0, 2).map(({ asked }) => asked.length)).toEqual([10, 10]);
  const counts = query<{ n: number }>(db, 'SELECT count(*) AS n FROM pages GROUP BY proxy ORDER BY proxy');
  expect(counts.reduce((sum, { n }) => sum + n, 0)).toBe(29);
  for (const { n } of counts) expect(n).toBeGreaterThanOrEqual(9);
});

test('a proxy that dies is rested, then left alone; no page is lost', async ({ bench }) => {
  const site = await siteOf(bench, 60);
  const [good, dying] = [await httpProxy(), await httpProxy()];
  site.route('/p10', () => dying.close().then(() => page(['/'])));
  const { db, totals, notices } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxies: { '*': [good.url, dying.url] },
    concurrency: 4,
    delay: 0.05,
  });
  expect(totals.pages).toBe(61);
  expect(totals.failed).toEqual({});
  expect(notices[0]).toMatchObject({ kind: 'proxy-rested', proxy: dying.name });
  expect(new Set(notices.map(({ kind }) => kind)).has('host-blocked')).toBe(false);
  expect(new Set(Object.values(pagesOf(db)).map(({ attempts }) => attempts))).toEqual(new Set([1]));
});

test.each([true, false])('where every proxy fails, the run ends and says so; robots: %s', async (robots) => {
  const bench = await Bench.make();
  onTestFinished(() => bench.close());
  const site = await siteOf(bench, 3);
  const closed = await httpProxy({ credentials: SECRET });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--retry-delay', '0.02'];
  if (!robots) args.push('--no-robots');
  const { status, stderr } = await bench.run([...args, '--proxy', closed.url.replace('s3cr', 'wr0ng')]);
  expect(status).toBe(1);
  const reason = `proxy ${closed.name}: refused name and password (407)`;
  expect(stderr).toContain(`not using ${closed.name} any more: ${reason}\n`);
  expect(stderr).toContain('the only proxy has failed');
  expect(endsOf(db)).toEqual({ [`${site.origin}/`]: 'failed proxy' });
  expect(stderr + bytesOf(db)).not.toContain('wr0ng');
  expect(site.hits).toEqual([]);
  const again = await bench.run([...args, '--proxy', closed.url, '--retry-failed', 'proxy']);
  expect(again.status, again.stderr).toBe(0);
  expect(Object.values(endsOf(db))).toEqual(Array(4).fill('done 200'));
});

test('a proxy that says nothing costs tries, and is asked last', async ({ bench }) => {
  const site = await siteOf(bench, 20);
  const silent = await rawProxy(() => undefined);
  const good = await httpProxy();
  const { totals } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxy: [silent.url, good.url],
    timeout: 0.4,
    concurrency: 2,
  });
  expect(totals.pages).toBe(21);
  expect(totals.failed).toEqual({});
});

test('NO_PROXY hosts are asked directly, all others through the environment', async ({ bench }) => {
  const site = await siteOf(bench, 2);
  const proxy = await httpProxy({ credentials: SECRET });
  const args = (db: string): string[] => ['--seed', `${site.origin}/`, '--db', db];
  const through = bench.file();
  const env = { HTTP_PROXY: proxy.url };
  expect((await bench.run(args(through), env)).status).toBe(0);
  expect(proxiesIn(through)).toEqual([proxy.name.replace('://', '://anna@')]);
  expect(bytesOf(through)).not.toContain('s3cr');
  const asked = proxy.asked.length;
  for (const more of [[], ['--proxy', proxy.url]]) {
    const directly = bench.file();
    expect((await bench.run([...args(directly), ...more], { ...env, NO_PROXY: '127.0.0.1' })).status).toBe(0);
    expect(proxiesIn(directly)).toEqual([null]);
  }
  expect(proxy.asked.length).toBe(asked);
}, 60_000);

test('private hosts are refused by name and by address, before any proxy is asked', async ({ bench }) => {
  const refused = [
    'http://127.0.0.2/x',
    'http://[::1]/x',
    'http://intranet/x',
    'http://printer.local/x',
    'http://metadata.google.internal/x',
    'http://169.254.169.254/x',
    'http://app.localhost/x',
  ];
  const site = await bench.site({ '/': page(refused) });
  const proxy = await httpProxy();
  const { db, totals } = await bench.crawl({
    seeds: [`${site.origin}/`],
    scope: 'any',
    proxy: [proxy.url],
  });
  const ends = endsOf(db);
  for (const url of refused) expect(ends[url], url).toBe('skipped private');
  expect(totals.failed).toEqual({});
  expect(new Set(proxy.asked)).toEqual(new Set([`GET ${new URL(site.origin).host}`]));
});

test('headers for the seeds and cookies go to the site; the name and password to the proxy alone', async ({
  bench,
}) => {
  const site = await bench.site({ '/': page(['/a']), '/a': page([]), '/robots.txt': text('') });
  const proxy = await httpProxy({ credentials: SECRET });
  await bench.crawl({ seeds: [`${site.origin}/`], proxy: [proxy.url], headers: ['X-Token: t'] });
  expect(site.hits.length).toBe(3);
  for (const { headers } of site.hits) {
    expect(headers['x-token']).toBe('t');
    expect(headers['proxy-authorization']).toBeUndefined();
  }
});

test('a provider gives a crawl its proxies, less those that were found bad', async ({ bench }) => {
  const site = await siteOf(bench, 4);
  const good = await httpProxy();
  const dead = await httpProxy();
  const provider = proxyProvider({ de: [good.url], '*': [good.url, dead.url] });
  await dead.close();
  await provider.checkProxies({ url: `${site.origin}/`, retries: 0 });
  const { db, notices } = await bench.crawl({ seeds: [`${site.origin}/`], proxies: provider });
  expect(notices).toEqual([]);
  expect(proxiesIn(db)).toEqual([good.name]);
  await good.close();
  await provider.checkProxies({ url: `${site.origin}/`, retries: 0 });
  await expect(bench.crawl({ seeds: [`${site.origin}/`], proxies: provider })).rejects.toThrow(
    'proxies: every proxy of the provider was found to be bad',
  );
});

test('more sessions than are kept open at once', async ({ bench }) => {
  const site = await siteOf(bench, 150);
  const proxy = await httpProxy();
  const sessions = Array.from({ length: 100 }, (_, n) => proxy.url.replace('://', `://session-${n}:p@`));
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`], proxy: sessions });
  expect(totals.pages).toBe(151);
  expect(proxiesIn(db)).toHaveLength(100);
});

test('a dead site makes no proxy bad, and is itself given up', async ({ bench }) => {
  const dead = 'http://127.0.0.1:9';
  const site = await bench.site({ '/': page([`${dead}/a`, `${dead}/b`, ...paths(5)]), '*': page([]) });
  for (const proxy of [await httpProxy(), await socksProxy()]) {
    const { db, notices } = await bench.crawl({
      seeds: [`${site.origin}/`],
      scope: 'any',
      proxy: [proxy.url],
      robots: false,
    });
    expect(new Set(notices.map(({ kind }) => kind))).not.toContain('proxy-bad');
    const ends = endsOf(db);
    expect(ends[`${dead}/a`]).toMatch(/^failed (status|connect)$/);
    expect(Object.values(ends).filter((end) => end === 'done 200')).toHaveLength(6);
  }
});

test('an answer that is too large is hung up on, through every kind of tunnel', async ({ bench }) => {
  const closed: Promise<unknown>[] = [];
  const server = createServer({ cert: SIGNED, key: SIGNED_KEY }, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const timer = setInterval(() => response.write('x'.repeat(2_000)), 5);
    closed.push(once(response, 'close').then(() => clearInterval(timer)));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ca = join(bench.folder, 'ca.pem');
  await writeFile(ca, TEST_CA);
  const proxies = [
    await httpProxy(),
    await socksProxy(),
    await httpProxy({ tls: { cert: SIGNED, key: SIGNED_KEY } }),
  ];
  for (const proxy of proxies) {
    const seeds = [`https://localhost:${port}/`];
    const options = { seeds, proxy: [proxy.url], ca: [ca], robots: false, maxBody: 10_000 };
    const { db } = await bench.crawl(options);
    expect(Object.values(endsOf(db))).toEqual(['failed too-large']);
  }
  // Each at the server, too.
  await Promise.all(closed);
  expect(closed).toHaveLength(3);
});

test('a crawl takes the list of a provider, whose key is in no file and no message', async ({ bench }) => {
  const site = await siteOf(bench, 3);
  const proxy = await httpProxy({ credentials: { username: 'anna', password: 's3cret' } });
  const { port } = new URL(proxy.name);
  const order = {
    location: 'Germany',
    proxy_data: {
      ports: { 'http|https': Number(port) },
      proxies: [{ ip: '127.0.0.1', username: 'anna', password: 's3cret' }],
    },
  };
  const api = await bench.site({
    '/orders/7': { headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) },
  });
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--proxies', 'iproyal', '-v'];
  const env = { IPROYAL_API_KEY: 'k3y-s3cret', IPROYAL_ORDER_ID: '7', IPROYAL_URL: api.origin };
  const { status, stderr } = await bench.run(args, env);
  expect(status, stderr).toBe(0);
  expect(proxiesIn(db)).toEqual([`http://anna@127.0.0.1:${port}`]);
  expect(stderr + bytesOf(db)).not.toContain('s3cret');
  const missing = await bench.run([...args, '--fresh'], { ...env, IPROYAL_ORDER_ID: '8' });
  expect([missing.status, missing.stderr]).toEqual([2, 'orbweaver: IPRoyal answered with HTTP 404\n']);
  expect(proxiesIn(db)).toHaveLength(1);
});

test('a tunnel that breaks in mid-answer costs a try, and no thread', async ({ bench }) => {
  const ca = join(bench.folder, 'ca.pem');
  await writeFile(ca, TEST_CA);
  for (const kind of ['connect', 'socks', 'tls'] as const) {
    const dying =
      kind === 'socks'
        ? await socksProxy()
        : await httpProxy(kind === 'tls' ? { tls: { cert: SIGNED, key: SIGNED_KEY } } : {});
    const good = await httpProxy();
    let asked = 0;
    const server = createServer({ cert: SIGNED, key: SIGNED_KEY }, (request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      if (request.url !== '/') return void response.end(page(['/']));
      response.write('<title>t</title>');
      if (asked++ === 0) void dying.close();
      else response.end(page(paths(5)));
    });
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { totals, notices } = await bench.crawl({
      seeds: [`https://localhost:${port}/`],
      proxy: [dying.url, good.url],
      ca: [ca],
      robots: false,
    });
    expect(totals.pages, kind).toBe(6);
    expect(new Set(notices.map(({ kind: what }) => what))).not.toContain('thread-lost');
    expect(asked, kind).toBe(2);
  }
});

test('every try says which proxy it went through, and explain names it', async ({ bench }) => {
  const site = await siteOf(bench, 1);
  const dead = await httpProxy({ credentials: SECRET });
  const good = await httpProxy({ credentials: SECRET });
  await dead.close();
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxy: [good.url, dead.url],
    robots: false,
  });
  const [shown, from] = [good, dead].map(({ name }) => name.replace('://', '://anna@'));
  // The second request's turn was the dead one's.
  expect(query(db, 'SELECT proxy, error FROM tries')).toEqual([{ proxy: from, error: 'proxy' }]);
  const { stdout, status } = await bench.run(['explain', `${site.origin}/p0`, '--db', db]);
  expect(status).toBe(0);
  // Lines are broken where they are too long.
  const words = stdout.replace(/\s+/g, ' ');
  expect(words).toContain(`through ${from}: `);
  expect(words).toMatch(new RegExp(`HTTP 200 after \\d+ ms through ${shown}`));
  expect(stdout).not.toContain('s3cr');
});
