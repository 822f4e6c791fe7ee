/** How far the downloads of a thread are, told to the main thread a few times a second. */
import type { FileProgress, WorkerMessage } from '#src/protocol/outcome.js';

const INTERVAL_MS = 200;

/** Of one file. */
export interface Gauge {
  set(bytes: number, total: number | null): void;
  end(): void;
}

export class FilesMeter {
  readonly #post: (message: WorkerMessage) => void;
  readonly #files = new Map<number, FileProgress>();
  #timer: NodeJS.Timeout | null = null;

  constructor(post: (message: WorkerMessage) => void) {
    this.#post = post;
  }

  start(flightId: number, bytes: number): Gauge {
    this.#files.set(flightId, { flightId, bytes, total: null });
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL_MS).unref();
    return {
      set: (now, total) => void this.#files.set(flightId, { flightId, bytes: now, total }),
      end: () => this.#end(flightId),
    };
  }

  #end(flightId: number): void {
    this.#files.delete(flightId);
    if (this.#files.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tell(): void {
    this.#post({ kind: 'files-progress', files: [...this.#files.values()] });
  }
}
