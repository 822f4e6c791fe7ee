/**
 * The scope as it grows: the seeds' scope keys, and those won by a seed that was redirected. While a
 * seed's redirect chain is open, what lies outside is kept in the file and judged when it ends, so that
 * the order in which answers arrive cannot matter.
 */
import { type Connection, LIMIT, type Statement } from '../database/connection.js';
import type { ScopeMode } from '../protocol/settings.js';
import { scopeKeyOf } from '../url/scope.js';
import type { FrontierNotice } from './frontier.js';
import { NO_HOPS } from './schema.js';

/** Marks a deferred redirect where a link has its nofollow … */
export const REDIRECT = 3;
/** … and a sitemap's entry. */
export const LISTED = 4;

export interface Deferred {
  readonly sourceId: number;
  readonly target: string;
  /** 0, 1, 2 as in links, or REDIRECT, or LISTED. */
  readonly nofollow: number;
}

export class GrowingScope {
  readonly #mode: ScopeMode;
  readonly #keys: Set<string>;
  readonly #seedKeyCount: number;
  readonly #isOpen: Statement<[], number>;
  readonly #keep: Statement<[number, string, number, string]>;
  readonly #takeByScope: Statement<[string, number], Deferred>;
  readonly #takeAny: Statement<[number], Deferred>;
  readonly #drop: Statement<[number, string]>;
  /** Scope keys won whose deferred links are still to be admitted. */
  readonly #won: string[] = [];
  readonly #notices: FrontierNotice[] = [];

  constructor(connection: Connection, mode: ScopeMode, seedKeys: Iterable<string>) {
    this.#mode = mode;
    this.#keys = new Set(seedKeys);
    this.#seedKeyCount = this.#keys.size;
    this.#isOpen = connection
      .prepare<[], number>(
        // Named, as the planner prefers the index over all URLs of seeds, open or not.
        `SELECT EXISTS (SELECT 1 FROM urls INDEXED BY urls_open_seeds WHERE seed_hops < ${NO_HOPS} AND state IN ('queued', 'leased'))`,
      )
      .pluck();
    const columns = 'source_id AS sourceId, target, nofollow';
    this.#keep = connection.prepare(
      'INSERT OR IGNORE INTO deferred (source_id, target, nofollow, scope_key) VALUES (?, ?, ?, ?)',
    );
    this.#takeByScope = connection.prepare(`SELECT ${columns} FROM deferred WHERE scope_key = ? ${LIMIT}`);
    this.#takeAny = connection.prepare(`SELECT ${columns} FROM deferred ${LIMIT}`);
    this.#drop = connection.prepare('DELETE FROM deferred WHERE source_id = ? AND target = ?');
  }

  has(key: string): boolean {
    return this.#keys.has(scopeKeyOf(key, this.#mode));
  }

  /** Takes in the scope of a page at the end of a seed's chain. Answers whether that is new. */
  win(key: string): boolean {
    const scopeKey = scopeKeyOf(key, this.#mode);
    if (this.#keys.has(scopeKey)) return false;
    this.#keys.add(scopeKey);
    this.#won.push(scopeKey);
    this.#notices.push({ kind: 'scope-widened', scopeKey, url: key });
    return true;
  }

  takeNotices(): FrontierNotice[] {
    return this.#notices.splice(0);
  }

  /** Whether a seed's chain has not ended yet. */
  isOpen(): boolean {
    return this.#isOpen.get() === 1;
  }

  hasGrown(): boolean {
    return this.#keys.size > this.#seedKeyCount;
  }

  defer(sourceId: number, target: string, nofollow: number): void {
    this.#keep.run(sourceId, target, nofollow, scopeKeyOf(target, this.#mode));
  }

  /** Up to `limit` deferred links that can be judged now, each with the judgement; they are dropped from the table. */
  takeJudged(limit: number): { readonly isInside: boolean; readonly links: readonly Deferred[] } {
    for (let scopeKey = this.#won[0]; scopeKey !== undefined; scopeKey = this.#won[0]) {
      const links = this.#takeByScope.all(scopeKey, limit);
      if (links.length > 0) return { isInside: true, links: this.#dropped(links) };
      this.#won.shift();
    }
    return { isInside: false, links: this.isOpen() ? [] : this.#dropped(this.#takeAny.all(limit)) };
  }

  #dropped(links: readonly Deferred[]): readonly Deferred[] {
    for (const { sourceId, target } of links) this.#drop.run(sourceId, target);
    return links;
  }
}
