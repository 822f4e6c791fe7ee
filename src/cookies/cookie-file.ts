/**
 * Reads cookies.txt, the format of Netscape that curl, wget and the exporters of browsers write: seven columns with
 * tabs between them. A line that is no cookie is refused by its number; no message shows what stands in one.
 */
import { readFile, stat } from 'node:fs/promises';
import { unreadable, UsageError } from '../errors.js';
import { hostnameOf } from '../url/scope.js';
import { CONTROLS, type Cookie, MAX_PAIR_BYTES } from './cookie.js';
import { isPublicSuffix } from './set-cookie.js';

export interface CookieFile {
  readonly cookies: readonly Cookie[];
  /** When the file was last written, ms since epoch. */
  readonly writtenAt: number;
}

const HTTP_ONLY = '#HttpOnly_';
const COLUMNS = 'domain, subdomains, path, secure, expiry, name, value';

/** @throws UsageError (rejects) when the file cannot be read or holds no cookie, or naming the first line that is none */
export async function readCookieFile(path: string): Promise<CookieFile> {
  let content: string;
  let writtenAt: number;
  try {
    writtenAt = (await stat(path)).mtimeMs;
    // Bytes are kept as they are: what they mean is between the site and whoever wrote them.
    content = await readFile(path, 'latin1');
  } catch (cause) {
    throw unreadable('--load-cookies', path, cause, 'a cookies.txt file');
  }
  const cookies = parseCookies(content, path);
  if (cookies.length > 0) return { cookies, writtenAt };
  throw new UsageError(`--load-cookies: there is no cookie in ${path}`, {
    hint: 'write it again from a browser that is logged in, or leave --load-cookies out',
  });
}

/**
 * The cookies of a file, in its order. Comments and blank lines are passed over.
 *
 * @param content bytes as Latin-1
 * @param name    what messages call the file
 * @throws UsageError naming the first line that is no cookie
 */
export function parseCookies(content: string, name: string): Cookie[] {
  const lines = content.replace(/^\xef\xbb\xbf/, '').split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const isHttpOnly = line.startsWith(HTTP_ONLY);
    if (line.trim() === '' || (line.startsWith('#') && !isHttpOnly)) return [];
    const cookie = cookieOf(isHttpOnly ? line.slice(HTTP_ONLY.length) : line, isHttpOnly);
    if (typeof cookie !== 'string') return [cookie];
    throw new UsageError(`--load-cookies: ${name}, line ${index + 1}: ${cookie}`, {
      hint: `a line has seven columns with tabs between them: ${COLUMNS}`,
    });
  });
}

/** A cookie, or what is wrong with the line. */
function cookieOf(line: string, isHttpOnly: boolean): Cookie | string {
  const columns = line.split('\t');
  // Some writers leave an empty value out, tab and all.
  if (columns.length !== 7 && columns.length !== 6) return `${columns.length} columns instead of seven`;
  const [domainText = '', subdomains = '', path = '', secure = '', expiry = '', name = '', value = ''] =
    columns;
  const domain = hostOf(domainText.replace(/^\./, ''));
  if (domain === null) return 'the domain is no host name';
  if (!isFlag(subdomains)) return 'the second column must be TRUE or FALSE';
  if (!path.startsWith('/')) return 'the path must start with /';
  if (!isFlag(secure)) return 'the fourth column must be TRUE or FALSE';
  // Seconds; some exporters write fractions, or nothing for a session.
  if (!/^(\d{1,12}(\.\d*)?)?$/.test(expiry))
    return 'the expiry must be seconds since 1970, or 0 for a session';
  if (name === '' || CONTROLS.test(line) || /;|^[ ]|[ ]$/.test(name) || /;/.test(value))
    return 'name or value cannot be sent';
  if (name.length + value.length > MAX_PAIR_BYTES)
    return `name and value are longer than ${MAX_PAIR_BYTES} bytes`;
  const isHostOnly = !isTrue(subdomains) || /^[\d.]+$|^\[/.test(domain);
  if (!isHostOnly && isPublicSuffix(domain))
    return 'the domain is a public suffix: the cookie would go to everybody below it';
  const expiresAt = Number(expiry) === 0 ? null : Math.floor(Number(expiry) * 1_000);
  const flags = { isHostOnly, isSecure: isTrue(secure), isHttpOnly };
  return { domain, path, name, value, ...flags, expiresAt, createdAt: 0, setAt: 0 };
}

/** As URLs spell it; null for what is none. */
function hostOf(text: string): string | null {
  if (text === '' || /[/?#@\\\s]/.test(text)) return null;
  try {
    const url = new URL(`http://${text}/`);
    return url.port === '' ? hostnameOf(url.href) : null;
  } catch {
    // Not a URL is an answer here.
    return null;
  }
}

function isFlag(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}
