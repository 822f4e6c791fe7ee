import type { Snapshot } from '../../dist/observe/snapshot.js';

/** A crawl in full swing, for tests that change what they look at. */
export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    now: 83_000,
    startedAt: 0,
    counts: { queued: 678, leased: 16, done: 12_345, failed: 3, skipped: 141 },
    pagesInFile: 12_300,
    pagesThisRun: 12_300,
    bytesThisRun: 456_700_000,
    inFlight: [8, 8],
    slowestHost: null,
    limits: { maxPages: null, maxTimeMs: null },
    politenessBound: false,
    ...changes,
  };
}
