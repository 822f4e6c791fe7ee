/**
 * Sitemaps as ways into a site: which are read, and which pages they list. A listed page is a starting point at
 * depth 0, but no seed: scope, filters and guards hold for it as for a link.
 */
import type { Connection, Statement } from '../database/connection.js';
import type { HostTable } from './hosts.js';
import { NO_HOPS } from './schema.js';
import type { GrowingScope } from './scope.js';
import type { UrlRow, UrlTable } from './urls.js';

/** A way in from outside the link graph. */
const LISTED = { depth: 0, hops: 0, seedHops: NO_HOPS, inScope: true } as const;

/** The parts of the frontier that sitemaps lead into. */
export interface SitemapParts {
  readonly urls: UrlTable;
  readonly hosts: HostTable;
  readonly scope: GrowingScope;
}

export class SitemapTable {
  readonly #connection: Connection;
  readonly #urls: UrlTable;
  readonly #hosts: HostTable;
  readonly #scope: GrowingScope;
  readonly #sitemapsOf: ((origin: string, robotsText: string) => readonly string[]) | null;
  readonly #add: Statement<[number, number]>;
  readonly #mark: Statement<[number]>;
  /** Hosts whose sitemaps are known to be admitted. */
  readonly #known = new Set<number>();

  constructor(
    connection: Connection,
    { urls, hosts, scope }: SitemapParts,
    sitemapsOf: ((origin: string, robotsText: string) => readonly string[]) | null,
  ) {
    this.#connection = connection;
    this.#urls = urls;
    this.#hosts = hosts;
    this.#scope = scope;
    this.#sitemapsOf = sitemapsOf;
    this.#add = connection.prepare('INSERT OR IGNORE INTO sitemap_urls (page_id, sitemap_id) VALUES (?, ?)');
    this.#mark = connection.prepare('UPDATE hosts SET sitemaps = 1 WHERE id = ? AND sitemaps = 0');
  }

  /** A URL is settled: when it is the first page of a host in scope, that host's sitemaps are admitted. */
  admitOf({ id, kind, hostId, url }: Pick<UrlRow, 'id' | 'kind' | 'hostId' | 'url'>): void {
    if (this.#sitemapsOf === null || kind !== 'page' || this.#known.has(hostId)) return;
    if (this.#scope.has(url)) this.#admitOfHost(hostId, id);
  }

  /** The scope has grown: hosts whose pages were settled before are looked at again, so that order cannot matter. */
  admitSettled(): void {
    if (this.#sitemapsOf === null) return;
    const hosts = this.#connection
      .prepare<[], { hostId: number; host: string }>(
        'SELECT id AS hostId, host FROM hosts WHERE sitemaps = 0',
      )
      .all();
    const first = this.#connection
      .prepare<[number], number>(
        `SELECT id FROM urls WHERE host_id = ? AND kind = 'page' AND (state IN ('done', 'failed')
            OR (state = 'skipped' AND error IN ('robots', 'content-type', 'private'))) LIMIT 1`,
      )
      .pluck();
    for (const { hostId, host } of hosts) {
      const id = this.#scope.has(`${host}/`) ? first.get(hostId) : undefined;
      if (id !== undefined) this.#admitOfHost(hostId, id);
    }
  }

  /**
   * Admits one sitemap.
   * @param foundOn the index that names it, or the page whose host has it
   */
  admit(url: string, foundOn: number): void {
    this.#urls.reach(url, { kind: 'sitemap', ...LISTED, foundOn });
  }

  /** Files that a sitemap lists a page. Answers how many entries that made. */
  list(sitemapId: number, url: string): number {
    const pageId = this.#urls.reach(url, { kind: 'page', ...LISTED, foundOn: sitemapId });
    return this.#add.run(pageId, sitemapId).changes;
  }

  /** After depths were forgotten: what is listed is a starting point still. */
  reachAgain(): void {
    const listed = this.#connection
      .prepare<[], { url: string; sitemapId: number }>(
        'SELECT u.request_key AS url, s.sitemap_id AS sitemapId FROM sitemap_urls s JOIN urls u ON u.id = s.page_id',
      )
      .all();
    for (const { url, sitemapId } of listed)
      this.#urls.reach(url, { kind: 'page', ...LISTED, foundOn: sitemapId });
  }

  /** Once a host: when a page of it is settled, its robots.txt is known. */
  #admitOfHost(hostId: number, pageId: number): void {
    if (this.#sitemapsOf === null || this.#known.has(hostId)) return;
    this.#known.add(hostId);
    if (this.#mark.run(hostId).changes === 0) return;
    const { host } = this.#hosts.facts(hostId);
    for (const url of this.#sitemapsOf(host, this.#hosts.robotsText(hostId))) this.admit(url, pageId);
  }
}
