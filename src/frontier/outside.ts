/**
 * What leads out of the seeds' scope: taken in where a redirect of a seed has won its scope, kept while one may
 * yet do so, else counted by host and dropped.
 */
import type { Connection, Statement } from '../database/connection.js';
import { linesOf } from '../protocol/joined.js';
import { hostnameOf } from '../url/scope.js';
import type { LinkGraph } from './graph.js';
import { type GrowingScope, LISTED, REDIRECT } from './scope.js';
import type { SitemapTable } from './sitemaps.js';

/** Where it goes when it turns out to be inside. */
export interface OutsideParts {
  readonly scope: GrowingScope;
  readonly graph: LinkGraph;
  readonly sitemaps: SitemapTable;
}

export class OutsideLinks {
  readonly #scope: GrowingScope;
  readonly #graph: LinkGraph;
  readonly #sitemaps: SitemapTable;
  readonly #save: Statement<[string, number]>;
  /** Links counted by this transaction. */
  readonly #counts = new Map<string, number>();

  constructor(connection: Connection, { scope, graph, sitemaps }: OutsideParts) {
    this.#scope = scope;
    this.#graph = graph;
    this.#sitemaps = sitemaps;
    this.#save = connection.prepare(
      `INSERT INTO outside_hosts (host, links) VALUES (?, ?)
       ON CONFLICT (host) DO UPDATE SET links = links + excluded.links`,
    );
  }

  /**
   * Judges keys outside the seeds' scope that one answer names.
   *
   * @param keys   joined by newlines
   * @param mark   how they were named: nofollow of links, or `LISTED`
   * @param take   called with each key that is inside after all
   * @returns      the sum of what `take` answered
   */
  judge(sourceId: number, keys: string, mark: number, take: (key: string) => number): number {
    let taken = 0;
    const isOpen = keys !== '' && this.#scope.isOpen();
    for (const key of linesOf(keys)) {
      if (this.#scope.has(key)) taken += take(key);
      else if (isOpen) this.#scope.defer(sourceId, key, mark);
      else this.#count(hostnameOf(key), 1);
    }
    return taken;
  }

  /** Counts links that a thread has sent as `host count` lines. */
  count(lines: string): void {
    for (const line of linesOf(lines)) {
      const [host, count] = line.split(' ');
      if (host !== undefined && host !== '') this.#count(host, Number(count));
    }
  }

  /** Judges up to `limit` of those that were kept. Answers whether there were any. */
  judgeDeferred(limit: number): boolean {
    const { isInside, links } = this.#scope.takeJudged(limit);
    for (const { sourceId, target, nofollow } of links) {
      if (nofollow === REDIRECT) this.#graph.followRedirect(sourceId);
      else if (!isInside) this.#count(hostnameOf(target), 1);
      else if (nofollow === LISTED) this.#sitemaps.list(sourceId, target);
      else this.#graph.addLateLink(sourceId, target, nofollow);
    }
    return links.length > 0;
  }

  /** Writes the counts; the last thing in every transaction. */
  flush(): void {
    for (const [host, links] of this.#counts) this.#save.run(host, links);
    this.#counts.clear();
  }

  /** To be called when a transaction has come to nothing. */
  undo(): void {
    this.#counts.clear();
  }

  #count(host: string, links: number): void {
    this.#counts.set(host, (this.#counts.get(host) ?? 0) + links);
  }
}
