/** What a file knows of a task by its key, from earlier runs. Reads only. */
import type { Connection, Statement } from '../database/connection.js';

export class KnownTasks {
  readonly #isPage: Statement<[string], 0 | 1>;
  readonly #address: Statement<[string], string>;

  constructor(connection: Connection) {
    this.#isPage = connection
      .prepare<[string], 0 | 1>(
        `SELECT u.kind = 'page' FROM tasks t JOIN urls u ON u.id = t.page_id WHERE t.key = ?`,
      )
      .pluck();
    this.#address = connection
      .prepare<[string], string>(
        `SELECT coalesce(u.url, u.request_key) FROM tasks t JOIN urls u ON u.id = t.page_id WHERE t.key = ?`,
      )
      .pluck();
  }

  /** What made it: a crawl, of one of its pages, or a list or an executor that followed it; null = not known. */
  madeBy(key: string): 'crawl' | 'list' | null {
    const isPage = this.#isPage.get(key);
    if (isPage === undefined) return null;
    return isPage === 1 ? 'crawl' : 'list';
  }

  /** Where it is asked for; null = not known. */
  addressOf(key: string): string | null {
    return this.#address.get(key) ?? null;
  }
}
