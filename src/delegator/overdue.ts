/**
 * Notices flights that no answer will come of. A thread bounds all it does by itself, but user code may have spoilt the
 * language under it (`Object.prototype.then`), so that its event loop turns and its promises never settle.
 */
import type { Flight } from './flights.js';

/** Beyond all that a flight may take: loading the user's modules, and a machine that is short of time. */
const MARGIN_MS = 60_000;

export interface FlightLimits {
  /** Of one request, ms; likewise the others. */
  readonly timeoutMs: number;
  readonly parseTimeoutMs: number;
  readonly executorTimeoutMs: number;
  /** Executors of the run. */
  readonly executors: number;
}

/** How long a thread may go without a sign of life of a flight, ms. */
export function longestSilenceMs(limits: FlightLimits): number {
  const { timeoutMs, parseTimeoutMs, executorTimeoutMs, executors } = limits;
  // One more for validators.
  return timeoutMs + parseTimeoutMs + (executors + 1) * executorTimeoutMs + MARGIN_MS;
}

export class Overdue {
  readonly #limitMs: number;
  readonly #clock: () => number;
  /** How long each flight has been silent, as far as it was looked at. */
  #silentMs = new Map<number, number>();
  #lastLook: number;

  /**
   * @param limitMs see `longestSilenceMs`
   * @param clock   ms; must never go back
   */
  constructor(limitMs: number, clock: () => number) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#lastLook = clock();
  }

  /** A message of the flight came in. */
  hear(flightId: number): void {
    this.#silentMs.delete(flightId);
  }

  /**
   * The first flight of each thread that is overdue; to be called several times within the limit. Told once.
   * @param isWaiting whether a flight waits for us: for leave to ask for something
   */
  look(flights: Iterable<Flight>, isWaiting: (flightId: number) => boolean): readonly Flight[] {
    const now = this.#clock();
    // Where nobody looked for long, the whole process stood still.
    const passedMs = Math.min(now - this.#lastLook, this.#limitMs / 4);
    this.#lastLook = now;
    const silentMs = new Map<number, number>();
    const overdue = new Map<number, Flight>();
    for (const flight of flights) {
      const { flightId, slot } = flight;
      const before = this.#silentMs.get(flightId);
      const silent = isWaiting(flightId) || before === undefined ? 0 : before + passedMs;
      if (silent >= this.#limitMs && !overdue.has(slot.thread)) overdue.set(slot.thread, flight);
      silentMs.set(flightId, silent >= this.#limitMs ? 0 : silent);
    }
    this.#silentMs = silentMs;
    return [...overdue.values()];
  }
}
