/** What `explain` says, for a terminal: a headline and rows. All of it is made printable here. */
import type { Explanation, Known, Unknown } from '../explain/explain.js';
import type { Attempt } from '../explain/facts.js';
import type { Backlinks, Step, Way } from '../explain/ways.js';
import { fold } from '../observe/fold.js';
import { printable } from '../observe/printable.js';
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatGap,
  formatNumber,
  plural,
} from '../observe/quantity.js';
import { reasonOf, robotsFailed } from './explain-reason.js';

/** Steps of a long way that are shown at its beginning and its end. */
const STEPS_SHOWN = 6;
const LABEL_WIDTH = 16;
/** Columns. */
const WIDTH = 100;
/** Where a value goes on that is too long for a line: farther in than where the next one begins. */
const HANG = ' '.repeat(2 + LABEL_WIDTH + 2);

/**
 * All of it, for a terminal.
 *
 * @param typed the address as it was given
 * @param now   ms since epoch
 */
export function explainText(explanation: Explanation, typed: string, file: string, now: number): string {
  const { key } = explanation;
  const reason = reasonOf(explanation, now);
  const rows: Row[] = [
    ...(typed === key || typed === taskKeyOf(explanation) ? [] : [['typed as', [typed]] as const]),
    ...(reason === null ? [] : [['why', [reason]] as const]),
    ...(explanation.isKnown ? knownRows(explanation) : unknownRows(explanation)),
    ...hostRows(explanation, now),
  ];
  return [folded(headline(explanation, file), '    '), ...rows.flatMap(lines)].join('\n') + '\n';
}

function taskKeyOf(explanation: Explanation): string | null {
  return explanation.isKnown ? explanation.facts.taskKey : null;
}

type Row = readonly [label: string, values: readonly string[]];

/** The label stands before the first value only. */
function lines([label, values]: Row): string[] {
  return values.map((value, i) => `  ${(i === 0 ? label : '').padEnd(LABEL_WIDTH)}${folded(value, HANG)}`);
}

/** Made printable, in lines of which all but the first begin with `hang`. */
function folded(text: string, hang: string): string {
  return fold(printable(text), hang, WIDTH).slice(hang.length);
}

function headline(explanation: Explanation, file: string): string {
  const { key } = explanation;
  if (!explanation.isKnown) return `${key} is not in ${file}`;
  const { kind, state, error, status, redirectTo, contentType, bodyBytes } = explanation.facts;
  switch (state) {
    case 'done': {
      if (redirectTo !== null) return `${key} was crawled: HTTP ${status}, a redirect`;
      const size = formatBytes(bodyBytes ?? 0);
      return `${key} was ${DONE[kind]}: HTTP ${status}, ${contentType ?? 'no type'}, ${size}`;
    }
    case 'failed':
    case 'skipped':
      return `${key} was not ${kind === 'file' ? 'downloaded' : 'crawled'}: ${state}, ${error}`;
    case 'queued':
    case 'leased':
      return `${key} is not ${kind === 'file' ? 'downloaded' : 'crawled'} yet: ${state}`;
    default:
      return state satisfies never;
  }
}

const DONE = {
  page: 'crawled',
  sitemap: 'read as a sitemap',
  task: 'asked for',
  file: 'downloaded',
} as const;

function knownRows(known: Explanation & Known): Row[] {
  const { facts, attempts, executions } = known;
  return [
    ...(facts.kind === 'task' ? [['task', [facts.taskKey ?? '']] as const] : placeRows(known)),
    ['requests', attempts.length === 0 ? ['none'] : attempts.map(attemptLine)],
    ...rowOf(
      'executors',
      executions.map(({ executor, status, error }) => `${executor}: ${error ?? status}`),
    ),
  ];
}

/** Where a page or sitemap stands among the others; a task stands alone, and a file behind the page that lists it. */
function placeRows(known: Explanation & Known): Row[] {
  const { facts, way } = known;
  if (facts.kind === 'file') return [['found by', wayLines(way)]];
  return [
    ['depth', [facts.depth === null ? 'none: no followed link leads to it' : formatNumber(facts.depth)]],
    ['found by', wayLines(way)],
    ['linked from', [known.linksTo === null ? NOT_COUNTED : backlinks(known.linksTo, 'page')]],
    ...named('listed by', known.sitemapsListing, 'sitemap'),
    ...named('redirected from', known.redirectsTo, 'URL'),
    ...rowOf(
      'redirects to',
      known.redirectsFrom.map(
        ({ url, state, status }) =>
          `${url} (${state ?? 'not in the crawl'}${status === null ? '' : `, HTTP ${status}`})`,
      ),
    ),
  ];
}

