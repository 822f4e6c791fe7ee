/** What a running crawl shows of itself: plain numbers, taken by commands/, read by the display. */

/** One moment of a run. Times are ms since epoch, sizes bytes. */
export interface Snapshot {
  readonly now: number;
  /** Start of this run. */
  readonly startedAt: number;
  /** URLs in the file by state, all runs. */
  readonly counts: {
    readonly queued: number;
    readonly leased: number;
    readonly done: number;
    readonly failed: number;
    readonly skipped: number;
  };
  /** HTML pages with a 2xx in the file, all runs: what --max-pages counts. */
  readonly pagesInFile: number;
  readonly pagesThisRun: number;
  readonly bytesThisRun: number;
  /** Requests in flight, one number per worker thread. */
  readonly inFlight: readonly number[];
  /** The host of the request that has been under way longest; null = none is under way. */
  readonly slowestHost: { readonly host: string; readonly waitedMs: number } | null;
  readonly limits: { readonly maxPages: number | null; readonly maxTimeMs: number | null };
  /** Work is waiting for hosts' limits while workers are free. */
  readonly politenessBound: boolean;
}
