/** The result of a crawl depends on the site alone: every number of workers with every timing, every depth, every signal. */
import { FAST, JITTERED, oneResult } from './one-result.js';

oneResult({
  // Every number of workers is interrupted with one timing and left alone with the other.
  ways: [FAST, JITTERED].flatMap((timing) =>
    [1, 2, 8].map((workers) => ({ timing, workers, isInterrupted: (workers === 2) === (timing === FAST) })),
  ),
  signals: [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ],
  depths: [0, 1, 2, 3],
  fewWorkers: 2,
  manyWorkers: 8,
});
