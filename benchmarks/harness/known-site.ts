/**
 * A crawl in mid-run, as a file: all addresses of a demo wiki are known, half of its pages are done. What the pages
 * that come next link to is worked out beforehand, so that a thread's answer costs nothing.
 */
import { openForWriting } from '#src/database/open.js';
import { DemoWiki } from '#src/demo/wiki.js';
import { SqliteFrontier } from '#src/frontier/sqlite.js';
import { MIGRATIONS } from '#src/migrations.js';

export const SITE = 'http://demo.wiki';
/** A page of our own that links to all others. */
const INDEX = `${SITE}/`;
/** In-scope links of a page, as many as pages of the real wiki have. */
export const LINKS = 77;

/** The frontier of such a crawl on a file that is open. */
export function frontierOn(connection: ReturnType<typeof openForWriting>['connection']): SqliteFrontier {
  const frontier = new SqliteFrontier(connection, {
    scope: 'origin',
    seedScopeKeys: [SITE],
    maxHops: 20,
    sitemapsOf: null,
  });
  frontier.start(0, NO_LIMITS, null);
  return frontier;
}

const NO_LIMITS = {
  maxDepth: null,
  maxFollowDepth: null,
  maxVariants: null,
  maxPerHost: null,
  allowPrivate: true,
  longestGapMs: 0,
  isOfTasks: false,
};

/** Writes the file. The row of an address is its place in `order` plus two. */
export function writeKnownSite(file: string, pages: number): void {
  const wiki = new DemoWiki({ pages });
  const order = breadthFirst(wiki);
  const { connection, close } = openForWriting(file, MIGRATIONS, true);
  try {
    const frontier = frontierOn(connection);
    frontier.admitSeeds([INDEX]);
    const request = { now: 0, limit: 1, pageLimit: 1, refuse: () => null };
    const { leases } = frontier.claim({ ...request, allow: () => ({ kind: 'pages', count: 1, gapMs: 0 }) });
    const links = Array.from(order, (id) => wiki.urlOf(id, SITE)).join('\n');
    frontier.apply(
      leases.map(({ id }) => ({
        kind: 'page',
        id,
        links: [links, '', ''],
        outside: ['', '', ''],
        outsideHosts: '',
      })),
      [],
      () => undefined,
    );
    // Not crawled, which would take too long: only what is known matters here.
    connection
      .prepare(
        `UPDATE urls SET state = 'done', link_count = 0, attempts = 1 WHERE state = 'queued' AND id <= ?`,
      )
      .run(order.length / 2);
    connection.exec('UPDATE hosts SET robots_fetched_at = 0, robots_status = 404');
  } finally {
    close();
  }
}

/** The pages that are asked for next in such a file, helping by helping. */
export class NextPages {
  readonly #wiki: DemoWiki;
  readonly #order: Int32Array;
  #place: number;

  /** All addresses of the wiki. */
  get known(): number {
    return this.#order.length;
  }

  constructor(pages: number) {
    this.#wiki = new DemoWiki({ pages });
    this.#order = breadthFirst(this.#wiki);
    this.#place = Math.floor(this.#order.length / 2) - 1;
  }

  /** As `take`, for pages that link to all there is: what a run keeps in mind is then as if it had found it itself. */
  takeIndexes(count: number): Map<string, string> {
    const found = new Map<string, string>();
    const share = Math.ceil(this.#order.length / count);
    for (let from = 0; from < this.#order.length; from += share) {
      const links = Array.from(this.#order.subarray(from, from + share), (id) => this.#wiki.urlOf(id, SITE));
      found.set(this.#wiki.urlOf(this.#order[this.#place++]!, SITE), links.join('\n'));
    }
    return found;
  }

  /** The links of the next `count` pages, by address: joined by newlines. The last of each leads to a new address. */
  take(count: number): Map<string, string> {
    const found = new Map<string, string>();
    for (const end = this.#place + count; this.#place < end; this.#place++) {
      const known = Array.from(this.#targets(this.#place), (id) => this.#wiki.urlOf(id, SITE));
      const links = [...known.slice(0, LINKS - 1), `${SITE}/new/${this.#place}`];
      found.set(this.#wiki.urlOf(this.#order[this.#place]!, SITE), links.join('\n'));
    }
    return found;
  }

  /** A page of the wiki has some 50 links; those of the pages after it make up for the rest. */
  #targets(place: number): Set<number> {
    const targets = new Set<number>();
    for (let more = place; targets.size < LINKS && more < this.#order.length; more++)
      for (const { target } of this.#wiki.links(this.#order[more]!)) targets.add(target);
    return targets;
  }
}

/** The wiki's addresses in the order in which a crawl finds them. */
function breadthFirst(wiki: DemoWiki): Int32Array {
  const order = new Int32Array(wiki.urls);
  const isFound = new Uint8Array(wiki.urls);
  let found = 1;
  isFound[0] = 1;
  for (let next = 0; next < found; next++)
    for (const target of wiki.neighbours(order[next]!)) {
      if (isFound[target] === 1) continue;
      isFound[target] = 1;
      order[found++] = target;
    }
  return order.subarray(0, found);
}
