/**
 * Opens the SQLite file: who it belongs to, which version it has, the one writing connection and the
 * lock that keeps it the only one. Each room owns its tables (src/migrations.ts lists them); nothing
 * but this file imports better-sqlite3.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { StoreError } from './errors.js';

export type Connection = BetterSqlite3.Database;
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = BetterSqlite3.Statement<
  Parameters,
  Row
>;

/** "ORBW": written into the header of our files (`PRAGMA application_id`), so that no other file is taken for one. */
export const APPLICATION_ID = 0x4f524257;

/** The schema's history: entry n brings a file from version n to n + 1 (`PRAGMA user_version`). */
export type Migrations = readonly string[];

const CACHE_KIB = 64 * 1024;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** Files up to this size are checked whole before they are written: a second or so. */
const CHECKED_BYTES = 512 * 1024 * 1024;
/** How far a reader may make the write-ahead log grow before writing waits for it. */
const WAL_BOUND_BYTES = 1024 * 1024 * 1024;
/**
 * Files this process writes. POSIX locks belong to the process, and closing any descriptor of a file drops
 * them, so a second opening from within must be refused before it touches the file.
 */
const heldHere = new Set<string>();
/** How long a lock is waited for: what the SQLite library does by default. */
const BUSY_MS = 5_000;
const HEADER_BYTES = 100;
/** As Linux itself; more is a circle. */
const MAX_LINKS = 40;
const MAGIC = 'SQLite format 3\0';

/** An open file and what must be let go of with it. */
export interface CrawlDatabase {
  readonly connection: Connection;
  readonly path: string;
  /** True when this call made the file, or emptied it. */
  readonly created: boolean;
  /**
   * Whether more may be written now. False while a reader that does not let go keeps the write-ahead log from being
   * emptied and that has grown beyond its bound.
   * @throws StoreError when the file was deleted or another put in its place; nothing must be written any more
   */
  readonly check: () => boolean;
  /** Truncates the write-ahead log, closes the file and lets the lock go. Safe to call twice. */
  readonly close: () => void;
}

/**
 * Opens a file for writing: makes it when it is missing, migrates an older one in one transaction.
 * With `fresh`, a file of ours is emptied first. `admit` may refuse the file by throwing, before
 * anything in it is changed.
 *
 * @throws StoreError when the file is not SQLite, not ours, newer, held by another writer, or cannot
 *   be opened; what was there is then untouched
 */
export function openForWriting(
  path: string,
  migrations: Migrations,
  fresh: boolean,
  admit: (connection: Connection) => void = () => undefined,
  walBound = WAL_BOUND_BYTES,
): CrawlDatabase {
  const file = realPath(path);
  if (heldHere.has(file)) throw beingWritten(file, undefined);
  requireRegular(file, true);
  requireOurs(file);
  requireKnown(file, migrations, fresh);
  const lock = lockFor(file);
  let connection: Connection | undefined;
  try {
    if (fresh) removeFile(file);
    const created = !existsSync(file);
    const opened = new BetterSqlite3(file);
    connection = opened;
    migrate(connection, file, migrations);
    admit(connection);
    tune(connection, file);
    const identity = identityOf(file);
    const isOurs = (): boolean => identityOf(file) === identity;
    // Made with the first write; as they were when the file was last seen to be ours.
    let logs = logsOf(file);
    return {
      connection,
      path: file,
      created,
      check: () => {
        const mayWrite = checkFile(file, opened, isOurs, walBound);
        logs = logsOf(file);
        return mayWrite;
      },
      close: once(() => (isOurs() ? closeAll(file, opened, lock) : abandon(file, opened, lock, logs))),
    };
  } catch (cause) {
    connection?.close();
    lock.close();
    heldHere.delete(file);
    throw isBusy(cause) ? beingRead(file, cause) : asStoreError(cause, `cannot open ${file}`);
  }
}

/**
 * Opens an existing file of ours for reading, beside a running crawl too.
 * @throws StoreError as `openForWriting`, and when there is no such file or it is of an older version
 */
export function openForReading(path: string, migrations: Migrations): CrawlDatabase {
  const file = realPath(path);
  if (!existsSync(file)) throw new StoreError(`there is no file ${file}`);
  requireRegular(file, false);
  requireOurs(file);
  let connection: Connection | undefined;
  try {
    connection = openQuietly(file);
    const version = versionOf(connection);
    if (version > migrations.length) throw newer(file, version, migrations.length);
    if (version < migrations.length) {
      throw new StoreError(`${file} has schema version ${version}, this program reads ${migrations.length}`, {
        hint: 'run the crawl command on it once: that brings it up to date',
      });
    }
    connection.pragma(`cache_size = -${CACHE_KIB}`);
    return {
      connection,
      path: file,
      created: false,
      check: () => true,
      close: once(() => connection?.close()),
    };
  } catch (cause) {
    connection?.close();
    throw asStoreError(cause, `cannot read ${file}`);
  }
}

