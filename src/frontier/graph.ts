/**
 * The link graph: edges of pages, targets of redirects, and the depths that follow from them. A link
 * costs 1, a redirect 0, a page-level nofollow link leads nowhere. A shorter way found late is handed on
 * in steps, lowest depth first (Dijkstra's order), so the end result is the exact shortest distance
 * whatever the order in which pages came in.
 */
import type { Connection, Statement } from '../database/connection.js';
import type { Verdict } from '../protocol/outcome.js';
import { NO_HOPS } from './schema.js';
import { type GrowingScope, REDIRECT } from './scope.js';
import type { UrlRow, UrlTable } from './urls.js';

/** Page-level nofollow: recorded, not followed. */
const UNFOLLOWED = 2;

interface Redirect {
  readonly targetUrl: string;
  readonly verdict: Verdict;
}

export class LinkGraph {
  readonly #urls: UrlTable;
  readonly #maxHops: number;
  readonly #scope: GrowingScope;
  readonly #addEdges: Statement<[number, number, string]>;
  readonly #leastNofollow: Statement<[number, number, number]>;
  readonly #bumpLinkCount: Statement<[number]>;
  readonly #addRedirect: Statement<[number, string, Verdict, 0 | 1]>;
  readonly #setTarget: Statement<[number, number]>;
  readonly #redirectOf: Statement<[number], Redirect>;
  readonly #detourOf: Statement<[number], Redirect>;
  readonly #keepDetour: Statement<[number]>;
  readonly #dropRedirect: Statement<[number]>;
  readonly #hadCookies: Statement<[number], 0 | 1>;
  readonly #targetOf: Statement<[number], number | null>;
  readonly #longerTargets: Statement<[number, number], string>;
  readonly #nextRelaxation: Statement<[], { depth: number; urlId: number }>;
  readonly #dropRelaxation: Statement<[number, number]>;

