/** A cookie as it is kept, and what an answer changes. Values are secrets: nothing but a request may show one. */

export interface Cookie {
  /** Host name without port, as in a URL key; with `isHostOnly` false its subdomains are meant, too. */
  readonly domain: string;
  readonly isHostOnly: boolean;
  readonly path: string;
  /** Name and value are bytes as Latin-1. */
  readonly name: string;
  readonly value: string;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  /** ms since epoch; null = as long as the crawl. */
  readonly expiresAt: number | null;
  /** When it first was set, ms since epoch; no two of a jar are the same. */
  readonly createdAt: number;
  /** When it was last set or changed, ms since epoch. */
  readonly setAt: number;
}

/** One step, to be stored in the order given. */
export interface CookieChange {
  readonly cookie: Cookie;
  /** It is to be forgotten. */
  readonly isGone: boolean;
}

/** What the lines of one answer did. */
export interface CookiesTaken {
  readonly changes: readonly CookieChange[];
  /** Whether any line was valid here, also where it changed nothing. */
  readonly isAnyValid: boolean;
}

/** Octets of a name and its value together (RFC 6265bis §5.6). */
export const MAX_PAIR_BYTES = 4_096;
/** Controls, tab aside, have no place in a header (RFC 6265bis §5.6). */
// oxlint-disable-next-line no-control-regex -- these are the characters meant
export const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f]/;

/** What makes a cookie the same cookie (RFC 6265bis §5.7): a tab is in none of the parts. */
export function idOf({ domain, isHostOnly, path, name }: Cookie): string {
  return `${domain}\t${isHostOnly ? '' : '.'}\t${path}\t${name}`;
}
