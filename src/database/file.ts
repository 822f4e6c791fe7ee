/**
 * Files and their names: which one a path stands for, whether it may be ours to open, which side files belong to
 * it. Reads headers without SQLite and writes nothing in a file.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.js';

/** "ORBW": written into the header of our files (`PRAGMA application_id`), so that no other file is taken for one. */
export const APPLICATION_ID = 0x4f524257;

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
/** As Linux itself; more is a circle. */
const MAX_LINKS = 40;

/**
 * One name for one file, whatever links lead to it, also to one that is not there yet: the lock goes by name.
 */
export function realPath(path: string): string {
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

/**
 * Only a regular file is ever opened, or it would hang (a pipe) or be replaced (a device); and only one with a
 * single name is written, as SQLite keeps its log beside the name: two names are two logs for one file.
 */
export function requireRegular(file: string, forWriting: boolean): void {
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

/**
 * Reads the header without SQLite, because opening a stranger's file with it can already leave side
 * files beside it. Missing and empty files pass: they become ours.
 */
export function requireOurs(file: string): void {
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

/** Whether nothing was ever written into a file, or there is none. */
export function isEmpty(file: string): boolean {
  return readHeader(file).length === 0;
}

/**
 * Takes everybody's but the owner's rights to a file and to the side files that hold its pages. SQLite gives
 * side files it makes later the mode of the file itself.
 *
 * @throws StoreError when that cannot be done: what is to be written next would not be safe there
 */
export function keepPrivate(file: string): void {
  try {
    for (const name of withSideFiles(file)) if (existsSync(name)) chmodSync(name, 0o600);
  } catch (cause) {
    throw new StoreError(`cannot close ${file} to other users: ${(cause as Error).message}`, {
      cause,
      hint: 'a file that holds cookies is its owner’s alone: choose another one with --db, or give --no-cookies',
    });
  }
}

/** Removes a file and what SQLite keeps beside it. */
export function removeFile(file: string): void {
  for (const name of withSideFiles(file)) rmSync(name, { force: true });
}

/** Device and number of what stands under a name; null when nothing does. */
export function identityOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`;
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

function withSideFiles(file: string): string[] {
  return ['', '-wal', '-shm', '-journal'].map((suffix) => file + suffix);
}
