/** Lists of proxies by country, as options, files and providers give them, checked and made into one shape. */
import { readFile } from 'node:fs/promises';
import { notJson, unreadable, UsageError } from '../errors.js';
import { parseProxy } from './proxy-url.js';

/**
 * Checked proxies (proxy-url.ts), each once in a list, by country: two letters in lower case, or `*` for any. No
 * list is empty.
 */
export type ProxyMap = Readonly<Record<string, readonly string[]>>;

export const ANY_COUNTRY = '*';

const HINT = 'write ["http://host:port"], or { "de": ["http://host:port"], "*": ["socks5://host:port"] }';

/**
 * Checks a list, or lists by country.
 *
 * @param label how messages call it: the option, or the file
 * @throws UsageError naming the key and the entry, and never a password
 */
export function checkProxies(value: unknown, label: string): ProxyMap {
  if (Array.isArray(value)) return { [ANY_COUNTRY]: checkList(value, label) };
  if (typeof value !== 'object' || value === null)
    throw new UsageError(`${label} must hold a list of proxies, or lists by country`, { hint: HINT });
  const lists = Object.entries(value).map(([country, list]: [string, unknown]) => {
    if (!/^([a-z]{2}|\*)$/i.test(country))
      throw new UsageError(`${label}: '${country}' is no country: two letters, or *`, { hint: HINT });
    const name = `${label}: '${country}'`;
    if (!Array.isArray(list)) throw new UsageError(`${name} must be a list of proxies`, { hint: HINT });
    return [country.toLowerCase(), checkList(list, name)] as const;
  });
  if (lists.length === 0) throw new UsageError(`${label} holds no proxy`, { hint: HINT });
  return Object.fromEntries(lists);
}

/**
 * Reads a JSON file of that shape.
 *
 * @param label how messages call the flag: `--proxies` or `proxies`
 * @throws UsageError naming flag and file, and the key or the line
 */
export async function readProxyFile(file: string, label: string): Promise<ProxyMap> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (cause) {
    throw unreadable(label, file, cause);
  }
  return checkProxies(parseJson(text, `${label}: ${file}`), `${label}: ${file}`);
}

/**
 * The proxies for a country: its own list, or that for any. Without a country that for any, or where there is none,
 * all of them.
 *
 * @param country two letters in any case
 * @returns null where there is no list for it
 */
export function proxiesFor(map: ProxyMap, country: string | null): readonly string[] | null {
  if (country !== null) return map[country.toLowerCase()] ?? map[ANY_COUNTRY] ?? null;
  return map[ANY_COUNTRY] ?? allOf(map);
}

/** All proxies of all countries, each once. */
export function allOf(map: ProxyMap): readonly string[] {
  return [...new Set(Object.values(map).flat())];
}

function checkList(list: readonly unknown[], label: string): readonly string[] {
  const checked = list.map((entry, i) => {
    const name = `${label}, entry ${i + 1}`;
    if (typeof entry !== 'string') throw new UsageError(`${name} must be a text`, { hint: HINT });
    return parseProxy(entry, name);
  });
  if (checked.length === 0) throw new UsageError(`${label} holds no proxy`, { hint: HINT });
  return [...new Set(checked)];
}

function parseJson(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(label, text, HINT);
  }
}
