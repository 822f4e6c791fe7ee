/** What walkers see of the frontier, and the way in which their choices enter it. Called inside a transaction of it. */
import type { Connection, Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { Choices, UrlEnd } from './frontier.js';
import type { State } from './state-tally.js';
import type { UrlTable } from './urls.js';

interface EndRow {
  readonly state: State;
  readonly error: string | null;
  readonly detail: string | null;
  readonly isPage: 0 | 1;
  readonly targetId: number | null;
}

/**
 * Links of a page that are followed and lead to what nobody has visited. Those of a host that was given up are no choice:
 * a walker would use them up one by one.
 */
const UNVISITED = `FROM links l JOIN urls u ON u.id = l.target_id JOIN hosts h ON h.id = u.host_id
  WHERE l.source_id = ? AND l.nofollow < 2 AND u.state = 'skipped' AND u.error = 'unchosen' AND h.given_up IS NULL`;

export class WalkChoices implements Choices {
  readonly #urls: UrlTable;
  readonly #byKey: Statement<[string], number>;
  readonly #end: Statement<[number], EndRow>;
  readonly #count: Statement<[number], number>;
  readonly #nth: Statement<[number, number], number>;

  constructor(connection: Connection, urls: UrlTable) {
    this.#urls = urls;
    this.#byKey = connection.prepare<[string], number>('SELECT id FROM urls WHERE request_key = ?').pluck();
    this.#end = connection.prepare(
      `SELECT u.state, u.error, u.error_detail AS detail, u.link_count IS NOT NULL AS isPage, d.target_id AS targetId
         FROM urls u LEFT JOIN redirects d ON d.source_id = u.id WHERE u.id = ?`,
    );
    this.#count = connection.prepare<[number], number>(`SELECT count(*) ${UNVISITED}`).pluck();
    this.#nth = connection
      .prepare<[number, number], number>(`SELECT u.id ${UNVISITED} ORDER BY u.request_key LIMIT 1 OFFSET ?`)
      .pluck();
  }

  idOf(key: string): number {
    const id = this.#byKey.get(key);
    if (id === undefined) throw new InvariantError(`the seed ${key} is not admitted`);
    return id;
  }

  endOf(id: number): UrlEnd {
    const row = this.#end.get(id);
    if (row === undefined) throw new InvariantError(`there is no URL ${id}`);
    const { state, error, detail, isPage, targetId } = row;
    if (error === 'unchosen') return { kind: 'unchosen' };
    if (state === 'failed' || state === 'skipped') return { kind: 'none', error: reasonOf(error, detail) };
    if (state !== 'done') return { kind: 'open' };
    if (isPage === 1) return { kind: 'page' };
    return targetId === null ? { kind: 'open' } : { kind: 'redirect', targetId };
  }

  countAt(pageId: number): number {
    return this.#count.get(pageId) ?? 0;
  }

  at(pageId: number, place: number): number {
    const id = this.#nth.get(pageId, place);
    if (id === undefined) throw new InvariantError(`page ${pageId} has no unvisited link at ${place}`);
    return id;
  }

  choose(id: number): boolean {
    return this.#urls.reopen(this.#urls.row(id), true) === 'queued';
  }

  takeOpened(): boolean {
    return this.#urls.takeOpened();
  }
}

/** `HTTP 404`, `timeout: no answer in 30 s`. Of a status the detail says all. */
function reasonOf(error: string | null, detail: string | null): string {
  if (error === 'status' && detail !== null) return detail.replace(/^status /, 'HTTP ');
  return `${error}${detail === null ? '' : `: ${detail}`}`;
}
