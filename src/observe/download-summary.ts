/** What a download came to: for people, and as JSON. */
import type { Paint } from './paint.js';
import { printable, printableJson } from './printable.js';
import { formatBytes, formatDuration, formatNumber, plural, sum } from './quantity.js';

export interface DownloadSummary {
  readonly outcome: 'finished' | 'limit' | 'interrupted';
  readonly exitStatus: number;
  /** The limit as typed, `--max-time 60`, where it ended the run. */
  readonly limit: string | null;
  readonly into: string;
  readonly database: string;
  readonly pages: number;
  readonly pagesFailed: readonly EndedUrl[];
  /** Nested listings that were left because of --depth. */
  readonly deeper: number;
  /** Files that were listed. */
  readonly files: number;
  readonly fetched: number;
  /** They lay there from an earlier run. */
  readonly kept: number;
  /** They are of a type that is not wanted, as an earlier run has found. */
  readonly refused: number;
  /** They were asked for, and had not changed. */
  readonly unchanged: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly passedOver: Readonly<Record<string, number>>;
  readonly examples: readonly EndedUrl[];
  /** Files that came as HTML pages, and are not named so. */
  readonly htmlFiles: number;
  /** Files that got other names than their own, as these were taken. */
  readonly numbered: number;
  /** Size of the fetched ones. */
  readonly bytes: number;
  /** What came in this run, of files that are whole and of others. */
  readonly received: number;
  readonly unfinished: { readonly files: number; readonly bytes: number };
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
  /** The command that goes on; null = there is nothing to go on with. */
  readonly resumeCommand: string | null;
}

/** How it ended, in words. */
function endOf({ outcome, limit }: Pick<DownloadSummary, 'outcome' | 'limit'>): string {
  return outcome === 'limit' ? `stopped at ${limit ?? 'a limit'}` : outcome;
}

interface EndedUrl {
  readonly url: string;
  readonly reason: string;
}

const SHOWN = 5;

/** A dry run's part of the facts. */
export type DryRunFacts = Pick<
  DownloadSummary,
  | 'outcome'
  | 'limit'
  | 'into'
  | 'pages'
  | 'pagesFailed'
  | 'files'
  | 'kept'
  | 'refused'
  | 'deeper'
  | 'elapsedMs'
> & {
  /** Files that are there are asked for, too. */
  readonly refresh: boolean;
  /** Only the answers tell which links are files. */
  readonly isByType: boolean;
};

export function downloadSummaryJson(summary: DownloadSummary): string {
  return `${printableJson(JSON.stringify(summary))}\n`;
}