/**
 * A reader that may only read leaves the side files of the write-ahead log behind; one that could write
 * tidies them away. Where writing is not allowed the first is all there is.
 */
function openQuietly(file: string): Connection {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
  } catch {
    return new BetterSqlite3(file, { readonly: true });
  }
  const connection = new BetterSqlite3(file, { fileMustExist: true });
  connection.pragma('query_only = ON');
  return connection;
}

/**
 * Takes everybody's but the owner's rights to a file and to the side files that hold its pages. SQLite gives
 * side files it makes later the mode of the file itself.
 *
 * @throws StoreError when that cannot be done: what is to be written next would not be safe there
 */
export function keepPrivate(file: string): void {
  try {
    for (const name of ['', '-wal', '-shm', '-journal'].map((suffix) => file + suffix))
      if (existsSync(name)) chmodSync(name, 0o600);
  } catch (cause) {
    throw new StoreError(`cannot close ${file} to other users: ${(cause as Error).message}`, {
      cause,
      hint: 'a file that holds cookies is its owner’s alone: choose another one with --db, or give --no-cookies',
    });
  }
}

/** Turns what SQLite throws in mid-run (full disk, I/O error) into a StoreError; others pass unchanged. */
export function asStoreError(cause: unknown, doing: string): unknown {
  if (!(cause instanceof BetterSqlite3.SqliteError)) return cause;
  return new StoreError(`${doing}: ${cause.message} (${cause.code})`, { cause });
}

/**
 * Reads the header without SQLite, because opening a stranger's file with it can already leave side
 * files beside it. Missing and empty files pass: they become ours.
 */
function requireOurs(file: string): void {
  // Ours for sure, and closing a handle of it would drop the locks it is written under.
  if (heldHere.has(file)) return;
  const header = readHeader(file);
  if (header.length === 0) return;
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new StoreError(`${file} is not a SQLite file`, { hint: 'choose another file' });
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    throw new StoreError(`${file} is a SQLite file of another program`, {
      hint: 'choose another file',
    });
  }
}

/** Refuses a newer file before it is opened for writing, which would already tidy up its write-ahead log. */
function requireKnown(file: string, migrations: Migrations, fresh: boolean): void {
  if (readHeader(file).length === 0) return;
  let reader: Connection | undefined;
  let version = 0;
  let damage: string | null = null;
  try {
    reader = new BetterSqlite3(file, { readonly: true });
    version = versionOf(reader);
    damage = fresh || statSync(file).size > CHECKED_BYTES ? null : damageIn(reader);
  } catch {
    // Killed in mid-migration: only a writer can roll that back, and finds out the version then.
  } finally {
    reader?.close();
  }
  if (version > migrations.length) throw newer(file, version, migrations.length);
  if (damage !== null) {
    throw new StoreError(`${file} is damaged: ${damage}`, {
      hint: 'nothing in it was changed; look what can be saved with sqlite3 (.recover), or start over with --fresh',
    });
  }
}

/** The first thing that SQLite finds wrong with a file; null when it is sound. */
function damageIn(reader: Connection): string | null {
  try {
    const found = reader.pragma('quick_check(1)', { simple: true }) as string;
    return found === 'ok' ? null : (found.split('\n')[0] ?? found);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return message;
    throw error;
  }
}

/**
 * One name for one file, whatever links lead to it, also to one that is not there yet: the lock goes by name.
 */
function realPath(path: string): string {
  let file = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = realFolder(dirname(file));
    file = join(folder, basename(file));
    const target = linkTarget(file);
    if (target === null) return file;
    file = resolve(folder, target);
  }
  throw new StoreError(`${path} leads through more than ${MAX_LINKS} links`);
}

/** Where a symbolic link leads; null for what is none, or is not there. */
function linkTarget(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}

/** A folder that does not exist keeps its name, for the message that it does not. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/**
 * Only a regular file is ever opened, or it would hang (a pipe) or be replaced (a device); and only one with a
 * single name is written, as SQLite keeps its log beside the name: two names are two logs for one file.
 */
function requireRegular(file: string, forWriting: boolean): void {
  if (!existsSync(file)) return;
  const stats = statSync(file);
  if (stats.isDirectory()) throw new StoreError(`${file} is a folder`);
  if (!stats.isFile()) throw new StoreError(`${file} is not a regular file`, { hint: 'choose another file' });
  if (forWriting && stats.nlink > 1) {
    throw new StoreError(`${file} has ${stats.nlink} names (hard links)`, {
      hint: 'SQLite would keep a log for each of them, and ruin the file: make a copy, or remove the other names',
    });
  }
}

