/** The figures of a row of crawls: the answer first, the speed beside it. */
import { median, spreadOf, type Spread } from './statistics.js';
import { figure, type Column } from './table.js';
import type { Trial } from './trial.js';

/** Of one row: medians over its samples, where nothing else is said. */
export interface CrawlFigures {
  readonly expected: number;
  /** The fewest of all trials, warm-up included. */
  readonly got: number;
  /** Whether every trial was right, warm-up included. A row that is not equal is not ranked. */
  readonly isEqual: boolean;
  /** Expected pages by the time of the whole process, start and exit included. */
  readonly pagesPerSecond: Spread;
  readonly cpuMs: number;
  /** The highest of all samples. */
  readonly peakBytes: number;
  readonly bytes: number;
  /** CPU time by wall time: 1 is one core, always busy. */
  readonly crawlerShare: number;
  readonly siteShare: number;
  readonly mainBusy: number;
  readonly othersBusy: number;
}

/** @param samples the trials that count; @param warmUps those that only have to be right */
export function crawlFigures(samples: readonly Trial[], warmUps: readonly Trial[]): CrawlFigures {
  const all = [...warmUps, ...samples];
  const of = (value: (trial: Trial) => number): number => median(samples.map(value));
  return {
    expected: Math.max(...all.map(({ expected }) => expected)),
    got: Math.min(...all.map(({ got }) => got)),
    isEqual: all.every(({ isEqual, exitStatus }) => isEqual && exitStatus === 0),
    pagesPerSecond: spreadOf(samples.map(pagesPerSecond)),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakBytes: Math.max(...samples.map(({ peakBytes }) => peakBytes)),
    bytes: of(({ bytes }) => bytes),
    crawlerShare: of(({ cpuMs, wallMs }) => cpuMs / wallMs),
    siteShare: of(({ siteCpuMs, wallMs }) => siteCpuMs / wallMs),
    mainBusy: of(({ mainBusy }) => mainBusy),
    othersBusy: of(({ othersBusy }) => othersBusy),
  };
}

export function pagesPerSecond({ got, wallMs }: Trial): number {
  return (got / wallMs) * 1000;
}

/** The answer: belongs left of every speed. */
export const ANSWER_COLUMNS: readonly Column<CrawlFigures>[] = [
  { name: 'expected', cell: (row) => figure(row.expected) },
  { name: 'got', cell: (row) => figure(row.got) },
  { name: 'equal', cell: (row) => (row.isEqual ? 'yes' : 'NO') },
];

/** The speed; says nothing for a row that is not equal. */
export const SPEED_COLUMNS: readonly Column<CrawlFigures>[] = [
  { name: 'pages/s', cell: (row) => ranked(row, figure(row.pagesPerSecond.median)) },
  {
    name: 'p10–p90',
    cell: (row) => ranked(row, `${figure(row.pagesPerSecond.p10)}–${figure(row.pagesPerSecond.p90)}`),
  },
];

/** What it cost. */
export const COST_COLUMNS: readonly Column<CrawlFigures>[] = [
  { name: 'CPU s', cell: (row) => figure(row.cpuMs / 1000, 2) },
  { name: 'peak MB', cell: (row) => figure(row.peakBytes / 1e6) },
  { name: 'MB read', cell: (row) => figure(row.bytes / 1e6, 1) },
  { name: 'crawler CPU', cell: (row) => percent(row.crawlerShare) },
  { name: 'main thread', cell: (row) => percent(row.mainBusy) },
  { name: 'site CPU', cell: (row) => percent(row.siteShare) },
];

/** What the columns mean, for the notes under a table. */
export const COLUMN_NOTES: readonly string[] = [
  'equal: the file holds every page, title, depth, redirect, failure, skip and edge that the wiki knows of, and nothing else, in every trial. A row that is not equal is not ranked.',
  'pages/s: pages by the time of the whole process from start to exit, median and p10–p90 of the samples; CPU s: user and system time of the crawler, all threads; peak MB: its resident memory at its highest; MB read: bodies.',
  'crawler CPU, site CPU: CPU time by wall time, 100 % is one core always busy; main thread: the share in which its event loop was not waiting.',
];

/** How far the figures are to be trusted: what other programs took of the machine meanwhile. */
export function quietNote(rows: readonly Pick<CrawlFigures, 'othersBusy'>[]): string {
  const others = Math.max(...rows.map(({ othersBusy }) => othersBusy));
  const verdict =
    others > NOISY ? 'TOO MUCH: these figures are rough, run it again on a quiet machine' : 'quiet enough';
  return `Other programs took ${percent(others)} of all cores at most (median of a row): ${verdict}.`;
}

const NOISY = 0.05;

export function ranked(row: CrawlFigures, text: string): string {
  return row.isEqual ? text : 'not ranked';
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}
