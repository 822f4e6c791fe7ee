/**
 * By which start page each listing counts as reached, once all listings are read: on the shortest ways, from the first
 * start page in the order given. `found_on` says which of several shortest ways was found first, which is chance.
 */
import type { Connection } from '../database/connection.js';
import type { RankedListing } from './frontier.js';

interface Page {
  readonly id: number;
  readonly key: string;
  readonly depth: number;
  readonly foundOn: number | null;
  readonly isRedirect: 0 | 1;
}

const COLUMNS = `u.id, u.request_key AS key, u.depth, u.found_on AS foundOn,
  EXISTS (SELECT 1 FROM redirects d WHERE d.source_id = u.id) AS isRedirect`;
const SEED = `SELECT ${COLUMNS} FROM urls u WHERE u.request_key = ? AND u.depth = 0`;
const NEXT = `
SELECT ${COLUMNS} FROM (
    SELECT target_id, 1 AS cost FROM links WHERE source_id = @id AND nofollow < 2
    UNION SELECT target_id, 0 FROM redirects WHERE source_id = @id
    UNION SELECT target_id, 0 FROM detours WHERE source_id = @id) w
  JOIN urls u ON u.id = w.target_id WHERE u.depth = @depth + w.cost`;

/**
 * All pages on shortest ways from these start pages, by the numbers of their rows.
 * @param seeds keys of the start pages, in their order
 */
export function listingWays(
  connection: Connection,
  seeds: readonly string[],
): ReadonlyMap<number, RankedListing> {
  const seedOf = connection.prepare<[string], Page>(SEED);
  const next = connection.prepare<[Pick<Page, 'id' | 'depth'>], Page>(NEXT);
  const ways = new Map<number, RankedListing>();
  for (const [rank, typed] of seeds.entries()) {
    const seed = seedOf.get(typed);
    const open = seed === undefined ? [] : [seed];
    // Redirects of a start page come before all else: they have no links.
    let start: string | null = null;
    for (let page = open.pop(); page !== undefined; page = open.pop()) {
      if (ways.has(page.id)) continue;
      const { id, key, depth, foundOn, isRedirect } = page;
      if (isRedirect === 0) start ??= key;
      ways.set(id, { id, key, depth, foundOn, start: start ?? key, typed, rank });
      open.push(...next.all({ id, depth }));
    }
  }
  return ways;
}
