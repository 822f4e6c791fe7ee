/**
 * The folder that files are downloaded into: where they lie while they are fetched, and how they come to their names.
 * A file under its name is whole, and no file that was there before is ever replaced but one of ours that nobody has
 * touched since. Decides nothing about names.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../errors.js';
import { copyWhole, isAcross, moveWhole } from './copy.js';
import { sha256OfFile } from './file-digest.js';
import { makeFolders } from './folders.js';
import { dropNotes, noteFlushed, readNotes } from './part-notes.js';

/** File systems without hard links say so in several ways. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

/** What is known of a file of ours under its name. */
export interface Known {
  /** When it was put there, ms since epoch; null = it was not. */
  readonly modifiedAt: number | null;
  readonly bytes: number | null;
}

/** What is known of a file that is to get its name. */
export interface Whole {
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** SHA-256 of our own file of that name, which is replaced if nobody has changed it since; null = none of ours was there. */
  readonly placedSha256: string | null;
}

/** What a folder says that nothing can be put into or taken out of, or that does not let us look. */
const CLOSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * `taken`: somebody else's file, or a folder, has the name; `gone`: there is nothing to be put there; `closed`: nothing
 * can be put into that folder, others may be open.
 */
export type Placing =
  | { readonly kind: 'placed'; readonly modifiedAt: number }
  | { readonly kind: 'taken' }
  | { readonly kind: 'gone' }
  | Closed;

/** `away`: nothing of ours lies there any more; `closed`: nothing can be taken out of that folder. */
export type Taking = { readonly kind: 'away' } | Closed;

const AWAY: Taking = { kind: 'away' };

interface Closed {
  readonly kind: 'closed';
  readonly error: StoreError;
}

export class Shelf {
  readonly #into: string;
  readonly #parts: string;
  /** Folders that are known to be there. */
  readonly #made = new Set<string>();

  /**
   * @param into  absolute
   * @param token tells the temporary files of one database from those of others in the same folder
   */
  constructor(into: string, token: string) {
    this.#into = into;
    // On the volume of the files themselves, so that they come to their names at once; hidden, and no safe name is like it.
    this.#parts = join(into, `.orbweaver-${token}`);
  }

