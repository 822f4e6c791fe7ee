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
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.js';
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

/** What is known of a file that is to get its name. */
export interface Known {
  /**
   * When our own file of that name was put there, which is replaced if nobody has touched it since: ms since epoch;
   * null = none of ours was there.
   */
  readonly modifiedAt: number | null;
  /** Size of the one that is to be put there. */
  readonly bytes: number | null;
}

/** `taken`: somebody else's file, or a folder, has the name; `gone`: there is nothing to be put there. */
export type Placing =
  | { readonly kind: 'placed'; readonly modifiedAt: number }
  | { readonly kind: 'taken' }
  | { readonly kind: 'gone' };

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
    this.#onDisk(this.#into, () => makeFolders(this.#parts));
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

  /** Whether anything has this name. */
  has(path: string): boolean {
    return this.#statOf(join(this.#into, path)) !== null;
  }

  /** Whether it is the name of something that is no folder. */
  hasFile(path: string): boolean {
    const there = this.#statOf(join(this.#into, path));
    // A link to a folder is one.
    return (
      there !== null &&
      !(
        there.isSymbolicLink() ? statSync(join(this.#into, path), { throwIfNoEntry: false }) : there
      )?.isDirectory()
    );
  }

  /**
   * Gives a file that is whole its name.
   *
   * @throws StoreError
   */
  place(id: number, path: string, { modifiedAt: replaces, bytes }: Known): Placing {
    const part = this.partOf(id);
    const target = join(this.#into, path);
    const whole = this.#statOf(part);
    const there = this.#statOf(target);
    // Killed when it had been moved, and before that was noted.
    if (whole === null) {
      const isOurs =
        there?.isFile() === true && there.size === bytes && Math.floor(there.mtimeMs) !== replaces;
      return isOurs ? placedAt(there) : { kind: 'gone' };
    }
    return this.#onDisk(target, () => {
      if (!this.#makeFolder(dirname(target))) return { kind: 'taken' };
      if (there === null) return this.#link(part, target, whole);
      if (there.ino === whole.ino && there.dev === whole.dev) unlinkSync(part);
      else if (there.isFile() && replaces !== null && Math.floor(there.mtimeMs) === replaces)
        renameSync(part, target);
      else return { kind: 'taken' };
      return placedAt(whole);
    });
  }

  /** Whether our own file lies there as we put it there. */
  hasOwn(path: string, { modifiedAt, bytes }: Known): boolean {
    const there = this.#statOf(join(this.#into, path));
    return there?.isFile() === true && there.size === bytes && Math.floor(there.mtimeMs) === modifiedAt;
  }

  /** Takes our own file away from its name, if it still is as we put it there; the folder with it, if it was the last one. */
  takeAway(id: number, path: string, known: Known): void {
    const part = this.partOf(id);
    // Killed before that was noted: it may be somebody else's turn to lie there.
    if (this.#statOf(part) !== null || !this.hasOwn(path, known)) return;
    const source = join(this.#into, path);
    this.#onDisk(source, () => renameSync(source, part));
    for (let folder = dirname(source); folder !== this.#into; folder = dirname(folder)) {
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

  /** Never over a file that has come to be there meanwhile. */
  #link(part: string, target: string, whole: Stats): Placing {
    try {
      linkSync(part, target);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return { kind: 'taken' };
      if (!NO_LINKS.has(code)) throw error;
      renameSync(part, target);
      return placedAt(whole);
    }
    unlinkSync(part);
    return placedAt(whole);
  }

  /** False where a file has the name of one of the folders. */
  #makeFolder(folder: string): boolean {
    if (this.#made.has(folder)) return true;
    try {
      makeFolders(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOTDIR') return false;
      throw error;
    }
    this.#made.add(folder);
    return true;
  }

  #statOf(path: string): Stats | null {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) ?? null;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTDIR') return null;
      throw new StoreError(`cannot look at ${path}: ${(error as Error).message}`, { cause: error });
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

/** Makes a folder and those it lies in. Node's own way never ends where a folder can neither be found nor made (/proc). */
function makeFolders(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolders(dirname(folder));
    mkdirSync(folder);
  }
}

function placedAt({ mtimeMs }: Stats): Placing {
  return { kind: 'placed', modifiedAt: Math.floor(mtimeMs) };
}
