/**
 * How long does the shortest chain between two pages take, on a file of a million pages and fifty million links? Random
 * pairs of pages of a demo wiki, each asked in a fresh process, each answer – its length and the number of such
 * chains – held against a plain search over the wiki's own links. Ends with 1 if one was wrong, with 2 if it was
 * called wrongly.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoWiki } from '#src/demo/wiki.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { askPath, type PathTrial } from './harness/path-trial.js';
import { linePlot } from './harness/plot.js';
import { freshFolder, type Report, summaryText, writeReport } from './harness/report.js';
import { type Chosen, runProgram, wholeNumber } from './harness/settings.js';
import { quantile, spreadOf } from './harness/statistics.js';
import { type Column, figure } from './harness/table.js';
import { WikiDistances } from './harness/wiki-distances.js';
import { writeWikiFile } from './harness/wiki-file.js';

/** One question. The answer is null and 0 where no chain leads there. */
interface Case {
  readonly from: number;
  readonly to: number;
  readonly steps: number | null;
  readonly chains: number;
}

interface Asked extends Case {
  readonly trial: PathTrial;
  readonly isEqual: boolean;
}

/** All pairs of one distance. */
interface Row {
  readonly steps: number | null;
  readonly pairs: number;
  readonly equal: number;
  readonly wallMs: ReturnType<typeof spreadOf>;
  readonly slowestMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const ORIGIN = 'http://demo.wiki';
/** Pairs that start at one page: the truth about all of them costs one search. */
const TARGETS = 25;

const SETTINGS = {
  pages: { default: '1000000', quick: '2000', help: 'Size of the wiki; it has about 50 links a page.' },
  pairs: { default: '1000', quick: '50', help: 'Pairs of pages that are asked for.' },
  file: {
    default: '',
    help: 'Keep the crawl file here, or take the one that is there; a temporary one if not given.',
  },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:paths -- [flags]: time to the shortest chain between two pages';

const COLUMNS: readonly Column<Row>[] = [
  { name: 'clicks', cell: ({ steps }) => (steps === null ? 'no chain' : figure(steps)) },
  { name: 'pairs', cell: ({ pairs }) => figure(pairs) },
  { name: 'right', cell: ({ equal }) => figure(equal) },
  { name: 'median ms', cell: ({ wallMs }) => figure(wallMs.median) },
  { name: 'p10–p90', cell: ({ wallMs }) => `${figure(wallMs.p10)}–${figure(wallMs.p90)}` },
  { name: 'slowest', cell: ({ slowestMs }) => figure(slowestMs) },
  { name: 'CPU ms', cell: ({ cpuMs }) => figure(cpuMs) },
  { name: 'peak MB', cell: ({ peakBytes }) => figure(peakBytes / 1e6) },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const pages = wholeNumber('pages', values.pages, 200, 10_000_000);
  const pairs = wholeNumber('pairs', values.pairs, 1, 1_000_000);
  const machine = describeMachine('bench:paths', typed.replace(/ ?--file \S+/, ''));
  const wiki = new DemoWiki({ pages });
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  const file = values.file === '' ? join(folder, 'wiki.db') : values.file;
  if (!existsSync(file)) {
    process.stderr.write(`writing ${figure(pages)} pages …\n`);
    writeWikiFile(wiki, ORIGIN, file);
  }
  process.stderr.write('working out the truth …\n');
  const cases = casesOf(wiki, pairs);
  const asked: Asked[] = [];
  for (const each of cases) {
    const trial = await askPath(file, wiki.urlOf(each.from, ORIGIN), wiki.urlOf(each.to, ORIGIN), folder);
    const isEqual = trial.found === each.steps && trial.count === each.chains;
    asked.push({ ...each, trial, isEqual });
    tell(asked, cases.length);
  }
  const report = reportOf(asked, wiki, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const out = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (out !== undefined) writeReport(report, out);
  return asked.every(({ isEqual }) => isEqual) ? 0 : 1;
}

/** Random, and the same in every run. */
function casesOf(wiki: DemoWiki, pairs: number): Case[] {
  const truth = new WikiDistances(wiki);
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // The generator of Numerical Recipes.
    return Math.floor((state / 2 ** 32) * wiki.urls);
  };
  const cases: Case[] = [];
  while (cases.length < pairs) {
    const from = random();
    const { steps, chains } = truth.from(from);
    for (let n = 0; n < TARGETS && cases.length < pairs; n++) {
      const to = random();
      const known = steps[to] ?? -1;
      cases.push({ from, to, steps: known < 0 ? null : known, chains: chains[to] ?? 0 });
    }
  }
  return cases;
}

function tell(asked: readonly Asked[], total: number): void {
  const last = asked.at(-1);
  if (last === undefined) return;
  if (!last.isEqual) process.stderr.write(`WRONG: ${JSON.stringify(last)}\n`);
  if (asked.length % 50 === 0) process.stderr.write(`${asked.length}/${total}\n`);
}

function rowsOf(asked: readonly Asked[]): Row[] {
  const distances = [...new Set(asked.map(({ steps }) => steps))].sort((a, b) => (a ?? 1e9) - (b ?? 1e9));
  return distances.map((steps) => {
    const own = asked.filter((each) => each.steps === steps);
    const of = (name: 'wallMs' | 'cpuMs' | 'peakBytes'): number[] => own.map(({ trial }) => trial[name]);
    return {
      steps,
      pairs: own.length,
      equal: own.filter(({ isEqual }) => isEqual).length,
      wallMs: spreadOf(of('wallMs')),
      slowestMs: Math.max(...of('wallMs')),
      cpuMs: quantile(of('cpuMs'), 0.5),
      peakBytes: Math.max(...of('peakBytes')),
    };
  });
}

function reportOf(asked: readonly Asked[], wiki: DemoWiki, machine: Machine): Report<Row> {
  const rows = rowsOf(asked);
  const all = asked.map(({ trial }) => trial.wallMs);
  const alt = 'Time to the shortest chain against its length';
  return {
    name: 'paths',
    title: 'Time to the shortest chain between two pages',
    question: `Random pairs of pages of a demo wiki of ${figure(wiki.pages)} pages and ${figure(wiki.counts().edges)} links, in a file as a crawl leaves it. Each pair is asked for in a fresh process (\`orbweaver path <url> <url> --json\`), timed from its start to its exit.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      `All ${figure(asked.length)} pairs: median ${figure(quantile(all, 0.5))} ms, p90 ${figure(quantile(all, 0.9))} ms, p99 ${figure(quantile(all, 0.99))} ms; ${figure(asked.filter(({ isEqual }) => isEqual).length)} right.`,
      'Right: the length and the number of shortest chains are those of a plain search over the links that the wiki knows it has.',
      'Times include starting Node.js. The file is in the memory of the operating system, as after the first question.',
    ],
    samples: asked.map(({ trial, ...rest }) => ({ ...rest, ...trial })),
    plot: {
      svg: linePlot({
        x: { label: 'clicks', ticks: rows.flatMap(({ steps }) => (steps === null ? [] : [steps])) },
        y: { label: 'ms' },
        lines: [
          {
            label: 'whole process',
            points: rows.flatMap(({ steps, wallMs }) => (steps === null ? [] : [{ x: steps, ...wallMs }])),
          },
        ],
        description: alt,
      }),
      alt,
    },
  };
}