  /** Makes the folder. @throws StoreError */
  open(): void {
    this.#onDisk(this.#into, () => {
      if (statSync(this.#into, { throwIfNoEntry: false })?.isDirectory() === false)
        throw new StoreError(`${this.#into} is a file; --into wants a folder`);
      makeFolders(this.#parts);
    });
  }

  /**
   * Flushes what may be gone on with, and takes everything else of the temporary files away. Nobody writes any more.
   * @param whole says which files are whole, and have yet to be placed
   */
  close(whole: () => readonly number[]): void {
    try {
      const kept = new Set(whole().map((id) => this.partOf(id)));
      for (const name of readdirSync(this.#parts))
        if (!kept.has(join(this.#parts, name))) this.#tidy(join(this.#parts, name));
      rmdirSync(this.#parts);
    } catch {
      // There are some, or it is gone.
    }
  }

  #tidy(path: string): void {
    const part = path.replace(/\.json$/, '.part');
    if (path.endsWith('.part') && readNotes(path) !== null) {
      const file = openSync(path, 'r+');
      fsyncSync(file);
      closeSync(file);
      noteFlushed(path);
    } else if (!path.endsWith('.json') || !existsSync(part)) {
      rmSync(path, { force: true });
    }
  }

  /** Where the bytes of a file go until it is whole. */
  partOf(id: number): string {
    return join(this.#parts, `${id}.part`);
  }

  /** Whether anything has this name. In a folder that does not let us look nothing has, until something is put there. */
  has(path: string): boolean {
    return this.#find(path) !== null;
  }

  /** Whether a file can be read there, itself or by way of a link. */
  isFile(path: string): boolean {
    try {
      return statSync(join(this.#into, path), { throwIfNoEntry: false })?.isFile() === true;
    } catch {
      // No way leads there.
      return false;
    }
  }

  /** Whether it is the name of something that is no folder, nor a link to one. */
  hasFile(path: string): boolean {
    const there = this.#find(path);
    if (there?.isSymbolicLink() !== true) return there?.isDirectory() === false;
    try {
      return statSync(join(this.#into, path), { throwIfNoEntry: false })?.isDirectory() !== true;
    } catch (error) {
      // Behind a closed door there may be a folder; what leads to itself, or through a file, is none.
      return !CLOSED.has((error as NodeJS.ErrnoException).code ?? '');
    }
  }

  /**
   * Gives a file that is whole its name.
   *
   * @throws StoreError
   */
  place(id: number, path: string, known: Whole): Placing {
    const part = this.partOf(id);
    const target = join(this.#into, path);
    return this.#unlessClosed(target, () => {
      const whole = this.#statOf(part);
      const there = this.#statOf(target);
      // Killed when it had been moved, and before that was noted; a part of another size is what a later try has left.
      if (whole === null || whole.size !== known.bytes) {
        const isOurs = there?.size === known.bytes && this.#holds(target, there, known.sha256);
        return isOurs ? placedAt(there) : { kind: 'gone' };
      }
      if (!this.#makeFolder(dirname(target))) return { kind: 'taken' };
      const isPlaced =
        there === null ? this.#link(part, target, whole) : this.#replace(part, target, whole, there, known);
      return isPlaced ? placedAt(this.#statOf(target) ?? whole) : { kind: 'taken' };
    });
  }

  /** Whether it is a file of these bytes: its date says nothing, as some programs keep it and others do not. */
  #holds(path: string, there: Stats, sha256: string | null): boolean {
    if (sha256 === null || !there.isFile()) return false;
    try {
      if (sha256OfFile(path) !== sha256) return false;
    } catch {
      // What cannot be read is not known to be ours.
      return false;
    }
    const now = this.#statOf(path);
    // Reading a large one takes a while.
    return now?.ino === there.ino && now.mtimeMs === there.mtimeMs && now.size === there.size;
  }

  /** Whether our own file lies there as we put it there. */
  hasOwn(path: string, known: Known): boolean {
    const there = this.#find(path);
    return there !== null && isOwn(there, known);
  }

  /**
   * Takes our own file away from its name, if it still is as we put it there; the folder with it, if it was the last one.
   *
   * @throws StoreError
   */
  takeAway(id: number, path: string, known: Known & Pick<Whole, 'sha256'>): Taking {
    const part = this.partOf(id);
    const source = join(this.#into, path);
    return this.#unlessClosed(source, () => {
      const there = this.#statOf(source);
      if (there === null || !isOwn(there, known)) return AWAY;
      const whole = this.#statOf(part);
      if (whole === null) moveWhole(source, part, there);
      // Killed before that was noted: it may be somebody else's turn to lie there, or what was copied is there still.
      else if (whole.size === known.bytes && this.#holds(source, there, known.sha256)) unlinkSync(source);
      else return AWAY;
      this.#removeEmpty(dirname(source));
      return AWAY;
    });
  }

  /** A folder, and those it lies in, as far as nothing is in them. */
  #removeEmpty(from: string): void {
    for (let folder = from; folder !== this.#into; folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        // Others are in it.
        break;
      }
      this.#made.delete(folder);
    }
  }

  /** What is known of a part is of no more use; neither are its bytes, if there are any. */
  discard(id: number): void {
    const part = this.partOf(id);
    rmSync(part, { force: true });
    dropNotes(part);
  }

  /** Bytes of files that are not whole yet, and how many there are. */
  unfinished(): { readonly files: number; readonly bytes: number } {
    let files = 0;
    let bytes = 0;
    if (!existsSync(this.#parts)) return { files, bytes };
    for (const name of readdirSync(this.#parts)) {
      if (!name.endsWith('.part')) continue;
      files++;
      bytes += this.#statOf(join(this.#parts, name))?.size ?? 0;
    }
    return { files, bytes };
  }

  /**
   * Never over a file that has come to be there meanwhile, but where the file system has no hard links: what comes between
   * the look at the name and the renaming is replaced there. Answers whether it has its name.
   */
  #link(part: string, target: string, whole: Stats): boolean {
    try {
      linkSync(part, target);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (isAcross(error))
        return this.#across(part, target, whole, (copy) => this.#link(copy, target, whole));
      if (!NO_LINKS.has(code)) throw error;
      renameSync(part, target);
      return true;
    }
    unlinkSync(part);
    return true;
  }

  /** Answers whether it has its name: not where what is there is none of ours. */
  #replace(part: string, target: string, whole: Stats, there: Stats, known: Whole): boolean {
    // Killed when it had its name, and before the part was gone: the same file, or a copy, which no device number tells,
    // since what is mounted twice has the same one.
    const isSame = there.dev === whole.dev && there.ino === whole.ino;
    if (isSame || (there.size === whole.size && this.#holds(target, there, known.sha256))) {
      rmSync(this.#copyOf(part, target), { force: true });
      unlinkSync(part);
      return true;
    }
    if (!this.#holds(target, there, known.placedSha256)) return false;
    this.#rename(part, target, whole);
    return true;
  }

  #rename(part: string, target: string, whole: Stats): void {
    try {
      renameSync(part, target);
    } catch (error) {
      if (!isAcross(error)) throw error;
      this.#across(part, target, whole, (copy) => {
        renameSync(copy, target);
        return true;
      });
    }
  }

  /** A folder of another file system: the file is copied into it, under a hidden name, and gets its own there. */
  #across(part: string, target: string, whole: Stats, put: (copy: string) => boolean): boolean {
    const copy = this.#copyOf(part, target);
    let isPlaced = false;
    try {
      copyWhole(part, copy, whole);
      isPlaced = put(copy);
    } finally {
      rmSync(copy, { force: true });
    }
    // Last, so that a kill before leaves what the copy is taken away by.
    if (isPlaced) unlinkSync(part);
    return isPlaced;
  }

  #copyOf(part: string, target: string): string {
    return join(dirname(target), `${basename(this.#parts)}-${basename(part)}`);
  }

  /** False where a file has the name of one of the folders. */
  #makeFolder(folder: string): boolean {
    if (this.#made.has(folder)) return true;
    try {
      makeFolders(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || isNoWay(code)) return false;
      throw error;
    }
    this.#made.add(folder);
    return true;
  }

  /** What has a name, as far as its folder lets us look. */
  #find(path: string): Stats | null {
    try {
      return this.#statOf(join(this.#into, path));
    } catch (error) {
      if (isClosed(error)) return null;
      throw error;
    }
  }

  #statOf(path: string): Stats | null {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) ?? null;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (isNoWay(code)) return null;
      throw new StoreError(`cannot look at ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  #unlessClosed<T>(path: string, work: () => T): T | Closed {
    try {
      return this.#onDisk(path, work);
    } catch (error) {
      if (!isClosed(error)) throw error;
      return { kind: 'closed', error };
    }
  }

  #onDisk<T>(path: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(`cannot write ${path}: ${(error as Error).message}`, {
        hint: 'nothing is lost; once it can be written, the same command goes on',
        cause: error,
      });
    }
  }
}

/** Whether it is as we put it there. */
function isOwn(there: Stats, { modifiedAt, bytes }: Known): boolean {
  return there.isFile() && there.size === bytes && Math.floor(there.mtimeMs) === modifiedAt;
}

/** What a path through a file, or through a link that leads to itself, comes to. */
function isNoWay(code: string | undefined): boolean {
  return code === 'ENOTDIR' || code === 'ELOOP';
}

function isClosed(error: unknown): error is StoreError {
  const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return error instanceof StoreError && CLOSED.has(code);
}

function placedAt({ mtimeMs }: Stats): Placing {
  return { kind: 'placed', modifiedAt: Math.floor(mtimeMs) };
}
