/** How far the downloads of a thread are, told to the main thread a few times a second. */
import type { FileProgress, WorkerMessage } from '#src/protocol/outcome.js';

const INTERVAL_MS = 200;

/** Of one file. */
export interface Gauge {
  set(bytes: number, total: number | null): void;
  /** @param isWhole else what came of it is told once more, as the outcome says nothing of it */
  end(isWhole: boolean): void;
}

export class FilesMeter {
  readonly #post: (message: WorkerMessage) => void;
  readonly #files = new Map<number, FileProgress>();
  #timer: NodeJS.Timeout | null = null;

  constructor(post: (message: WorkerMessage) => void) {
    this.#post = post;
  }

  start(flightId: number, bytes: number): Gauge {
    let now: FileProgress = { flightId, bytes, total: null, received: 0 };
    this.#files.set(flightId, now);
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL_MS).unref();
    return {
      set: (there, total) => {
        // Fewer than before: it starts over.
        const received = now.received + Math.max(0, there - now.bytes);
        now = { flightId, bytes: there, total, received };
        this.#files.set(flightId, now);
      },
      end: (isWhole) => {
        if (!isWhole && now.received > 0) this.#post({ kind: 'files-progress', files: [now] });
        this.#end(flightId);
      },
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
