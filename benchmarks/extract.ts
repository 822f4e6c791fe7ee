/**
 * How fast are links found on one core? Pages – of a demo wiki, or the HTML files of a folder – are read by both lanes of
 * the crawler, by its tree lane alone, and only parsed by parse5 and htmlparser2. What both lanes find is held against what the tree
 * says. Ends with 1 if they differ, with 2 if it was called wrongly.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { compile } from 'css-select';
import { DemoWiki } from '#src/demo/wiki.js';
import { barPlot } from './harness/bar-plot.js';
import {
  extractWith,
  WAYS,
  type ExtractCorpus,
  type ExtractTrial,
  type Way,
} from './harness/extract-trial.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, SettingsError, wholeNumber, type Chosen } from './harness/settings.js';
import { spreadOf, type Spread } from './harness/statistics.js';
import { figure, type Column } from './harness/table.js';

interface Row {
  readonly way: Way;
  readonly usPerPage: Spread;
  readonly bytesPerSecond: number;
  readonly pagesPerSecond: number;
  /** Against the tree lane, by medians. */
  readonly ratio: number;
  readonly quickShare: number;
  /** Null where a way finds no links. */
  readonly isEqual: boolean | null;
}

const ORIGIN = 'http://site.test';

const NAMES: Readonly<Record<Way, string>> = {
  both: 'both lanes',
  tree: 'tree lane',
  parse5: 'parse5 alone',
  htmlparser2: 'htmlparser2 alone',
};

const SETTINGS = {
  pages: { default: '1000', quick: '200', help: 'Pages that are read.' },
  folder: {
    default: '',
    isPath: true,
    help: 'Read the HTML files below this folder; the demo wiki if not given.',
  },
  within: { default: '', help: 'Only links inside this selector.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:extract -- [flags]: time to find the links of a page';

const COLUMNS: readonly Column<Row>[] = [
  { name: 'read by', cell: ({ way }) => NAMES[way] },
  { name: 'equal', cell: ({ isEqual }) => (isEqual === null ? '–' : isEqual ? 'yes' : 'NO') },
  {
    name: 'fast lane',
    cell: ({ way, quickShare }) => (way === 'both' ? `${figure(quickShare * 100, 1)} %` : '–'),
  },
  { name: 'µs/page', cell: ({ usPerPage }) => figure(usPerPage.median) },
  { name: 'p10–p90', cell: ({ usPerPage }) => `${figure(usPerPage.p10)}–${figure(usPerPage.p90)}` },
  { name: 'MB/s', cell: ({ bytesPerSecond }) => figure(bytesPerSecond / 1e6, 1) },
  { name: 'pages/s', cell: ({ pagesPerSecond }) => figure(pagesPerSecond) },
  { name: 'speed', cell: ({ ratio }) => `${figure(ratio, 2)}×` },
];

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const count = wholeNumber('pages', values.pages, 1, 1_000_000);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  if (values.within !== '') checkSelector(values.within);
  const machine = describeMachine('bench:extract', typed);
  const temporary = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
  const corpusFile = join(temporary, 'corpus.json');
  const pages = values.folder === '' ? wikiPages(count, temporary) : filesOf(values.folder, count);
  const corpus: ExtractCorpus = {
    origin: ORIGIN,
    within: values.within === '' ? null : values.within,
    pages,
  };
  writeFileSync(corpusFile, JSON.stringify(corpus));
  const all = await runRounds<Way, ExtractTrial>({
    rows: WAYS,
    warmUps,
    samples,
    trial: (way) => extractWith(way, corpusFile),
    onSample: ({ row, result }, done, total) =>
      process.stderr.write(`${done}/${total} ${NAMES[row]}: ${figure(usOf(result))} µs a page\n`),
  });
  const report = reportOf(all, machine);
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual !== false) ? 0 : 1;
}

/** @throws SettingsError for what is no CSS selector */
function checkSelector(selector: string): void {
  try {
    compile(selector);
  } catch (cause) {
    throw new SettingsError(`--within: '${selector}' is no CSS selector: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Written to files, so that every way gets them from the same place. */
function wikiPages(count: number, folder: string): ExtractCorpus['pages'] {
  const wiki = new DemoWiki({ pages: Math.max(200, count) });
  return Array.from({ length: count }, (_, page) => {
    const url = wiki.urlOf(page, ORIGIN);
    const file = join(folder, `${page}.html`);
    writeFileSync(file, wiki.respond(url.slice(ORIGIN.length), ORIGIN).body);
    return { file, url };
  });
}

/** Spread over the folder, always the same ones. */
function filesOf(folder: string, count: number): ExtractCorpus['pages'] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.x?html?$/.test(file))
    .toSorted();
  const step = Math.max(1, files.length / count);
  const kept = Array.from(
    { length: Math.min(count, files.length) },
    (_, i) => files[Math.floor(i * step)] ?? '',
  );
  return kept.map((file) => ({
    file: resolve(folder, file),
    url: new URL(file.split(sep).map(encodeURIComponent).join('/'), `${ORIGIN}/`).href,
  }));
}

function usOf({ cpuMs, pages }: ExtractTrial): number {
  return (cpuMs * 1000) / pages;
}

function rowsOf(all: readonly Sample<Way, ExtractTrial>[]): Row[] {
  const resultsOf = (way: Way): ExtractTrial[] =>
    all.filter(({ row, isWarmUp }) => row === way && !isWarmUp).map(({ result }) => result);
  const tree = resultsOf('tree');
  const treeUs = spreadOf(tree.map(usOf)).median;
  return WAYS.map((way) => {
    const own = resultsOf(way);
    const usPerPage = spreadOf(own.map(usOf));
    const { pages = 0, bytes = 0, quick = 0 } = own[0] ?? {};
    return {
      way,
      usPerPage,
      bytesPerSecond: (bytes / pages / usPerPage.median) * 1e6,
      pagesPerSecond: 1e6 / usPerPage.median,
      ratio: treeUs / usPerPage.median,
      quickShare: quick / pages,
      isEqual:
        way === 'both' || way === 'tree' ? own.every(({ digest }) => digest === tree[0]?.digest) : null,
    };
  });
}

function reportOf(all: readonly Sample<Way, ExtractTrial>[], machine: Machine): Report<Row> {
  const rows = rowsOf(all);
  const { pages = 0, bytes = 0 } = all[0]?.result ?? {};
  const alt = 'Processor time a page by the way it is read';
  return {
    name: 'extract',
    title: 'Processor time to the links of a page',
    question: `${figure(pages)} pages of ${figure(bytes / pages / 1000)} kB on average are read on one core, in a fresh process a trial that has read them twice before.`,
    machine,
    columns: COLUMNS,
    rows,
    notes: [
      'All ways begin with the bytes of a page. Both lanes and the tree lane find links, title, canonical address and robots rules, resolve the links and sort them by scope; equal: their results are those of the tree, order included.',
      'parse5 alone builds its tree, htmlparser2 alone collects addresses of <a> and <area> as written; neither resolves any.',
      'Times are of the processor, all threads of the process (the collector of garbage, too). Speed is against the tree lane.',
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({ way: row, round, isWarmUp, ...result })),
    plot: {
      svg: barPlot({
        label: 'µs of processor time a page',
        decimals: 0,
        bars: rows.map(({ way, usPerPage }) => ({
          name: NAMES[way],
          parts: [{ label: '', value: usPerPage.median }],
          total: usPerPage,
        })),
        description: alt,
      }),
      alt,
    },
  };
}
