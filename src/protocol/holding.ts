/**
 * How the main thread knows what a worker thread is in the middle of while that cannot answer: one cell a thread
 * in shared memory, which holds the number of the flight at work, 0 between two. A message would come too late.
 */

/** What a thread gets when it starts, beside its settings. */
export interface Holding {
  /** One Int32 a thread, by the thread's number. */
  readonly cells: SharedArrayBuffer;
}

export function makeHolding(threads: number): Holding {
  return { cells: new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT) };
}

/** The worker's side: says what holds the thread from here on. */
export class Holder {
  readonly #cells: Int32Array;

  constructor({ cells }: Holding) {
    this.#cells = new Int32Array(cells);
  }

  /** Runs `work`, which must not wait for anything, in the name of a flight. */
  hold<T>({ thread, flightId }: { readonly thread: number; readonly flightId: number }, work: () => T): T {
    Atomics.store(this.#cells, thread, flightId);
    try {
      return work();
    } finally {
      Atomics.store(this.#cells, thread, 0);
    }
  }
}
