/**
 * How far apart the pages of a demo wiki are, by the plainest way there is: from one page level by level over all
 * links, which are kept in memory. What `path` finds is held against it.
 */
import type { DemoWiki } from '#src/demo/wiki.js';

/** What of a wiki is asked for. */
export type Linked = Pick<DemoWiki, 'pages' | 'urls' | 'links' | 'depths' | 'redirectTarget'>;

/** From one page: by id the links of a shortest chain (−1 = none), and how many such chains there are. */
export interface Distances {
  readonly steps: Int16Array;
  /** Exact up to 2^53. */
  readonly chains: Float64Array;
}

/** All links of a wiki that a complete crawl records: four bytes each. */
export class WikiDistances {
  readonly #wiki: Linked;
  readonly #first: Int32Array;
  readonly #targets: Int32Array;
  /** Redirects that work, each before those it leads to. */
  readonly #redirects: readonly (readonly [source: number, target: number])[];

  /** @param walksNofollow whether links marked as nofollow are walked */
  constructor(wiki: Linked, walksNofollow = true) {
    this.#wiki = wiki;
    const depths = wiki.depths();
    this.#first = new Int32Array(wiki.urls + 1);
    let targets = new Int32Array(wiki.urls * 64);
    let count = 0;
    for (let id = 0; id < wiki.urls; id++) {
      const links = depths[id]! >= 0 ? wiki.links(id) : []; // Else a crawl has not read it.
      if (count + links.length > targets.length) {
        const larger = new Int32Array(targets.length * 2);
        larger.set(targets);
        targets = larger;
      }
      for (const { target, nofollow } of links)
        if (walksNofollow || nofollow === 0) targets[count++] = target;
      this.#first[id + 1] = count;
    }
    this.#targets = targets;
    this.#redirects = redirectsOf(wiki);
  }

  from(start: number): Distances {
    const steps = new Int16Array(this.#wiki.urls).fill(-1);
    const chains = new Float64Array(this.#wiki.urls);
    const reach = (id: number, step: number, more: number, level: number[]): void => {
      if (steps[id] === -1) {
        steps[id] = step;
        level.push(id);
      }
      if (steps[id] === step) chains[id]! += more;
    };
    let level: number[] = [];
    reach(start, 0, 1, level);
    for (let step = 0; level.length > 0; step++) {
      for (const [source, target] of this.#redirects)
        if (steps[source] === step) reach(target, step, chains[source]!, level);
      const next: number[] = [];
      for (const id of level)
        for (let at = this.#first[id]!; at < this.#first[id + 1]!; at++)
          reach(this.#targets[at]!, step + 1, chains[id]!, next);
      level = next;
    }
    return { steps, chains };
  }
}

/** One that comes back to itself leads nowhere; another may lead to such a one. */
function redirectsOf(wiki: Linked): (readonly [number, number])[] {
  const ways = new Map<number, readonly number[]>();
  for (let id = wiki.pages; id < wiki.urls; id++) {
    const way = wayOf(wiki, id);
    if (way.length > 0 && !way.includes(id)) ways.set(id, way);
  }
  const lengthOf = (id: number): number => ways.get(id)!.filter((hop) => ways.has(hop)).length;
  return [...ways.keys()].sort((a, b) => lengthOf(b) - lengthOf(a)).map((id) => [id, ways.get(id)![0]!]);
}

/** Where the redirects from an id lead, each place once. */
function wayOf(wiki: Linked, id: number): number[] {
  const way: number[] = [];
  for (let at = wiki.redirectTarget(id); at !== undefined && !way.includes(at); at = wiki.redirectTarget(at))
    way.push(at);
  return way;
}
