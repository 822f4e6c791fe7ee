/**
 * How far one page is from another: breadth first from both ends, level by level, until they meet. Memory: eight
 * bytes for each URL of the file, and the ids that were reached.
 */
import type { Edges } from './edges.js';

/** All pages at the same distance from an end; those that redirects lead to are in it. */
type Level = readonly number[];

/** Where two searches met: what is needed to walk the shortest chains. */
export interface Meeting {
  /** Links on a shortest chain. */
  readonly steps: number;
  /** Forward levels, complete from 0 to the last. */
  readonly levels: readonly Level[];
  /** Pages of the last forward level that are on a shortest chain. */
  readonly pages: readonly number[];
  /** Links from the start; undefined where the search has not come. */
  readonly distanceFrom: (id: number) => number | undefined;
  /** Links to the target; undefined where the search has not come. */
  readonly distanceTo: (id: number) => number | undefined;
}

/** Where two pages meet; null when no chain leads from one to the other. */
export function search(edges: Edges, from: number, to: number, lastId: number): Meeting | null {
  const forward = new Side(from, lastId, {
    links: (id) => edges.targetsOf(id),
    redirects: (id) => listOf(edges.redirectOf(id)),
  });
  const backward = new Side(to, lastId, {
    links: (id) => edges.sourcesOf(id),
    redirects: (id) => edges.redirectedTo(id),
  });
  for (;;) {
    const pages = forward.front.filter((id) => backward.distance(id) === backward.depth);
    if (pages.length > 0) {
      return {
        steps: forward.depth + backward.depth,
        levels: forward.levels,
        pages,
        distanceFrom: (id) => forward.distance(id),
        distanceTo: (id) => backward.distance(id),
      };
    }
    if (forward.front.length === 0 || backward.front.length === 0) return null;
    const isForward = !edges.isIndexed || forward.cost <= backward.cost;
    (isForward ? forward : backward).advance();
  }
}

interface Neighbours {
  readonly links: (id: number) => readonly number[];
  readonly redirects: (id: number) => readonly number[];
}

/** One of the two searches. */
class Side {
  readonly levels: Level[] = [];
  /** By id: distance plus one; 0 = not reached. */
  readonly #distances: Int32Array;
  readonly #neighbours: Neighbours;
  /** Edges read for the last level, for each page of it. */
  #edgesPerPage = 1;

  constructor(start: number, lastId: number, neighbours: Neighbours) {
    this.#distances = new Int32Array(lastId + 1);
    this.#neighbours = neighbours;
    const level: number[] = [];
    this.#reach(start, 0, level);
    this.levels.push(level);
  }

  get depth(): number {
    return this.levels.length - 1;
  }

  get front(): Level {
    return this.levels[this.depth] ?? [];
  }

  /** What the next level is likely to cost, in edges to be read. */
  get cost(): number {
    return this.front.length * this.#edgesPerPage;
  }

  distance(id: number): number | undefined {
    const stored = this.#distances[id];
    return stored === undefined || stored === 0 ? undefined : stored - 1;
  }

  advance(): void {
    const level: number[] = [];
    let read = 0;
    for (const id of this.front) {
      const neighbours = this.#neighbours.links(id);
      read += neighbours.length;
      for (const next of neighbours)
        if (this.#distances[next] === 0) this.#reach(next, this.levels.length, level);
    }
    this.#edgesPerPage = read / this.front.length;
    this.levels.push(level);
  }

  /** With all that redirects lead to, which is no step farther. */
  #reach(id: number, distance: number, level: number[]): void {
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (this.#distances[next] !== 0) continue;
      this.#distances[next] = distance + 1;
      level.push(next);
      open.push(...this.#neighbours.redirects(next));
    }
  }
}

function listOf(id: number | undefined): readonly number[] {
  return id === undefined ? [] : [id];
}
