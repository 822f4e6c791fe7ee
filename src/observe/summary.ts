/** What a run came to, for people and for programs. Counts are those of the file unless said otherwise. */
import { countBroken } from '../protocol/failure.js';
import type { Totals } from '../store/totals.js';
import type { WalkStand } from '../walk/events.js';
import { fold, NO_BREAK } from './fold.js';
import { PLAIN, type Paint } from './paint.js';
import { printable, printableJson } from './printable.js';
import { formatBytes, formatDuration, formatNumber, formatRate, plural, sum } from './quantity.js';
import { standLine } from './walk-lines.js';

export interface Summary extends Totals {
  /** `limit`: one the user set; `interrupted`: by a signal; `stopped`: by user code. */
  readonly outcome: 'finished' | 'limit' | 'interrupted' | 'stopped';
  readonly exitStatus: number;
  /** The limit as typed, `--max-pages 100`, where it ended the run. */
  readonly limit: string | null;
  readonly database: string;
  /** The command that goes on, without a limit that was reached; null when there is none, or it holds secrets. */
  readonly resumeCommand: string | null;
  /** The same command would begin anew, as that of the demo does. */
  readonly startsAfresh: boolean;

  /** What executors came to in this run, in tasks, in their order; empty where there are none. */
  readonly executors: readonly ExecutorSummary[];
  /** For each executor that failed in this run one example. */
  readonly executorFailures: readonly {
    readonly executor: string;
    readonly key: string;
    readonly error: string;
  }[];
  /** The command that lists all failures of executors; null where there are none. */
  readonly statusCommand: string | null;
  /** Entries of the task list; null for a crawl. */
  readonly tasks: number | null;
  /** Tasks of the list that have failed, and others that failed in this run; null for a crawl. */
  readonly taskFailures: { readonly ofList: number; readonly others: number } | null;
  /** What a walk has come to; null where the run was none. */
  readonly walk: WalkStand | null;

  readonly seedsWithoutPage: readonly { readonly url: string; readonly reason: string }[];
  /** Sentences for the user, such as the advice to try another profile. */
  readonly advice: readonly string[];

  readonly pagesThisRun: number;
  readonly bytesThisRun: number;
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}

/** One executor in one run; `passedOver`: tasks on which it had succeeded before. */
export interface ExecutorSummary {
  readonly name: string;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly passedOver: number;
}

/** Hosts shown by name; the rest are one line. */
const HOSTS_SHOWN = 10;
const LIST_SHOWN = 5;
/** Longest texts of user code that are shown, characters. */
const KEY_SHOWN = 100;
const ERROR_SHOWN = 200;

/** The summary for a terminal of 80 columns, ending with a newline. */
export function formatSummary(summary: Summary, paint: Paint = PLAIN): string {
  const blocks = [
    headline(summary, paint),
    table(rows(summary), paint),
    ...(summary.executors.length === 0 ? [] : [table(executorRows(summary), paint)]),
    costs(summary),
    ...list('where the walkers are', (summary.walk?.walkers ?? []).map(standLine)),
    ...executorTroubles(summary),
    ...troubles(summary),
    ...summary.advice.map((sentence) => fold(printable(sentence), '  ')),
    ...resuming(summary, paint),
  ];
  return blocks.join('\n\n') + '\n';
}

/** The same as one JSON object on one line, ending with a newline; times ms, sizes bytes. */
export function summaryJson(summary: Summary): string {
  const pagesPerSecond = Number(rate(summary).toFixed(2));
  return printableJson(JSON.stringify({ ...summary, pagesPerSecond })) + '\n';
}

function headline(summary: Summary, paint: Paint): string {
  const sentence = fold(outcome(summary), '');
  return paint.bold(summary.exitStatus === 0 ? paint.green(sentence) : paint.yellow(sentence));
}

function outcome(summary: Summary): string {
  const database = printable(summary.database);
  const rest = `${plural(summary.queued, 'URL')} still queued in ${database}.`;
  switch (summary.outcome) {
    case 'limit':
      return `Stopped at ${summary.limit ?? 'a limit'}: ${summary.queued > 0 ? rest : heldBack(summary, database)}`;
    case 'interrupted':
      return `Interrupted, nothing is lost: ${rest}`;
    case 'stopped':
      return `Stopped by your own code, nothing is lost: ${rest}`;
    case 'finished':
      return finished(summary, database);
    default:
      return summary.outcome satisfies never;
  }
}

function heldBack({ skipped }: Summary, database: string): string {
  return `${plural(skipped.limit ?? 0, 'URL')} held back in ${database}.`;
}

function finished(summary: Summary, database: string): string {
  if (summary.tasks !== null) return finishedTasks(summary, database);
  if (summary.pages === 0) return `No page was crawled: ${complaints(summary)}.`;
  if (summary.exitStatus !== 0) return `Finished, but ${complaints(summary)}. The rest is in ${database}.`;
  if (summary.walk !== null) return finishedWalk(summary.walk, database);
  const depth = (summary.skipped.depth ?? 0) > summary.tasksTooDeep ? ' within --max-depth' : '';
  return `Finished: ${database} holds every page the seeds lead to${depth}.${tooDeep(summary)}`;
}

