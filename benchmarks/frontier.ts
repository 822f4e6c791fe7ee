/**
 * What does an address cost the frontier – claimed, settled, met for the first time, met again – when ten thousand to ten
 * million are known, and how large are the file and the process? Ends with 1 if an address or a link is missing, with 2
 * if it was called wrongly.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FrontierTrial, Operation } from './harness/frontier-process.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { linePlot } from './harness/plot.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { median, spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';

/** A file in which so many addresses are known. */
interface Known {
  readonly known: number;
  readonly file: string;
  readonly fileBytes: number;
}

interface Row extends Known {
  readonly isEqual: boolean;
  /** Elapsed, µs an address. */
  readonly us: Readonly<Record<Operation, Spread>>;
  /** CPU time of the main thread, all five together. */
  readonly cpuUs: number;
  readonly peakBytes: number;
}

const SETTINGS = {
  known: {
    default: '10000,100000,1000000',
    quick: '10000,20000',
    help: 'Addresses that are known, one row each; 10000000 takes long, and gigabytes of disk.',
  },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  folder: { default: tmpdir(), isPath: true, help: 'Where the files are written.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:frontier -- [flags]: what an address costs by the number of known ones';
const OPERATIONS: readonly Operation[] = ['claim', 'settle', 'insert', 'known', 'known again'];
const TRIAL = fileURLToPath(new URL('harness/frontier-process.js', import.meta.url));

const COLUMNS: readonly Column<Row>[] = [
  { name: 'known', cell: ({ known }) => figure(known) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  ...OPERATIONS.map((operation) => ({
    name: `${operation} µs`,
    cell: ({ us }: Row) => {
      const { p10, median: middle, p90 } = us[operation];
      return `${figure(middle, 2)} (${figure(p10, 2)}–${figure(p90, 2)})`;
    },
  })),
  { name: 'CPU µs', cell: ({ cpuUs }) => figure(cpuUs, 2) },
  { name: 'file MB', cell: ({ fileBytes }) => figure(fileBytes / 1e6, 1) },
  { name: 'bytes each', cell: ({ fileBytes, known }) => figure(fileBytes / known) },
  { name: 'peak MB', cell: ({ peakBytes }) => figure(peakBytes / 1e6) },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const sizes = wholeNumbers('known', values.known, 10_000, 100_000_000);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const machine = describeMachine('bench:frontier', typed);
  const folder = mkdtempSync(join(values.folder, 'orbweaver-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  const rows: Known[] = [];
  for (const known of sizes) {
    process.stderr.write(`writing a file that knows ${figure(known)} …\n`);
    const file = join(folder, `${known}.db`);
    await run('-', `${known}`, file);
    rows.push({ known, file, fileBytes: statSync(file).size });
  }
  const trial = async ({ known, file }: Known): Promise<FrontierTrial> => {
    const copy = join(folder, 'trial.db');
    copyFileSync(file, copy);
    return JSON.parse(await run(copy, `${known}`)) as FrontierTrial; // Printed by the process.
  };
  const all = await runRounds({ rows, warmUps, samples, trial, onSample: tell });

  const report = reportOf(rows, all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const out = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (out !== undefined) writeReport(report, out);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

async function run(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [TRIAL, ...args])).stdout;
}

function tell({ row, isWarmUp, result }: Sample<Known, FrontierTrial>, done: number, total: number): void {
  const costs = OPERATIONS.map((operation) => `${operation} ${figure(result.costs[operation].us, 1)}`);
  const words = `${costs.join(', ')} µs, ${isRight(result) ? 'equal' : 'NOT EQUAL'}`;
  process.stderr.write(
    `${done}/${total} ${figure(row.known)} known: ${words}${isWarmUp ? ' (warm-up)' : ''}\n`,
  );
}

function isRight(trial: FrontierTrial): boolean {
  const { urls, links, done, urlsExpected, linksExpected, doneExpected } = trial;
  return urls === urlsExpected && links === linksExpected && done === doneExpected;
}

function rowOf(row: Known, all: readonly Sample<Known, FrontierTrial>[]): Row {
  const own = all.filter((sample) => sample.row === row);
  const trials = own.filter(({ isWarmUp }) => !isWarmUp).map(({ result }) => result);
  const usOf = (operation: Operation): Spread => spreadOf(trials.map(({ costs }) => costs[operation].us));
  const cpuOf = ({ costs }: FrontierTrial): number =>
    OPERATIONS.reduce((sum, operation) => sum + costs[operation].cpuUs, 0);
  return {
    ...row,
    isEqual: own.every(({ result }) => isRight(result)),
    us: {
      claim: usOf('claim'),
      settle: usOf('settle'),
      insert: usOf('insert'),
      known: usOf('known'),
      'known again': usOf('known again'),
    },
    cpuUs: median(trials.map(cpuOf)),
    peakBytes: Math.max(...trials.map(({ peakBytes }) => peakBytes)),
  };
}

function reportOf(
  files: readonly Known[],
  all: readonly Sample<Known, FrontierTrial>[],
  machine: Machine,
): Report<Row> {
  const rows = files.map((row) => rowOf(row, all));
  const alt = 'Time an address takes against the number of known ones, one line an operation';
  return {
    name: 'frontier',
    title: 'What an address costs the frontier',
    question:
      'The frontier alone, in one thread, on a file of one host in which so many addresses are known and nearly all are queued. Each trial is a fresh process on a copy of the file, with nothing of it in mind.',
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      ...growthNotes(rows),
      'equal: all addresses, links and pages done are there that should be, and no others, in every trial.',
      'claim: a queued address is leased; settle: a page without links is filed; both 64 at a time. insert: a link to a new address, known: one to an address that is in the file, known again: the same links on further pages; all with their edge, 64 links a page, 16 pages at a time.',
      'µs: elapsed time an address, median (p10–p90), commits and checkpoints included; CPU µs: of the main thread, the five together.',
      'file MB: as it is closed, without the links of the trial; peak MB: resident memory of the process at its highest.',
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      known: row.known,
      fileBytes: row.fileBytes,
      round,
      isWarmUp,
      ...result,
    })),
    plot: { svg: plotOf(rows, alt), alt },
  };
}

/** How much dearer each operation is in the last row than in the first. */
function growthNotes(rows: readonly Row[]): string[] {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const growth = OPERATIONS.map(
    (operation) => `${operation} ${figure(last.us[operation].median / first.us[operation].median, 2)}-fold`,
  );
  return [`From ${figure(first.known)} to ${figure(last.known)} known: ${growth.join(', ')}.`];
}

function plotOf(rows: readonly Row[], description: string): string {
  return linePlot({
    x: { label: 'known addresses', ticks: rows.map(({ known }) => known), isLogarithmic: true },
    y: { label: 'µs an address', isLogarithmic: true },
    lines: OPERATIONS.map((operation) => ({
      label: operation,
      points: rows.filter(({ isEqual }) => isEqual).map(({ known, us }) => ({ x: known, ...us[operation] })),
    })),
    description,
  });
}
