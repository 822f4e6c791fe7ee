/** The text of `status`. */
import { columns } from '../observe/columns.js';
import { printable } from '../observe/printable.js';
import { formatBytes, formatNumber, plural, sum } from '../observe/quantity.js';
import type { DownloadCounts } from '../status/downloads.js';
import { type FailureCount, type HostFailures, URL_STATES } from '../status/failures.js';
import type { StatusSummary } from '../status/summary.js';
import type { WalkerCounts } from '../status/walk.js';

/** Hosts that are named, and codes of one executor or host. */
const MOST = 10;

/** What may have come of a task, and that nothing has yet. */
const ENDS = ['success', 'failed', 'skipped', 'waiting'] as const;

export function statusText(summary: StatusSummary, file: string): string {
  const { executors, queue, failures, hosts, downloads, walkers } = summary;
  const lines = [
    `${printable(file)}: ${headline(summary)}`,
    ...(downloads === null ? [] : downloadLines(downloads)),
    ...section('walkers', cut(walkers ?? [], walkerRow)),
    ...section(
      'executors',
      executors.map((counts) => [
        printable(counts.executor),
        ...ENDS.flatMap((end) => [end, formatNumber(counts[end])]),
      ]),
    ),
    ...section(
      'errors of executors',
      executors.flatMap(({ executor, errors }) =>
        cut(errors, ({ code, count }) => [printable(executor), formatNumber(count), printable(code)]),
      ),
    ),
    ...section(downloads === null ? 'URLs' : 'listing pages', states(queue)),
    ...failureLines(downloads === null ? '' : ' of listing pages', failures, hosts),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ tasks, executors, downloads, walkers, queue }: StatusSummary): string {
  if (downloads !== null) {
    const { files, bytes, skips } = downloads;
    const unlisted = skips.find(({ reason }) => reason === 'out-of-scope')?.files ?? 0;
    const listed = sum(Object.values(files)) - unlisted;
    return `${formatNumber(files.done)} of ${plural(listed, 'file')} downloaded, ${formatBytes(bytes)}`;
  }
  if (walkers !== null && executors.length === 0) {
    const steps = sum(walkers.map((each) => each.steps));
    return `${plural(walkers.length, 'walker')}, ${plural(steps, 'step')}`;
  }
  if (tasks === 0 && executors.length === 0)
    return `${formatNumber(queue.done)} of ${plural(sum(Object.values(queue)), 'URL')} done`;
  const ran = executors.length === 0 ? 'no executor has run' : plural(executors.length, 'executor');
  return `${plural(tasks, 'task')}, ${ran}`;
}

function walkerRow({ walker, seed, steps, at, ended }: WalkerCounts): string[] {
  const missing = ended === null ? 'not yet at its first page:' : 'no page to start from at';
  const stand = at === null ? `${missing} ${printable(seed)}` : `at ${printable(at)}`;
  return [
    String(walker),
    plural(steps, 'step'),
    ended === 'nowhere' ? `${stand}, with nowhere left to go` : stand,
  ];
}

function downloadLines({ files, skips, failures, hosts }: DownloadCounts): string[] {
  return [
    ...section('files', states(files)),
    ...section(
      'files skipped',
      skips.map(({ reason, files: count }) => [formatNumber(count), printable(reason)]),
    ),
    ...failureLines(' of files', failures, hosts),
  ];
}

function states(counts: StatusSummary['queue']): string[][] {
  return URL_STATES.map((state) => [state, formatNumber(counts[state])]);
}

function failureLines(
  what: string,
  failures: readonly FailureCount[],
  hosts: readonly HostFailures[],
): string[] {
  return [
    ...section(
      `failures${what}`,
      failures.map((failure) => [formatNumber(failure.urls), nameOf(failure)]),
    ),
    ...section(
      `failures${what} by host`,
      cut(hosts, ({ host, givenUp, urls, failures: ofHost }) => [
        formatNumber(urls),
        `${printable(host)}: ${counts(ofHost)}${givenUp === null ? '' : `; given up (${givenUp})`}`,
      ]),
    ),
  ];
}

function counts(failures: readonly FailureCount[]): string {
  return failures.map((failure) => `${formatNumber(failure.urls)} ${nameOf(failure)}`).join(', ');
}

function nameOf({ code, httpStatus }: FailureCount): string {
  return httpStatus === null ? printable(code) : `HTTP ${httpStatus}`;
}

/** As many rows as are named, and how many more there are. */
function cut<Item>(items: readonly Item[], toRow: (item: Item) => string[]): string[][] {
  const rows = items.slice(0, MOST).map(toRow);
  if (items.length <= MOST) return rows;
  const blanks = (rows[0] ?? []).slice(1).map(() => '');
  return [...rows, [...blanks, `and ${formatNumber(items.length - MOST)} more`]];
}

/** Rows below a title, their columns aligned; nothing when there are none. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...columns(rows).map((line) => `  ${line}`)];
}
