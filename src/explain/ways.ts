/** How one gets to a URL, and where one gets from it: links, redirects, sitemaps. */
import type { Connection } from '../database/connection.js';
import { readUrl, type UrlFacts } from './facts.js';

/** One step of the way that gave a URL its depth. */
export interface Step {
  readonly url: string;
  /** How one comes here from the step before; the first is a seed or a sitemap, or what was found by no way left. */
  readonly by: 'seed' | 'sitemap' | 'listed' | 'link' | 'redirect' | 'start';
}

/** The steps, of a long way those at its two ends. */
export interface Way {
  readonly steps: readonly Step[];
  /** How many are left out in the middle. */
  readonly leftOut: number;
}

type Place = Pick<UrlFacts, 'id' | 'kind' | 'url' | 'foundOn' | 'isSeed' | 'redirectId'>;

export interface Hop {
  readonly url: string;
  /** Null = not asked for yet, or without an answer. */
  readonly status: number | null;
  /** Null = not part of the crawl. */
  readonly state: UrlFacts['state'] | null;
}

/** How many point here, and some of them by name. */
export interface Backlinks {
  readonly count: number;
  readonly examples: readonly string[];
}

/** Steps kept of each end of a way: sites without end have ways without end. */
const WAY_END = 50;
/** By name at most so many. */
const EXAMPLES = 5;
/** Without an index so many links are looked through: a tenth of a second. */
const MAX_SCANNED = 1_000_000;

/** The way from a seed or a sitemap to a URL, itself included: the one that gave it its depth. */
export function wayTo(connection: Connection, url: UrlFacts): Way {
  const parentOf = connection.prepare<[number], Place>(
    `SELECT u.id, u.kind, coalesce(u.url, u.request_key) AS url, u.found_on AS foundOn, u.seed_hops = 0 AS isSeed,
       d.target_id AS redirectId FROM urls u LEFT JOIN redirects d ON d.source_id = u.id WHERE u.id = ?`,
  );
  const seen = new Set<number>();
  const near: Step[] = [];
  let far: Step[] = [];
  for (let at: Place | undefined = url; at !== undefined;) {
    seen.add(at.id);
    const parent: Place | undefined =
      at.foundOn === null || at.isSeed === 1 ? undefined : parentOf.get(at.foundOn);
    // A sitemap is found on a page, which it may list: its way begins with the sitemaps.
    const isStart: boolean =
      parent === undefined || seen.has(parent.id) || (at.kind === 'sitemap' && parent.kind === 'page');
    const step = { url: at.url, by: stepKind(at, isStart ? undefined : parent) };
    if (near.length < WAY_END) near.push(step);
    else far.push(step);
    if (far.length === 2 * WAY_END) far = far.slice(WAY_END);
    at = isStart ? undefined : parent;
  }
  const steps = [...near, ...far.slice(-WAY_END)].toReversed();
  return { steps, leftOut: seen.size - steps.length };
}

function stepKind(place: Place, from: Place | undefined): Step['by'] {
  if (place.isSeed === 1) return 'seed';
  if (place.kind === 'sitemap') return 'sitemap';
  if (from === undefined) return 'start';
  if (from.redirectId === place.id) return 'redirect';
  return from.kind === 'sitemap' ? 'listed' : 'link';
}

/** Where the redirect of a URL leads, hop by hop; stops before it comes to a URL again. */
export function redirectsFrom(connection: Connection, url: UrlFacts): readonly Hop[] {
  const hops: Hop[] = [];
  const seen = new Set([url.id]);
  for (let at: UrlFacts | undefined = url; at?.redirectTo != null;) {
    const next: UrlFacts | undefined =
      at.redirectId === null ? undefined : readUrl(connection, at.redirectId);
    hops.push({ url: at.redirectTo, status: next?.status ?? null, state: next?.state ?? null });
    if (next !== undefined && seen.has(next.id)) break;
    if (next !== undefined) seen.add(next.id);
    at = next;
  }
  return hops;
}

export function redirectsTo(connection: Connection, id: number): Backlinks {
  return pointers(connection, 'source_id', 'redirects WHERE target_id = ?', id);
}

export function sitemapsListing(connection: Connection, id: number): Backlinks {
  return pointers(connection, 'sitemap_id', 'sitemap_urls WHERE page_id = ?', id);
}

/**
 * The pages that link to a URL. Their index is made when a run ends by itself; without it a file with few links is
 * looked through.
 *
 * @returns null where that would take too long
 */
export function linksTo(connection: Connection, id: number): Backlinks | null {
  const isIndexed = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'links_by_target'`).get();
  if (isIndexed !== undefined) return pointers(connection, 'source_id', 'links WHERE target_id = ?', id);
  const counted = connection
    .prepare<[number], { looked: number; found: number | null }>(
      `SELECT count(*) AS looked, sum(target_id = ?) AS found FROM (SELECT target_id FROM links LIMIT ${MAX_SCANNED})`,
    )
    .get(id);
  if (counted === undefined || counted.looked === MAX_SCANNED) return null;
  const count = counted.found ?? 0;
  return { count, examples: names(connection, 'source_id', 'links WHERE target_id = ?', id) };
}

function pointers(connection: Connection, column: string, table: string, id: number): Backlinks {
  const count = connection.prepare<[number], number>(`SELECT count(*) FROM ${table}`).pluck().get(id) ?? 0;
  return { count, examples: names(connection, column, table, id) };
}

function names(connection: Connection, column: string, table: string, id: number): string[] {
  return connection
    .prepare<[number], string>(
      `SELECT coalesce(u.url, u.request_key) FROM (SELECT ${column} AS id FROM ${table} ORDER BY 1 LIMIT ${EXAMPLES}) p
         JOIN urls u ON u.id = p.id`,
    )
    .pluck()
    .all(id);
}
