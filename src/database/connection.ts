/**
 * SQLite itself: connections, what they throw, and nothing of what we keep in a file. The only one that
 * imports better-sqlite3.
 */
import BetterSqlite3 from 'better-sqlite3';
import { StoreError } from '../errors.js';

export type Connection = BetterSqlite3.Database;
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = BetterSqlite3.Statement<
  Parameters,
  Row
>;

/** How long a lock is waited for: what the SQLite library does by default. */
const BUSY_MS = 5_000;

/**
 * A bound limit, for statements that run often. With `LIMIT ?` alone SQLite (from 3.47 on) plans for the number that is bound,
 * so that binding one is preparing the statement anew, several times the work of most; of a sum it takes no notice.
 */
export const LIMIT = 'LIMIT ? + 0';

/** Opens a file. Throws what SQLite throws: see `asStoreError`. */
export function connect(file: string, options: BetterSqlite3.Options = {}): Connection {
  return new BetterSqlite3(file, options);
}

/**
 * Empties the write-ahead log into the file as far as readers allow, and waits for none of them.
 * @throws what SQLite throws when nothing can be written
 */
export function emptyLog(connection: Connection): void {
  connection.pragma('busy_timeout = 0');
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.pragma(`busy_timeout = ${BUSY_MS}`);
}

/** From the first read on, all reads are of one moment of the file, should a crawl be writing it, until it is closed. */
export function holdMoment(connection: Connection): void {
  connection.exec('BEGIN');
}

/** Turns what SQLite throws in mid-run (full disk, I/O error) into a StoreError; others pass unchanged. */
export function asStoreError(cause: unknown, doing: string): unknown {
  if (!(cause instanceof BetterSqlite3.SqliteError)) return cause;
  return new StoreError(`${doing}: ${cause.message} (${cause.code})`, { cause });
}

/** Whether somebody else's lock was in the way. */
export function isBusy(cause: unknown): boolean {
  return cause instanceof BetterSqlite3.SqliteError && cause.code.startsWith('SQLITE_BUSY');
}
