/**
 * By which start page each listing counts as reached, once all listings are read: on the shortest ways, from the first
 * start page in the order given. `found_on` says which of several shortest ways was found first, which is chance.
 */
import type { Connection } from '../database/connection.js';
import type { RankedListing } from './listing.js';

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

/** Whether a listing lies below a start page. */
type IsBelow = (page: string, start: string) => boolean;

/**
 * All pages on shortest ways from these start pages, by the numbers of their rows. A page counts as reached from one that
 * it lies below, where there is one.
 * @param seeds keys of the start pages, in their order
 */
export function listingWays(
  connection: Connection,
  seeds: readonly string[],
  isBelow: IsBelow,
): ReadonlyMap<number, RankedListing> {
  const seedOf = connection.prepare<[string], Page>(SEED);
  const next = connection.prepare<[Pick<Page, 'id' | 'depth'>], Page>(NEXT);
  const ways = new Map<number, RankedListing>();
  const walk = (rank: number, typed: string, hasPart: IsBelow, seen: Set<number>): void => {
    const seed = seedOf.get(typed);
    const open = seed === undefined ? [] : [seed];
    // Redirects of a start page come before all else: they have no links.
    let start: string | null = null;
    for (let page = open.pop(); page !== undefined; page = open.pop()) {
      const { id, key, depth, foundOn, isRedirect } = page;
      if (seen.has(id) || (isRedirect === 0 && start !== null && !hasPart(key, start))) continue;
      if (isRedirect === 0) start ??= key;
      const way = { id, key, depth, foundOn, start: start ?? key, typed, rank };
      seen.add(id);
      if (!ways.has(id)) ways.set(id, way);
      open.push(...next.all({ id, depth }));
    }
  };
  // What lies below several start pages is looked through for each of them.
  for (const [rank, typed] of seeds.entries()) walk(rank, typed, isBelow, new Set());
  const seen = new Set<number>();
  for (const [rank, typed] of seeds.entries()) walk(rank, typed, () => true, seen);
  return ways;
}
