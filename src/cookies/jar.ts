/**
 * The cookies of a crawl: one jar, on the main thread. It knows what goes with a request and what an answer
 * changes; it stores nothing (src/store/cookies.ts) and reads no clock. Asked about a host it knows nothing
 * of, it answers after a look or two into a map: it is asked for every request.
 */
import { SET_COOKIE_LINES } from '../protocol/outcome.js';
import { hostnameOf } from '../url/scope.js';
import { type Cookie, type CookieChange, type CookiesTaken, idOf } from './cookie.js';
import { isSecureUrl, pathOf, readSetCookie } from './set-cookie.js';

/** Cookies of one domain; of more the one that was set longest ago is dropped (RFC 6265bis §5.7). */
const MAX_PER_DOMAIN = 180;
/** Cookies in all: at least 3,000 says RFC 6265bis; a crawl of many hosts is more than one person's browsing. */
const MAX_COOKIES = 10_000;
/** More than servers take; what is beyond is left out, so that no site can make every request of its own a burden. */
const MAX_HEADER_BYTES = 32 * 1_024;

export class CookieJar {
  /** Both in the order in which cookies were last set. */
  readonly #all = new Map<string, Cookie>();
  readonly #byDomain = new Map<string, Map<string, Cookie>>();
  #lastCreated = 0;

  /** @param stored what an earlier run left, in the order in which it was set */
  constructor(stored: readonly Cookie[] = []) {
    for (const cookie of stored) this.#keep(cookie);
  }

  /** The value of the Cookie header for a request, bytes as Latin-1; null = no header. */
  headerFor(url: string, now: number): string | null {
    if (this.#all.size === 0) return null;
    const host = hostnameOf(url);
    const found: Cookie[] = [];
    for (const domain of withParents(host)) {
      for (const cookie of this.#byDomain.get(domain)?.values() ?? []) {
        if (isOver(cookie, now) || (cookie.isHostOnly && domain !== host)) continue;
        if (isBelow(pathOf(url), cookie.path) && (!cookie.isSecure || isSecureUrl(url))) found.push(cookie);
      }
    }
    return found.length === 0 ? null : headerOf(found);
  }

  /**
   * Takes the Set-Cookie lines of an answer. Lines that are not valid there are passed over, lines beyond the
   * fiftieth too. Never throws.
   *
   * @param lines as received, bytes as Latin-1
   */
  take(url: string, lines: readonly string[], now: number): CookiesTaken {
    const changes: CookieChange[] = [];
    let isAnyValid = false;
    for (const line of lines.slice(0, SET_COOKIE_LINES)) {
      const cookie = readSetCookie(line, url, now);
      if (cookie === null || this.#hidesSecure(cookie, url)) continue;
      isAnyValid = true;
      this.#set(cookie, now, changes);
    }
    return { changes, isAnyValid };
  }

  /**
   * Takes cookies that the user brings, but for those that a site has set anew since they were written down:
   * the same command, given again, must not bring back an old session.
   */
  bring(cookies: readonly Cookie[], writtenAt: number, now: number): readonly CookieChange[] {
    const changes: CookieChange[] = [];
    for (const cookie of cookies) {
      const known = this.#all.get(idOf(cookie));
      if (known === undefined || known.setAt < writtenAt) this.#set(cookie, now, changes);
    }
    return changes;
  }

  #set(cookie: Cookie, now: number, changes: CookieChange[]): void {
    const known = this.#all.get(idOf(cookie));
    if (isOver(cookie, now)) {
      if (known !== undefined) this.#drop(known, changes);
      return;
    }
    if (known !== undefined && isSame(known, cookie)) return;
    const createdAt = known?.createdAt ?? Math.max(now, this.#lastCreated + 1);
    const kept = { ...cookie, createdAt, setAt: now };
    if (known !== undefined) this.#forget(known);
    this.#keep(kept);
    changes.push({ cookie: kept, isGone: false });
    this.#makeRoom(kept.domain, now, changes);
  }

  #makeRoom(domain: string, now: number, changes: CookieChange[]): void {
    const siblings = this.#byDomain.get(domain) ?? new Map<string, Cookie>();
    for (const cookie of siblings.values()) if (isOver(cookie, now)) this.#drop(cookie, changes);
    if (siblings.size > MAX_PER_DOMAIN) this.#dropFirst(siblings, changes);
    if (this.#all.size > MAX_COOKIES) this.#dropFirst(this.#all, changes);
  }

  #dropFirst(cookies: ReadonlyMap<string, Cookie>, changes: CookieChange[]): void {
    const [first] = cookies.values();
    if (first !== undefined) this.#drop(first, changes);
  }

  #drop(cookie: Cookie, changes: CookieChange[]): void {
    this.#forget(cookie);
    changes.push({ cookie, isGone: true });
  }

  #keep(cookie: Cookie): void {
    const { domain } = cookie;
    const siblings = this.#byDomain.get(domain) ?? new Map<string, Cookie>();
    siblings.set(idOf(cookie), cookie);
    this.#byDomain.set(domain, siblings);
    this.#all.set(idOf(cookie), cookie);
    this.#lastCreated = Math.max(this.#lastCreated, cookie.createdAt);
  }

  #forget(cookie: Cookie): void {
    const siblings = this.#byDomain.get(cookie.domain);
    siblings?.delete(idOf(cookie));
    if (siblings?.size === 0) this.#byDomain.delete(cookie.domain);
    this.#all.delete(idOf(cookie));
  }

  /**
   * Whether a line from an insecure answer would stand in the way of a secure cookie of its domain or of one
   * above it (RFC 6265bis §5.7, step 15); those of subdomains are not looked for, which would be a long search.
   */
  #hidesSecure({ name, domain, path }: Cookie, url: string): boolean {
    if (isSecureUrl(url)) return false;
    for (const other of withParents(domain)) {
      for (const known of this.#byDomain.get(other)?.values() ?? [])
        if (known.isSecure && known.name === name && isBelow(path, known.path)) return true;
    }
    return false;
  }
}

function headerOf(cookies: Cookie[]): string {
  // RFC 6265bis §5.8.3: longer paths first, then the older ones.
  cookies.sort((a, b) => b.path.length - a.path.length || a.createdAt - b.createdAt);
  let header = '';
  for (const { name, value } of cookies) {
    const longer = `${header === '' ? '' : `${header}; `}${name}=${value}`;
    if (longer.length <= MAX_HEADER_BYTES) header = longer;
  }
  return header;
}

function isOver({ expiresAt }: Cookie, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function isSame(a: Cookie, b: Cookie): boolean {
  return (
    a.value === b.value &&
    a.expiresAt === b.expiresAt &&
    a.isSecure === b.isSecure &&
    a.isHttpOnly === b.isHttpOnly
  );
}

/** RFC 6265bis §5.1.4: path-match. */
function isBelow(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}

/** `a.b.c`, `b.c`, `c`. */
function* withParents(host: string): Generator<string> {
  for (let domain = host, dot = 0; ; domain = domain.slice(dot + 1)) {
    yield domain;
    dot = domain.indexOf('.');
    if (dot === -1) return;
  }
}
