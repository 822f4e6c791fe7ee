/**
 * The edges of a file as a search walks them: links, which are a step each, and redirects, which are none. Reads
 * only, one page at a time.
 */
import type { Connection, Statement } from '../database/connection.js';

/** Which links are walked: all that a reader could click, or those that pages do not mark as nofollow. */
export type WalkedLinks = 'all' | 'followed';

/** Ids of pages, as in `urls`. */
export class Edges {
  /** Whether links can be asked for by their target: the index is made when a run ends by itself. */
  readonly isIndexed: boolean;
  readonly #targets: Statement<[number], number>;
  readonly #sources: Statement<[number], number>;
  readonly #redirects = new Map<number, number>();
  readonly #redirected = new Map<number, number[]>();

  constructor(connection: Connection, walked: WalkedLinks) {
    const condition = walked === 'followed' ? 'AND nofollow = 0' : '';
    const read = (sql: string): Statement<[number], number> =>
      connection.prepare<[number], number>(`${sql} ${condition}`).pluck();
    this.isIndexed =
      connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'links_by_target'`).get() !== undefined;
    this.#targets = read('SELECT target_id FROM links WHERE source_id = ?');
    this.#sources = read('SELECT source_id FROM links WHERE target_id = ?');
    this.#readRedirects(connection);
  }

  /** The pages that a page links to. */
  targetsOf(id: number): readonly number[] {
    return this.#targets.all(id);
  }

  /** The pages that link to a page; looks through all links of the file where these have no index. */
  sourcesOf(id: number): readonly number[] {
    return this.#sources.all(id);
  }

  /** Where a URL redirects to. */
  redirectOf(id: number): number | undefined {
    return this.#redirects.get(id);
  }

  /** The URLs that redirect to one. */
  redirectedTo(id: number): readonly number[] {
    return this.#redirected.get(id) ?? [];
  }

  /** Only redirects that worked: one that failed – in a circle, or after too many others – leads nowhere. */
  #readRedirects(connection: Connection): void {
    const rows = connection
      .prepare<[], [source: number, target: number]>(
        `SELECT r.source_id, r.target_id FROM redirects r JOIN urls u ON u.id = r.source_id
          WHERE r.target_id IS NOT NULL AND u.state = 'done' ORDER BY r.source_id`,
      )
      .raw();
    for (const [source, target] of rows.iterate()) {
      // A circle, as a crawl leaves it that is in the middle of one, would be walked for ever.
      if (this.#leadsTo(target, source)) continue;
      this.#redirects.set(source, target);
      const others = this.#redirected.get(target);
      if (others === undefined) this.#redirected.set(target, [source]);
      else others.push(source);
    }
  }

  #leadsTo(from: number, to: number): boolean {
    for (let at: number | undefined = from; at !== undefined; at = this.#redirects.get(at))
      if (at === to) return true;
    return false;
  }
}
