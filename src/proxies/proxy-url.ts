/**
 * How a proxy is written: `http://`, `https://` or `socks5://`, host and port, with or without name and password.
 * One text stands for one proxy everywhere; what is shown or stored of it never holds its password.
 */
import { UsageError } from '../errors.js';

/** By scheme, with its colon: the port where none is given. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'socks5:': '1080',
};
/** SOCKS5 counts the length of either in one byte (RFC 1929 §2). */
const MAX_CREDENTIAL_BYTES = 255;

/**
 * Checks a proxy and writes it in the one form that is used as its identity: with its port, without a path.
 * `socks5h://` is another way to write `socks5://`: names are always looked up by the proxy.
 *
 * @param label how messages call it; they never show name or password
 * @throws UsageError
 */
export function parseProxy(text: string, label: string): string {
  const url = URL.parse(text.replace(/^socks5h:/i, 'socks5:'));
  const port = DEFAULT_PORTS[url?.protocol ?? ''];
  if (url === null || port === undefined || url.hostname === '') {
    throw new UsageError(
      `${label} must be written as http://, https:// or socks5://host:port${met(text, url)}`,
      { hint: 'with a password: http://name:password@host:port' },
    );
  }
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '')
    throw new UsageError(`${label}: a proxy has no path${met(text, url)}`);
  if (url.port === '0') throw new UsageError(`${label}: there is no port 0${met(text, url)}`);
  checkCredentials(url, label);
  return `${url.protocol}//${credentialsOf(url)}${url.hostname.toLowerCase()}:${url.port || port}`;
}

/** Name and password of a checked proxy; null where it has none. */
export function credentialsIn(proxy: URL): { readonly name: string; readonly password: string } | null {
  if (proxy.username === '' && proxy.password === '') return null;
  return { name: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) };
}

/**
 * A checked proxy as it may be stored and shown: its name stays, as providers tell sessions by it, unless it stands
 * alone, where it often is the key itself.
 */
export function withoutPassword(proxy: string): string {
  const url = new URL(proxy);
  const name = url.password === '' ? '' : url.username;
  return `${url.protocol}//${name === '' ? '' : `${name}@`}${url.host}`;
}

/** A checked proxy as messages call it: neither name nor password. */
export function nameOfProxy(proxy: string): string {
  const url = new URL(proxy);
  return `${url.protocol}//${url.host}`;
}

function checkCredentials(url: URL, label: string): void {
  let given: ReturnType<typeof credentialsIn>;
  try {
    given = credentialsIn(url);
  } catch {
    throw new UsageError(`${label}: name or password is not percent-encoded as it should be`);
  }
  if (given === null) return;
  for (const part of [given.name, given.password])
    if (Buffer.byteLength(part) > MAX_CREDENTIAL_BYTES)
      throw new UsageError(`${label}: name or password is longer than ${MAX_CREDENTIAL_BYTES} bytes`);
  // It would end the name (RFC 7617 §2), or the header.
  if (given.name.includes(':') || /\p{Cc}/u.test(given.name + given.password))
    throw new UsageError(`${label}: name or password has a character that cannot be sent`);
}

function credentialsOf({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  return `${username}${password === '' ? '' : `:${password}`}@`;
}

/** What was met, where it can be told apart from a password. */
function met(text: string, url: URL | null): string {
  if (text.includes('@') || (url !== null && url.username + url.password !== '')) return '';
  return `, got '${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`;
}
