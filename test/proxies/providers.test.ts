/** Providers of proxies: against servers on loopback that answer in the shapes their documentation shows. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../dist/errors.js';
import { ipRoyal, proxyProvider, proxyScrape, webshare } from '../../dist/index.js';
import { httpProxy, rawProxy, socksProxy } from '../support/proxies.js';
import { Site, page } from '../support/site.js';

interface Api {
  readonly endpoint: string;
  readonly requests: IncomingMessage[];
}

/** Answers JSON, or a status where it is a number. */
async function api(answer: (url: URL, request: IncomingMessage) => unknown): Promise<Api> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const body = answer(new URL(request.url ?? '/', 'http://x'), request);
    if (typeof body === 'number') response.writeHead(body, { location: 'http://127.0.0.1:9/' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

async function refusal(act: Promise<unknown>): Promise<string> {
  const error = await act.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  const { message, cause } = error as UsageError;
  expect(message + String(cause)).not.toContain('s3cret');
  return message;
}

test('ProxyScrape: those that live, and of kinds we speak', async () => {
  const entry = (protocol: string, ip: string, countryCode: string, alive = true): object => {
    return { alive, protocol, ip, port: 80, proxy: `${protocol}://${ip}:80`, ip_data: { countryCode } };
  };
  const { endpoint, requests } = await api(() => ({
    shown_records: 5,
    total_records: 5,
    proxies: [
      entry('http', '192.0.2.1', 'DE'),
      entry('socks4', '192.0.2.2', 'DE'),
      entry('socks5', '192.0.2.3', 'FR'),
      entry('http', '192.0.2.4', 'FR', false),
      { alive: true, protocol: 'http', proxy: 'http://192.0.2.5:3128' },
      { alive: true, protocol: 'http', proxy: 'nonsense' },
    ],
  }));
  const provider = await proxyScrape({ endpoint: `${endpoint}/v4/free-proxy-list/get` });
  expect(provider.proxies).toEqual({
    '*': ['http://192.0.2.1:80', 'socks5://192.0.2.3:80', 'http://192.0.2.5:3128'],
    de: ['http://192.0.2.1:80'],
    fr: ['socks5://192.0.2.3:80'],
  });
  expect(requests.map(({ url }) => url)).toEqual([
    '/v4/free-proxy-list/get?request=display_proxies&proxy_format=protocolipport&format=json',
  ]);
});

test('Webshare: all pages, with the key, which goes to no other address', async () => {
  const row = (n: number): object => ({
    id: `d-${n}`,
    username: 'me',
    password: `p:${n}`,
    proxy_address: `192.0.2.${n}`,
    port: 8168,
    valid: n !== 2,
    country_code: n === 1 ? 'US' : 'DE',
  });
  const { endpoint, requests } = await api((url) => {
    const isFirst = url.searchParams.get('page') === '1';
    const next = isFirst ? 'http://127.0.0.1:9/elsewhere' : null;
    return { count: 3, next, previous: null, results: isFirst ? [row(1), row(2)] : [row(3)] };
  });
  const env = { WEBSHARE_API_KEY: 'k3y', WEBSHARE_URL: `${endpoint}/api/v2/proxy/list/` };
  const provider = await webshare({}, env);
  expect(provider.proxies).toEqual({
    '*': ['http://me:p%3A1@192.0.2.1:8168', 'http://me:p%3A3@192.0.2.3:8168'],
    us: ['http://me:p%3A1@192.0.2.1:8168'],
    de: ['http://me:p%3A3@192.0.2.3:8168'],
  });
  expect(requests.map(({ url }) => url)).toEqual(
    [1, 2].map((n) => `/api/v2/proxy/list/?mode=direct&page=${n}&page_size=100`),
  );
  for (const { headers } of requests) expect(headers.authorization).toBe('Token k3y');
});

test('IPRoyal: the proxies of an order, at its port, in its country', async () => {
  let location: string | undefined = 'United States';
  const { endpoint, requests } = await api(() => ({
    id: 420,
    status: 'confirmed',
    location,
    quantity: 2,
    proxy_data: {
      ports: { socks5: 12324, 'http|https': 12323 },
      proxies: [
        { username: 'me', password: 'pa', ip: '192.0.2.1' },
        { username: 'me', password: 'pb', ip: '192.0.2.2' },
      ],
    },
  }));
  const provider = await ipRoyal({ endpoint: `${endpoint}/v1/reseller/`, key: 'k3y', orderId: '420' });
  const both = ['http://me:pa@192.0.2.1:12323', 'http://me:pb@192.0.2.2:12323'];
  expect(provider.proxies).toEqual({ '*': both, us: both });
  expect(requests.map(({ url }) => url)).toEqual(['/v1/reseller/orders/420']);
  expect(requests[0]?.headers['x-access-token']).toBe('k3y');
  for (const [name, code] of [
    ['Germany', 'de'],
    ['United Kingdom', 'gb'],
  ] as const) {
    location = name;
    const other = await ipRoyal({ endpoint: `${endpoint}/v1/reseller`, key: 'k3y', orderId: '1' });
    expect(Object.keys(other.proxies)).toEqual(['*', code]);
  }
  location = undefined;
  const nowhere = await ipRoyal({ endpoint: `${endpoint}/v1/reseller`, key: 'k3y', orderId: '1' });
  expect(Object.keys(nowhere.proxies)).toEqual(['*']);
});

test('what is wrong is said by name, without the key', async () => {
  const key = 's3cret';
  expect(await refusal(webshare({}, {}))).toBe('Webshare wants WEBSHARE_API_KEY, which is not set');
  expect(await refusal(ipRoyal({ key }, {}))).toBe('IPRoyal wants IPROYAL_ORDER_ID, which is not set');
  expect(await refusal(webshare({ key: 's3cret\nx' }))).toBe(
    'WEBSHARE_API_KEY has a character that no key has',
  );
  expect(await refusal(proxyScrape({ endpoint: 'ftp://x' }))).toContain('is no http(s) address');
  const answers: [unknown, string][] = [
    [401, 'Webshare refused the key (HTTP 401)'],
    [500, 'Webshare answered with HTTP 500'],
    [302, 'Webshare cannot be reached: unexpected redirect'],
    [{}, 'Webshare answered without a list of results'],
    [{ results: [], next: null }, 'Webshare has no proxy that can be used'],
  ];
  for (const [answer, message] of answers) {
    const { endpoint } = await api(() => answer);
    expect(await refusal(webshare({ endpoint, key }))).toBe(message);
  }
  expect(await refusal(webshare({ endpoint: 'http://127.0.0.1:9/', key }))).toMatch(
    /^Webshare cannot be reached: /,
  );
});

test('a provider of one’s own list gives its proxies in turn, those of a country or of any', async () => {
  const provider = proxyProvider({ de: ['http://d:1', 'http://e:1'], '*': ['http://a:1'] });
  expect([1, 2, 3].map(() => provider.getOneProxy('DE'))).toEqual(['http://d:1', 'http://e:1', 'http://d:1']);
  expect(provider.getOneProxy('fr')).toBe('http://a:1');
  expect(provider.getOneProxy()).toBe('http://a:1');
  expect(proxyProvider({ de: ['http://d:1'] }).getOneProxy('fr')).toBeNull();
  expect(() => proxyProvider(['x'])).toThrow('proxies, entry 1 must be written as');
});

test('checking tries all side by side, again where one fails, and leaves the bad ones out', async () => {
  const site = await Site.open({ '/': page([]), '/slow': { body: 'x', afterMs: 300 } });
  onTestFinished(() => site.close());
  const credentials = { username: 'me', password: 's3cret' };
  const good = await httpProxy({ credentials });
  const socks = await socksProxy();
  let attempts = 0;
  const flaky = await rawProxy((socket) => {
    if (++attempts < 3) return void socket.destroy();
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  });
  const silent = await rawProxy(() => undefined);
  const wrong = good.url.replace('s3cret', 's3cret2');
  const all = [good.url, socks.url, flaky.url, silent.url, wrong];
  const provider = proxyProvider(all);
  const seen: string[] = [];
  const checks = await provider.checkProxies({
    url: `${site.origin}/slow`,
    timeoutSeconds: 1,
    retries: 2,
    onChecked: ({ proxy }) => seen.push(proxy),
  });
  expect(checks.map(({ proxy, isGood, tries }) => [proxy, isGood, tries])).toEqual([
    [good.url, true, 1],
    [socks.url, true, 1],
    [flaky.url, true, 3],
    [silent.url, false, 3],
    [wrong, false, 3],
  ]);
  expect(checks[0]?.latencyMs).toBeGreaterThanOrEqual(290);
  expect(checks[4]?.detail).toBe(`proxy ${good.name}: refused name and password (407)`);
  expect(seen.toSorted()).toEqual(all.toSorted());
  expect(seen.at(-1)).toBe(silent.url);
  expect(provider.badProxies).toEqual([silent.url, wrong]);
  expect(new Set(all.map(() => provider.getOneProxy()))).toEqual(new Set([good.url, socks.url, flaky.url]));
  expect(JSON.stringify(checks.map(({ detail }) => detail))).not.toContain('s3cret');
});