  /** @param maxHops a redirect answered by a URL this many redirects from a link is not followed */
  constructor(connection: Connection, urls: UrlTable, scope: GrowingScope, maxHops: number) {
    this.#urls = urls;
    this.#maxHops = maxHops;
    this.#scope = scope;
    this.#addEdges = connection.prepare(
      'INSERT OR IGNORE INTO links (source_id, nofollow, target_id) SELECT ?, ?, value FROM json_each(?)',
    );
    this.#leastNofollow = connection.prepare(
      'UPDATE links SET nofollow = min(nofollow, ?) WHERE source_id = ? AND target_id = ?',
    );
    this.#bumpLinkCount = connection.prepare('UPDATE urls SET link_count = link_count + 1 WHERE id = ?');
    this.#addRedirect = connection.prepare(
      'INSERT OR REPLACE INTO redirects (source_id, target_url, verdict, cookies) VALUES (?, ?, ?, ?)',
    );
    this.#setTarget = connection.prepare('UPDATE redirects SET target_id = ? WHERE source_id = ?');
    this.#redirectOf = connection.prepare(
      'SELECT target_url AS targetUrl, verdict FROM redirects WHERE source_id = ?',
    );
    this.#detourOf = connection.prepare(
      'SELECT target_url AS targetUrl, verdict FROM detours WHERE source_id = ?',
    );
    this.#keepDetour = connection.prepare(
      `INSERT OR REPLACE INTO detours (source_id, target_url, verdict, target_id)
       SELECT source_id, target_url, verdict, target_id FROM redirects WHERE source_id = ?`,
    );
    this.#dropRedirect = connection.prepare('DELETE FROM redirects WHERE source_id = ?');
    this.#hadCookies = connection
      .prepare<[number], 0 | 1>('SELECT cookies FROM redirects WHERE source_id = ?')
      .pluck();
    this.#targetOf = connection
      .prepare<[number], number | null>('SELECT target_id FROM redirects WHERE source_id = ?')
      .pluck();
    this.#longerTargets = connection
      .prepare<[number, number], string>(
        `SELECT coalesce(u.url, u.request_key) FROM links l JOIN urls u ON u.id = l.target_id
          WHERE l.source_id = ? AND l.nofollow < ${UNFOLLOWED} AND (u.depth IS NULL OR u.depth > ?)`,
      )
      .pluck();
    this.#nextRelaxation = connection.prepare(
      'SELECT depth, url_id AS urlId FROM relaxations ORDER BY depth, url_id LIMIT 1',
    );
    this.#dropRelaxation = connection.prepare('DELETE FROM relaxations WHERE depth = ? AND url_id = ?');
  }

  /** Files a page's in-scope links. Answers how many edges that made. */
  addLinks(source: UrlRow, links: readonly [string, string, string]): number {
    let edges = 0;
    for (const [nofollow, keys] of links.entries()) {
      if (keys !== '') edges += this.addEdges(source, keys, nofollow);
    }
    return edges;
  }

  /** Files one link that was judged after its page was settled. */
  addLateLink(sourceId: number, key: string, nofollow: number): void {
    if (this.addEdges(this.#urls.row(sourceId), key, nofollow) > 0) this.#bumpLinkCount.run(sourceId);
  }

  /** Files a redirect of a URL that is already settled as done. */
  addRedirect(source: UrlRow, targetKey: string, verdict: Verdict, withCookies: boolean): void {
    this.#addRedirect.run(source.id, targetKey, verdict, withCookies ? 1 : 0);
    if (
      verdict === 'outside' &&
      source.seedHops === NO_HOPS &&
      !this.#scope.has(targetKey) &&
      this.#scope.isOpen()
    ) {
      this.#scope.defer(source.id, targetKey, REDIRECT);
      return;
    }
    this.followRedirect(source.id);
  }

  /** Admits a stored redirect's target as what is known now allows; may be repeated. */
  followRedirect(sourceId: number): void {
    const source = this.#urls.row(sourceId);
    const redirect = this.#redirectOf.get(sourceId);
    if (redirect === undefined) return;
    if (source.hops >= this.#maxHops) {
      if (source.state === 'done') this.#fail(source, `more than ${this.#maxHops} redirects in a row`);
      return;
    }
    const targetId = this.#reachBy(source, redirect);
    this.#setTarget.run(targetId, sourceId);
    this.#judgeCycle(source, targetId);
    // At once, not in `relax`: until then a seed's chain would look ended that is not.
    for (const id of this.#urls.takeNearerSeed()) this.#relaxUrl(this.#urls.row(id));
  }

  /**
   * Hands shorter depths on until about `budget` links were looked at. Each URL's turn comes with all
   * its links at once: a page's links are bounded by its size.
   * @returns whether there was anything to do
   */
  relax(budget: number): boolean {
    let left = budget;
    for (
      let next = this.#nextRelaxation.get();
      next !== undefined && left > 0;
      next = this.#nextRelaxation.get()
    ) {
      this.#dropRelaxation.run(next.depth, next.urlId);
      const url = this.#urls.row(next.urlId);
      this.#relaxUrl(url);
      left -= 1 + url.linkCount;
    }
    return left < budget;
  }

  /**
   * Files links of one kind, with one statement for all edges. Answers how many of them are new.
   * @param keys joined by newlines; not ''
   */
  addEdges(source: UrlRow, keys: string, nofollow: number): number {
    const isFollowed = nofollow < UNFOLLOWED && source.depth !== null;
    const targets = this.#urls.reachByLinks(keys, source.id, isFollowed ? source.depth + 1 : null);
    // In the order of the table, so that each lands beside the one before.
    const { changes } = this.#addEdges.run(
      source.id,
      nofollow,
      `[${Float64Array.from(targets).sort().join(',')}]`,
    );
    if (changes < targets.length)
      for (const targetId of targets) this.#leastNofollow.run(nofollow, source.id, targetId);
    return changes;
  }

  #reachBy(source: UrlRow, { targetUrl, verdict }: Redirect): number {
    const isInside = verdict === 'inside' || (verdict === 'outside' && this.#scope.has(targetUrl));
    return this.#urls.reach(targetUrl, {
      kind: source.kind,
      depth: source.depth,
      hops: source.hops < this.#maxHops ? source.hops + 1 : NO_HOPS,
      foundOn: source.id,
      seedHops: source.seedHops < this.#maxHops ? source.seedHops + 1 : NO_HOPS,
      inScope: isInside || source.kind === 'sitemap',
    });
  }

  #relaxUrl(url: UrlRow): void {
    const detour = url.reasked === 1 ? this.#detourOf.get(url.id) : undefined;
    if (detour !== undefined) this.#reachBy(url, detour);
    if (this.#redirectOf.get(url.id) !== undefined) this.followRedirect(url.id);
    if (url.depth === null || url.state !== 'done') return;
    const depth = url.depth + 1;
    for (const key of this.#longerTargets.all(url.id, depth))
      this.#urls.reach(key, {
        kind: 'page',
        depth,
        hops: 0,
        foundOn: url.id,
        seedHops: NO_HOPS,
        inScope: true,
      });
  }

  /**
   * All URLs of a redirect cycle fail, whichever came first, or, where cookies had a part, are asked once more.
   * One that was failed for its hops alone is done after all.
   */
  #judgeCycle(source: UrlRow, targetId: number): void {
    const cycle = this.#cycleThrough(source.id, targetId).map((id) => this.#urls.row(id));
    const hadCookies = cycle.some(({ id }) => this.#hadCookies.get(id) === 1);
    const again = hadCookies ? cycle.filter(({ reasked }) => reasked === 0) : [];
    if (again.length > 0) {
      for (const row of again) this.#reask(row);
      return;
    }
    for (const row of cycle) if (row.state === 'done') this.#fail(row, 'redirects in a circle');
    if (cycle.length === 0 && source.state === 'failed') this.#urls.settle(source, { state: 'done' });
  }

  /**
   * The redirect is forgotten, the way it showed is not: what was reached by it keeps its depth, since nothing
   * that was ever reached gets worse.
   */
  #reask(row: UrlRow): void {
    this.#keepDetour.run(row.id);
    this.#dropRedirect.run(row.id);
    this.#urls.settle(row, { state: 'queued', attempts: -1, isReasked: true });
  }

  #cycleThrough(sourceId: number, targetId: number): number[] {
    const chain = [sourceId];
    const seen = new Set(chain);
    for (let id: number | null | undefined = targetId; id != null; id = this.#targetOf.get(id)) {
      if (id === sourceId) return chain;
      // A cycle further on that does not come back to us: ours only leads into it.
      if (seen.has(id)) return [];
      seen.add(id);
      chain.push(id);
    }
    return [];
  }

  #fail(row: UrlRow, detail: string): void {
    this.#urls.settle(row, { state: 'failed', error: 'redirect', detail });
  }
}
