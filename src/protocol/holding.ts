/**
 * How the main thread knows what a worker thread is in the middle of while that cannot answer: a few cells a
 * thread in shared memory. A message would come too late.
 */

/** What a thread gets when it starts, beside its settings. */
export interface Holding {
  /** `CELLS` Int32 a thread, by the thread's number. */
  readonly cells: SharedArrayBuffer;
}

/** The cells of one thread. */
export const CELL = {
  /** The number of the flight at work, 0 between two. */
  flight: 0,
  /** 1 + the place of the executor that was started last, in the order of the run; 0 = none is at work. */
  executor: 1,
  /** Goes up as long as the thread's event loop turns; only where there are executors. */
  pulse: 2,
} as const;
export const CELLS = 3;

export function makeHolding(threads: number): Holding {
  return { cells: new SharedArrayBuffer(threads * CELLS * Int32Array.BYTES_PER_ELEMENT) };
}

/** Where a piece of work runs, and for which flight. */
export interface Held {
  readonly thread: number;
  readonly flightId: number;
}

/** The worker's side: says what holds the thread from here on. */
export class Holder {
  readonly #cells: Int32Array;

  constructor({ cells }: Holding) {
    this.#cells = new Int32Array(cells);
  }

  /**
   * Runs `work`, which must not wait for anything, in the name of a flight.
   *
   * @param executor the place of the executor that is started by it, which stays noted as the last one
   */
  hold<T>({ thread, flightId }: Held, work: () => T, executor: number | null = null): T {
    const cell = thread * CELLS;
    const before = Atomics.exchange(this.#cells, cell + CELL.executor, executor === null ? 0 : executor + 1);
    Atomics.store(this.#cells, cell + CELL.flight, flightId);
    try {
      return work();
    } finally {
      Atomics.store(this.#cells, cell + CELL.flight, 0);
      if (executor === null) Atomics.store(this.#cells, cell + CELL.executor, before);
    }
  }

  /** The executors of a flight are done with. */
  endExecutors({ thread }: Held): void {
    Atomics.store(this.#cells, thread * CELLS + CELL.executor, 0);
  }

  /** Says that the thread's event loop turns. */
  beat(thread: number): void {
    Atomics.add(this.#cells, thread * CELLS + CELL.pulse, 1);
  }
}

/** The main thread's side: the place of the executor that was at work in a thread last; null = none. */
export function executorAt({ cells }: Holding, thread: number): number | null {
  const place = Atomics.load(new Int32Array(cells), thread * CELLS + CELL.executor);
  return place === 0 ? null : place - 1;
}

/** A new thread takes a number over. */
export function clearCells({ cells }: Holding, thread: number): void {
  new Int32Array(cells).fill(0, thread * CELLS, (thread + 1) * CELLS);
}
