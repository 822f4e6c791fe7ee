/**
 * Notices threads that are held for too long, by a page or by user code: a thread that is busy cannot say so
 * itself.
 */
import { CELL, CELLS, type Holding } from '../protocol/holding.js';

export interface WatchdogOptions {
  readonly holding: Holding;
  /** How long reading one page may hold a thread, ms. */
  readonly parseTimeoutMs: number;
  /** How long user code may hold one, ms; null = there is none, and threads show no pulse. */
  readonly executorTimeoutMs: number | null;
  /** ms; must never go back. */
  readonly clock: () => number;
}

/** A flight at work in a thread, the thread's pulse, and for how long both were seen unchanged. */
interface Sight {
  readonly flightId: number;
  readonly pulse: number;
  heldMs: number;
}

export interface HeldThread {
  readonly thread: number;
  /** null = one of the thread's flights: user code that went on after it had waited for something. */
  readonly flightId: number | null;
  readonly afterMs: number;
}

export class Watchdog {
  readonly #cells: Int32Array;
  readonly #options: WatchdogOptions;
  readonly #sights: (Sight | undefined)[] = [];
  #lastLook: number;

  constructor(options: WatchdogOptions) {
    this.#cells = new Int32Array(options.holding.cells);
    this.#options = options;
    this.#lastLook = options.clock();
  }

  /** How often to look, ms. */
  get intervalMs(): number {
    const { parseTimeoutMs, executorTimeoutMs } = this.#options;
    return Math.min(parseTimeoutMs, executorTimeoutMs ?? Infinity) / 4;
  }

  /** Looks at all threads; to be called several times within the limits. Each held thread is told once. */
  look(): HeldThread[] {
    const now = this.#options.clock();
    // Where nobody looked for long, the whole process stood still (stopped, suspended), and the page with it.
    const passedMs = Math.min(now - this.#lastLook, this.intervalMs * 2);
    this.#lastLook = now;
    const held: HeldThread[] = [];
    for (let thread = 0; thread < this.#cells.length / CELLS; thread++) {
      const found = this.#lookAt(thread, passedMs);
      if (found !== null) held.push(found);
    }
    return held;
  }

  #lookAt(thread: number, passedMs: number): HeldThread | null {
    const flightId = this.#read(thread, CELL.flight);
    const pulse = this.#read(thread, CELL.pulse);
    const sight = this.#sights[thread];
    if (sight?.flightId !== flightId || sight.pulse !== pulse) {
      this.#sights[thread] = { flightId, pulse, heldMs: 0 };
      return null;
    }
    sight.heldMs += passedMs;
    const limitMs = this.#limitMs(thread, flightId, pulse);
    if (limitMs === null || sight.heldMs < limitMs) return null;
    // The thread is about to end, and its successor starts with clean cells.
    this.#sights[thread] = undefined;
    Atomics.store(this.#cells, thread * CELLS + CELL.flight, 0);
    Atomics.store(this.#cells, thread * CELLS + CELL.pulse, 0);
    return { thread, flightId: flightId === 0 ? null : flightId, afterMs: limitMs };
  }

  /** How long a thread may stand as it does; null = for ever. */
  #limitMs(thread: number, flightId: number, pulse: number): number | null {
    const { parseTimeoutMs, executorTimeoutMs } = this.#options;
    const isInExecutor = this.#read(thread, CELL.executor) !== 0;
    if (flightId !== 0) return isInExecutor ? (executorTimeoutMs ?? parseTimeoutMs) : parseTimeoutMs;
    // A thread that has not shown a pulse yet is still starting.
    return pulse === 0 ? null : executorTimeoutMs;
  }

  #read(thread: number, cell: number): number {
    return Atomics.load(this.#cells, thread * CELLS + cell);
  }
}
