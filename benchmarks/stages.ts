/**
 * Where does the time of a page go? A whole crawl with a CPU profile of every thread: microseconds of the processor a
 * page, by stage, in the main thread and in the workers. Ends with 1 if an answer was wrong, with 2 if it was called
 * wrongly.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barPlot } from './harness/bar-plot.js';
import { quietNote } from './harness/crawl-figures.js';
import { crawlSamples, profileFlags, stageNames } from './harness/crawl-stages.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { startSite } from './harness/site.js';
import { median, spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';
import { runTrial, type Trial } from './harness/trial.js';

/** A trial, and its µs of a page by stage. */
interface Profiled extends Trial {
  readonly stages: Readonly<Record<string, number>>;
}

/** One stage with one number of threads; or all stages of the main thread, of the workers, of both. */
interface Row {
  readonly threads: number;
  readonly name: string;
  readonly isSum: boolean;
  readonly us: Spread;
  readonly share: number;
  readonly isEqual: boolean;
}

const SETTINGS = {
  pages: { default: '5000', quick: '200', help: 'Size of the wiki.' },
  threads: { default: '2', quick: '1', help: 'Worker threads to compare.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE =
  'npm run bench:stages -- [flags]: CPU time of a page by stage, in the main thread and the workers';

const COLUMNS: readonly Column<Row>[] = [
  { name: 'threads', cell: ({ threads }) => figure(threads) },
  { name: 'stage', cell: ({ name }) => name },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'µs a page', cell: ({ us }) => figure(us.median, 1) },
  { name: 'p10–p90', cell: ({ us }) => `${figure(us.p10, 1)}–${figure(us.p90, 1)}` },
  { name: 'share', cell: ({ share }) => `${figure(share * 100, 1)} %` },
];

/** Rows of all that begins so. */
const SUMS: Readonly<Record<string, string>> = {
  'main, all': 'main ',
  'workers, all': 'worker ',
  'both, all': '',
};

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const pages = wholeNumber('pages', values.pages, 200, 1_000_000);
  const threads = wholeNumbers('threads', values.threads, 1, 256);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const machine = describeMachine('bench:stages', typed);

  const site = await startSite({ pages, latencyMs: 0 });
  const all = await runRounds<number, Profiled>({
    rows: threads,
    warmUps,
    samples,
    trial: async (count) => {
      const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
      const result = await runTrial(site, ['--workers', `${count}`], profileFlags(folder));
      const stages = usByStage(crawlSamples(folder), result);
      rmSync(folder, { recursive: true, force: true });
      return { ...result, stages };
    },
    onSample: tell,
  });
  await site.close();

  const report = reportOf(threads, all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

/** The CPU time of the process, dealt out by where the samples stand. */
function usByStage(
  counts: Readonly<Record<string, number>>,
  { cpuMs, expected }: Trial,
): Record<string, number> {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const perSample = (cpuMs * 1000) / expected / total;
  return Object.fromEntries(Object.entries(counts).map(([stage, count]) => [stage, count * perSample]));
}

function tell({ row, isWarmUp, result }: Sample<number, Profiled>, done: number, total: number): void {
  const words = `${figure((result.cpuMs * 1000) / result.expected)} µs a page, ${result.isEqual ? 'equal' : 'NOT EQUAL'}`;
  process.stderr.write(`${done}/${total} ${row} threads: ${words}${isWarmUp ? ' (warm-up)' : ''}\n`);
}

function rowsOf(threads: readonly number[], all: readonly Sample<number, Profiled>[]): Row[] {
  return threads.flatMap((count) => {
    const own = all.filter(({ row }) => row === count);
    const trials = own.filter(({ isWarmUp }) => !isWarmUp).map(({ result }) => result);
    const isEqual = own.every(({ result }) => result.isEqual && result.exitStatus === 0);
    const usOf = ({ stages }: Profiled, start: string): number =>
      Object.entries(stages)
        .filter(([name]) => name.startsWith(start))
        .reduce((sum, [, us]) => sum + us, 0);
    const whole = median(trials.map((trial) => usOf(trial, '')));
    const rowOf = (name: string, isSum: boolean, us: Spread): Row => ({
      threads: count,
      name,
      isSum,
      us,
      share: us.median / whole,
      isEqual,
    });
    return [
      ...stageNames().map((name) =>
        rowOf(name, false, spreadOf(trials.map(({ stages }) => stages[name] ?? 0))),
      ),
      ...Object.entries(SUMS).map(([name, start]) =>
        rowOf(name, true, spreadOf(trials.map((trial) => usOf(trial, start)))),
      ),
    ];
  });
}

function reportOf(
  threads: readonly number[],
  all: readonly Sample<number, Profiled>[],
  machine: Machine,
): Report<Row> {
  const rows = rowsOf(threads, all);
  const { expected = 0 } = all[0]?.result ?? {};
  const alt = 'CPU time of a page by stage, main thread and workers';
  return {
    name: 'stages',
    title: 'Where the time of a page goes',
    question: `A demo wiki of ${figure(expected)} pages, served without latency by a process of its own on the same machine, is crawled by a fresh process a trial, with a CPU profile of every thread.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      'µs a page: user and system time of the whole process (its garbage collector and the threads behind it, too), dealt out by the samples of the profiles; idle ones are left out. Profiling itself costs some of it.',
      'A sample belongs to the innermost function that is on a list of stages (harness/crawl-stages.ts); rest is what is on none. Waiting for the disk counts as work.',
      'equal: the file holds what the wiki knows of itself, and nothing else, in every trial.',
      quietNote(all.map(({ result }) => result)),
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({ threads: row, round, isWarmUp, ...result })),
    plot: {
      svg: plotOf(
        rows.filter((row) => row.threads === threads[0] && !row.isSum),
        alt,
      ),
      alt,
    },
  };
}

function plotOf(rows: readonly Row[], description: string): string {
  return barPlot({
    label: `µs of processor time a page, worker threads: ${rows[0]?.threads ?? 0}`,
    decimals: 0,
    isLongestFirst: true,
    bars: rows.map(({ name, us }) => ({
      name,
      parts: [
        { label: 'main thread', value: name.startsWith('main ') ? us.median : 0 },
        { label: 'workers', value: name.startsWith('main ') ? 0 : us.median },
      ],
      total: us,
    })),
    description,
  });
}
