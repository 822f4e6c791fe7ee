/** What a download came to: for people, and as JSON. */
import type { Paint } from './paint.js';
import { printable, printableJson } from './printable.js';
import { formatBytes, formatDuration, formatNumber, plural, sum } from './quantity.js';

export interface DownloadSummary {
  readonly outcome: 'finished' | 'limit' | 'interrupted';
  readonly exitStatus: number;
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
  /** They were asked for, and had not changed. */
  readonly unchanged: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly passedOver: Readonly<Record<string, number>>;
  readonly examples: readonly EndedUrl[];
  /** Files that came as HTML pages, and are not named so. */
  readonly htmlFiles: number;
  readonly bytes: number;
  readonly unfinished: { readonly files: number; readonly bytes: number };
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
  /** The command that goes on; null = there is nothing to go on with. */
  readonly resumeCommand: string | null;
}

interface EndedUrl {
  readonly url: string;
  readonly reason: string;
}

const SHOWN = 5;

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

function headLines(summary: DownloadSummary, paint: Paint): string[] {
  const { outcome, fetched, bytes, elapsedMs, kept, unchanged, pages, into, files } = summary;
  const words = { finished: 'finished', limit: 'stopped at a limit', interrupted: 'interrupted' } as const;
  const speed = elapsedMs > 0 ? `, ${formatBytes((bytes / elapsedMs) * 1000)}/s` : '';
  return [
    paint.bold(
      `${words[outcome]}: ${plural(fetched, 'file')}, ${formatBytes(bytes)} in ${formatDuration(elapsedMs)}${speed}`,
    ),
    `${formatNumber(files)} listed on ${plural(pages, 'page')}; they are in ${printable(into)}`,
    ...(kept > 0 ? [`${plural(kept, 'file was', 'files were')} there already`] : []),
    ...(unchanged > 0 ? [`${plural(unchanged, 'file has', 'files have')} not changed`] : []),
  ];
}

function troubleLines(summary: DownloadSummary, paint: Paint): string[] {
  const { failed, passedOver, examples, pagesFailed, unfinished } = summary;
  return [
    ...(sum(Object.values(passedOver)) > 0 ? [`passed over: ${countsOf(passedOver)}`] : []),
    ...(sum(Object.values(failed)) > 0 ? [paint.bold(`failed: ${countsOf(failed)}`)] : []),
    ...examples.slice(0, SHOWN).map(exampleOf),
    ...(pagesFailed.length > 0
      ? [paint.bold(`${plural(pagesFailed.length, 'listing page')} could not be read`)]
      : []),
    ...pagesFailed.slice(0, SHOWN).map(exampleOf),
    ...(unfinished.files > 0
      ? [`${plural(unfinished.files, 'file')} begun, ${formatBytes(unfinished.bytes)} of them kept`]
      : []),
  ];
}

function adviceLines({ files, fetched, deeper, htmlFiles, failed, pages }: DownloadSummary): string[] {
  const lines: string[] = [];
  if (deeper > 0)
    lines.push(
      `${plural(deeper, 'nested listing was', 'nested listings were')} not followed; --depth says how deep`,
    );
  if (files === 0 && pages > 0) lines.push('no link matched; --dry-run shows what others would');
  if ((failed['validation'] ?? 0) > 0)
    lines.push('pages came in the place of files: a login may be needed (--header, --load-cookies)');
  if (htmlFiles > 0 && fetched > 0)
    lines.push(
      `${plural(htmlFiles, 'file is an HTML page', 'files are HTML pages')}; --type leaves such out`,
    );
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
