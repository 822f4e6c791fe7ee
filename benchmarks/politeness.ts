/**
 * How close does a crawl of many hosts come to the rate that each of them allows, and is it ever above? A thousand hosts
 * on loopback ask for different delays in their robots.txt; every request is noted where it arrives. Ends with 1 if a page
 * is missing or a host was asked too fast, with 2 if it was called wrongly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietNote } from './harness/crawl-figures.js';
import { mannersOf, startHosts, type HostManners } from './harness/hosts.js';
import { machineTimes, processTimes } from './harness/machine-times.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { linePlot } from './harness/plot.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { CRAWLER } from './harness/root.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, SettingsError, wholeNumber, wholeNumbers, type Chosen } from './harness/settings.js';
import { spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';
import { watch } from './harness/watched.js';

/** What one crawl of all hosts came to. */
interface Trial {
  /** By delay, ms. */
  readonly hosts: Readonly<Record<number, readonly HostManners[]>>;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly exitStatus: number;
  readonly othersBusy: number;
  readonly complaint: string | null;
}

/** All hosts that ask for one delay. */
interface Row {
  readonly delayMs: number;
  readonly hosts: number;
  /** Pages of all of them. */
  readonly expected: number;
  /** The fewest of all trials, and the most requests beside them. */
  readonly got: number;
  readonly repeated: number;
  readonly isEqual: boolean;
  /** Of the hosts in all trials that count, as a share of what they allow. */
  readonly rate: Spread;
  readonly fastest: number;
  readonly earlyMs: number;
  readonly burstMs: number;
}

