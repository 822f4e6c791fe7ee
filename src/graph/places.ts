/** What is said of a URL that stands on a chain. Texts may come from the web: escape before printing. */
import type { Connection, Statement } from '../database/connection.js';

export interface Place {
  readonly id: number;
  readonly url: string;
  /** Null = not read, or without one. */
  readonly title: string | null;
  readonly state: 'queued' | 'leased' | 'done' | 'failed' | 'skipped';
  /** Null = not asked for yet, or without an answer. */
  readonly httpStatus: number | null;
  /** Failure code or skip reason. */
  readonly error: string | null;
}

/** The columns of a `Place`, of `urls AS u LEFT JOIN records AS r`. */
export const PLACE_COLUMNS = `u.id, u.request_key AS url, r.title, u.state, r.http_status AS httpStatus, u.error`;
/** Where they come from: pages, and nothing that is asked for besides. */
export const PLACES = `urls u LEFT JOIN records r ON r.id = u.id WHERE u.kind = 'page'`;

/** The last part of an address's path, decoded; '' of a site's first page. */
export function nameInAddress(url: string): string {
  const path = url.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/s, '');
  return decoded(/([^/]*)\/?$/.exec(path)?.[1] ?? '');
}

/** Percent-encoding undone where it is UTF-8. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How a page is called: its title, or what its address ends with, as of redirects and what was never read. */
export function nameOf({ title, url }: Pick<Place, 'title' | 'url'>): string {
  return title ?? (nameInAddress(url).replaceAll('_', ' ') || url);
}

/** Reads places by id. */
export class Places {
  readonly #read: Statement<[number], Place>;

  constructor(connection: Connection) {
    this.#read = connection.prepare(`SELECT ${PLACE_COLUMNS} FROM ${PLACES} AND u.id = ?`);
  }

  /** Ids come from links, whose ends are in the file. */
  of(id: number): Place {
    const place = this.#read.get(id);
    return place ?? { id, url: `#${id}`, title: null, state: 'skipped', httpStatus: null, error: null };
  }

  /** In the order of their URLs, which is the same for every crawl of a site. */
  sorted(ids: readonly number[]): readonly number[] {
    if (ids.length < 2) return ids;
    const urls = ids.map((id) => [this.of(id).url, id] as const);
    return urls.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, id]) => id);
  }
}
