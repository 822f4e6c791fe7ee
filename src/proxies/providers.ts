/**
 * Those who provide lists of proxies: ProxyScrape (a free list), Webshare and IPRoyal (by key). Each proxy is in the
 * list for any country, and in that of its own where that is told.
 */
import { UsageError } from '../errors.js';
import type { Environment } from './environment.js';
import { fetchJson, fieldOf, listIn } from './fetch-list.js';
import type { ProviderName } from './names.js';
import { type ProxyProvider, proxyProvider } from './provider.js';
import { ANY_COUNTRY } from './proxy-map.js';
import { parseProxy } from './proxy-url.js';

/** A page of Webshare's list. */
const PAGE_SIZE = 100;

/** What is taken from the environment where it is not given. */
export interface ProviderOptions {
  /** Where the list is fetched, in place of the provider's own address. */
  readonly endpoint?: string;
  /** API key. */
  readonly key?: string;
  /** IPRoyal's number of the order whose proxies are wanted. */
  readonly orderId?: string;
}

interface Listed {
  readonly proxy: string;
  /** Two letters; null = not told. */
  readonly country: string | null;
}

const PROVIDERS: Readonly<
  Record<ProviderName, (options: ProviderOptions, env: Environment) => Promise<ProxyProvider>>
> = { proxyscrape: proxyScrape, webshare, iproyal: ipRoyal };

/**
 * Fetches the list of a provider, with what the environment holds of keys and addresses.
 *
 * @throws UsageError (rejects) for a missing key, and for whatever is wrong with the answer
 */
export function fetchProvider(name: ProviderName, env: Environment): Promise<ProxyProvider> {
  return PROVIDERS[name]({}, env);
}

/**
 * ProxyScrape's free list. `PROXYSCRAPE_URL` is another address for it.
 * @see https://docs.proxyscrape.com
 */
export async function proxyScrape(
  { endpoint }: ProviderOptions = {},
  env: Environment = process.env,
): Promise<ProxyProvider> {
  const base = endpoint ?? env['PROXYSCRAPE_URL'] ?? 'https://api.proxyscrape.com/v4/free-proxy-list/get';
  const url = urlOf('ProxyScrape', base);
  const asked = { request: 'display_proxies', proxy_format: 'protocolipport', format: 'json' };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const list = listIn('ProxyScrape', await fetchJson('ProxyScrape', url), 'proxies');
  return providerOf('ProxyScrape', list, (entry) => {
    // Proxies of other kinds, socks4 for one, are listed too.
    const isUsable = /^(https?|socks5)$/.test(String(fieldOf(entry, 'protocol')));
    if (!isUsable || fieldOf(entry, 'alive') === false) return null;
    const country = fieldOf(fieldOf(entry, 'ip_data'), 'countryCode');
    return { proxy: String(fieldOf(entry, 'proxy')), country: countryOf(country) };
  });
}

/**
 * The proxies of a Webshare account, of all pages of its list. The key is `WEBSHARE_API_KEY` unless it is given;
 * `WEBSHARE_URL` is another address for the list.
 * @see https://apidocs.webshare.io/proxy-list
 */
export async function webshare(
  { endpoint, key }: ProviderOptions = {},
  env: Environment = process.env,
): Promise<ProxyProvider> {
  const authorization = `Token ${keyOf('Webshare', key, env, 'WEBSHARE_API_KEY')}`;
  const base = endpoint ?? env['WEBSHARE_URL'] ?? 'https://proxy.webshare.io/api/v2/proxy/list/';
  const list: unknown[] = [];
  let hasNext = true;
  for (let page = 1; hasNext; page++) {
    const url = urlOf('Webshare', base);
    const asked = { mode: 'direct', page: String(page), page_size: String(PAGE_SIZE) };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    // The address of the next page is not taken from the answer: the key would go wherever it leads.
    const answer = await fetchJson('Webshare', url, { authorization });
    const found = listIn('Webshare', answer, 'results');
    list.push(...found);
    hasNext = typeof fieldOf(answer, 'next') === 'string' && found.length > 0;
  }
  return providerOf('Webshare', list, (entry) => {
    if (fieldOf(entry, 'valid') === false || typeof fieldOf(entry, 'proxy_address') !== 'string') return null;
    const proxy = httpProxy(
      fieldOf(entry, 'proxy_address'),
      fieldOf(entry, 'port'),
      fieldOf(entry, 'username'),
      fieldOf(entry, 'password'),
    );
    return { proxy, country: countryOf(fieldOf(entry, 'country_code')) };
  });
}

