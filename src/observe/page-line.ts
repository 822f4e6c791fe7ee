/** The line --verbose prints for every URL that was settled. */
import { printable } from './printable.js';
import { formatDuration } from './quantity.js';

/** What became of one URL. Text from the web is taken raw and made printable here. */
export interface PageLine {
  /** Worker thread, from 1. */
  readonly thread: number;
  readonly state: 'done' | 'failed' | 'skipped' | 'queued';
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  readonly depth: number | null;
  readonly durationMs: number | null;
  /** Of a task, where it is not its address. */
  readonly key: string | null;
  readonly url: string;
  /** Title of a page. */
  readonly title: string | null;
  /** Target of a redirect. */
  readonly redirectTo: string | null;
  /** Failure code or skip reason. */
  readonly reason: string | null;
}

/** `[thread 3]   200  depth 2  0.1 s  Kevin Bacon  https://en.wikipedia.org/wiki/Kevin_Bacon`, one line. */
export function formatPageLine(line: PageLine): string {
  const columns = [
    `[thread ${line.thread}]`.padEnd(11),
    String(line.status ?? '---'),
    ...(line.depth === null ? [] : [`depth ${line.depth}`]),
    ...(line.durationMs === null ? [] : [formatDuration(line.durationMs)]),
    ...(line.title === null ? [] : [printable(line.title, 60)]),
    ...(line.key === null || line.key === line.url ? [] : [printable(line.key)]),
    printable(line.url),
    ...(line.redirectTo === null ? [] : [`→ ${printable(line.redirectTo)}`]),
    ...ending(line),
  ];
  return columns.join('  ');
}

function ending({ state, reason }: PageLine): string[] {
  const why = reason === null ? '' : ` ${printable(reason)}`;
  switch (state) {
    case 'done':
      return [];
    case 'queued':
      return [`again later:${why}`];
    case 'failed':
    case 'skipped':
      return [`${state}:${why}`];
    default:
      return state satisfies never;
  }
}
