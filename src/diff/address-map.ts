/** One site under two addresses: URLs of the old crawl, written as the new one has them. */
import type { Connection } from '../database/connection.js';

/** What stands below one prefix is taken for what stands below the other. Both end in a slash. */
export interface AddressMap {
  readonly from: string;
  readonly to: string;
}

/** A URL of the old crawl as the new one has it. Two never become one where `collisionIn` finds none. */
export function mapped(map: AddressMap | null, url: string): string {
  return map !== null && url.startsWith(map.from) ? map.to + url.slice(map.from.length) : url;
}

/** The first URL and the first one behind all that stand below a prefix, in the order in which they are stored. */
export function rangeOf(prefix: string): [first: string, behind: string] {
  // `0` is what comes after `/`.
  return [prefix, `${prefix.slice(0, -1)}0`];
}

/** How many URLs of a crawl stand below a prefix. */
export function countBelow(crawl: Connection, prefix: string): number {
  return (
    crawl
      .prepare<[string, string], number>(
        'SELECT count(*) FROM pages WHERE request_key >= ? AND request_key < ?',
      )
      .pluck()
      .get(...rangeOf(prefix)) ?? 0
  );
}

/** A URL of the old crawl that is where another one would be mapped to; undefined = there is none. */
export function collisionIn(old: Connection, { from, to }: AddressMap): string | undefined {
  return old
    .prepare<string[], string>(
      `SELECT request_key FROM pages WHERE request_key >= ? AND request_key < ?
          AND NOT (request_key >= ? AND request_key < ?) LIMIT 1`,
    )
    .pluck()
    .get(...rangeOf(to), ...rangeOf(from));
}
