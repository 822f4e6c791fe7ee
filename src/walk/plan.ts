/** What a random walk is told to do. */
export interface WalkPlan {
  /** Keys of the URLs where walkers start, one a walker, in their order; one may stand there several times. */
  readonly seeds: readonly string[];
  /** Steps that each walker takes after its first page, over all runs. */
  readonly steps: number;
  /** With one the walk is repeatable, in rounds; null = walkers move freely, by numbers of chance. */
  readonly rngSeed: number | null;
}
