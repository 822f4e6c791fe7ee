/**
 * All shortest chains between two pages at once: the pages that stand on one, how many chains there are, and the
 * chains themselves, one by one. Chains differ where they go through different URLs, redirects among them.
 */
import type { Edges } from './edges.js';
import type { Meeting } from './search.js';

/** The ids of a chain, from the start to the target. */
export type Chain = readonly number[];

export class Lattice {
  readonly #edges: Edges;
  readonly #meeting: Meeting;
  readonly #to: number;
  /** Of the forward half: the pages on a shortest chain. In the other half every page that comes nearer is. */
  readonly #forward: ReadonlySet<number>;

  constructor(edges: Edges, meeting: Meeting, to: number) {
    this.#edges = edges;
    this.#meeting = meeting;
    this.#to = to;
    this.#forward = forwardHalf(edges, meeting);
  }

  /** How many shortest chains there are, exactly: they soon are more than could be listed. */
  count(from: number): bigint {
    let level = new Map([[from, 1n]]);
    for (let step = 0; ; step++) {
      const next = new Map<number, bigint>();
      for (const id of this.#inOrder(level.keys())) {
        const chains = level.get(id) ?? 0n;
        if (id === this.#to) continue;
        for (const target of this.#redirected(id)) level.set(target, (level.get(target) ?? 0n) + chains);
        for (const target of this.#linked(id)) next.set(target, (next.get(target) ?? 0n) + chains);
      }
      if (step === this.#meeting.steps) return level.get(this.#to) ?? 0n;
      level = next;
    }
  }

  /**
   * The chains, depth first.
   * @param sorted puts the pages that may come next into the order in which they are taken
   */
  *chains(from: number, sorted: (ids: readonly number[]) => readonly number[]): Generator<Chain> {
    const chain: number[] = [];
    const open: (readonly number[])[] = [[from]];
    const taken: number[] = [0];
    while (open.length > 0) {
      const last = open.length - 1;
      const id = open[last]?.[taken[last] ?? 0];
      chain.length = last;
      if (id === undefined) {
        open.pop();
        taken.pop();
        continue;
      }
      taken[last] = (taken[last] ?? 0) + 1;
      chain.push(id);
      if (id === this.#to) {
        yield [...chain];
        continue;
      }
      open.push(sorted([...this.#redirected(id), ...this.#linked(id)]));
      taken.push(0);
    }
  }

  /** Where one comes by a link from a page of the lattice, nearer to the target. */
  #linked(id: number): readonly number[] {
    return [...new Set(this.#edges.targetsOf(id))].filter((target) => this.#isStep(id, target, 1));
  }

  #redirected(id: number): readonly number[] {
    const target = this.#edges.redirectOf(id);
    return target !== undefined && this.#isStep(id, target, 0) ? [target] : [];
  }

  #isStep(from: number, to: number, cost: 0 | 1): boolean {
    const { steps, distanceFrom, distanceTo } = this.#meeting;
    const place = this.#placeOf(from);
    if (place === undefined) return false;
    const isForward = this.#forward.has(to) && distanceFrom(to) === place + cost;
    return isForward || distanceTo(to) === steps - place - cost;
  }

  /** Steps from the start. */
  #placeOf(id: number): number | undefined {
    const { steps, distanceFrom, distanceTo } = this.#meeting;
    if (this.#forward.has(id)) return distanceFrom(id);
    const left = distanceTo(id);
    return left === undefined ? undefined : steps - left;
  }

  /** Pages of one level, each behind those that redirect to it, so that all chains to it are counted first. */
  #inOrder(ids: Iterable<number>): readonly number[] {
    const ordered = new Set<number>();
    const level = [...ids];
    const visit = (id: number): void => {
      // The redirects of a level start at its pages: from each the rest of its way stands behind it.
      for (let at: number | undefined = id; at !== undefined; at = this.#redirected(at)[0]) {
        ordered.delete(at);
        ordered.add(at);
      }
    };
    level.forEach(visit);
    return [...ordered];
  }
}

/** From where the searches met back to the start, level by level. */
function forwardHalf(edges: Edges, { levels, pages, distanceFrom }: Meeting): ReadonlySet<number> {
  const half = new Set<number>();
  let level = pages;
  for (let depth = levels.length - 1; depth >= 0; depth--) {
    const here = withRedirects(edges, level, depth, distanceFrom);
    for (const id of here) half.add(id);
    level = depth === 0 ? [] : before(edges, here, levels[depth - 1] ?? [], depth - 1, distanceFrom);
  }
  return half;
}

/** With the pages of the same level that redirect to them. */
function withRedirects(
  edges: Edges,
  ids: readonly number[],
  depth: number,
  distanceFrom: Meeting['distanceFrom'],
): ReadonlySet<number> {
  const all = new Set<number>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (all.has(id)) continue;
    all.add(id);
    open.push(...edges.redirectedTo(id).filter((source) => distanceFrom(source) === depth));
  }
  return all;
}

/** The pages of the level before that link to one of these; read from whichever side has fewer. */
function before(
  edges: Edges,
  ids: ReadonlySet<number>,
  level: readonly number[],
  depth: number,
  distanceFrom: Meeting['distanceFrom'],
): readonly number[] {
  if (!edges.isIndexed || level.length < ids.size)
    return level.filter((id) => edges.targetsOf(id).some((target) => ids.has(target)));
  const found = new Set<number>();
  for (const id of ids)
    for (const source of edges.sourcesOf(id)) if (distanceFrom(source) === depth) found.add(source);
  return [...found];
}
