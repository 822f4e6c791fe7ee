/** The rate that all threads keep together: one moment in shared memory, before which nobody may read on. */
import type { Throttle } from '#src/protocol/download.js';

/** What may come at once after a rest. */
const BURST_MS = 100;
/** Shorter waits are left to add up. */
const WORTH_MS = 5;
const NS_PER_MS = 1_000_000;

export class SharedThrottle {
  readonly #bytesPerSecond: number;
  /** When the next byte is free, ns of the system's steady clock, which all threads read alike. */
  readonly #freeAt: BigInt64Array;

  constructor({ bytesPerSecond, cells }: Throttle) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#freeAt = new BigInt64Array(cells);
  }

  /** Counts bytes that were read. Answers how long to wait before more are, ms. */
  take(bytes: number): number {
    const cost = BigInt(Math.round((bytes * 1e9) / this.#bytesPerSecond));
    for (;;) {
      const now = process.hrtime.bigint();
      const before = Atomics.load(this.#freeAt, 0);
      const rested = now - BigInt(BURST_MS * NS_PER_MS);
      const after = (before > rested ? before : rested) + cost;
      if (Atomics.compareExchange(this.#freeAt, 0, before, after) !== before) continue;
      const waitMs = Number(after - now) / NS_PER_MS;
      return waitMs < WORTH_MS ? 0 : waitMs;
    }
  }
}
