/**
 * What does a page cost the main thread, by stage, and how many pages a second are too many for it? Delegator, frontier
 * and records as in a crawl, with threads that answer at once, on files in which ten thousand, a hundred thousand and a
 * million addresses are known. Ends with 1 if a page or a link is missing, with 2 if it was called wrongly.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeMachine, type Machine } from './harness/machine.js';
import type { MainThreadTrial } from './harness/main-thread-process.js';
import { linePlot } from './harness/plot.js';
import { freshFolder, type Report, summaryText, writeReport } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { type Chosen, runProgram, wholeNumber, wholeNumbers } from './harness/settings.js';
import { median, spreadOf } from './harness/statistics.js';
import { type Column, figure } from './harness/table.js';

type Trials = readonly Sample<number, MainThreadTrial>[];

interface Row {
  readonly known: number;
  readonly isEqual: boolean;
  readonly mainUs: ReturnType<typeof spreadOf>;
  readonly processUs: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly peakBytes: number;
}

const SETTINGS = {
  known: { default: '10000,100000,1000000', quick: '12000', help: 'Addresses that are known, one row each.' },
  threads: { default: '8', help: 'Threads that answer at once; each has 8 requests in flight.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:main-thread -- [flags]: CPU time of the main thread a page, by stage';
const TRIAL = fileURLToPath(new URL('harness/main-thread-process.js', import.meta.url));

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const known = wholeNumbers('known', values.known, 10_000, 10_000_000);
  const threads = wholeNumber('threads', values.threads, 1, 256);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const machine = describeMachine('bench:main-thread', typed);
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const count of known) {
    process.stderr.write(`writing a file that knows ${figure(count)} …\n`);
    await run('-', `${count}`, join(folder, `${count}.db`));
  }
  const trial = async (count: number): Promise<MainThreadTrial> => {
    const file = join(folder, 'trial.db');
    copyFileSync(join(folder, `${count}.db`), file);
    return JSON.parse(await run(file, `${count}`, `${threads}`)) as MainThreadTrial; // Printed by the process.
  };
  const all = await runRounds({ rows: known, warmUps, samples, trial, onSample: tell });
  const report = reportOf(known, all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const out = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (out !== undefined) writeReport(report, out);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

async function run(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [TRIAL, ...args])).stdout;
}

function tell({ row, result }: Sample<number, MainThreadTrial>, done: number, total: number): void {
  process.stderr.write(`${done}/${total}: ${figure(row)} known, ${figure(result.mainUs)} µs a page\n`);
}

function rowOf(known: number, all: Trials): Row {
  const own = all.filter(({ row, isWarmUp }) => row === known && !isWarmUp).map(({ result }) => result);
  const stages = Object.keys(own[0]?.stages ?? {});
  return {
    known,
    isEqual: own.every((trial) => trial.pages === trial.pagesExpected && trial.links === trial.linksExpected),
    mainUs: spreadOf(own.map(({ mainUs }) => mainUs)),
    processUs: median(own.map(({ processUs }) => processUs)),
    stages: Object.fromEntries(
      stages.map((stage) => [stage, median(own.map((each) => each.stages[stage] ?? 0))]),
    ),
    peakBytes: Math.max(...own.map(({ peakBytes }) => peakBytes)),
  };
}

function columnsOf(rows: readonly Row[]): Column<Row>[] {
  return [
    { name: 'known', cell: ({ known }) => figure(known) },
    { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
    { name: 'µs a page', cell: ({ mainUs }) => figure(mainUs.median) },
    { name: 'p10–p90', cell: ({ mainUs }) => `${figure(mainUs.p10)}–${figure(mainUs.p90)}` },
    { name: 'all threads', cell: ({ processUs }) => figure(processUs) },
    { name: 'full at pages/s', cell: ({ mainUs }) => figure(1e6 / mainUs.median) },
    { name: 'peak MB', cell: ({ peakBytes }) => figure(peakBytes / 1e6) },
    ...Object.keys(rows[0]?.stages ?? {}).map((name) => ({
      name,
      cell: ({ stages }: Row) => figure(stages[name] ?? Number.NaN),
    })),
  ];
}

function reportOf(known: readonly number[], all: Trials, machine: Machine): Report<Row> {
  const rows = known.map((count) => rowOf(count, all));
  const growth = (rows.at(-1)?.mainUs.median ?? Number.NaN) / (rows[0]?.mainUs.median ?? Number.NaN);
  const alt = 'CPU time of the main thread a page against the number of known addresses';
  return {
    name: 'main-thread',
    title: 'What a page costs the main thread',
    question:
      'Pages of 77 links each in a crawl of a demo wiki whose addresses are known, half of them done; one link a page leads to a new address. Threads answer at once, so that what is measured is the main thread alone. Each trial is a fresh process on a copy of the file.',
    machine,
    columns: columnsOf(rows),
    rows,
    notes: [
      `From the first row to the last the cost grows ${figure(growth, 2)}-fold.`,
      'µs a page: CPU time of the main thread (of all threads where the system tells no better), less what the answers themselves cost.',
      'Stages: shares of a sampled profile of further pages; waiting for the disk counts as work there.',
      'Peak memory has no worker threads in it.',
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({ known: row, round, isWarmUp, ...result })),
    plot: {
      svg: linePlot({
        x: { label: 'known addresses', ticks: [...known] },
        y: { label: 'µs a page' },
        lines: [{ label: 'main thread', points: rows.map(({ known: x, mainUs }) => ({ x, ...mainUs })) }],
        description: alt,
      }),
      alt,
    },
  };
}
