/**
 * What a correct crawl of the demo wiki ends with, told from the model and never from the HTML: the state,
 * depth and title of every URL and every edge, under the `mediawiki` link rule with robots.txt obeyed and
 * no limits. It knows the product's rules and none of its code.
 */
import type { Graph, Nofollow } from './graph.js';
import { ADDRESS, PLAIN } from './words.js';

/** In the depths: a crawl never hears of it. */
export const UNREACHED = -1;
/** In the depths: only page-level nofollow links lead there, which give no depth. */
export const NOFOLLOW_ONLY = -2;

/** How a URL ends. */
export type DemoState = 'done' | 'failed' | 'skipped';

/** One URL as a correct crawl records it. */
export interface DemoPage {
  /** Identity key: absolute, no fragment, percent-encoding normalised. */
  readonly url: string;
  readonly state: DemoState;
  /** null where nothing was asked for. */
  readonly httpStatus: number | null;
  /** Failure code or skip reason. */
  readonly error: 'status' | 'redirect' | 'robots' | 'content-type' | 'nofollow' | null;
  readonly title: string | null;
  /** Shortest distance from the seeds: a link costs 1, a redirect 0. null if skipped as nofollow. */
  readonly depth: number | null;
  /** Key of the target of a redirect, one hop. */
  readonly redirectTo: string | null;
  /** What the page names as rel=canonical. */
  readonly canonicalUrl: string | null;
}

/** The whole truth in memory, by identity key. */
export interface DemoTruth {
  readonly pages: ReadonlyMap<string, DemoPage>;
  /** Source → target → nofollow. Every page that is `done` with 200 is a source. */
  readonly edges: ReadonlyMap<string, ReadonlyMap<string, Nofollow>>;
  readonly counts: DemoCounts;
}

/** How many of what. */
export interface DemoCounts {
  /** All URLs known at the end: the sum of the next seven. */
  readonly urls: number;
  /** `done` with 200. */
  readonly pages: number;
  /** `done` with a 3xx. */
  readonly redirects: number;
  readonly failedStatus: number;
  readonly failedRedirect: number;
  readonly skippedRobots: number;
  readonly skippedContentType: number;
  readonly skippedNofollow: number;
  /** Distinct (source, target) pairs, links of a page to itself included. */
  readonly edges: number;
  /** URLs at depth 0, 1, 2 …; those without depth are in none. */
  readonly depths: readonly number[];
}

type Ending = Pick<DemoPage, 'state' | 'httpStatus' | 'error'>;

/** @see DemoWiki.depths */
export function depthsFrom(graph: Graph, seeds: readonly number[]): Int8Array {
  return search(graph, seeds).depths;
}

/** @see DemoWiki.truthPages */
export function* truthPages(graph: Graph, origin: string, seeds: readonly number[]): Generator<DemoPage> {
  const depths = depthsFrom(graph, seeds);
  for (const [id, depth] of depths.entries()) if (depth !== UNREACHED) yield pageOf(graph, origin, id, depth);
}

/** @see DemoWiki.truth */
export function readTruth(graph: Graph, origin: string, seeds: readonly number[]): DemoTruth {
  const pages = new Map<string, DemoPage>();
  const edges = new Map<string, ReadonlyMap<string, Nofollow>>();
  const found = search(graph, seeds);
  for (const [id, depth] of found.depths.entries()) {
    if (depth === UNREACHED) continue;
    const page = pageOf(graph, origin, id, depth);
    pages.set(page.url, page);
    if (depth === NOFOLLOW_ONLY || !graph.isPage(id)) continue;
    const targets = graph
      .links(id)
      .map(({ target, nofollow }) => [keyOf(graph, origin, target), nofollow] as const);
    edges.set(page.url, new Map(targets));
  }
  return { pages, edges, counts: count(graph, found) };
}

/** @see DemoWiki.counts */
export function countTruth(graph: Graph, seeds: readonly number[]): DemoCounts {
  return count(graph, search(graph, seeds));
}

interface Search {
  readonly depths: Int8Array;
  readonly edges: number;
}

