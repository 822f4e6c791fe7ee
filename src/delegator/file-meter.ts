/** How far the files are that are under way, as threads tell it now and then. By flight: each try is one of its own. */
import type { FileProgress } from '../protocol/outcome.js';

export class FileMeter {
  readonly #files = new Map<number, FileProgress>();

  note(files: readonly FileProgress[]): void {
    for (const file of files) this.#files.set(file.flightId, file);
  }

  /** The last that was told; null = nothing was yet. */
  progressOf(flightId: number): FileProgress | null {
    return this.#files.get(flightId) ?? null;
  }

  /** Bytes that have come over the wire for them. */
  received(): number {
    let bytes = 0;
    for (const file of this.#files.values()) bytes += file.received;
    return bytes;
  }

  /** It is under way no more. */
  forget(flightId: number): void {
    this.#files.delete(flightId);
  }
}
