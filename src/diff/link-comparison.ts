/**
 * The links of two crawls, page by page. Ids differ between files: those of the old one are mapped to the new one's
 * as pages are matched, so that a link is looked up by its URL only where it differs.
 */
import type { Connection, Statement } from '../database/connection.js';
import { lastIdOf } from '../database/row-ids.js';
import { type AddressMap, mapped } from './address-map.js';
import type { Difference } from './differences.js';

/** A page in one crawl or in both, by its ids. */
interface Pair {
  readonly old: number | undefined;
  readonly new: number | undefined;
  readonly isEdit: boolean;
}

export class LinkComparison {
  readonly #old: Side;
  readonly #new: Side;
  /** By id in the old file: the id in the new one; 0 = not there. */
  readonly #newIds: Int32Array;
  readonly #pairs: Pair[] = [];
  /** By id in the new file: what was last said of it as a target; see `#compare`. */
  readonly #marks: Int32Array;
  #mark = 0;

  /** @param map how URLs of the old crawl are told */
  constructor(old: Connection, now: Connection, map: AddressMap | null) {
    this.#old = new Side(old, map);
    this.#new = new Side(now, null);
    this.#newIds = new Int32Array(this.#old.lastId + 1);
    this.#marks = new Int32Array(this.#new.lastId + 1);
  }

  /** A page whose links are compared. All are to be added before any are. */
  add(pair: Pair): void {
    if (pair.old !== undefined && pair.new !== undefined) this.match(pair.old, pair.new);
    this.#pairs.push(pair);
  }

  /** A page that links may lead to, and whose own links are not compared. */
  match(old: number, now: number): void {
    this.#newIds[old] = now;
  }

  /** How many links a page has in each crawl. */
  countOf(old: number, now: number): { readonly oldLinks: number; readonly newLinks: number } {
    return { oldLinks: this.#old.targetsOf(old).length, newLinks: this.#new.targetsOf(now).length };
  }

  /** Links that are in one file only, in the order in which pages were added, of one page in the order of their URLs. */
  *differences(): Generator<Difference> {
    for (const pair of this.#pairs) {
      const { gone, added } = this.#compare(pair);
      if (gone.length + added.length === 0) continue;
      const from = pair.new === undefined ? this.#old.urlOf(pair.old ?? 0) : this.#new.urlOf(pair.new);
      const { isEdit } = pair;
      for (const to of this.#old.urlsOf(gone)) yield { kind: 'link-gone', from, to, isEdit };
      for (const to of this.#new.urlsOf(added)) yield { kind: 'link-added', from, to, isEdit };
    }
  }

  /** Targets that are in one file only, by their ids there. */
  #compare(pair: Pair): { gone: readonly number[]; added: readonly number[] } {
    const olds = pair.old === undefined ? [] : this.#old.targetsOf(pair.old);
    const news = pair.new === undefined ? [] : this.#new.targetsOf(pair.new);
    const there = (this.#mark += 2);
    const inBoth = there + 1;
    for (const id of news) this.#marks[id] = there;
    const gone = olds.filter((id) => {
      const newId = this.#newIds[id] ?? 0;
      if (newId === 0 || this.#marks[newId] !== there) return true;
      this.#marks[newId] = inBoth;
      return false;
    });
    return { gone, added: news.filter((id) => this.#marks[id] !== inBoth) };
  }
}

/** The links of one file. */
class Side {
  readonly lastId: number;
  readonly #targets: Statement<[number], number>;
  readonly #url: Statement<[number], string>;
  readonly #map: AddressMap | null;

  constructor(connection: Connection, map: AddressMap | null) {
    this.#map = map;
    this.lastId = lastIdOf(connection, 'urls');
    this.#targets = connection
      .prepare<[number], number>('SELECT target_id FROM links WHERE source_id = ?')
      .pluck();
    this.#url = connection.prepare<[number], string>('SELECT request_key FROM urls WHERE id = ?').pluck();
  }

  targetsOf(id: number): readonly number[] {
    return this.#targets.all(id);
  }

  urlOf(id: number): string {
    return mapped(this.#map, this.#url.get(id) ?? `#${id}`);
  }

  urlsOf(ids: readonly number[]): readonly string[] {
    return ids.map((id) => this.urlOf(id)).sort((a, b) => (a < b ? -1 : 1));
  }
}
