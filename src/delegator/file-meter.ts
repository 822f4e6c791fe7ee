/** How far the files are that are under way, as threads tell it now and then. By flight: each try is one of its own. */
import type { FileProgress } from '../protocol/outcome.js';

interface Metered {
  readonly now: FileProgress;
  /** Bytes that were there when it was first heard of. */
  readonly first: number;
}

export class FileMeter {
  readonly #files = new Map<number, Metered>();

  note(files: readonly FileProgress[]): void {
    for (const now of files) {
      const { first = now.bytes } = this.#files.get(now.flightId) ?? {};
      this.#files.set(now.flightId, { now, first });
    }
  }

  /** The last that was told; null = nothing was yet. */
  progressOf(flightId: number): FileProgress | null {
    return this.#files.get(flightId)?.now ?? null;
  }

  /** Bytes that have come since each was first heard of. */
  received(): number {
    let bytes = 0;
    // A try that starts over has less than there was.
    for (const { now, first } of this.#files.values()) bytes += Math.max(0, now.bytes - first);
    return bytes;
  }

  /** It is under way no more. */
  forget(flightId: number): void {
    this.#files.delete(flightId);
  }
}
