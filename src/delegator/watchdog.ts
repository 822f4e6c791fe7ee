/** Notices pages that hold their thread for too long: a thread that is busy with one cannot say so itself. */
import type { Holding } from '../protocol/holding.js';

/** A flight at work in a thread, since when as far as that was looked at. */
interface Sight {
  readonly flightId: number;
  readonly since: number;
}

export interface Held {
  readonly thread: number;
  readonly flightId: number;
}

export class Watchdog {
  readonly #cells: Int32Array;
  readonly #limitMs: number;
  readonly #clock: () => number;
  readonly #sights: (Sight | undefined)[] = [];

  constructor(holding: Holding, limitMs: number, clock: () => number) {
    this.#cells = new Int32Array(holding.cells);
    this.#limitMs = limitMs;
    this.#clock = clock;
  }

  /** Looks at all threads; to be called several times within the limit. Each held thread is told once. */
  look(): Held[] {
    const now = this.#clock();
    const held: Held[] = [];
    for (let thread = 0; thread < this.#cells.length; thread++) {
      const flightId = Atomics.load(this.#cells, thread);
      const sight = this.#sights[thread];
      if (sight?.flightId !== flightId) this.#sights[thread] = { flightId, since: now };
      else if (flightId !== 0 && now - sight.since >= this.#limitMs) {
        held.push({ thread, flightId });
        // The thread is about to end, and its successor starts with a clean cell.
        Atomics.store(this.#cells, thread, 0);
      }
    }
    return held;
  }
}
