/**
 * What a Set-Cookie line means where it was received (RFC 6265bis §5.6 and §5.7). tough-cookie reads attributes
 * and dates and judges domains by the public suffix list; name, value and path are read here, because it
 * trims bytes that belong to UTF-8 text and decodes paths that are compared undecoded. SameSite is
 * not looked at: every request of a crawl is one that its user asked for.
 */
import { createRequire } from 'node:module';
import type * as ToughCookie from 'tough-cookie';
import { pathAndQuery } from '../url/canonicalise.js';
import { copied } from '../url/copied.js';
import { hostnameOf } from '../url/scope.js';
import { CONTROLS, type Cookie, MAX_PAIR_BYTES } from './cookie.js';

/** Loaded when the first line comes in: most sites crawled set no cookie, and a start is to be quick. */
const tough = (): typeof ToughCookie =>
  (loaded ??= createRequire(import.meta.url)('tough-cookie') as typeof ToughCookie);
let loaded: typeof ToughCookie | undefined;

/** A longer attribute is passed over (RFC 6265bis §5.6); the name and its sign are in it. */
const MAX_ATTRIBUTE_BYTES = 1_024;
/** No cookie is promised for longer (RFC 6265bis §5.5). */
const LONGEST_MS = 400 * 86_400_000;
const LOCAL = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Reads one line as received from `url`. A cookie that is over (`expiresAt` ≤ `now`) means: forget it.
 * Null for what is no valid cookie there; nameless ones are none (RFC 6265 §5.2). Never throws.
 *
 * @param line bytes as Latin-1
 */
export function readSetCookie(line: string, url: string, now: number): Cookie | null {
  if (CONTROLS.test(line)) return null;
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  const name = trim(pair.slice(0, Math.max(0, equals)));
  const value = trim(pair.slice(equals + 1));
  if (name === '' || name.length + value.length > MAX_PAIR_BYTES) return null;
  try {
    const short = attributes.filter((attribute) => trim(attribute).length <= MAX_ATTRIBUTE_BYTES);
    const cookie = judged(`cookie=;${short.join(';')}`, url, now);
    if (cookie === null || !keepsPrefix(name, cookie)) return null;
    return {
      domain: copied(cookie.hostOnly === true ? hostnameOf(url) : (cookie.domain ?? hostnameOf(url))),
      isHostOnly: cookie.hostOnly === true,
      path: copied(cookie.path ?? '/'),
      name: copied(name),
      value: copied(value),
      isSecure: cookie.secure,
      isHttpOnly: cookie.httpOnly,
      expiresAt: expiryOf(cookie, now),
      createdAt: now,
      setAt: now,
    };
  } catch {
    // Written by a stranger: whatever the parser makes of it, it must not end a crawl.
    return null;
  }
}

/** Whether a cookie for a domain would go to hosts of different people. IP addresses are no such domain. */
export function isPublicSuffix(domain: string): boolean {
  return (
    tough().getPublicSuffix(domain, { allowSpecialUseDomain: true, ignoreError: true }) === undefined &&
    !/^[\d.]+$|^\[/.test(domain)
  );
}

/** Whether Secure cookies go there: https, and the user's own machine, as in browsers. */
export function isSecureUrl(url: string): boolean {
  return url.startsWith('https:') || LOCAL.test(hostnameOf(url));
}

/** The attributes as tough-cookie reads them; null where this URL may not set such a cookie. */
function judged(line: string, url: string, now: number): ToughCookie.Cookie | null {
  const cookie = tough().Cookie.parse(line);
  if (cookie === undefined) return null;
  if (cookie.path === null) {
    cookie.path = defaultPath(url);
    cookie.pathIsDefault = true;
  }
  const jar = new (tough().CookieJar)(undefined, { prefixSecurity: 'unsafe-disabled' });
  const options = { now: new Date(now), ignoreError: true };
  const accepted = jar.setCookieSync(cookie, url, options);
  if (accepted !== undefined || cookie.domain !== hostnameOf(url)) return accepted ?? null;
  // A host that is a public suffix itself may set cookies, for itself alone (RFC 6265bis §5.7).
  cookie.domain = null;
  return jar.setCookieSync(cookie, url, options) ?? null;
}

/** The promises that a name can make (RFC 6265bis §4.1.3), in whatever case. */
function keepsPrefix(name: string, cookie: ToughCookie.Cookie): boolean {
  const prefix = /^__(secure|host)-/i.exec(name)?.[1]?.toLowerCase();
  if (prefix === undefined) return true;
  if (prefix === 'secure') return cookie.secure;
  return cookie.secure && cookie.hostOnly === true && cookie.path === '/' && cookie.pathIsDefault !== true;
}

function expiryOf({ maxAge, expires }: ToughCookie.Cookie, now: number): number | null {
  if (maxAge === '-Infinity' || (typeof maxAge === 'number' && maxAge <= 0)) return 0;
  if (maxAge === 'Infinity') return now + LONGEST_MS;
  if (maxAge !== null) return now + Math.min(maxAge * 1_000, LONGEST_MS);
  return expires instanceof Date ? Math.min(expires.getTime(), now + LONGEST_MS) : null;
}

/** RFC 6265bis §5.1.4. */
function defaultPath(url: string): string {
  const path = pathOf(url);
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** The path of a URL key, without its query. */
export function pathOf(url: string): string {
  return pathAndQuery(url).split('?', 1)[0] as string;
}

/** Blanks and tabs, and nothing else that Unicode calls a space: 0xA0 is half of many a letter. */
function trim(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}
