/** The text of `status`. */
import { columns } from '../observe/columns.js';
import { printable } from '../observe/printable.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { type FailureCount, type StatusSummary, URL_STATES } from '../status/summary.js';

/** Hosts that are named, and codes of one executor or host. */
const MOST = 10;

/** What may have come of a task, and that nothing has yet. */
const ENDS = ['success', 'failed', 'skipped', 'waiting'] as const;

export function statusText(summary: StatusSummary, file: string): string {
  const { tasks, executors, queue, failures, hosts } = summary;
  const ran = executors.length === 0 ? 'no executor has run' : plural(executors.length, 'executor');
  const lines = [
    `${printable(file)}: ${plural(tasks, 'task')}, ${ran}`,
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
    ...section(
      'URLs',
      URL_STATES.map((state) => [state, formatNumber(queue[state])]),
    ),
    ...section(
      'failures',
      failures.map((failure) => [formatNumber(failure.urls), nameOf(failure)]),
    ),
    ...section(
      'failures by host',
      cut(hosts, ({ host, givenUp, urls, failures }) => [
        formatNumber(urls),
        `${printable(host)}: ${counts(failures)}${givenUp === null ? '' : `; given up (${givenUp})`}`,
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
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
