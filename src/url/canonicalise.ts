/**
 * The identity of a page: maps any spelling of a URL to the one text, its key, that stands for it in the
 * visited set, the file and every message. Two URLs share a key only where RFC 3986 §6.2.2 and the
 * WHATWG URL Standard say that they mean the same resource; a merge beyond that would lose pages.
 * Decides nothing about scope.
 */
import { copied } from './copied.js';
import { createHash } from 'node:crypto';

import { normalisePercent } from './percent.js';

/**
 * A key: the absolute http(s) URL as WHATWG URL serialises it, without fragment and credentials, its
 * percent-encoding normalised. Printable ASCII without blanks, at most `MAX_URL_LENGTH` characters
 * unless `isTooLong`. Made by `parseTarget` and `canonicalise` only.
 */
export type CanonicalUrl = string & { readonly __canonical: unique symbol };

/** One URL, as the page's identity and as it is to be asked for. */
export interface Target {
  readonly key: CanonicalUrl;
  /** WHATWG href without fragment and credentials, its percent-encoding as the author wrote it. */
  readonly request: string;
}

/** Longest key in characters; the length Internet Explorer set, and still what servers are built for. */
export const MAX_URL_LENGTH = 2083;

/** Stands between the kept part of a cut key and the digest; no whole key holds a `#`. */
const CUT_MARK = '#sha256=';

/**
 * An absolute path that WHATWG URL would take over character by character: nothing to encode, no
 * backslash, blank or second slash at the start. Dot segments are looked for apart.
 */
