/**
 * How much faster is the crawler with more threads, and where is the knee? The demo wiki is crawled with 1, 2, 4, 8 and
 * 16 of them, without latency (computing counts) and with 50 ms (waiting counts), and every crawl is held against what
 * the wiki knows of itself. Ends with 1 if an answer was wrong, with 2 if it was called wrongly.
 */
import * as crawl from './harness/crawl-figures.js';
import { KNEE_NOTE, kneeOf } from './harness/knee.js';
import { limitOf, LIMITS, type Limit } from './harness/limit.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { linePlot, type Line } from './harness/plot.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { startSite, type Site } from './harness/site.js';
import { figure, type Column } from './harness/table.js';
import { runTrial, type Trial } from './harness/trial.js';

interface Case {
  readonly site: Site;
  readonly threads: number;
}

interface Row extends crawl.CrawlFigures {
  readonly latencyMs: number;
  readonly threads: number;
  /** Times the rate of one thread at the same latency; NaN where that was not measured, or not right. */
  readonly speedUp: number;
  readonly isKnee: boolean;
  readonly limit: Limit;
}

/** Requests in flight a thread: the crawler's default, given by flag so that it is in the record. */
const CONCURRENCY = 8;

const SETTINGS = {
  pages: { default: '2000', quick: '200', help: 'Size of the wiki, the same in every row.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  threads: { default: '1,2,4,8,16', quick: '1,2', help: 'Worker threads to compare.' },
  latency: { default: '0,50', help: 'Wait of the site before each answer, ms.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:threads -- [flags]: pages per second by number of threads';

const COLUMNS: readonly Column<Row>[] = [
  { name: 'latency', cell: ({ latencyMs }) => `${latencyMs} ms` },
  { name: 'threads', cell: ({ threads }) => figure(threads) },
  ...crawl.ANSWER_COLUMNS,
  ...crawl.SPEED_COLUMNS,
  { name: 'speed-up', cell: (row) => crawl.ranked(row, `${figure(row.speedUp, 2)}×`) },
  { name: 'knee', cell: ({ isKnee }) => (isKnee ? 'knee' : '') },
  ...crawl.COST_COLUMNS,
  { name: 'limit', cell: ({ limit }) => limit },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const pages = wholeNumber('pages', values.pages, 200, 1_000_000);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const threads = wholeNumbers('threads', values.threads, 1, 256);
  const latencies = wholeNumbers('latency', values.latency, 0, 60_000);
  const machine = describeMachine('bench:threads', typed);

  const sites = await Promise.all(latencies.map((latencyMs) => startSite({ pages, latencyMs })));
  const cases = sites.flatMap((site) => threads.map((count) => ({ site, threads: count })));
  const all = await runRounds<Case, Trial>({ rows: cases, warmUps, samples, trial, onSample: tell });
  await Promise.all(sites.map((site) => site.close()));

  const report = reportOf(rowsOf(cases, all, machine), all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

function trial({ site, threads }: Case): Promise<Trial> {
  return runTrial(site, ['--workers', `${threads}`, '--concurrency', `${CONCURRENCY}`]);
}

function tell({ row, isWarmUp, result }: Sample<Case, Trial>, done: number, total: number): void {
  const rate = `${figure(crawl.pagesPerSecond(result))} pages/s`;
  const name = `${row.site.latencyMs} ms, ${threadCount(row.threads)}: ${rate}, ${result.isEqual ? 'equal' : 'NOT EQUAL'}`;
  process.stderr.write(`${done}/${total} ${name}${isWarmUp ? ' (warm-up)' : ''}\n${result.complaint ?? ''}`);
}

function rowsOf(cases: readonly Case[], all: readonly Sample<Case, Trial>[], { cores }: Machine): Row[] {
  const figures = cases.map((row) => {
    const own = all.filter((sample) => sample.row === row);
    const trials = (isWarmUp: boolean): Trial[] =>
      own.filter((sample) => sample.isWarmUp === isWarmUp).map(({ result }) => result);
    return {
      ...crawl.crawlFigures(trials(false), trials(true)),
      threads: row.threads,
      latencyMs: row.site.latencyMs,
    };
  });
  return figures.map((row) => {
    const one = figures.find(
      (other) => other.latencyMs === row.latencyMs && other.threads === 1 && other.isEqual,
    );
    const rate = row.pagesPerSecond.median;
    const ceiling = ceilingAt(row.latencyMs, row.threads);
    const limit = limitOf({ ...row, pagesPerSecond: rate, ceiling, cores });
    const isKnee = kneeAt(figures, row.latencyMs) === row.threads;
    return { ...row, speedUp: rate / (one?.pagesPerSecond.median ?? Number.NaN), isKnee, limit };
  });
}

function kneeAt(
  rows: readonly Pick<Row, 'latencyMs' | 'threads' | 'isEqual' | 'pagesPerSecond'>[],
  latencyMs: number,
): number | undefined {
  const own = rows.filter((row) => row.isEqual && row.latencyMs === latencyMs);
  return kneeOf(own.map(({ threads, pagesPerSecond }) => ({ size: threads, rate: pagesPerSecond.median })));
}

/** Pages a second if every request took the latency and nothing else. */
function ceilingAt(latencyMs: number, threads: number): number {
  return (threads * CONCURRENCY * 1000) / latencyMs;
}

function reportOf(rows: readonly Row[], all: readonly Sample<Case, Trial>[], machine: Machine): Report<Row> {
  const question = `A demo wiki of ${figure(rows[0]?.expected ?? 0)} pages, served by a process of its own on the same machine, is crawled by a fresh process a trial, ${CONCURRENCY} requests in flight a thread.`;
  return {
    name: 'threads',
    title: 'Pages per second by number of threads',
    question,
    machine,
    columns: COLUMNS,
    rows,
    notes: [...limitNotes(rows, machine), KNEE_NOTE, crawl.quietNote(rows), ...crawl.COLUMN_NOTES],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      latencyMs: row.site.latencyMs,
      threads: row.threads,
      round,
      isWarmUp,
      ...result,
    })),
    plot: {
      svg: plotOf(rows, machine),
      alt: 'Pages per second against worker threads, one line per latency, the knees ringed',
    },
  };
}

function threadCount(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** For each latency, what limited its fastest row, and who used the processor then. */
function limitNotes(rows: readonly Row[], { cores }: Machine): string[] {
  return byLatency(rows).flatMap(([latencyMs, group]) => {
    const [best] = group.toSorted((a, b) => b.pagesPerSecond.median - a.pagesPerSecond.median);
    if (best === undefined) return [];
    const shares = [best.crawlerShare, best.siteShare, best.othersBusy * cores].map((share) =>
      figure(share, 2),
    );
    const used = `of ${cores} cores the crawler used ${shares[0]}, the site ${shares[1]}, other programs ${shares[2]}`;
    return [
      `At ${latencyMs} ms the fastest row is that of ${threadCount(best.threads)}; its limit was ${LIMITS[best.limit]}: ${used}, the main thread ${figure(best.mainBusy * 100)} % of its time${kneeWords(group)}.`,
    ];
  });
}

function kneeWords(group: readonly Row[]): string {
  const knee = group.find(({ isKnee }) => isKnee);
  return knee === undefined ? '' : `; the knee is at ${threadCount(knee.threads)}`;
}

function plotOf(rows: readonly Row[], { cores }: Machine): string {
  const lines = byLatency(rows).map(([latencyMs, group]): Line => {
    const knee = group.find(({ isKnee }) => isKnee);
    return {
      label: `${latencyMs} ms latency`,
      points: group.map(({ threads, pagesPerSecond }) => ({ x: threads, ...pagesPerSecond })),
      ...(latencyMs > 0 && {
        ceiling: { label: `most that ${latencyMs} ms allow`, at: (threads) => ceilingAt(latencyMs, threads) },
      }),
      ...(knee !== undefined && { mark: { x: knee.threads, label: 'knee' } }),
    };
  });
  return linePlot({
    x: { label: 'worker threads', ticks: [...new Set(rows.map(({ threads }) => threads))] },
    y: { label: 'pages per second' },
    lines,
    marker: { x: cores, label: `${cores} cores` },
    description: 'Pages per second against worker threads, one line per latency, the knees ringed',
  });
}

/** The rows that are ranked, latency by latency; a latency without any is left out. */
function byLatency(rows: readonly Row[]): [latencyMs: number, rows: Row[]][] {
  const latencies = [...new Set(rows.map(({ latencyMs }) => latencyMs))];
  return latencies
    .map((latencyMs): [number, Row[]] => [
      latencyMs,
      rows.filter((row) => row.isEqual && row.latencyMs === latencyMs),
    ])
    .filter(([, group]) => group.length > 0);
}
