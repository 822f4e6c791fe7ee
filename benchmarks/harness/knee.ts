/** Where more of something no longer pays. */

/** A size that was tried, and the rate that came of it. */
export interface Tried {
  readonly size: number;
  readonly rate: number;
}

/** Rates nearer to the best than this are taken for as good: runs of one size differ by as much. */
export const ENOUGH = 0.95;

/** The rule in words, for the notes under a table. */
export const KNEE_NOTE = `Knee: the smallest size whose median rate is at least ${ENOUGH * 100} % of the best median. Where it is the largest that was tried, it may lie further up.`;

/**
 * The knee: the smallest size with at least 95 % of the best rate.
 *
 * @returns undefined where nothing was tried
 */
export function kneeOf(tried: readonly Tried[]): number | undefined {
  const best = Math.max(...tried.map(({ rate }) => rate));
  const enough = tried.filter(({ rate }) => rate >= ENOUGH * best).map(({ size }) => size);
  return enough.length === 0 ? undefined : Math.min(...enough);
}
