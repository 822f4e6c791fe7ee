/**
 * The shortest chains of links between two pages of a crawl. A link is a step; a redirect is none, as in the depths
 * of a crawl. Reads only, and says the same of every crawl of a site, whatever order its pages were found in.
 */
import type { Connection } from '../database/connection.js';
import { lastIdOf } from '../database/row-ids.js';
import { Edges, type WalkedLinks } from './edges.js';
import { type Chain, Lattice } from './lattice.js';
import { type Place, Places } from './places.js';
import { search } from './search.js';

/** The oldest version of the schema that has all that is read here: from it on pages have a kind. */
export const OLDEST_VERSION = 3;

/** A URL on a chain, and how one comes to it from the one before. */
export interface Step extends Place {
  readonly by: 'start' | 'link' | 'redirect';
  /** Of a link: marked as nofollow, by itself or with all links of its page. */
  readonly isNofollow: boolean;
}

export interface PathAnswer {
  readonly from: Place;
  readonly to: Place;
  /** Links of a shortest chain; null when there is none. */
  readonly steps: number | null;
  /** How many shortest chains there are. */
  readonly count: bigint;
  /** In the order of their URLs, as many as were asked for. */
  readonly chains: readonly (readonly Step[])[];
  /** Both ends were searched from; where links have no index by target, only the start was. */
  readonly isTwoSided: boolean;
  /** URLs that are not crawled yet: where there are some, what is longer than one click may become shorter. */
  readonly open: number;
  /** Pages that were never read, for reasons that lie in the crawl: nothing is known of their links either. */
  readonly leftOut: Readonly<Record<LeftOut, number>>;
}

/** Skip reasons of pages that another crawl of the same site would read. */
export type LeftOut = 'unchosen' | 'depth' | 'limit';

export interface PathQuestion {
  /** Ids of pages. */
  readonly from: number;
  readonly to: number;
  readonly walked: WalkedLinks;
  /** Chains wanted at most. */
  readonly limit: number;
}

/** Should be called in a transaction, so that all it reads is of one moment. */
export function shortestPaths(connection: Connection, question: PathQuestion): PathAnswer {
  const { from, to, walked, limit } = question;
  const edges = new Edges(connection, walked);
  const places = new Places(connection);
  const meeting = search(edges, from, to, lastIdOf(connection, 'urls'));
  const lattice = meeting === null ? null : new Lattice(edges, meeting, to);
  return {
    from: places.of(from),
    to: places.of(to),
    steps: meeting?.steps ?? null,
    count: lattice?.count(from) ?? 0n,
    chains: lattice === null ? [] : listed(connection, { lattice, edges, places }, from, limit),
    isTwoSided: edges.isIndexed,
    open: countOpen(connection),
    leftOut: countLeftOut(connection),
  };
}

interface Found {
  readonly lattice: Lattice;
  readonly edges: Edges;
  readonly places: Places;
}

function listed(
  connection: Connection,
  { lattice, edges, places }: Found,
  from: number,
  limit: number,
): Step[][] {
  const nofollow = connection
    .prepare<[number, number], number>('SELECT nofollow FROM links WHERE source_id = ? AND target_id = ?')
    .pluck();
  const chains: Step[][] = [];
  for (const chain of lattice.chains(from, (ids) => places.sorted(ids))) {
    chains.push(chain.map((id, at) => stepOf(chain, at, id)));
    if (chains.length === limit) break;
  }
  return chains;

  function stepOf(chain: Chain, at: number, id: number): Step {
    const before = chain[at - 1];
    if (before === undefined) return { ...places.of(id), by: 'start', isNofollow: false };
    if (edges.redirectOf(before) === id) return { ...places.of(id), by: 'redirect', isNofollow: false };
    return { ...places.of(id), by: 'link', isNofollow: (nofollow.get(before, id) ?? 0) > 0 };
  }
}

/** By the indexes of what is queued, waits and is leased: nothing is looked through but these. */
function countOpen(connection: Connection): number {
  const count = (condition: string): number =>
    connection
      .prepare<[], number>(`SELECT count(*) FROM urls WHERE ${condition} AND kind = 'page'`)
      .pluck()
      .get() ?? 0;
  return (
    count(`state = 'queued' AND not_before IS NULL`) +
    count(`not_before IS NOT NULL`) +
    count(`state = 'leased'`)
  );
}

/** No index knows them: all URLs are looked through once. */
function countLeftOut(connection: Connection): PathAnswer['leftOut'] {
  const rows = connection
    .prepare<[], { reason: string | null; urls: number }>(
      `SELECT error AS reason, count(*) AS urls FROM urls WHERE state = 'skipped' AND kind = 'page' GROUP BY error`,
    )
    .all();
  const count = (reason: LeftOut): number => rows.find((row) => row.reason === reason)?.urls ?? 0;
  return { unchosen: count('unchosen'), depth: count('depth'), limit: count('limit') };
}
