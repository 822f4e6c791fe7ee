/**
 * Which pool size is best? The crawler's own HTTP client keeps 1, 2, 4 … requests in flight to a site that waits before
 * every answer; the knee is the smallest size that is nearly as fast as the fastest. Ends with 1 if an answer was
 * wrong, with 2 if it was called wrongly.
 */
import { runAsks, type AsksTrial } from './harness/asks-trial.js';
import { quietNote } from './harness/crawl-figures.js';
import { KNEE_NOTE, kneeOf } from './harness/knee.js';
import { limitOf, LIMITS, type Limit } from './harness/limit.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { linePlot, type Line } from './harness/plot.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { startSite, type Site } from './harness/site.js';
import { median, spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';

interface Case {
  readonly site: Site;
  readonly size: number;
}

interface Row {
  readonly latencyMs: number;
  readonly size: number;
  /** Of all trials together. */
  readonly answers: number;
  readonly right: number;
  readonly isEqual: boolean;
  readonly rate: Spread;
  readonly isKnee: boolean;
  readonly clientShare: number;
  readonly siteShare: number;
  readonly othersBusy: number;
  readonly limit: Limit;
}

const SETTINGS = {
  sizes: {
    default: '1,2,4,8,16,25,32,48,64,96,128,192,256',
    quick: '1,4',
    help: 'Requests in flight to compare.',
  },
  latency: { default: '10,50,75,100', quick: '10', help: 'Waits of the site before each answer, ms.' },
  seconds: { default: '3', quick: '1', help: 'How long a trial is measured.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE =
  'npm run bench:pool-size -- [flags]: requests a second by requests in flight (all of it takes 25 minutes)';

/** Pages that are asked for in turn. */
const PAGES = 200;

const COLUMNS: readonly Column<Row>[] = [
  { name: 'latency', cell: ({ latencyMs }) => `${latencyMs} ms` },
  { name: 'pool', cell: ({ size }) => figure(size) },
  { name: 'answers', cell: ({ answers }) => figure(answers) },
  { name: 'right', cell: ({ right }) => figure(right) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'requests/s', cell: (row) => ranked(row, figure(row.rate.median, 1)) },
  { name: 'p10–p90', cell: (row) => ranked(row, `${figure(row.rate.p10, 1)}–${figure(row.rate.p90, 1)}`) },
  {
    name: 'of the most',
    cell: (row) => ranked(row, percent(row.rate.median / ceilingAt(row.latencyMs, row.size))),
  },
  { name: 'knee', cell: ({ isKnee }) => (isKnee ? 'knee' : '') },
  { name: 'client CPU', cell: ({ clientShare }) => percent(clientShare) },
  { name: 'site CPU', cell: ({ siteShare }) => percent(siteShare) },
  { name: 'limit', cell: ({ limit }) => (limit === 'crawler' ? 'client' : limit) },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const sizes = wholeNumbers('sizes', values.sizes, 1, 10_000);
  const latencies = wholeNumbers('latency', values.latency, 1, 60_000);
  const forMs = wholeNumber('seconds', values.seconds, 1, 600) * 1000;
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const machine = describeMachine('bench:pool-size', typed);

  const sites = await Promise.all(latencies.map((latencyMs) => startSite({ pages: PAGES, latencyMs })));
  const cases = sites.flatMap((site) => sizes.map((size) => ({ site, size })));
  const all = await runRounds<Case, AsksTrial>({
    rows: cases,
    warmUps,
    samples,
    trial: ({ site, size }) =>
      runAsks(site, { pages: PAGES, atOnce: size, keepAlive: true, requests: null, forMs }),
    onSample: tell,
  });
  await Promise.all(sites.map((site) => site.close()));

  const report = reportOf(cases, all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

function tell({ row, isWarmUp, result }: Sample<Case, AsksTrial>, done: number, total: number): void {
  const rate = `${figure(rateOf(result), 1)} requests/s, ${result.right === result.answers ? 'all right' : 'NOT ALL RIGHT'}`;
  process.stderr.write(
    `${done}/${total} ${row.site.latencyMs} ms, pool of ${row.size}: ${rate}${isWarmUp ? ' (warm-up)' : ''}\n`,
  );
}

function rateOf({ right, ms }: AsksTrial): number {
  return (right / ms) * 1000;
}

/** Requests a second if every one took the latency and nothing else. */
function ceilingAt(latencyMs: number, size: number): number {
  return (size * 1000) / latencyMs;
}

function rowsOf(cases: readonly Case[], all: readonly Sample<Case, AsksTrial>[], { cores }: Machine): Row[] {
  const rows = cases.map((row) => {
    const own = all.filter((sample) => sample.row === row);
    const counted = own.filter(({ isWarmUp }) => !isWarmUp).map(({ result }) => result);
    const sum = (name: 'answers' | 'right'): number =>
      own.reduce((total, { result }) => total + result[name], 0);
    const of = (name: keyof AsksTrial): number => median(counted.map((trial) => trial[name]));
    const rate = spreadOf(counted.map(rateOf));
    const load = {
      clientShare: of('clientShare'),
      siteShare: of('siteShare'),
      othersBusy: of('othersBusy'),
    };
    const { latencyMs } = row.site;
    return {
      latencyMs,
      size: row.size,
      answers: sum('answers'),
      right: sum('right'),
      isEqual: sum('answers') > 0 && sum('right') === sum('answers'),
      rate,
      ...load,
      limit: limitOf({
        ...load,
        pagesPerSecond: rate.median,
        ceiling: ceilingAt(latencyMs, row.size),
        crawlerShare: load.clientShare,
        // It has one thread: what is not the site or the machine is the client.
        mainBusy: 0,
        cores,
      }),
    };
  });
  return rows.map((row) => ({ ...row, isKnee: kneeAt(rows, row.latencyMs) === row.size }));
}

function kneeAt(rows: readonly Omit<Row, 'isKnee'>[], latencyMs: number): number | undefined {
  const own = rows.filter((row) => row.latencyMs === latencyMs && row.isEqual);
  return kneeOf(own.map(({ size, rate }) => ({ size, rate: rate.median })));
}

function reportOf(
  cases: readonly Case[],
  all: readonly Sample<Case, AsksTrial>[],
  machine: Machine,
): Report<Row> {
  const rows = rowsOf(cases, all, machine);
  const alt = 'Requests a second against requests in flight, one line a latency, the knees ringed';
  return {
    name: 'pool-size',
    title: 'Which pool size is best?',
    question: `Pages of a demo wiki that is another process on the same machine and waits before each answer, asked for by the crawler's own HTTP client in a fresh process a trial, in one thread, on connections that are kept alive. So many requests are in flight all the time; once all connections are open, answers are counted for a few seconds.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      ...rows
        .filter(({ isKnee }) => isKnee)
        .map(
          ({ latencyMs, size, rate }) =>
            `At ${latencyMs} ms the knee is ${figure(size)}, with ${figure(rate.median)} requests/s; ${whyAt(rows, latencyMs)}.`,
        ),
      KNEE_NOTE,
      quietNote(rows),
      'right: answers that are the page that the wiki says it is, byte for byte; equal: all of them. A row that is not equal is not ranked.',
      'of the most: the rate as a share of what so many requests in flight could bring if each took the latency and nothing else.',
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      latencyMs: row.site.latencyMs,
      size: row.size,
      round,
      isWarmUp,
      ...result,
    })),
    plot: { svg: plotOf(rows, alt), alt },
  };
}

/** What kept the fastest size from being faster. */
function whyAt(rows: readonly Row[], latencyMs: number): string {
  const [best] = rows
    .filter((row) => row.latencyMs === latencyMs && row.isEqual)
    .toSorted((a, b) => b.rate.median - a.rate.median);
  if (best === undefined) return '';
  const why = best.limit === 'crawler' ? 'the one thread of the client' : LIMITS[best.limit];
  return `the limit of the fastest size, ${figure(best.size)}, was ${why}`;
}

function plotOf(rows: readonly Row[], description: string): string {
  const equal = rows.filter(({ isEqual }) => isEqual);
  const lines = [...new Set(equal.map(({ latencyMs }) => latencyMs))].map((latencyMs): Line => {
    const own = equal.filter((row) => row.latencyMs === latencyMs);
    const knee = own.find(({ isKnee }) => isKnee);
    return {
      label: `${latencyMs} ms`,
      points: own.map(({ size, rate }) => ({ x: size, ...rate })),
      ...(knee !== undefined && { mark: { x: knee.size, label: `knee ${knee.size}` } }),
    };
  });
  const sizes = [...new Set(rows.map(({ size }) => size))];
  const ends = [Math.min(...sizes), Math.max(...sizes)];
  const ticks = sizes.filter((size) => ends.includes(size) || Number.isInteger(Math.log2(size)));
  return linePlot({
    x: { label: 'requests in flight', ticks, isLogarithmic: true },
    y: { label: 'requests a second', isLogarithmic: true },
    lines,
    description,
  });
}

function ranked({ isEqual }: Row, text: string): string {
  return isEqual ? text : 'not ranked';
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}
