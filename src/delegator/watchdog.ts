/** Notices pages that hold their thread for too long: a thread that is busy with one cannot say so itself. */
import type { Holding } from '../protocol/holding.js';

/** A flight at work in a thread, and for how long it was seen there. */
interface Sight {
  readonly flightId: number;
  heldMs: number;
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
  #lastLook: number;

  constructor(holding: Holding, limitMs: number, clock: () => number) {
    this.#cells = new Int32Array(holding.cells);
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#lastLook = clock();
  }

  /** Looks at all threads; to be called several times within the limit. Each held thread is told once. */
  look(): Held[] {
    const now = this.#clock();
    // Where nobody looked for long, the whole process stood still (stopped, suspended), and the page with it.
    const passedMs = Math.min(now - this.#lastLook, this.#limitMs / 2);
    this.#lastLook = now;
    const held: Held[] = [];
    for (let thread = 0; thread < this.#cells.length; thread++) {
      const flightId = Atomics.load(this.#cells, thread);
      const sight = this.#sights[thread];
      if (sight?.flightId !== flightId) this.#sights[thread] = { flightId, heldMs: 0 };
      else if (flightId !== 0 && (sight.heldMs += passedMs) >= this.#limitMs) {
        held.push({ thread, flightId });
        // The thread is about to end, and its successor starts with a clean cell.
        Atomics.store(this.#cells, thread, 0);
      }
    }
    return held;
  }
}