/** Breadth first from the seeds. Counts the edges on its way: a page's links cost more than all the rest. */
function search(graph: Graph, seeds: readonly number[]): Search {
  const depths = new Int8Array(graph.layout.urls).fill(UNREACHED);
  const unfollowed: number[] = [];
  let edges = 0;
  let level: number[] = [];
  for (const seed of seeds) admit(graph, depths, seed, 0, level);
  for (let depth = 1; level.length > 0; depth++) {
    const next: number[] = [];
    for (const id of level) {
      const targets = graph.targets(id);
      edges += targets.size;
      if (graph.fixedArticle(id)?.nofollow !== undefined) unfollowed.push(id);
      else for (const target of targets) if (depths[target]! < 0) admit(graph, depths, target, depth, next);
    }
    level = next;
  }
  for (const id of unfollowed)
    for (const target of graph.targets(id)) if (depths[target] === UNREACHED) depths[target] = NOFOLLOW_ONLY;
  return { depths, edges };
}

function count(graph: Graph, { depths, edges }: Search): DemoCounts {
  const tally = new Map<string, number>();
  const histogram: number[] = [];
  let urls = 0;
  for (const [id, depth] of depths.entries()) {
    if (depth === UNREACHED) continue;
    urls++;
    if (depth >= 0) histogram[depth] = (histogram[depth] ?? 0) + 1;
    const { state, error, httpStatus } = endingOf(graph, id, depth);
    const kind = error === null ? `${state}: ${httpStatus === 200 ? 'page' : 'hop'}` : `${state}: ${error}`;
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
  }
  const of = (kind: string): number => tally.get(kind) ?? 0;
  return {
    urls,
    pages: of('done: page'),
    redirects: of('done: hop'),
    failedStatus: of('failed: status'),
    failedRedirect: of('failed: redirect'),
    skippedRobots: of('skipped: robots'),
    skippedContentType: of('skipped: content-type'),
    skippedNofollow: of('skipped: nofollow'),
    edges,
    depths: histogram,
  };
}

/** Gives an id its depth if it has none yet, and with it every redirect target behind it, which costs nothing. */
function admit(graph: Graph, depths: Int8Array, id: number, depth: number, level: number[]): void {
  for (let hop: number | undefined = id; hop !== undefined && depths[hop] === UNREACHED;) {
    depths[hop] = depth;
    level.push(hop);
    hop = hop < graph.layout.pages ? undefined : graph.redirectTarget(hop);
  }
}

function keyOf(graph: Graph, origin: string, id: number): string {
  return `${origin}/wiki/${graph.title(id, ADDRESS)}`;
}

function pageOf(graph: Graph, origin: string, id: number, depth: number): DemoPage {
  const url = keyOf(graph, origin, id);
  const target = depth === NOFOLLOW_ONLY ? undefined : graph.redirectTarget(id);
  const isPage = depth >= 0 && graph.isPage(id);
  const canonical = graph.fixedArticle(id)?.canonical;
  return {
    url,
    ...endingOf(graph, id, depth),
    title: isPage ? graph.title(id, PLAIN) : null,
    depth: depth >= 0 ? depth : null,
    redirectTo: target === undefined ? null : keyOf(graph, origin, target),
    canonicalUrl: !isPage
      ? null
      : canonical === undefined
        ? url
        : `${origin}/wiki/${ADDRESS.spell(canonical)}`,
  };
}

function endingOf(graph: Graph, id: number, depth: number): Ending {
  if (depth === NOFOLLOW_ONLY) return { state: 'skipped', httpStatus: null, error: 'nofollow' };
  const special = graph.special(id);
  switch (special?.kind) {
    case undefined:
      return { state: 'done', httpStatus: 200, error: null };
    case 'redirect':
      return isOnCycle(graph, id)
        ? { state: 'failed', httpStatus: special.status, error: 'redirect' }
        : { state: 'done', httpStatus: special.status, error: null };
    case 'missing':
      return { state: 'failed', httpStatus: special.status, error: 'status' };
    case 'file':
      return { state: 'skipped', httpStatus: 200, error: 'content-type' };
    case 'page':
      return special.disallowed
        ? { state: 'skipped', httpStatus: null, error: 'robots' }
        : { state: 'done', httpStatus: 200, error: null };
  }
}

/** Whether following redirects from the id comes back to it. */
function isOnCycle(graph: Graph, id: number): boolean {
  let hop = graph.redirectTarget(id);
  for (let hops = 0; hop !== undefined && hop !== id && hops < 20; hops++) hop = graph.redirectTarget(hop);
  return hop === id;
}
