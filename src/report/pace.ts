/**
 * Pages per second over the time that was spent crawling. The time between runs is left out, or a crawl that went on the
 * next day would be two spikes at the ends of a flat line; rests within a run are not: then it was as slow as that, and
 * neither is the time in which only errors and redirects came.
 */
import type { Connection } from '../database/connection.js';
import { IS_PAGE, IS_URL } from './rows.js';

/** The finest that is told apart: URLs are claimed in batches, so that anything shorter shows nothing but these. */
const TICK_MS = 500;
/** Beyond these, two and two are put together. */
const MAX_BUCKETS = 80;
/** Beginnings of runs that are told. */
const MAX_SEAMS = 50;

export interface Pace {
  /** Length of a bucket. */
  readonly bucketMs: number;
  /** Time from the first answer of a run to its last, all runs together. */
  readonly activeMs: number;
  readonly buckets: readonly Bucket[];
  /** Where a run began that got answers, first the first; of many the first ones. */
  readonly runs: readonly Moment[];
}

interface Moment {
  /** Of the first answer of a run, of the first page of a bucket; ms since epoch. */
  readonly at: number | null;
  /** Time spent crawling before it. */
  readonly activeMs: number;
}

/** `at` is null where no page came. */
export interface Bucket extends Moment {
  readonly pages: number;
  readonly pagesPerSecond: number;
}

interface Tick {
  /** In units of TICK_MS since epoch. */
  readonly tick: number;
  /** None, where all that was answered is no page. */
  readonly pages: number;
}

export function pace(connection: Connection): Pace {
  const starts = connection
    .prepare<[], number>('SELECT started_at FROM runs ORDER BY started_at')
    .pluck()
    .all();
  const ticks = connection.prepare<[], Tick>(
    `SELECT r.fetched_at / ${TICK_MS} AS tick, sum(${IS_PAGE}) AS pages FROM records r JOIN urls u ON u.id = r.id
      WHERE ${IS_URL} GROUP BY 1 ORDER BY 1`,
  );
  return paceOf(ticks.iterate(), starts);
}

/**
 * @param ticks  in the order of time
 * @param starts of runs, ms since epoch, in the order of time
 */
export function paceOf(ticks: Iterable<Tick>, starts: readonly number[]): Pace {
  const buckets = new Buckets();
  const runs: Moment[] = [];
  let next = 0; // The first run that has not begun.
  let cut = 0; // Ticks before the first answer, and between runs.
  let last: number | null = null;
  for (const { tick, pages } of ticks) {
    const isNewRun = last === null || (starts[next] ?? Infinity) < (tick + 1) * TICK_MS;
    while ((starts[next] ?? Infinity) < (tick + 1) * TICK_MS) next++;
    if (isNewRun) {
      cut = last === null ? tick : cut + tick - last - 1;
      if (runs.length < MAX_SEAMS) runs.push({ at: tick * TICK_MS, activeMs: (tick - cut) * TICK_MS });
    }
    buckets.add(tick - cut, pages, tick * TICK_MS);
    last = tick;
  }
  return { ...buckets.read(), runs };
}

/** Counts over a time whose length is not known before: their width doubles when they become too many. */
class Buckets {
  /** In ticks. */
  #width = 1;
  #last = -1;
  #counts: { at: number | null; pages: number }[] = [];

  add(tick: number, pages: number, at: number): void {
    while (tick >= this.#width * MAX_BUCKETS) this.#double();
    const index = Math.floor(tick / this.#width);
    while (this.#counts.length <= index) this.#counts.push({ at: null, pages: 0 });
    const bucket = this.#counts[index];
    if (bucket === undefined) return;
    if (pages > 0) bucket.at ??= at;
    bucket.pages += pages;
    this.#last = tick;
  }

  /** The last bucket is as long as what passed of it; one of less than half goes with the one before. */
  read(): Omit<Pace, 'runs'> {
    const ticks = this.#last + 1;
    const counts = [...this.#counts];
    const [before, last] = counts.slice(-2);
    if (before !== undefined && last !== undefined && 2 * (ticks % this.#width || this.#width) < this.#width)
      counts.splice(-2, 2, { at: before.at ?? last.at, pages: before.pages + last.pages });
    return {
      bucketMs: this.#width * TICK_MS,
      activeMs: ticks * TICK_MS,
      buckets: counts.map(({ at, pages }, i) => {
        const passed = i === counts.length - 1 ? ticks - i * this.#width : this.#width;
        const pagesPerSecond = Math.round((pages / ((passed * TICK_MS) / 1000)) * 100) / 100;
        return { at, activeMs: i * this.#width * TICK_MS, pages, pagesPerSecond };
      }),
    };
  }

  #double(): void {
    this.#width *= 2;
    this.#counts = Array.from({ length: Math.ceil(this.#counts.length / 2) }, (_, i) => {
      const [a, b] = [this.#counts[2 * i], this.#counts[2 * i + 1]];
      return { at: a?.at ?? b?.at ?? null, pages: (a?.pages ?? 0) + (b?.pages ?? 0) };
    });
  }
}
