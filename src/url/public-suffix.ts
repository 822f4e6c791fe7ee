/**
 * What the public suffix list says of a host name. The only importer of `tldts`; private suffixes
 * (github.io, wordpress.com …) count, because the sites under them belong to different people.
 */
import { createRequire } from 'node:module';
import type * as Tldts from 'tldts';

/** Loaded when it is first asked: the list costs 20 ms and most crawls, whose scope is an origin, never ask. */
const list = (): typeof Tldts => (loaded ??= createRequire(import.meta.url)('tldts') as typeof Tldts);
let loaded: typeof Tldts | undefined;

/** WHATWG URL has already isolated and checked the name, so tldts need not. */
const OPTIONS = { allowPrivateDomains: true, extractHostname: false, validateHostname: false } as const;

/** The names on one page repeat; above this many different ones the memory starts again, empty. */
const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, string>();

/**
 * The registrable domain of a host name (`en.wikipedia.org` → `wikipedia.org`), or the name itself
 * where there is none: IP addresses, `localhost`, names that are a public suffix. Never throws.
 *
 * @param hostname as WHATWG URL serialises it: lower case, punycode, IPv6 in brackets
 * @see   https://publicsuffix.org/list/ (algorithm)
 */
export function registrableDomain(hostname: string): string {
  const known = remembered.get(hostname);
  if (known !== undefined) return known;
  const domain = list().getDomain(hostname, OPTIONS) ?? hostname;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(hostname, domain);
  return domain;
}

/** Whether a text ends in a suffix that is on the list, with a name in front of it. Never throws. */
export function hasListedSuffix(hostname: string): boolean {
  const { domain, isIcann, isPrivate } = list().parse(hostname.toLowerCase(), OPTIONS);
  return domain !== null && (isIcann === true || isPrivate === true);
}
