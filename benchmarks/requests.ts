/**
 * The study that this crawler began with: pages that take 50 to 100 ms to answer, asked for one after the other and by a
 * pool of 25, with and without keeping connections alive. How long do 200 to 1,000 of them take? Ends with 1 if an
 * answer was wrong, with 2 if it was called wrongly.
 */
import { runAsks, type AsksTrial } from './harness/asks-trial.js';
import { quietNote } from './harness/crawl-figures.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { linePlot } from './harness/plot.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { startSite } from './harness/site.js';
import { median, spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';

interface Method {
  readonly name: string;
  readonly isPooled: boolean;
  readonly keepAlive: boolean;
}

interface Case {
  readonly method: Method;
  readonly requests: number;
}

interface Row {
  readonly method: Method;
  readonly requests: number;
  /** The fewest right answers of all trials. */
  readonly right: number;
  readonly isEqual: boolean;
  readonly seconds: Spread;
  /** Times as fast as one at a time without keep-alive. */
  readonly speedUp: number;
  readonly connections: number;
  readonly clientShare: number;
  readonly siteShare: number;
  readonly othersBusy: number;
}

const METHODS: readonly Method[] = [
  { name: 'one at a time', isPooled: false, keepAlive: false },
  { name: 'one at a time, kept alive', isPooled: false, keepAlive: true },
  { name: 'pool', isPooled: true, keepAlive: false },
  { name: 'pool, kept alive', isPooled: true, keepAlive: true },
];

const SETTINGS = {
  requests: { default: '200,400,600,800,1000', quick: '20,40', help: 'Numbers of pages to ask for.' },
  pool: { default: '25', help: 'Requests at once in a pool, as in the study.' },
  latency: { default: '50', quick: '5', help: 'The least wait of the site before an answer, ms.' },
  jitter: { default: '50', quick: '5', help: 'It waits up to so many ms more.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE =
  'npm run bench:requests -- [flags]: four ways to ask for many pages (all of it takes 50 minutes)';

const COLUMNS: readonly Column<Row>[] = [
  { name: 'method', cell: ({ method }) => method.name },
  { name: 'requests', cell: ({ requests }) => figure(requests) },
  { name: 'right', cell: ({ right }) => figure(right) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'seconds', cell: (row) => ranked(row, figure(row.seconds.median, 2)) },
  {
    name: 'p10–p90',
    cell: (row) => ranked(row, `${figure(row.seconds.p10, 2)}–${figure(row.seconds.p90, 2)}`),
  },
  { name: 'requests/s', cell: (row) => ranked(row, figure(row.requests / row.seconds.median, 1)) },
  { name: 'speed-up', cell: (row) => ranked(row, `${figure(row.speedUp, 2)}×`) },
  { name: 'connections', cell: ({ connections }) => figure(connections) },
  { name: 'client CPU', cell: ({ clientShare }) => `${figure(clientShare * 100)} %` },
  { name: 'site CPU', cell: ({ siteShare }) => `${figure(siteShare * 100)} %` },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const requests = wholeNumbers('requests', values.requests, 1, 100_000);
  const pool = wholeNumber('pool', values.pool, 1, 1000);
  const latencyMs = wholeNumber('latency', values.latency, 0, 60_000);
  const jitterMs = wholeNumber('jitter', values.jitter, 0, 60_000);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const machine = describeMachine('bench:requests', typed);

  const pages = Math.max(200, ...requests); // The least that a wiki may have.
  const site = await startSite({ pages, latencyMs, jitterMs });
  const all = await runRounds<Case, AsksTrial>({
    rows: METHODS.flatMap((method) => requests.map((count) => ({ method, requests: count }))),
    warmUps,
    samples,
    trial: ({ method: { isPooled, keepAlive }, requests: count }) =>
      runAsks(site, { pages, atOnce: isPooled ? pool : 1, keepAlive, requests: count, forMs: null }),
    onSample: tell,
  });
  await site.close();

  const report = reportOf(all, machine, { pool, latencyMs, jitterMs });
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

function tell({ row, isWarmUp, result }: Sample<Case, AsksTrial>, done: number, total: number): void {
  const answer = `${figure(result.right)} of ${figure(row.requests)} right in ${figure(result.ms / 1000, 2)} s`;
  process.stderr.write(`${done}/${total} ${row.method.name}: ${answer}${isWarmUp ? ' (warm-up)' : ''}\n`);
}

function rowsOf(all: readonly Sample<Case, AsksTrial>[]): Row[] {
  const cases = [...new Set(all.map(({ row }) => row))].toSorted(
    (a, b) => METHODS.indexOf(a.method) - METHODS.indexOf(b.method) || a.requests - b.requests,
  );
  const rows = cases.map((row) => {
    const own = all.filter((sample) => sample.row === row);
    const counted = own.filter(({ isWarmUp }) => !isWarmUp).map(({ result }) => result);
    const right = Math.min(...own.map(({ result }) => result.right));
    const of = (name: keyof AsksTrial): number => median(counted.map((trial) => trial[name]));
    return {
      ...row,
      right,
      isEqual: right === row.requests,
      seconds: spreadOf(counted.map(({ ms }) => ms / 1000)),
      connections: of('connections'),
      clientShare: of('clientShare'),
      siteShare: of('siteShare'),
      othersBusy: of('othersBusy'),
    };
  });
  return rows.map((row) => {
    const plain = rows.find(({ method, requests }) => method === METHODS[0] && requests === row.requests);
    return { ...row, speedUp: (plain?.seconds.median ?? Number.NaN) / row.seconds.median };
  });
}

interface Setup {
  readonly pool: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
}

function reportOf(
  all: readonly Sample<Case, AsksTrial>[],
  machine: Machine,
  { pool, latencyMs, jitterMs }: Setup,
): Report<Row> {
  const rows = rowsOf(all);
  const alt = 'Seconds against the number of pages asked for, one line a method';
  return {
    name: 'requests',
    title: 'Four ways to ask for many pages',
    question: `Pages of a demo wiki that is another process on the same machine and waits ${latencyMs} to ${latencyMs + jitterMs} ms before each answer, asked for by the crawler's own HTTP client in a fresh process a trial: one after the other, and ${pool} at once; each answer on a connection of its own, and on connections that are kept alive. The order of methods and numbers changes from round to round.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      quietNote(rows),
      'right: answers that are the page that the wiki says it is, byte for byte, in the worst trial; equal: all of them. A row that is not equal is not ranked.',
      'seconds: from the first request to the last answer, by the clock of the process that asks, median and p10–p90; its start is not in it. Speed-up: against one at a time at the same number of pages.',
      'connections: as the site counted them, median.',
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      method: row.method.name,
      requests: row.requests,
      round,
      isWarmUp,
      ...result,
    })),
    plot: { svg: plotOf(rows, alt), alt },
  };
}

function plotOf(rows: readonly Row[], description: string): string {
  const equal = rows.filter(({ isEqual }) => isEqual);
  return linePlot({
    x: { label: 'pages asked for', ticks: [...new Set(rows.map(({ requests }) => requests))] },
    y: { label: 'seconds', isLogarithmic: true },
    lines: METHODS.map((method) => ({
      label: method.name,
      points: equal
        .filter((row) => row.method === method)
        .map(({ requests, seconds }) => ({ x: requests, ...seconds })),
    })),
    description,
  });
}

function ranked({ isEqual }: Row, text: string): string {
  return isEqual ? text : 'not ranked';
}
