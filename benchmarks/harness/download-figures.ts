/** The figures of a row of downloads: the answer first, the time beside it. */
import type { DownloadTrial } from './download-trial.js';
import type { Sample } from './rounds.js';
import { median, spreadOf, type Spread } from './statistics.js';
import { figure, type Column } from './table.js';

/** Of one program. */
export interface DownloadFigures {
  readonly name: string;
  readonly expected: number;
  /** The fewest of all trials, warm-up included. */
  readonly got: number;
  readonly isEqual: boolean;
  /** Of the whole, ms. The other times are medians too. */
  readonly totalMs: Spread;
  readonly transferMs: number;
  readonly verifyMs: number;
  readonly syncMs: number;
  readonly megabytesPerSecond: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly descriptors: number;
  readonly connections: number;
  readonly serverCpuMs: number;
  readonly othersBusy: number;
}

/** @param bytes of all files together */
export function downloadFigures(
  name: string,
  all: readonly Sample<unknown, DownloadTrial>[],
  bytes: number,
): DownloadFigures {
  const trials = all.filter(({ isWarmUp }) => !isWarmUp).map(({ result }) => result);
  const of = (value: (trial: DownloadTrial) => number): number => median(trials.map(value));
  const totalMs = spreadOf(trials.map((trial) => trial.totalMs));
  return {
    name,
    expected: Math.max(...all.map(({ result }) => result.expected)),
    got: Math.min(...all.map(({ result }) => result.got)),
    isEqual: all.every(({ result }) => result.isEqual && result.exitStatus === 0),
    totalMs,
    transferMs: of(({ wallMs }) => wallMs),
    verifyMs: of(({ verifyMs }) => verifyMs),
    syncMs: of(({ syncMs }) => syncMs),
    megabytesPerSecond: bytes / 1e6 / (totalMs.median / 1000),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakBytes: Math.max(...trials.map(({ peakBytes }) => peakBytes)),
    descriptors: Math.max(...trials.map(({ descriptors }) => descriptors)),
    connections: Math.max(...trials.map(({ connections }) => connections)),
    serverCpuMs: of(({ serverCpuMs }) => serverCpuMs),
    othersBusy: of(({ othersBusy }) => othersBusy),
  };
}

export const DOWNLOAD_COLUMNS: readonly Column<DownloadFigures>[] = [
  { name: 'program', cell: ({ name }) => name },
  { name: 'files', cell: ({ expected }) => figure(expected) },
  { name: 'got', cell: ({ got }) => figure(got) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'total s', cell: (row) => ranked(row, seconds(row.totalMs.median)) },
  { name: 'p10–p90', cell: (row) => ranked(row, `${seconds(row.totalMs.p10)}–${seconds(row.totalMs.p90)}`) },
  { name: 'MB/s', cell: (row) => ranked(row, figure(row.megabytesPerSecond)) },
  { name: 'program s', cell: ({ transferMs }) => seconds(transferMs) },
  { name: 'verify s', cell: ({ verifyMs }) => seconds(verifyMs) },
  { name: 'sync s', cell: ({ syncMs }) => seconds(syncMs) },
  { name: 'CPU s', cell: ({ cpuMs }) => seconds(cpuMs) },
  { name: 'nginx CPU s', cell: ({ serverCpuMs }) => seconds(serverCpuMs) },
  { name: 'peak MB', cell: ({ peakBytes }) => figure(peakBytes / 1e6) },
  { name: 'descriptors', cell: ({ descriptors }) => figure(descriptors) },
  { name: 'connections', cell: ({ connections }) => figure(connections) },
];

/** What the columns mean. */
export const DOWNLOAD_NOTES: readonly string[] = [
  'equal: every file byte for byte and nothing else, in every trial, read when the clock has stopped. A row that is not equal is not ranked.',
  'total: the program from start to exit, then verifying, then `sync --file-system`; median and p10–p90 of the samples. The shares beside it are medians of their own.',
  'verify: `sha256sum --check` in two processes at once by xargs, eight files each. orbweaver hashes what it writes, so its digests are only compared with the list; in the row "read again" its files are read as those of the others. What sha256sum takes depends on its build: the column tells it apart.',
  'orbweaver is given the address of the index and reads robots.txt and the index first; the others are given all addresses. The large file is the first in the list; nobody fetches a file in pieces.',
  'CPU, peak, descriptors: of the program alone, by /proc; descriptors looked at every 10 ms. connections: those that nginx counted.',
];

function ranked(row: DownloadFigures, text: string): string {
  return row.isEqual ? text : 'not ranked';
}

/** Of ms, as text. */
export function seconds(ms: number): string {
  return figure(ms / 1000, 2);
}
