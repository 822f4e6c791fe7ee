/**
 * A file while it is fetched: its bytes in a temporary file, and beside it, in a small one of its own, what is known of
 * the answer they come from. The second is written before the first byte, so the two never disagree, whenever the
 * process is killed. Writing holds the thread: nothing is faster, and a slow disk slows the network down by itself.
 */
import type { Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  futimesSync,
  openSync,
  read as readCallback,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { DiskError, diskError } from './disk-error.js';

const sync = promisify(fsync);
const read = promisify(readCallback);

/** Files smaller than this are asked for anew: noting down where they come from would cost as much. */
const WORTH_NOTING = 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** What is known of the answer that the bytes come from. */
export interface PartNotes {
  /** What If-Range asks with (RFC 9110 §13.1.5). */
  readonly validator: string;
  /** Size of the whole; null = the server did not say. */
  readonly total: number | null;
  /** It comes in several pieces, and its size says nothing of how much there is. */
  readonly pieces?: readonly PieceNotes[] | undefined;
}

/** The first and the last byte of a piece, and how many of it are there. */
export type PieceNotes = readonly [first: number, last: number, done: number];

/** Where the notes of a part are. */
export function notesOf(path: string): string {
  return path.replace(/\.part$/, '.json');
}

export class PartFile {
  readonly #path: string;
  /** null = there is no file yet. */
  #fd: number | null;
  #notes: PartNotes | null;
  #size: number;

  /** Opens what is there of an earlier try. @throws DiskError */
  constructor(path: string) {
    this.#path = path;
    this.#fd = onDisk(path, () => openExisting(path));
    this.#size = this.#fd === null ? 0 : fstatSync(this.#fd).size;
    this.#notes = this.#size === 0 ? null : readNotes(path);
  }

  /** Of what may be gone on with; null = of nothing. */
  get notes(): PartNotes | null {
    return this.#notes;
  }

  /** Bytes there are; in pieces, up to the last one. */
  get size(): number {
    return this.#size;
  }

  /** Lets go of all bytes but the first so many. @throws DiskError */
  cut(size: number): void {
    const fd = this.#fd;
    if (size === this.#size || fd === null) return;
    onDisk(this.#path, () => ftruncateSync(fd, size));
    this.#size = size;
  }

  /** Starts over, with what is known of the answer that comes now. @throws DiskError */
  begin(notes: PartNotes | null): void {
    this.cut(0);
    onDisk(this.#path, () => {
      this.#fd ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o666);
      this.#notes = (notes?.total ?? WORTH_NOTING) >= WORTH_NOTING ? notes : null;
      if (this.#notes !== null) writeFileSync(notesOf(this.#path), JSON.stringify(this.#notes));
      else rmSync(notesOf(this.#path), { force: true });
    });
  }

  /** Notes down how far its pieces are. A kill leaves the old notes or the new ones. @throws DiskError */
  note(notes: PartNotes): void {
    this.#notes = notes;
    onDisk(this.#path, () => {
      writeFileSync(`${notesOf(this.#path)}.new`, JSON.stringify(notes));
      renameSync(`${notesOf(this.#path)}.new`, notesOf(this.#path));
    });
  }

  /** @throws DiskError */
  append(chunk: Uint8Array): void {
    this.writeAt(chunk, this.#size);
  }

  /** @throws DiskError */
  writeAt(chunk: Uint8Array, at: number): void {
    const fd = this.#open();
    onDisk(this.#path, () => {
      for (let done = 0; done < chunk.length;)
        done += writeSync(fd, chunk, done, chunk.length - done, at + done);
    });
    this.#size = Math.max(this.#size, at + chunk.length);
  }

  /** Feeds what is there to a hash, from a byte on. */
  async hash(hash: Hash, from = 0): Promise<void> {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#size));
    for (let at = from; at < this.#size;) {
      const { bytesRead } = await read(this.#open(), buffer, 0, Math.min(buffer.length, this.#size - at), at);
      if (bytesRead === 0) throw new DiskError(`${this.#path} is shorter than it was`);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  /** Makes sure that it is on disk, dated as the server dates it. @throws (rejects) DiskError */
  async flush(modifiedAt: number | null): Promise<void> {
    const fd = this.#open();
    try {
      if (modifiedAt !== null) futimesSync(fd, modifiedAt / 1000, modifiedAt / 1000);
      await sync(fd);
    } catch (cause) {
      throw diskError(this.#path, cause);
    }
  }

  /** @param isWhole else only bytes that can be gone on with are worth keeping */
  close(isWhole: boolean): void {
    if (this.#fd === null) return;
    closeSync(this.#fd);
    this.#fd = null;
    if (isWhole || (this.#size > 0 && existsSync(notesOf(this.#path)))) return;
    rmSync(this.#path, { force: true });
    rmSync(notesOf(this.#path), { force: true });
  }

  #open(): number {
    if (this.#fd === null) throw new DiskError(`${this.#path} is not open`);
    return this.#fd;
  }
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function readNotes(path: string): PartNotes | null {
  try {
    const {
      validator,
      total = null,
      pieces,
    } = JSON.parse(readFileSync(notesOf(path), 'utf8')) as Partial<PartNotes>;
    return typeof validator === 'string' ? { validator, total, pieces } : null;
  } catch {
    // None, or killed while they were written: nothing is known, so it starts over.
    return null;
  }
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw diskError(path, cause);
  }
}