function finishedWalk({ walkers }: WalkStand, database: string): string {
  const steps = plural(sum(walkers.map((walker) => walker.steps)), 'step');
  return `Finished: ${plural(walkers.length, 'walker')} took ${steps}; ${database} holds what they found.`;
}

function finishedTasks(summary: Summary, database: string): string {
  const tasks = `${plural(summary.tasks ?? 0, 'task')} of the list`;
  const { ofList, others } = summary.taskFailures ?? { ofList: 0, others: 0 };
  if (ofList + others === 0 && failedExecutions(summary) > 0)
    return `Finished, but ${plural(failedExecutions(summary), 'forced execution')} failed; earlier results stand in ${database}.${tooDeep(summary)}`;
  if (ofList + others === 0)
    return `Finished: ${tasks} ${summary.tasks === 1 ? 'is' : 'are'} done in ${database}.${tooDeep(summary)}`;
  const them = ofList === 1 ? 'it' : 'them';
  const ofTheList =
    ofList === 0 ? [] : [`${formatNumber(ofList)} of ${tasks} failed (the same command tries ${them} again)`];
  const ofOthers =
    others === 0
      ? []
      : [
          `${plural(others, 'task')} that ${others === 1 ? 'is' : 'are'} not on it failed${ofList === 0 ? ` (the same command tries ${others === 1 ? 'it' : 'them'} again)` : ''}`,
        ];
  const what = [...ofTheList, ...ofOthers].join(', and ');
  const done = ofList === 0 ? `Finished: ${tasks}` : 'Finished';
  return `${done}, but ${what}. The rest is in ${database}.`;
}

/** What executors followed is counted, not done. */
function tooDeep({ tasksTooDeep }: Summary): string {
  return tasksTooDeep === 0 ? '' : ` Beyond --max-follow-depth: ${plural(tasksTooDeep, 'task')}.`;
}

function failedExecutions({ executors }: Summary): number {
  return sum(executors.map(({ failed }) => failed));
}

/** A line for each executor: how often it succeeded in this run, and what else became of it. */
function executorRows({ executors }: Summary): Row[] {
  return executors.map(({ name, success, failed, skipped, passedOver }) => {
    const others = tally({ failed, skipped, 'passed over': passedOver });
    return [printable(name), success, others] as const;
  });
}

/** Why executors failed: an example of each. */
function executorTroubles({ executorFailures, statusCommand }: Summary): string[] {
  const examples = list(
    'why executors failed, an example of each',
    executorFailures.map(
      ({ executor, key, error }) =>
        `${printable(executor, KEY_SHOWN)} on ${printable(key, KEY_SHOWN)}\n      ${printable(error, ERROR_SHOWN)}`,
    ),
  );
  return examples.map((block) => `${block}\n    ${printable(statusCommand ?? '')} lists all`);
}

function complaints(summary: Summary): string {
  const seeds = summary.seedsWithoutPage.length;
  const { broken, others } = splitFailures(summary);
  const alsoBroken = broken > 0 ? ` (and ${formatNumber(broken)} answered 4xx)` : '';
  const parts = [
    ...(seeds > 0 ? [`${plural(seeds, 'seed')} led to no page`] : []),
    ...(others > 0 ? [`${plural(others, 'URL')} failed${alsoBroken}`] : []),
    ...(failedExecutions(summary) > 0 ? [`${plural(failedExecutions(summary), 'execution')} failed`] : []),
    ...(summary.sitemaps.failed > 0 ? [`${plural(summary.sitemaps.failed, 'sitemap')} failed`] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : `${plural(broken, 'URL')} answered with a 4xx status`;
}

function splitFailures({ failed, failedStatuses }: Summary): { broken: number; others: number } {
  const broken = countBroken(failedStatuses);
  return { broken, others: sum(Object.values(failed)) - broken };
}

type Row = readonly [label: string, count: number, detail: string];

function rows(summary: Summary): Row[] {
  // The file may hold more than the list, such as a crawl: that is not what the run was about.
  if (summary.tasks !== null) return taskRows(summary);
  return [
    ['pages', summary.pages, ofThisRun(summary)],
    ['links', summary.links, ''],
    ['redirects', summary.redirects, ''],
    ...(summary.queued > 0 ? [['queued', summary.queued, ''] as const] : []),
    ['failed', sum(Object.values(summary.failed)), failures(summary)],
    ['skipped', sum(Object.values(summary.skipped)), tally(summary.skipped)],
    ...(summary.filteredLinks > 0
      ? [['filtered', summary.filteredLinks, 'links refused by profile, include or exclude'] as const]
      : []),
    ...(summary.strippedLinks > 0
      ? [['stripped', summary.strippedLinks, 'links changed by --strip-param'] as const]
      : []),
    ...sitemapRows(summary.sitemaps),
    ...outOfScopeRows(summary.outOfScope),
  ];
}

function taskRows({ tasks, taskFailures, queued, tasksTooDeep }: Summary): Row[] {
  const { ofList: failed = 0, others = 0 } = taskFailures ?? {};
  return [
    [
      'tasks',
      tasks ?? 0,
      tally({ failed, 'failed that are not on the list': others, 'too deep': tasksTooDeep }),
    ],
    ...(queued > 0 ? [['queued', queued, ''] as const] : []),
  ];
}

function ofThisRun({ pages, pagesThisRun }: Summary): string {
  return pages === pagesThisRun ? '' : `${formatNumber(pagesThisRun)} of them in this run`;
}

/** Codes by count; `status` is told as the statuses behind it. */
function failures({ failed, failedStatuses }: Summary): string {
  const { status = 0, ...codes } = failed;
  const unknown = status - sum(Object.values(failedStatuses));
  const statuses = Object.entries(failedStatuses).map(([code, count]) => [`HTTP ${code}`, count] as const);
  return tally({ ...Object.fromEntries(statuses), ...codes, status: unknown });
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, count]) => `${formatNumber(count)} ${name}`.replaceAll(' ', NO_BREAK))
    .join(', ');
}

