/** The figures of a row of crawls by one program: the answer first, the speed beside it. */
import type { PeerTrial } from './peer-trial.js';
import type { SitePeer } from './site-peer.js';
import { median, spreadOf, type Spread } from './statistics.js';
import { figure, type Column } from './table.js';

export interface PeerRow {
  readonly peer: SitePeer;
  readonly expected: number;
  /** The fewest, and the most beside them, of all trials, warm-up included. */
  readonly got: number;
  readonly extra: number;
  readonly isEqual: boolean;
  /** Of the whole process. */
  readonly seconds: Spread;
  /** Expected pages by that time. */
  readonly pagesPerSecond: Spread;
  /** Expected pages by the time from the first request to the end of the last answer, where that is known. */
  readonly steady: number;
  /** Times the rate of the first row; NaN where one of the two is not ranked. */
  readonly ratio: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly requests: number;
  readonly othersBusy: number;
  readonly exitStatus: number;
}

/** @param trials all of a program; @param samples those that count */
export function peerRow(
  peer: SitePeer,
  trials: readonly PeerTrial[],
  samples: readonly PeerTrial[],
): PeerRow {
  const of = (name: 'cpuMs' | 'requests' | 'othersBusy'): number =>
    median(samples.map((trial) => trial[name]));
  return {
    peer,
    expected: Math.max(...trials.map(({ expected }) => expected)),
    got: Math.min(...trials.map(({ got }) => got)),
    extra: Math.max(...trials.map(({ extra }) => extra)),
    isEqual: trials.every(({ isEqual }) => isEqual),
    seconds: spreadOf(samples.map(({ wallMs }) => wallMs / 1000)),
    pagesPerSecond: spreadOf(samples.map(({ expected, wallMs }) => (expected / wallMs) * 1000)),
    steady: median(samples.map(({ expected, steadyMs }) => (expected / steadyMs) * 1000)),
    ratio: Number.NaN,
    cpuMs: of('cpuMs'),
    peakBytes: Math.max(...samples.map(({ peakBytes }) => peakBytes)),
    requests: of('requests'),
    othersBusy: of('othersBusy'),
    exitStatus: Math.max(...trials.map(({ exitStatus }) => exitStatus)),
  };
}

/** The rows with their rates as shares of the first one's. */
export function compared(rows: readonly PeerRow[]): PeerRow[] {
  const own = rows.find(({ isEqual }) => isEqual);
  const base = own === rows[0] ? own?.pagesPerSecond.median : undefined;
  return rows.map((row) => ({
    ...row,
    ratio: row.isEqual ? row.pagesPerSecond.median / (base ?? Number.NaN) : Number.NaN,
  }));
}

export const PEER_COLUMNS: readonly Column<PeerRow>[] = [
  { name: 'program', cell: ({ peer }) => (peer.isLimit === true ? `(${peer.name})` : peer.name) },
  { name: 'pages', cell: ({ expected }) => figure(expected) },
  { name: 'got', cell: ({ got }) => figure(got) },
  { name: 'extra', cell: ({ extra }) => figure(extra) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'seconds', cell: (row) => ranked(row, figure(row.seconds.median, 2)) },
  {
    name: 'p10–p90',
    cell: (row) => ranked(row, `${figure(row.seconds.p10, 2)}–${figure(row.seconds.p90, 2)}`),
  },
  { name: 'pages/s', cell: (row) => ranked(row, figure(row.pagesPerSecond.median)) },
  { name: 'steady', cell: (row) => ranked(row, figure(row.steady)) },
  { name: 'ratio', cell: ({ ratio }) => figure(ratio, 2) },
  { name: 'CPU s', cell: ({ cpuMs }) => figure(cpuMs / 1000, 2) },
  { name: 'peak MB', cell: ({ peakBytes }) => figure(peakBytes / 1e6) },
  { name: 'requests', cell: ({ requests }) => figure(requests) },
  { name: 'exit', cell: ({ exitStatus }) => figure(exitStatus) },
];

export const PEER_NOTES: readonly string[] = [
  'got, extra: pages of the site that the program has got, and what it has beside them, in its worst trial; equal: the two sets are the same in every trial. A row that is not equal is not ranked.',
  'seconds: the whole process from start to exit, median and p10–p90; pages/s: pages of the site by that time; steady: pages by the time from the first request to the end of the last answer, where a program tells; ratio: pages/s as a multiple of the first row.',
  'CPU s: user and system time of the program; peak MB: its resident memory at its highest, of all trials; requests: as the log of the site counted them; exit: the highest exit status (some programs end with another one than 0 where a site has dead links).',
];

function ranked({ isEqual }: PeerRow, text: string): string {
  return isEqual ? text : 'not ranked';
}
