/**
 * A file while it is being written: whether it is still the one that was opened, whether its write-ahead log
 * may grow, and how it is let go of.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import { StoreError } from '../errors.js';
import { type Connection, emptyLog } from './connection.js';
import { identityOf } from './file.js';

/** What stands under a name, as `identityOf` tells it. */
interface Named {
  readonly name: string;
  readonly identity: string | null;
}

/** Watches one file and owns the connection that writes it. */
export class FileWatch {
  readonly #file: string;
  readonly #connection: Connection;
  readonly #walBoundBytes: number;
  readonly #identity: string | null;
  readonly #logs: readonly Named[];

  /** @param walBoundBytes how far a reader may make the write-ahead log grow before writing waits for it */
  constructor(file: string, connection: Connection, walBoundBytes: number) {
    this.#file = file;
    this.#connection = connection;
    this.#walBoundBytes = walBoundBytes;
    this.#identity = identityOf(file);
    // SQLite makes the side files with the first read: from here on they are known, and they stay the same.
    connection.pragma('schema_version');
    this.#logs = logsOf(file);
  }

  /**
   * Whether more may be written now: not while a reader keeps a log that has grown beyond its bound from being emptied.
   * @throws StoreError when the file was deleted or another put in its place
   */
  check(): boolean {
    if (!this.#isOurs()) {
      const what = existsSync(this.#file) ? 'another file was put in its place' : 'it was deleted';
      throw new StoreError(`${this.#file} is gone: ${what} while a crawl was writing it`, {
        hint: 'what was not saved elsewhere is lost; nothing that stands there now was touched',
      });
    }
    // A reader in a transaction needs the log from where it began; as soon as it ends this empties it.
    if (this.#walBytes() > this.#walBoundBytes) emptyLog(this.#connection);
    return this.#walBytes() <= this.#walBoundBytes;
  }

  /** Truncates the write-ahead log and closes the file. Readers are not waited for. */
  close(): void {
    if (this.#isOurs()) this.#rest();
    else this.#abandon();
  }

  #isOurs(): boolean {
    return identityOf(this.#file) === this.#identity;
  }

  #walBytes(): number {
    return statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  #rest(): void {
    try {
      emptyLog(this.#connection);
      // At rest it is one plain file, which can be read where nothing can be written.
      this.#connection.pragma('busy_timeout = 0');
      this.#connection.pragma('journal_mode = DELETE');
    } catch {
      // A reader, or a full disk. Nothing is lost: the next start replays the log.
    } finally {
      this.#connection.close();
    }
  }

  /**
   * Another has taken the place of the file. What the log holds goes into the file it belongs to, wherever that is
   * now; then the log is removed, if it is still ours, or the other file would be read with it.
   */
  #abandon(): void {
    try {
      emptyLog(this.#connection);
    } catch {
      // There may be nothing left to write to; that the file is gone has been said.
    } finally {
      this.#connection.close();
      for (const { name, identity } of this.#logs)
        if (identity !== null && identityOf(name) === identity) rmSync(name);
    }
  }
}

/** The side files of a name, and what stands under theirs. */
function logsOf(file: string): Named[] {
  return [`${file}-wal`, `${file}-shm`].map((name) => ({ name, identity: identityOf(name) }));
}