export function formatDownloadSummary(summary: DownloadSummary, paint: Paint): string {
  return [
    ...headLines(summary, paint),
    ...troubleLines(summary, paint),
    ...adviceLines(summary),
    ...(summary.resumeCommand === null ? [] : [`to go on: ${summary.resumeCommand}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** What a run would do that did nothing but read listings. */
export function formatDryRun(facts: DryRunFacts, paint: Paint): string {
  const { outcome, into, pages, pagesFailed, files, kept, refused, elapsedMs, refresh, isByType } = facts;
  const verb = refresh || isByType ? 'asked for' : 'fetched';
  const cut = outcome === 'finished' ? '' : `, so far: it was ${endOf(facts)}`;
  return [
    paint.bold(
      `dry run: ${plural(files - kept - refused, 'file')} would be ${verb}, into ${printable(into)}${cut}`,
    ),
    `${formatNumber(files)} listed on ${plural(pages, 'page')}, read in ${formatDuration(elapsedMs)}`,
    ...(isByType ? ['those of another type than --type would not be kept'] : []),
    ...keptLines(kept),
    ...refusedLines(refused),
    ...pagesFailedLines(pagesFailed, paint),
    ...choiceAdvice(facts),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function headLines(summary: DownloadSummary, paint: Paint): string[] {
  const { fetched, received, elapsedMs, kept, refused, unchanged, pages, into, files } = summary;
  const there = fetched + kept + unchanged;
  const where =
    there === 0
      ? ''
      : `; ${there < files ? `${formatNumber(there)} of them ${there === 1 ? 'is' : 'are'}` : 'they are'} in ${printable(into)}`;
  const speed = received > 0 && elapsedMs > 0 ? `, ${formatBytes((received / elapsedMs) * 1000)}/s` : '';
  return [
    paint.bold(
      `${endOf(summary)}: ${plural(fetched, 'file')}, ${formatBytes(received)} in ${formatDuration(elapsedMs)}${speed}`,
    ),
    `${formatNumber(files)} listed on ${plural(pages, 'page')}${where}`,
    ...keptLines(kept),
    ...refusedLines(refused),
    ...(unchanged > 0 ? [`${plural(unchanged, 'file has', 'files have')} not changed`] : []),
  ];
}

function keptLines(kept: number): string[] {
  return kept > 0 ? [`${plural(kept, 'file was', 'files were')} there already`] : [];
}

function refusedLines(refused: number): string[] {
  return refused > 0
    ? [
        `${plural(refused, 'file is', 'files are')} of another type, as an earlier run has found; --refresh asks again`,
      ]
    : [];
}

function troubleLines(summary: DownloadSummary, paint: Paint): string[] {
  const { failed, passedOver, examples, pagesFailed, unfinished, database } = summary;
  const failures = sum(Object.values(failed));
  return [
    ...(sum(Object.values(passedOver)) > 0 ? [`passed over: ${countsOf(passedOver)}`] : []),
    ...(failures > 0 ? [paint.bold(`failed: ${countsOf(failed)}`)] : []),
    ...examples.slice(0, SHOWN).map(exampleOf),
    ...moreLines(failures - Math.min(SHOWN, examples.length), `: table downloads of ${printable(database)}`),
    ...pagesFailedLines(pagesFailed, paint),
    ...(unfinished.files > 0
      ? [`${plural(unfinished.files, 'file')} begun, ${formatBytes(unfinished.bytes)} of them kept`]
      : []),
  ];
}

function pagesFailedLines(pagesFailed: readonly EndedUrl[], paint: Paint): string[] {
  if (pagesFailed.length === 0) return [];
  return [
    paint.bold(`${plural(pagesFailed.length, 'listing page')} could not be read`),
    ...pagesFailed.slice(0, SHOWN).map(exampleOf),
    ...moreLines(pagesFailed.length - SHOWN, ''),
    ...(pagesFailed.some(({ reason }) => reason === 'content-type')
      ? ['a page has to be HTML: for a file, give the page that links to it']
      : []),
  ];
}

function moreLines(more: number, where: string): string[] {
  return more > 0 ? [`  and ${formatNumber(more)} more${where}`] : [];
}

function adviceLines(summary: DownloadSummary): string[] {
  const { fetched, htmlFiles, failed, numbered } = summary;
  const lines = choiceAdvice(summary);
  if (numbered > 0)
    lines.push(
      `${plural(numbered, 'file')} got another name, as ${numbered === 1 ? 'its' : 'their'} own was taken; -v tells which`,
    );
  if ((failed['validation'] ?? 0) > 0)
    lines.push('pages came in the place of files: a login may be needed (--header, --load-cookies)');
  if (htmlFiles > 0 && fetched > 0)
    lines.push(
      `${plural(htmlFiles, 'file is an HTML page', 'files are HTML pages')}; --type leaves such out`,
    );
  return lines;
}

function choiceAdvice({
  files,
  deeper,
  pages,
}: Pick<DownloadSummary, 'files' | 'deeper' | 'pages'>): string[] {
  const lines: string[] = [];
  if (deeper > 0)
    lines.push(
      `${plural(deeper, 'nested listing was', 'nested listings were')} not followed; --depth says how deep`,
    );
  if (files === 0 && pages > 0) lines.push('no link matched; other rules can be tried with --dry-run');
  return lines;
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${formatNumber(count)} ${reason}`)
    .join(', ');
}

function exampleOf({ url, reason }: EndedUrl): string {
  return `  ${printable(url)} (${printable(reason)})`;
}
