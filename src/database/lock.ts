/** One writer a file: the lock that says who, across processes and within this one. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../errors.js';
import { connect, type Connection, isBusy } from './connection.js';

/**
 * Files this process writes. POSIX locks belong to the process, and closing any descriptor of a file drops
 * them, so a second opening from within must be refused before it touches the file.
 */
const heldHere = new Set<string>();

/** A lock that is held. */
export interface Lock {
  readonly release: () => void;
}

/** Whether this process writes the file: no descriptor of it may be opened and closed then. */
export function isHeldHere(file: string): boolean {
  return heldHere.has(file);
}

/**
 * An exclusive SQLite transaction held on a side file for as long as we run. The operating system drops it with
 * the process, so after kill -9 nothing needs cleaning up and a reused pid fools nobody. The side file stays:
 * deleting it would let two writers lock two files of one name.
 *
 * @throws StoreError when another process writes the file, or nothing can be written beside it
 */
export function takeLock(file: string): Lock {
  let lock: Connection | undefined;
  try {
    const opened = connect(`${file}-lock`, { timeout: 0 });
    lock = opened;
    lock.exec('BEGIN EXCLUSIVE');
    heldHere.add(file);
    return {
      release: () => {
        opened.close();
        heldHere.delete(file);
      },
    };
  } catch (cause) {
    lock?.close();
    if (isBusy(cause)) throw beingWritten(file, cause);
    const folder = dirname(file);
    if (!existsSync(folder)) throw new StoreError(`the folder ${folder} does not exist`, { cause });
    throw new StoreError(`cannot write in ${folder}: ${(cause as Error).message}`, { cause });
  }
}

/** @param cause what the other process's lock made SQLite throw; undefined when it is this process that writes */
export function beingWritten(file: string, cause: unknown): StoreError {
  return new StoreError(`${file} is being written by ${cause === undefined ? 'this' : 'another'} process`, {
    cause,
    hint: 'wait for it, stop it, or choose another file with --db; reading it meanwhile is fine',
  });
}
