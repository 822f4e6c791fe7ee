/**
 * What the text of a URL alone says of traps: paths that repeat themselves without end, and the pattern that
 * the variants of one page share. Pure; never throws.
 */
import { originOf, pathAndQuery } from './canonicalise.js';

/** A path that says the same run of segments so often in a row was made by a relative link that leads nowhere. */
const REPEATS = 4;
/** Variants of one pattern from which on it is named, whether it is held back or not. */
export const MANY_VARIANTS = 10_000;
/** Longest run looked for: a trap of n segments is one of 1 … n, and real ones are short. */
const MAX_RUN = 8;

/**
 * Whether a run of path segments stands four times in a row: `/a/b/a/b/a/b/a/b/`. The last segment, a page's
 * own name, is not looked at, nor is the query.
 */
export function repeatsItself(key: string): boolean {
  return repeatedRun(key) !== null;
}

/** The run of segments that makes `repeatsItself` true, as `/a/b`; null where there is none. */
export function repeatedRun(key: string): string | null {
  const segments = pathOf(key).split('/').slice(1, -1);
  for (let run = 1; run <= MAX_RUN && run * REPEATS <= segments.length; run++) {
    let same = 0;
    for (let i = run; i < segments.length; i++) {
      same = segments[i] === segments[i - run] ? same + 1 : 0;
      if (same === run * (REPEATS - 1)) return `/${segments.slice(i - run + 1, i + 1).join('/')}`;
    }
  }
  return null;
}

/** Numbers, UUIDs, and long mixtures of digits and letters, as session ids and hashes are. */
const IDENTIFIER = /^(?:\d+|[\da-f]{8}-[\da-f-]{27}|(?=[a-z_-]*\d)(?=[\d_-]*[a-z])[\da-z_-]{16,})$/i;

/**
 * The pattern a URL is a variant of: origin and path, with `{*}` for every segment that is an identifier and for
 * path parameters (`;jsessionid=…`), and `?` for any query. `/cal/2024/05?view=day` → `…/cal/{*}/{*}?`.
 *
 * @returns null for a URL that is the only one of its pattern: no query, nothing that looks like an identifier
 */
export function patternOf(key: string): string | null {
  const path = pathOf(key);
  const masked = path
    .split('/')
    .map((segment) => {
      const semicolon = segment.indexOf(';');
      if (semicolon !== -1) return `${segment.slice(0, semicolon)};{*}`;
      return IDENTIFIER.test(segment) ? '{*}' : segment;
    })
    .join('/');
  const hasQuery = pathAndQuery(key).length > path.length;
  return hasQuery || masked !== path ? `${originOf(key)}${masked}${hasQuery ? '?' : ''}` : null;
}

function pathOf(key: string): string {
  const path = pathAndQuery(key);
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}