/**
 * The proxies of one order at IPRoyal: `IPROYAL_API_KEY` and `IPROYAL_ORDER_ID` unless they are given; `IPROYAL_URL`
 * is another address for its API.
 * @see https://docs.iproyal.com/proxies/isp/api/orders
 */
export async function ipRoyal(
  { endpoint, key, orderId }: ProviderOptions = {},
  env: Environment = process.env,
): Promise<ProxyProvider> {
  const token = keyOf('IPRoyal', key, env, 'IPROYAL_API_KEY');
  const order = keyOf('IPRoyal', orderId, env, 'IPROYAL_ORDER_ID');
  const base = endpoint ?? env['IPROYAL_URL'] ?? 'https://apid.iproyal.com/v1/reseller';
  const url = urlOf('IPRoyal', `${base.replace(/\/$/, '')}/orders/${encodeURIComponent(order)}`);
  const answer = await fetchJson('IPRoyal', url, { 'x-access-token': token });
  const data = fieldOf(answer, 'proxy_data');
  const port = fieldOf(fieldOf(data, 'ports'), 'http|https');
  const country = codeOfCountry(fieldOf(answer, 'location'));
  return providerOf('IPRoyal', listIn('IPRoyal', data, 'proxies'), (entry) => ({
    proxy: httpProxy(fieldOf(entry, 'ip'), port, fieldOf(entry, 'username'), fieldOf(entry, 'password')),
    country,
  }));
}

/** @param read what an entry says; null = it cannot be used */
function providerOf(
  who: string,
  list: readonly unknown[],
  read: (entry: unknown) => Listed | null,
): ProxyProvider {
  // One entry that is none is no reason to do without the others.
  const listed = list.map(read).filter((entry): entry is Listed => entry !== null && isProxy(entry.proxy));
  if (listed.length === 0) throw new UsageError(`${who} has no proxy that can be used`);
  const map: Record<string, string[]> = { [ANY_COUNTRY]: listed.map(({ proxy }) => proxy) };
  for (const { proxy, country } of listed) if (country !== null) (map[country] ??= []).push(proxy);
  return proxyProvider(map);
}

function isProxy(text: string): boolean {
  try {
    return parseProxy(text, '') !== '';
  } catch {
    return false;
  }
}

function httpProxy(host: unknown, port: unknown, name: unknown, password: unknown): string {
  const hasName = typeof name === 'string' && name !== '';
  const credentials = hasName ? `${encodeURIComponent(name)}:${encodeURIComponent(String(password))}@` : '';
  return `http://${credentials}${String(host)}:${String(port)}`;
}

function keyOf(who: string, given: string | undefined, env: Environment, variable: string): string {
  const key = (given ?? env[variable] ?? '').trim();
  if (key === '') throw new UsageError(`${who} wants ${variable}, which is not set`);
  // It would end up in the platform's complaint about the header.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new UsageError(`${variable} has a character that no key has`);
  return key;
}

function urlOf(who: string, text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError(`${who}: '${text}' is no http(s) address for its list`);
}

function countryOf(code: unknown): string | null {
  return typeof code === 'string' && /^[a-z]{2}$/i.test(code) ? code.toLowerCase() : null;
}

/** The code of a country that is called by its English name; null where it is none. */
function codeOfCountry(name: unknown): string | null {
  // Nothing is also what a code without a name is called.
  if (typeof name !== 'string') return null;
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const code = codes.find((candidate) => names.of(candidate) === name);
  // Countries of the past are called by the name of what they are now: DD is Germany, too.
  return code === undefined ? null : (new Intl.Locale(`und-${code}`).region?.toLowerCase() ?? null);
}