const NOT_COUNTED =
  'not counted: the file is large, and has the index for it only after a run that ended by itself';

function unknownRows({ similar, outsideLinks, within, judgement, host }: Explanation & Unknown): Row[] {
  const isInScope = judgement.scope === null && !judgement.isTooLong;
  return [
    ...(judgement.scope?.kind === 'scope' && outsideLinks > 0
      ? [['links', [`${plural(outsideLinks, 'link')} to its host: counted, not followed`]] as const]
      : []),
    ...(isInScope && within !== null ? [['links', [`only those inside ${within} count`]] as const] : []),
    ...(isInScope && host === null ? [['host', ['nothing of it is in the crawl']] as const] : []),
    ...rowOf(
      'in the file',
      similar.map(({ url, state }) => `${url} (${state})`),
    ),
  ];
}

function hostRows({ host }: Explanation, now: number): Row[] {
  if (host === null) return [];
  const facts = [
    robotsFacts(host, now),
    ...(host.robots?.allowed === true && host.robots.rule !== null
      ? [`line ${host.robots.line} of it allows this URL: ${host.robots.rule}`]
      : []),
    ...(host.crawlDelayMs === null ? [] : [`${formatGap(host.crawlDelayMs)} between requests (Crawl-delay)`]),
    ...((host.blockedUntil ?? 0) > now ? [`rests until ${moment(host.blockedUntil ?? 0)}`] : []),
    ...(host.failures > 0 ? [failuresText(host.failures)] : []),
    ...(host.givenUp === null ? [] : [`given up (${host.givenUp})`]),
  ];
  return [['host', [host.host, ...facts.filter((fact) => fact !== null)]]];
}

function robotsFacts(
  { isRobotsObeyed, robotsStatus, robotsFetchedAt, robotsAttempts }: NonNullable<Explanation['host']>,
  now: number,
): string | null {
  if (!isRobotsObeyed) return 'robots.txt is not obeyed (--no-robots)';
  if (robotsFetchedAt === null)
    return robotsAttempts === 0 ? null : `robots.txt: ${robotsFailed(robotsAttempts)}`;
  return `robots.txt: HTTP ${robotsStatus}, read ${formatEstimate(Math.max(0, now - robotsFetchedAt))} ago`;
}

function failuresText(count: number): string {
  return count === 1 ? 'its last request failed' : `its last ${formatNumber(count)} requests failed`;
}

const BY: Readonly<Record<Step['by'], string>> = {
  seed: 'seed',
  sitemap: 'sitemap',
  listed: 'listed:',
  link: 'link to',
  redirect: 'redirect to',
  start: 'from',
};

function wayLines({ steps, leftOut }: Way): string[] {
  const all = steps.map(({ url, by }) => `${BY[by]} ${url}`);
  const left = all.length - 2 * STEPS_SHOWN;
  if (left <= 1) return all;
  return [...all.slice(0, STEPS_SHOWN), `… ${formatNumber(left + leftOut)} more`, ...all.slice(-STEPS_SHOWN)];
}

function attemptLine({ askedAt, durationMs, status, error, detail, proxy }: Attempt): string {
  const answer = status === null ? error : `HTTP ${status}`;
  const took = durationMs < 1_000 ? `${durationMs} ms` : formatDuration(durationMs);
  // Of a status the answer says all there is to say.
  const more = detail === null || error === 'status' ? '' : `: ${detail}`;
  const through = proxy === null ? '' : ` through ${proxy}`;
  return `${moment(askedAt)}, ${answer} after ${took}${through}${more}`;
}

function named(label: string, found: Backlinks, one: string): Row[] {
  return found.count === 0 ? [] : [[label, [backlinks(found, one)]]];
}

function backlinks({ count, examples }: Backlinks, one: string): string {
  if (count === 0) return `no ${one}`;
  return `${plural(count, one)}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`;
}

function rowOf(label: string, values: readonly string[]): Row[] {
  return values.length === 0 ? [] : [[label, values]];
}

/** `2026-01-31 17:02:58 UTC`. */
function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
