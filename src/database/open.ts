/**
 * Opens the SQLite file: one connection that writes, under a lock that keeps it the only one, or any number that
 * read. Each room owns its tables (src/migrations.ts lists them).
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../errors.js';
import { asStoreError, connect, type Connection, isBusy } from './connection.js';
import { realPath, removeFile, requireOurs, requireRegular } from './file.js';
import { beingWritten, isHeldHere, takeLock } from './lock.js';
import { migrate, type Migrations, requireKnown, requireReadable } from './version.js';
import { FileWatch } from './watch.js';

const CACHE_KIB = 64 * 1024;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** Pages of the log that are moved into the file together: with SQLite's 1,000 a crawl waits for the disk twice as often. */
const CHECKPOINT_PAGES = 4_000;
/** How far a reader may make the write-ahead log grow before writing waits for it. */
const WAL_BOUND_BYTES = 1024 * 1024 * 1024;

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
 * Opens a file for writing: makes it when it is missing, migrates an older one. With `fresh`, a file of ours is
 * emptied first. `admit` sees the file as of our version, in the transaction that brings it there, and may refuse it by
 * throwing: all that it and the migration changed is undone.
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
  if (isHeldHere(file)) throw beingWritten(file, undefined);
  requireRegular(file, true);
  requireOurs(file);
  requireKnown(file, migrations, fresh);
  const lock = takeLock(file);
  let connection: Connection | undefined;
  try {
    if (fresh) removeFile(file);
    const created = !existsSync(file);
    connection = connect(file);
    migrate(connection, file, migrations, admit);
    tune(connection, file);
    const watch = new FileWatch(file, connection, walBound);
    return {
      connection,
      path: file,
      created,
      check: () => watch.check(),
      close: once(() => {
        try {
          watch.close();
        } finally {
          lock.release();
        }
      }),
    };
  } catch (cause) {
    connection?.close();
    lock.release();
    throw isBusy(cause) ? beingRead(file, cause) : asStoreError(cause, `cannot open ${file}`);
  }
}

/**
 * Opens an existing file of ours for reading, beside a running crawl too.
 *
 * @param oldest the oldest version of the schema that the reader understands; ours if left out
 * @throws StoreError as `openForWriting`, and when there is no such file or it is of an older version
 */
export function openForReading(
  path: string,
  migrations: Migrations,
  oldest = migrations.length,
): CrawlDatabase {
  const file = realPath(path);
  if (!existsSync(file)) throw new StoreError(`there is no file ${file}`);
  requireRegular(file, false);
  // One that is written here is ours for sure, and closing a handle of it would drop the locks it is written under.
  if (!isHeldHere(file)) requireOurs(file);
  let connection: Connection | undefined;
  try {
    connection = openQuietly(file);
    requireReadable(connection, file, migrations, oldest);
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
    return connect(file, { readonly: true });
  }
  const connection = connect(file, { fileMustExist: true });
  connection.pragma('query_only = ON');
  return connection;
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
  connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  connection.pragma('temp_store = MEMORY');
}

/** The one who writes is us: what is in the way when a file at rest is to be written again is a reader. */
function beingRead(file: string, cause: unknown): StoreError {
  return new StoreError(`${file} is being read by another program, in a transaction that does not end`, {
    cause,
    hint: 'a crawl can be read while it runs, but not be in the middle of being read when it starts: end that transaction, then run the same command again',
  });
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
