/**
 * A file while it is fetched: its bytes in a temporary file, and beside it, in a small one of its own, what is known of
 * the answer they come from. The second is written before the first byte, so the two never disagree, whenever the
 * process is killed. Writing holds the thread: nothing is faster, and a slow disk slows the network down by itself.
 */
import type { Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  futimesSync,
  openSync,
  read as readCallback,
  rmSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { dropNotes, type PartNotes, readNotes, writeNotes } from '#src/shelf/part-notes.js';
import { DiskError, diskError } from './disk-error.js';

const sync = promisify(fsync);
const read = promisify(readCallback);

/** Files smaller than this are asked for anew: noting down where they come from would cost as much. */
const WORTH_NOTING = 64 * 1024;
const READ_BYTES = 1024 * 1024;

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

  /** Bytes that can be gone on with. */
  get kept(): number {
    if (this.#notes === null) return 0;
    return this.#notes.pieces?.reduce((sum, [, , done]) => sum + done, 0) ?? this.#size;
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
      if (this.#notes !== null) writeNotes(this.#path, this.#notes);
      else dropNotes(this.#path);
    });
  }

  /** Notes down how far it is. A kill leaves the old notes or the new ones. @throws DiskError */
  note(notes: PartNotes): void {
    this.#notes = notes;
    onDisk(this.#path, () => writeNotes(this.#path, notes));
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
    if (isWhole || (this.#size > 0 && this.#notes !== null)) return;
    rmSync(this.#path, { force: true });
    dropNotes(this.#path);
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

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw diskError(path, cause);
  }
}
