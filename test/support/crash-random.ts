/** Randomness that can be had again: the same seed gives the same numbers. */

/** Numbers in [0, 1), from a 32-bit seed (mulberry32, public domain). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to `to`, both included. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** The seed of a suite: `CRASH_SEED` where it is set, to have a failure again. */
export function suiteSeed(otherwise: number): number {
  return Number(process.env['CRASH_SEED'] ?? otherwise);
}
