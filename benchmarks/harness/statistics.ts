/** What is said of samples: the middle and the spread, never the mean, which one bad sample can move anywhere. */

/** The median with the tenth and ninetieth percentile around it. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/**
 * The quantile by linear interpolation between the two nearest samples (R's type 7, numpy's default).
 *
 * @param share 0 to 1
 * @returns     NaN if there are no samples
 */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function spreadOf(samples: readonly number[]): Spread {
  return { p10: quantile(samples, 0.1), median: median(samples), p90: quantile(samples, 0.9) };
}
