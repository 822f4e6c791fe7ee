/**
 * How fast a crawl is, and when it may end. Pure: a history of samples goes in and comes out, time is
 * that of the samples.
 */
import type { Snapshot } from './snapshot.js';

/** What is remembered of a snapshot. */
export interface Sample {
  readonly at: number;
  readonly pages: number;
  /** Queued and leased together. */
  readonly open: number;
}

/** Samples in order of time, no older than needed. Starts as `[]`. */
export type History = readonly Sample[];

/** The speed shown as "now" is that of so long. */
const WINDOW_MS = 5_000;
/** The queue must have been shrinking for so long before we say when it will be empty. */
const TREND_MS = 15_000;
/** A run must have gone on for so long, and got so many pages, before its speed foretells anything. */
const WARM_UP_MS = 3_000;
const WARM_UP_PAGES = 20;

/** Adds a snapshot and forgets what no question needs any more. */
export function remember(history: History, snapshot: Snapshot): History {
  const { queued, leased } = snapshot.counts;
  const sample: Sample = { at: snapshot.now, pages: snapshot.pagesThisRun, open: queued + leased };
  // One sample older than the trend is kept, so that the trend can be seen whole.
  const first = history.findIndex(({ at }) => at > sample.at - TREND_MS);
  return [...(first < 0 ? history.slice(-1) : history.slice(Math.max(0, first - 1))), sample];
}

/** Pages per second over the last five seconds, or as much of them as there is; 0 when unknown. */
export function rateNow(history: History): number {
  const last = history.at(-1);
  if (last === undefined) return 0;
  const from = history.findLast(({ at }) => at <= last.at - WINDOW_MS) ?? history[0];
  if (from === undefined || last.at <= from.at) return 0;
  return ((last.pages - from.pages) * 1000) / (last.at - from.at);
}

/** Pages per second since the start of the run. */
export function rateAverage(snapshot: Snapshot): number {
  const elapsed = snapshot.now - snapshot.startedAt;
  return elapsed <= 0 ? 0 : (snapshot.pagesThisRun * 1000) / elapsed;
}

/**
 * Ms until the run ends, or null where any number would be a guess: nobody knows how large a site is
 * until its queue shrinks. The earliest of these ends counts: --max-time; --max-pages at the speed of
 * now, once the run is warm; the queue empty, if it has been shrinking all through the last fifteen seconds.
 */
export function timeLeft(history: History, snapshot: Snapshot): number | null {
  const { maxPages, maxTimeMs } = snapshot.limits;
  const ends: number[] = [];
  if (maxTimeMs !== null) ends.push(snapshot.startedAt + maxTimeMs - snapshot.now);
  const rate = rateNow(history);
  if (maxPages !== null && rate > 0 && isWarm(snapshot))
    ends.push(((maxPages - snapshot.pagesInFile) * 1000) / rate);
  const empty = timeUntilEmpty(history);
  if (empty !== null) ends.push(empty);
  return ends.length === 0 ? null : Math.max(0, Math.min(...ends));
}

/** The first pages come one by one, while threads start and few links are known. */
function isWarm({ now, startedAt, pagesThisRun }: Snapshot): boolean {
  return now - startedAt >= WARM_UP_MS && pagesThisRun >= WARM_UP_PAGES;
}

function timeUntilEmpty(history: History): number | null {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < TREND_MS) return null;
  // Shrinking in each third: a queue that only breathes out between two bursts is no trend.
  const thirds = [1, 2, 3].map((k) => first.at + ((last.at - first.at) * k) / 3);
  let before = first.open;
  for (const moment of thirds) {
    const open = history.findLast(({ at }) => at <= moment)?.open ?? before;
    if (open >= before) return null;
    before = open;
  }
  return (last.open * (last.at - first.at)) / (first.open - last.open);
}
