/**
 * Reads what a user typed as a seed or base. Stricter than a link: where a browser would guess, this
 * refuses and shows the likely URL, because a wrong guess crawls the wrong site.
 */
import { UsageError } from '../errors.js';

import type { Target } from './canonicalise.js';
import { isTooLong, MAX_URL_LENGTH, parseTarget } from './canonicalise.js';
import { isPrivateHost } from './private-host.js';
import { hasListedSuffix } from './public-suffix.js';

/** Longest part of the user's text that a message repeats, in characters. */
const MAX_QUOTED = 200;

/** One slash; two, or a backslash, would name another host. */
const ABSOLUTE_PATH = /^\/(?![/\\])/;
const HTTP_URL = /^https?:\/\/(?![/\\])/i;
/** `http:` or `https:` with too few or too many slashes behind it. */
const MALFORMED_HTTP = /^(https?):[/\\]*/i;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const HOST_AND_PORT = /^[^/?#:@\s]+:\d{1,5}(?=[/?#]|$)/;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?[^/?#]*@/i;

/**
 * Reads a seed: an absolute http(s) URL, or a path starting with `/`, which `base` completes. Blanks
 * around it are dropped; fragment and credentials are, as from any URL.
 *
 * @param base origin for seeds given as a path, as `parseBase` answers it
 * @throws UsageError for anything else, with the likely URL as its hint where one can be guessed
 */
export function parseSeed(text: string, base: string): Target {
  if (text.trim() === '')
    throw new UsageError('a seed is empty', { hint: 'give a URL, or a path like /wiki/Kevin_Bacon' });
  const target = parseAddress('seed', text, base);
  if (isTooLong(target.key)) {
    const found = `its URL has ${target.request.length} characters, at most ${MAX_URL_LENGTH} are crawled`;
    throw new UsageError(`seed ${quote(text.trim())} is too long: ${found}`);
  }
  return target;
}

/**
 * Reads any address as strictly as a seed, of whatever length.
 *
 * @param what how messages call it
 * @throws UsageError as `parseSeed`
 */
export function parseAddress(what: string, text: string, base: string): Target {
  const address = text.trim();
  refuseOtherScheme(what, address);
  if (!isPath(address) && !HTTP_URL.test(address)) {
    throw new UsageError(`${what} ${quote(address)} is neither a URL nor a path that starts with "/"`, {
      hint: `did you mean ${likelyUrl(address)} ?`,
    });
  }
  const target = parseTarget(address, base);
  if (target === null) throw new UsageError(`${what} ${quote(address)} is not a valid URL`);
  return target;
}

/** Whether an address needs a base. */
export function isPath(address: string): boolean {
  return ABSOLUTE_PATH.test(address.trim());
}

/**
 * Reads the base that completes seeds given as a path.
 *
 * @returns its origin as WHATWG URL serialises it, without a slash at the end
 * @throws  UsageError when it is not an http(s) URL, or is more than an origin
 */
export function parseBase(text: string): string {
  const base = text.trim();
  refuseOtherScheme('base', base);
  if (!HTTP_URL.test(base)) {
    const likely = likelyUrl(base);
    throw new UsageError(`base ${quote(base)} is not an http(s) origin`, {
      hint: likely.startsWith('/')
        ? 'give an origin, like https://en.wikipedia.org'
        : `did you mean ${likely} ?`,
    });
  }
  const url = URL.parse(base);
  if (url === null) throw new UsageError(`base ${quote(base)} is not a valid URL`);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`base ${quote(base)} holds credentials`, { hint: `use ${url.origin}` });
  }
  if (url.href !== `${url.origin}/`) {
    throw new UsageError(`base ${quote(base)} is more than an origin`, {
      hint: `use ${url.origin}, and give the path as a seed`,
    });
  }
  return url.origin;
}

function refuseOtherScheme(what: string, text: string): void {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() ?? 'http';
  if (scheme === 'http' || scheme === 'https' || HOST_AND_PORT.test(text)) return;
  throw new UsageError(`${what} ${quote(text)} has scheme ${scheme}: and only http: and https: are crawled`);
}

/** The URL or path somebody who typed this most probably meant; credentials left out. */
function likelyUrl(text: string): string {
  const shown = text.replace(CREDENTIALS, '$1');
  const http = MALFORMED_HTTP.exec(shown);
  if (http !== null) return `${http[1]?.toLowerCase()}://${shown.slice(http[0].length)}`;
  const rest = shown.replace(/^[/\\]{2,}/, '');
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const hostname = authority.replace(/:\d*$/, '');
  if (isPrivateHost(hostname)) return `http://${rest}`;
  const isHost = rest !== shown || HOST_AND_PORT.test(rest) || hasListedSuffix(hostname);
  return isHost ? `https://${rest}` : `/${rest}`;
}

/** A text for a message: on one quoted line, cut, without the credentials it may hold. */
function quote(text: string): string {
  const safe = text.replace(CREDENTIALS, '$1…@');
  return JSON.stringify(safe.length > MAX_QUOTED ? `${safe.slice(0, MAX_QUOTED)}…` : safe);
}
