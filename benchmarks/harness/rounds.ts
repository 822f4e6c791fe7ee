/** The order of trials: round by round, every row once a round, so that a machine that drifts hits all rows alike. */

/** One trial of one row. */
export interface Sample<Row, Result> {
  readonly row: Row;
  /** From 0. Warm-up rounds count from 0 too. */
  readonly round: number;
  /** Run and kept, but in no figure: it fills the machine's caches and compiles the site. */
  readonly isWarmUp: boolean;
  readonly result: Result;
}

export interface Rounds<Row, Result> {
  readonly rows: readonly Row[];
  readonly warmUps: number;
  readonly samples: number;
  readonly trial: (row: Row) => Promise<Result>;
  /** Called after each trial, to show that something happens. */
  readonly onSample: (sample: Sample<Row, Result>, done: number, total: number) => void;
}

/** Runs all trials, one at a time. Each round starts with another row, so that none always follows the same one. */
export async function runRounds<Row, Result>(rounds: Rounds<Row, Result>): Promise<Sample<Row, Result>[]> {
  const { rows, warmUps, samples, trial, onSample } = rounds;
  const all: Sample<Row, Result>[] = [];
  for (let index = 0; index < warmUps + samples; index++) {
    const isWarmUp = index < warmUps;
    const round = isWarmUp ? index : index - warmUps;
    const first = index % rows.length;
    for (const row of [...rows.slice(first), ...rows.slice(0, first)]) {
      const sample = { row, round, isWarmUp, result: await trial(row) };
      all.push(sample);
      onSample(sample, all.length, (warmUps + samples) * rows.length);
    }
  }
  return all;
}