function readHeader(file: string): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  try {
    const descriptor = openSync(file, 'r');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      return header.subarray(0, readSync(descriptor, header, 0, HEADER_BYTES, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): StoreError {
  return new StoreError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
}

/**
 * One writer a file: an exclusive SQLite transaction held on a side file for as long as we run. The
 * operating system drops it with the process, so after kill -9 nothing needs cleaning up and a reused
 * pid fools nobody. The side file stays: deleting it would let two writers lock two files of one name.
 */
function lockFor(file: string): { close(): void } {
  let lock: Connection | undefined;
  try {
    lock = new BetterSqlite3(`${file}-lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    heldHere.add(file);
    return lock;
  } catch (cause) {
    lock?.close();
    if (isBusy(cause)) throw beingWritten(file, cause);
    const folder = dirname(file);
    if (!existsSync(folder)) throw new StoreError(`the folder ${folder} does not exist`, { cause });
    throw new StoreError(`cannot write in ${folder}: ${(cause as Error).message}`, { cause });
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof BetterSqlite3.SqliteError && cause.code.startsWith('SQLITE_BUSY');
}

/** The one who writes is us: what is in the way when a file at rest is to be written again is a reader. */
function beingRead(file: string, cause: unknown): StoreError {
  return new StoreError(`${file} is being read by another program, in a transaction that does not end`, {
    cause,
    hint: 'a crawl can be read while it runs, but not be in the middle of being read when it starts: end that transaction, then run the same command again',
  });
}

function beingWritten(file: string, cause: unknown): StoreError {
  return new StoreError(`${file} is being written by ${cause === undefined ? 'this' : 'another'} process`, {
    cause,
    hint: 'wait for it, stop it, or choose another file with --db; reading it meanwhile is fine',
  });
}

function migrate(connection: Connection, file: string, migrations: Migrations): void {
  const version = versionOf(connection);
  if (version > migrations.length) throw newer(file, version, migrations.length);
  if (version === migrations.length) return;
  // In a rollback journal still: a kill in here leaves the old file (or an empty one), never a half-made
  // one, and the header that says whose file it is never waits in a write-ahead log.
  connection.pragma('journal_mode = DELETE');
  connection.transaction(() => {
    for (const step of migrations.slice(version)) connection.exec(step);
    connection.pragma(`application_id = ${APPLICATION_ID}`);
    connection.pragma(`user_version = ${migrations.length}`);
  })();
}

function tune(connection: Connection, file: string): void {
  const mode = connection.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new StoreError(
      `the volume of ${file} does not allow a write-ahead log, and readers beside a writer`,
      {
        hint: 'choose a file on a local disk; network volumes and some virtual ones cannot hold a crawl',
      },
    );
  }
  // Survives kill -9; after a power cut the last commits may be missing, the file is whole.
  connection.pragma('synchronous = NORMAL');
  connection.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  connection.pragma('temp_store = MEMORY');
}

function versionOf(connection: Connection): number {
  return connection.pragma('user_version', { simple: true }) as number;
}

function newer(file: string, version: number, known: number): StoreError {
  return new StoreError(`${file} has schema version ${version}; this program knows up to ${known}`, {
    hint: 'it was written by a newer Orbweaver: use that one',
  });
}

function removeFile(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
}

/** The side files of a name, and what stands under theirs. */
function logsOf(file: string): readonly (readonly [name: string, identity: string | null])[] {
  return [`${file}-wal`, `${file}-shm`].map((name) => [name, identityOf(name)] as const);
}

/** Device and number of what stands under a name; null when nothing does. */
function identityOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`;
}

function checkFile(file: string, connection: Connection, isOurs: () => boolean, walBound: number): boolean {
  if (!isOurs()) {
    const what = existsSync(file) ? 'another file was put in its place' : 'it was deleted';
    throw new StoreError(`${file} is gone: ${what} while a crawl was writing it`, {
      hint: 'what was not saved elsewhere is lost; nothing that stands there now was touched',
    });
  }
  const walSize = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (walSize() <= walBound) return true;
  // A reader in a transaction needs the log from where it began; as soon as it ends this empties it.
  connection.pragma('busy_timeout = 0');
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.pragma(`busy_timeout = ${BUSY_MS}`);
  return walSize() <= walBound;
}

/**
 * Closes a file that another has taken the place of. What the log holds goes into the file it belongs to, wherever
 * that is now; then the log is removed, if it is still ours, or the other file would be read with it.
 */
function abandon(
  file: string,
  connection: Connection,
  lock: { close(): void },
  logs: readonly (readonly [name: string, identity: string | null])[],
): void {
  try {
    connection.pragma('busy_timeout = 0');
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // There may be nothing left to write to; that the file is gone has been said.
  } finally {
    connection.close();
    for (const [name, identity] of logs) if (identity !== null && identityOf(name) === identity) rmSync(name);
    lock.close();
    heldHere.delete(file);
  }
}

function closeAll(file: string, connection: Connection | undefined, lock: { close(): void }): void {
  try {
    // Readers are not waited for: what stays in the log, the next start replays.
    connection?.pragma('busy_timeout = 0');
    connection?.pragma('wal_checkpoint(TRUNCATE)');
    // At rest it is one plain file, which can be read where nothing can be written.
    connection?.pragma('journal_mode = DELETE');
  } catch {
    // A reader, or a full disk. Nothing is lost: the next start replays the log.
  } finally {
    connection?.close();
    lock.close();
    heldHere.delete(file);
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
