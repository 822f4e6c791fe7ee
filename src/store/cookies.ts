/**
 * The cookies of a crawl, kept from run to run: the one table that holds secrets. It is never exported or shown, and
 * before the first row is written the file is closed to others.
 */
import type { Cookie, CookieChange } from '../cookies/cookie.js';
import type { Connection, Statement } from '../database/connection.js';

interface CookieRow {
  readonly domain: string;
  readonly hostOnly: 0 | 1;
  readonly path: string;
  readonly name: string;
  readonly value: string;
  readonly secure: 0 | 1;
  readonly httpOnly: 0 | 1;
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly setAt: number;
}

export class CookieTable {
  readonly #connection: Connection;
  readonly #closeFile: () => void;
  readonly #put: Statement<[CookieRow]>;
  readonly #delete: Statement<[Pick<CookieRow, 'domain' | 'hostOnly' | 'path' | 'name'>]>;
  #isClosed = false;

  /** @param closeFile makes the file readable for its owner alone; called before there is a cookie in it */
  constructor(connection: Connection, closeFile: () => void) {
    this.#connection = connection;
    this.#closeFile = closeFile;
    this.#put = connection.prepare(
      `INSERT OR REPLACE INTO cookies
         (domain, host_only, path, name, value, secure, http_only, expires_at, created_at, set_at)
       VALUES (@domain, @hostOnly, @path, @name, @value, @secure, @httpOnly, @expiresAt, @createdAt, @setAt)`,
    );
    this.#delete = connection.prepare(
      'DELETE FROM cookies WHERE domain = @domain AND host_only = @hostOnly AND path = @path AND name = @name',
    );
  }

  /** What is stored and not over, in the order in which it was set; the rest is deleted. */
  read(now: number): Cookie[] {
    this.#connection.prepare('DELETE FROM cookies WHERE expires_at <= ?').run(now);
    const rows = this.#connection
      .prepare<[], CookieRow>(
        `SELECT domain, host_only AS hostOnly, path, name, value, secure, http_only AS httpOnly,
                expires_at AS expiresAt, created_at AS createdAt, set_at AS setAt
           FROM cookies ORDER BY set_at, created_at`,
      )
      .all();
    if (rows.length > 0) this.#close();
    return rows.map(({ hostOnly, secure, httpOnly, ...row }) => ({
      ...row,
      isHostOnly: hostOnly === 1,
      isSecure: secure === 1,
      isHttpOnly: httpOnly === 1,
    }));
  }

  write(changes: readonly CookieChange[]): void {
    for (const { cookie, isGone } of changes) {
      const row = rowOf(cookie);
      if (isGone) {
        const { domain, hostOnly, path, name } = row;
        this.#delete.run({ domain, hostOnly, path, name });
        continue;
      }
      this.#close();
      this.#put.run(row);
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#closeFile();
    this.#isClosed = true;
  }
}

function rowOf({ isHostOnly, isSecure, isHttpOnly, ...rest }: Cookie): CookieRow {
  return {
    ...rest,
    hostOnly: isHostOnly ? 1 : 0,
    secure: isSecure ? 1 : 0,
    httpOnly: isHttpOnly ? 1 : 0,
  };
}