const PLAIN_PATH = /^\/(?!\/)[\w\-.~!$&'()*+,;=:@/%]*(?:\?[\w\-.~!$&()*+,;=:@/?%]*)?(?:#|$)/;
/** A path relative to a folder, of which the same holds behind the `../` it begins with. A colon might end a scheme. */
const PLAIN_RELATIVE =
  /^(?:\.\.\/)*(?:[\w\-~!$&'()*+,;=@%][\w\-.~!$&'()*+,;=@/%]*)?(?:\?[\w\-.~!$&()*+,;=:@/?%]*)?(?:#|$)/;
const ENCODED_DOT = /%2e/i;

/**
 * Reads a URL the way an HTML link is read: resolved against `base`, surrounding blanks and inner
 * newlines dropped, default ports and dot segments resolved. Never throws.
 *
 * A key longer than `MAX_URL_LENGTH` is answered cut: its first 2,083 characters, `#sha256=` and the
 * lower-case hex SHA-256 of the whole. It stays a bounded, exact name of that URL, but is not a URL any
 * more and must not be parsed again; `request` is whole even then.
 *
 * @param base absolute URL that relative input is resolved against
 * @returns    null when the input does not parse or is not http(s)
 * @see        WHATWG URL §4.4; RFC 3986 §6.2.2.1, §6.2.2.2
 */
export function parseTarget(input: string, base?: string): Target | null {
  const request = resolvePlainPath(input, base) ?? resolve(input, base);
  if (request === null) return null;
  // The host of an http(s) URL never holds a '%' (a forbidden host code point), so this is path and query.
  const key = request.includes('%') ? normalisePercent(request) : request;
  return { key: (key.length > MAX_URL_LENGTH ? cut(key) : key) as CanonicalUrl, request };
}

/** The key of a URL, as `parseTarget` gives it; null when it does not parse or is not http(s). Never throws. */
export function canonicalise(input: string, base?: string): CanonicalUrl | null {
  return parseTarget(input, base)?.key ?? null;
}

/** Whether a key was cut, or is a text longer than any whole key; such a URL is never requested. */
export function isTooLong(key: string): boolean {
  return key.length > MAX_URL_LENGTH;
}

/** `scheme://authority` of a key: its host key, the unit of politeness. By slicing; never throws. */
export function originOf(key: string): string {
  const end = pathStart(key);
  return end === -1 ? key : key.slice(0, end);
}

/** Path and query of a key, from its first slash on; `/` for a cut key that ends within its host. Never throws. */
export function pathAndQuery(key: string): string {
  const start = pathStart(key);
  return start === -1 ? '/' : key.slice(start);
}

/** Index of the slash that ends the authority. A host has at least one character, so 8 is past `http://` too. */
function pathStart(key: string): number {
  return key.indexOf('/', 8);
}

/**
 * The general case: the platform's parser decides. Never asked through `URL.canParse`, which on Node 20
 * and 22 refuses text with Latin-1 characters once the JIT has compiled the call.
 */
function resolve(input: string, base: string | undefined): string | null {
  // A base with dots in its path is resolved first, for the reason at `withModernPath`.
  const on = base?.includes('/.') === true ? (resolve(base, undefined) ?? base) : base;
  const href = URL.parse(input, on)?.href;
  if (href === undefined) return null;
  if (!href.startsWith('https://') && !href.startsWith('http://')) return null;
  const path = pathStart(href);
  const hash = href.indexOf('#', path);
  // In a serialised authority an '@' always ends the credentials: inside them it is written %40.
  const at = href.lastIndexOf('@', path);
  const whole = hash === -1 ? href : href.slice(0, hash);
  return withModernPath(at === -1 ? whole : whole.slice(0, whole.indexOf('/') + 2) + whole.slice(at + 1));
}

/**
 * Brings the path to today's standard where an older parser did not, because a page must have the same
 * key under every Node that opens the file. Node 20 and 22 leave `.` and `..` in place behind a segment that
 * merely starts with a dot (`/x/.a/../b`; ada-url/ada#935), and do not encode `^` (whatwg/url#846).
 */
function withModernPath(url: string): string {
  const start = pathStart(url);
  if (!url.includes('/.', start) && !url.includes('^', start)) return url;
  const query = url.indexOf('?', start);
  const path = url.slice(start, query === -1 ? undefined : query);
  return (
    url.slice(0, start) +
    withoutDotSegments(path).replaceAll('^', '%5E') +
    (query === -1 ? '' : url.slice(query))
  );
}

function withoutDotSegments(path: string): string {
  if (!/\/\.\.?(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.slice(1).split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  if (/\/\.\.?$/.test(path)) kept.push('');
  return `/${kept.join('/')}`;
}

/**
 * Most links of a site are paths with nothing to escape; for them resolving is putting the base's origin or a folder of
 * it in front, five times as fast as the parser. Null where the parser must look.
 */
function resolvePlainPath(input: string, base: string | undefined): string | null {
  if (base === undefined || !(isPath(input) ? PLAIN_PATH : PLAIN_RELATIVE).test(input)) return null;
  const up = levelsUp(input);
  const start = 3 * up;
  if (input.includes('/.', start) || (input.includes('%') && ENCODED_DOT.test(input))) return null;
  const hash = input.indexOf('#');
  const end = hash === -1 ? input.length : hash;
  // A query or fragment alone, or nothing, takes over the base's own path.
  if (start === 0 && (end === 0 || input.startsWith('?'))) return null;
  const front = isPath(input) ? baseOf(base).origin : folderAbove(baseOf(base), up);
  return front === null ? null : front + input.slice(start, end);
}

function isPath(input: string): boolean {
  return input.startsWith('/');
}

/** How many folders up a relative address begins. */
export function levelsUp(input: string): number {
  let up = 0;
  while (input.startsWith('../', 3 * up)) up += 1;
  return up;
}

/** What of a base decides about paths. */
export interface Base {
  readonly text: string;
  /** Null where it is no http(s) URL. */
  readonly origin: string | null;
  /** Its path up to the last slash, and those above as far as they were asked for; origins included. */
  readonly folders: string[];
}

/** The links of one page share one base: a memory of one entry saves parsing it for each of them. */
let lastBase: Base = { text: '', origin: null, folders: [] };

export function baseOf(text: string): Base {
  if (lastBase.text === text) return lastBase;
  const resolved = resolve(text, undefined);
  const origin = resolved === null ? null : originOf(resolved);
  const query = resolved?.indexOf('?') ?? -1;
  const path = resolved?.slice(0, query === -1 ? undefined : query) ?? '';
  lastBase = { text, origin, folders: [path.slice(0, path.lastIndexOf('/') + 1)] };
  return lastBase;
}

/** The folder so many levels up, or the topmost there is; null where the base has none. */
export function folderAbove({ origin, folders }: Base, up: number): string | null {
  if (origin === null) return null;
  while (folders.length <= up) {
    const below = folders.at(-1) as string;
    const parent = below.slice(0, below.lastIndexOf('/', below.length - 2) + 1);
    if (parent.length <= origin.length) return below;
    folders.push(parent);
  }
  return folders[up] as string;
}

function cut(key: string): string {
  // Through bytes, because a slice would keep the whole of a possibly huge URL in memory.
  const head = copied(key.slice(0, MAX_URL_LENGTH));
  return head + CUT_MARK + createHash('sha256').update(key).digest('hex');
}