const SETTINGS = {
  hosts: { default: '1000', quick: '10', help: 'Hosts in all; each delay has as many.' },
  delays: { default: '500,1000,2000,4000,8000', quick: '100,200', help: 'Delays that they ask for, ms.' },
  seconds: { default: '24', quick: '2', help: 'How long there is something to ask each of them for.' },
  workers: { default: '2', help: 'Worker threads of the crawler.' },
  concurrency: { default: '32', help: 'Requests in flight in each.' },
  samples: { default: '5', quick: '1', help: 'Crawls that count.' },
  warmup: { default: '1', quick: '0', help: 'Crawls before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE =
  'npm run bench:politeness -- [flags]: how close to the allowed rate of many hosts, and never above';

/** A host was asked too fast whose rate over the whole crawl is above this: clocks and sockets are not exact. */
const TOO_FAST = 1.01;

const COLUMNS: readonly Column<Row>[] = [
  { name: 'delay', cell: ({ delayMs }) => `${figure(delayMs)} ms` },
  { name: 'hosts', cell: ({ hosts }) => figure(hosts) },
  { name: 'pages', cell: ({ expected }) => figure(expected) },
  { name: 'got', cell: ({ got }) => figure(got) },
  { name: 'twice', cell: ({ repeated }) => figure(repeated) },
  { name: 'equal', cell: ({ isEqual }) => (isEqual ? 'yes' : 'NO') },
  { name: 'of allowed', cell: ({ rate }) => percent(rate.median) },
  { name: 'p10–p90', cell: ({ rate }) => `${percent(rate.p10)}–${percent(rate.p90)}` },
  { name: 'fastest host', cell: ({ fastest }) => percent(fastest) },
  { name: 'early ms', cell: ({ earlyMs }) => figure(earlyMs, 1) },
  { name: 'burst ms', cell: ({ burstMs }) => figure(burstMs, 1) },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const delays = wholeNumbers('delays', values.delays, 10, 60_000);
  const hosts = wholeNumber('hosts', values.hosts, delays.length, 10_000);
  const forMs = wholeNumber('seconds', values.seconds, 1, 3600) * 1000;
  const flags = [
    '--workers',
    `${wholeNumber('workers', values.workers, 1, 256)}`,
    '--concurrency',
    `${wholeNumber('concurrency', values.concurrency, 1, 1024)}`,
  ];
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  if (process.platform !== 'linux')
    throw new SettingsError('only Linux has so many addresses on loopback that nobody has to set up');
  const longest = Math.max(...delays);
  if (forMs < 2 * longest)
    throw new SettingsError(`--seconds: two requests to a host take ${(2 * longest) / 1000} s at least`);
  const machine = describeMachine('bench:politeness', typed);

  const plans = Array.from({ length: hosts }, (_, host) => {
    const delayMs = delays[host % delays.length]!;
    return { delayMs, pages: Math.floor(forMs / delayMs) + 1 };
  });
  const all = await runRounds({
    rows: [plans],
    warmUps,
    samples,
    trial: (row) => crawl(row, flags),
    onSample: tell,
  });

  const report = reportOf(plans, all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

type Plans = readonly { readonly delayMs: number; readonly pages: number }[];

async function crawl(plans: Plans, flags: readonly string[]): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  const hosts = await startHosts(plans);
  try {
    writeFileSync(join(folder, 'seeds.txt'), hosts.origins.map((origin) => `${origin}/\n`).join(''));
    const ownMs = (): number => processTimes('self').childrenCpuMs + hosts.cpuMs();
    const [before, ownBefore] = [machineTimes(), ownMs()];
    const command = [
      process.execPath,
      CRAWLER,
      '--seeds',
      'seeds.txt',
      '--db',
      'crawl.db',
      '--quiet',
    ] as const;
    const { wallMs, cpuMs, peakBytes, exitStatus, said } = await watch([...command, ...flags], folder);
    const after = machineTimes();
    const othersMs = after.busyMs - before.busyMs - (ownMs() - ownBefore);
    const arrivals = await hosts.arrivals();
    const manners = plans.map(({ delayMs }, host) => ({
      delayMs,
      manners: mannersOf(arrivals[host] ?? [], delayMs),
    }));
    return {
      hosts: Object.fromEntries(
        [...new Set(plans.map(({ delayMs }) => delayMs))].map((delayMs) => [
          delayMs,
          manners.filter((each) => each.delayMs === delayMs).map((each) => each.manners),
        ]),
      ),
      wallMs,
      cpuMs,
      peakBytes,
      exitStatus,
      othersBusy: Math.max(0, othersMs / (after.totalMs - before.totalMs)),
      complaint: exitStatus === 0 ? null : said.replaceAll(folder, '.'),
    };
  } finally {
    await hosts.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell({ isWarmUp, result }: Sample<Plans, Trial>, done: number, total: number): void {
  const rates = Object.entries(result.hosts).map(
    ([delayMs, manners]) => `${delayMs} ms ${percent(spreadOf(manners.map(({ rate }) => rate)).median)}`,
  );
  process.stderr.write(`${done}/${total} of allowed: ${rates.join(', ')}${isWarmUp ? ' (warm-up)' : ''}\n`);
  if (result.complaint !== null) process.stderr.write(`${result.complaint}\n`);
}

function rowsOf(plans: Plans, all: readonly Sample<Plans, Trial>[]): Row[] {
  const delays = [...new Set(plans.map(({ delayMs }) => delayMs))].toSorted((a, b) => a - b);
  return delays.map((delayMs) => {
    const own = plans.filter((plan) => plan.delayMs === delayMs);
    const expected = own.reduce((sum, { pages }) => sum + pages, 0);
    const trials = all.map(({ result }) => result.hosts[delayMs] ?? []);
    const sums = (name: 'got' | 'repeated'): number[] =>
      trials.map((hosts) => hosts.reduce((sum, host) => sum + host[name], 0));
    const [got, repeated] = [Math.min(...sums('got')), Math.max(...sums('repeated'))];
    const every = trials.flat();
    const counted = all
      .filter(({ isWarmUp }) => !isWarmUp)
      .flatMap(({ result }) => result.hosts[delayMs] ?? []);
    const fastest = Math.max(...every.map(({ rate }) => rate));
    return {
      delayMs,
      hosts: own.length,
      expected,
      got,
      repeated,
      isEqual: got === expected && repeated === 0 && fastest <= TOO_FAST,
      rate: spreadOf(counted.map(({ rate }) => rate)),
      fastest,
      earlyMs: Math.max(...every.map(({ earlyMs }) => earlyMs)),
      burstMs: Math.max(...every.map(({ burstMs }) => burstMs)),
    };
  });
}

function reportOf(plans: Plans, all: readonly Sample<Plans, Trial>[], machine: Machine): Report<Row> {
  const rows = rowsOf(plans, all);
  const alt = 'Rate at which hosts were asked, as a share of what they allow, against the delay they ask for';
  const requests = plans.reduce((sum, { delayMs }) => sum + 1000 / delayMs, 0);
  return {
    name: 'politeness',
    title: 'How close to the allowed rate',
    question: `${figure(plans.length)} hosts, each an address of loopback and all served by one process on the same machine, ask for a Crawl-delay in their robots.txt; together they allow ${figure(requests)} requests a second. A fresh process a trial crawls them all; requests for pages are noted where they arrive.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      `got, twice: different pages asked for, and further requests for the same ones, in the worst trial; equal: each page once, and no host above ${figure(TOO_FAST * 100)} % of its rate over the whole crawl, in every trial.`,
      'of allowed: requests to a host, from the first to the last, as a share of what its delay allows; median and p10–p90 of all hosts; fastest host: of all trials.',
      'early ms: by how much a request arrived before the delay since the one before was over, at worst; burst ms: the same over any number of requests in a row. A request that was held up on its way makes the next one seem early.',
      quietNote(all.map(({ result }) => result)),
    ],
    samples: all.map(({ round, isWarmUp, result }) => ({ round, isWarmUp, ...result })),
    plot: { svg: plotOf(rows, alt), alt },
  };
}

function plotOf(rows: readonly Row[], description: string): string {
  const asPercent = ({ p10, median, p90 }: Spread): Spread => ({
    p10: p10 * 100,
    median: median * 100,
    p90: p90 * 100,
  });
  return linePlot({
    x: { label: 'delay asked for, ms', ticks: rows.map(({ delayMs }) => delayMs), isLogarithmic: true },
    y: { label: '% of the allowed rate', upTo: 100 },
    lines: [
      {
        label: 'hosts',
        points: rows.map(({ delayMs, rate }) => ({ x: delayMs, ...asPercent(rate) })),
        ceiling: { label: 'allowed', at: () => 100 },
      },
    ],
    description,
  });
}

function percent(share: number): string {
  return `${figure(share * 100, 1)} %`;
}
