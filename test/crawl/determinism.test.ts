/** The result of a crawl depends on the site alone: a crawl or two of each kind. determinism-all.test.ts has the others. */
import { FAST, JITTERED, oneResult } from './one-result.js';

oneResult({
  ways: [
    { timing: FAST, workers: 1, isInterrupted: false },
    { timing: JITTERED, workers: 2, isInterrupted: true },
  ],
  // That a signal waits for what is under way is seen when the crawl above is interrupted.
  signals: [],
  depths: [1],
  fewWorkers: 1,
  manyWorkers: 2,
});