function outOfScopeRows({ links, hosts, top }: Summary['outOfScope']): Row[] {
  if (links === 0) return [];
  const shown = top.slice(0, HOSTS_SHOWN);
  const others = links - sum(shown.map((host) => host.links));
  return [
    ['out of scope', links, `links to ${plural(hosts, 'host')}`],
    ...shown.map((host) => ['', host.links, printable(host.host)] as const),
    ...(others > 0 ? [['', others, plural(hosts - shown.length, 'other host')] as const] : []),
  ];
}

function sitemapRows({ read, missing, failed, pages }: Summary['sitemaps']): Row[] {
  if (read + missing + failed === 0) return [];
  const detail = [
    `listing ${plural(pages, 'page')}`,
    ...(missing > 0 ? [`${formatNumber(missing)} not there`] : []),
    ...(failed > 0 ? [`${formatNumber(failed)} failed`] : []),
  ];
  return [['sitemaps', read, detail.join(', ')]];
}

/** Labels, right-aligned numbers, and details that hang under themselves when they are long. */
function table(lines: readonly Row[], paint: Paint): string {
  const width = Math.max(9, ...lines.map(([, count]) => formatNumber(count).length));
  return lines
    .map(([label, count, detail]) => {
      const left = `  ${label.padEnd(13)}${formatNumber(count).padStart(width)}`;
      const hang = ' '.repeat(left.length + 3);
      const right = detail === '' ? '' : `   ${fold(detail, hang).slice(hang.length)}`;
      return paint.dim(left.slice(0, 15)) + left.slice(15) + right;
    })
    .join('\n');
}

function costs(summary: Summary): string {
  const { bytesThisRun, elapsedMs, peakMemoryBytes } = summary;
  return fold(
    `${formatBytes(bytesThisRun)} read in ${formatDuration(elapsedMs)}, ${formatRate(rate(summary))} pages/s, ` +
      `${formatBytes(peakMemoryBytes)} of memory at most`,
    '  ',
  );
}

function rate({ pagesThisRun, elapsedMs }: Summary): number {
  return elapsedMs > 0 ? (pagesThisRun * 1000) / elapsedMs : 0;
}

function troubles({ seedsWithoutPage, hostsGivenUp, patterns }: Summary): string[] {
  return [
    ...list(
      'addresses with many variants; if they are a trap, --max-variants holds them back',
      patterns.map(
        ({ pattern, example, variants, heldBack: held }) =>
          `${printable(pattern)}: ${formatNumber(variants)}${held > 0 ? `, ${formatNumber(held)} held back` : ''}\n      such as ${printable(example)}`,
      ),
    ),
    ...list(
      'seeds that led to no page',
      seedsWithoutPage.map(({ url, reason }) => `${printable(url)} (${printable(reason)})`),
    ),
    ...list(
      'hosts given up',
      hostsGivenUp.map(({ host, code, urls }) => `${printable(host)} (${code}, ${plural(urls, 'URL')})`),
    ),
  ];
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const rest = items.length - LIST_SHOWN;
  const shown = items.slice(0, LIST_SHOWN).map((item) => `    ${item}`);
  return [[`  ${title}`, ...shown, ...(rest > 0 ? [`    and ${formatNumber(rest)} more`] : [])].join('\n')];
}

function resuming(summary: Summary, paint: Paint): string[] {
  const { outcome: how, limit, resumeCommand, startsAfresh } = summary;
  if (how === 'finished') return [];
  if (startsAfresh) return ['  The demo always starts afresh: the same command begins anew.'];
  // Only --max-time begins anew with every run; at another limit the same command stops at once.
  const raise = how === 'limit' && limit?.startsWith('--max-time') !== true;
  const advice = raise
    ? `To go on, raise ${limit?.split(' ')[0] ?? 'the limit'}, or leave it out`
    : 'To go on, run the same command again';
  if (resumeCommand === null) return [`  ${advice}.`];
  return [`  ${advice}:\n    ${paint.bold(printable(resumeCommand))}`];
}
