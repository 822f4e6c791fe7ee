/** What `explain` says, in sentences. `explainText` makes all of it printable, `reasonOf` nothing. */
import type { Explanation, Judgement, Known, Unknown } from '../explain/explain.js';
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
import type { SkipReason } from '../protocol/failure.js';
import type { ScopeMode } from '../protocol/settings.js';
import { MAX_URL_LENGTH } from '../url/canonicalise.js';
import { bareHost, kindOfAddress } from '../url/addresses.js';
import { hostnameOf } from '../url/scope.js';

/** Whether the URL was crawled, will be as far as is known, or neither. */
export type Fate = 'crawled' | 'queued' | 'not-crawled';

/** Steps of a long way that are shown at its beginning and its end. */
const STEPS_SHOWN = 6;
const LABEL_WIDTH = 16;
/** Columns. */
const WIDTH = 100;
/** Where a value goes on that is too long for a line: farther in than where the next one begins. */
const HANG = ' '.repeat(2 + LABEL_WIDTH + 2);

export function fateOf(explanation: Explanation): Fate {
  if (!explanation.isKnown) return explanation.isSeed ? 'queued' : 'not-crawled';
  switch (explanation.facts.state) {
    case 'done':
      return 'crawled';
    case 'queued':
    case 'leased':
      return 'queued';
    case 'failed':
    case 'skipped':
      return 'not-crawled';
    default:
      return explanation.facts.state satisfies never;
  }
}

/**
 * Why it is as it is, in one sentence without its full stop; null for what was crawled as it should be. Not made
 * printable.
 */
export function reasonOf(explanation: Explanation, now: number): string | null {
  if (!explanation.isKnown) return unknownReason(explanation);
  const { state } = explanation.facts;
  if (state === 'done') return null;
  if (state === 'failed') return failedReason(explanation);
  if (state === 'skipped') return skippedReason(explanation);
  if (state === 'leased') return 'it is being asked for, or was when the crawl was killed';
  return queuedReason(explanation, now);
}

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
    ...(typed === key ? [] : [['typed as', [typed]] as const]),
    ...(reason === null ? [] : [['why', [reason]] as const]),
    ...(explanation.isKnown ? knownRows(explanation) : unknownRows(explanation)),
    ...hostRows(explanation, now),
  ];
  return [folded(headline(explanation, file), '    '), ...rows.flatMap(lines)].join('\n') + '\n';
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
      return `${key} was ${kind === 'sitemap' ? 'read as a sitemap' : 'crawled'}: HTTP ${status}, ${contentType ?? 'no type'}, ${size}`;
    }
    case 'failed':
    case 'skipped':
      return `${key} was not crawled: ${state}, ${error}`;
    case 'queued':
    case 'leased':
      return `${key} is not crawled yet: ${state}`;
    default:
      return state satisfies never;
  }
}

// ── Reasons ─────────────────────────────────────────────────────────────────────────────────────────

function failedReason({ facts, attempts, host }: Explanation & Known): string {
  if (facts.error === host?.givenUp && facts.detail === 'the host was given up')
    return `${host.host} was given up (${host.givenUp})`;
  const isStatus = facts.error === 'status' && facts.status !== null;
  const said = isStatus ? `it answered HTTP ${facts.status}` : (facts.detail ?? 'no reason is known');
  return attempts.length > 1 ? `${said}; the last of ${formatNumber(attempts.length)} requests` : said;
}

function skippedReason(explanation: Explanation & Known): string {
  const { facts, hold, judgement, host } = explanation;
  // Sound: the two columns are written together, from the closed list.
  const reason = facts.error as SkipReason;
  switch (reason) {
    case 'robots':
      return host?.robots?.allowed === false
        ? robotsReason(host.host, host.robots)
        : 'an earlier robots.txt forbade it; the one in the file now does not (--fresh asks again)';
    case 'out-of-scope':
      return `a redirect leads to it, but ${scopeReason(judgement) ?? 'it was out of scope'}`;
    case 'depth':
      return `it is ${plural(facts.depth ?? 0, 'link')} from the seeds, farther than the --max-depth of the last run`;
    case 'limit':
      return holdReason(hold);
    case 'content-type':
      return `it is no HTML but ${facts.contentType || 'of a type not given'}; its body was not read`;
    case 'url':
      return tooLong();
    case 'trap':
      return trapReason(judgement);
    case 'nofollow':
      return 'only links of pages that say nofollow lead to it';
    case 'private':
      return isMetadataHost(facts.url)
        ? 'it is a cloud metadata address, which is never connected to'
        : 'its address is a private one, and it is not named as a seed';
    default:
      return reason satisfies never;
  }
}

/** Only literal addresses can be told here; what a name led to is in the detail. */
function isMetadataHost(url: string): boolean {
  return kindOfAddress(bareHost(hostnameOf(url))) === 'metadata';
}

function queuedReason({ facts, host, lastRun }: Explanation & Known, now: number): string {
  if (host?.robots?.allowed === false) return `${robotsReason(host.host, host.robots)}; it will be skipped`;
  if (host?.givenUp != null) return `${host.host} was given up (${host.givenUp}); it will fail`;
  if (facts.notBefore !== null && facts.notBefore > now)
    return `${facts.detail ?? 'it did not work'}; it waits ${formatEstimate(facts.notBefore - now)} for another try`;
  if (host?.blockedUntil != null && host.blockedUntil > now)
    return `${host.host} rests for another ${formatEstimate(host.blockedUntil - now)}`;
  if (host !== null && host.robotsFetchedAt === null && host.robotsAttempts > 0)
    return `nothing of ${host.host} is asked for before its robots.txt is read, and ${robotsFailed(host.robotsAttempts)}`;
  if (lastRun?.endedAt != null) return `the last run ended (${lastRun.outcome}) before its turn came`;
  return 'its turn has not come yet';
}

function unknownReason({ isSeed, isDeferred, hasWorkLeft, judgement, host }: Explanation & Unknown): string {
  if (isSeed) return 'it is a seed, and the crawl was stopped before it took it in';
  if (judgement.isTooLong) return tooLong();
  if (isDeferred) return 'a link to it waits until the redirects of the seeds say what belongs to the crawl';
  const scope = scopeReason(judgement);
  if (scope !== null) return scope;
  if (judgement.repeatedRun !== null) return trapReason(judgement);
  if (host?.robots?.allowed === false) return robotsReason(host.host, host.robots);
  const link = hasWorkLeft ? 'no link to it was found so far' : 'nothing links to it';
  return `it is in scope, but ${link}`;
}

const SCOPES: Readonly<Record<ScopeMode, string>> = {
  origin: 'origin',
  host: 'host name',
  domain: 'domain',
  any: 'web',
};

function scopeReason({ scope }: Judgement): string | null {
  if (scope === null) return null;
  switch (scope.kind) {
    case 'profile':
      return 'it is no article: under --profile mediawiki a path starts with /wiki/ and has no colon';
    case 'exclude':
      return `--exclude ${scope.pattern} leaves it out`;
    case 'include':
      return 'no --include matches it';
    case 'scope':
      return `it is out of scope: ${scope.scopeKey} is the ${SCOPES[scope.mode]} of no seed (--scope ${scope.mode})`;
    default:
      return scope satisfies never;
  }
}

function robotsReason(
  host: string,
  { line, rule }: { readonly line: number | null; readonly rule: string | null },
): string {
  return `line ${line} of ${host}/robots.txt forbids it: ${rule}`;
}

function holdReason(hold: Known['hold']): string {
  if (hold === null) return 'a limit holds it back';
  const has = `the crawl has ${plural(hold.admitted, 'URL')} of`;
  if (hold.pattern === null) return `--max-per-host holds it back: ${has} its host`;
  return `--max-variants holds it back: ${has} ${hold.pattern}, ${hold.example} for one`;
}

function trapReason({ repeatedRun }: Judgement): string {
  return `its path says ${repeatedRun ?? 'the same'} four times in a row, as only traps do`;
}

function tooLong(): string {
  return `it is longer than ${formatNumber(MAX_URL_LENGTH)} characters`;
}

// ── Rows ────────────────────────────────────────────────────────────────────────────────────────────

function knownRows(known: Explanation & Known): Row[] {
  const { facts, way, attempts } = known;
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
    ['requests', attempts.length === 0 ? ['none'] : attempts.map(attemptLine)],
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

function robotsFailed(attempts: number): string {
  return attempts === 1 ? 'the request for it failed' : `${formatNumber(attempts)} requests for it failed`;
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

function attemptLine({ askedAt, durationMs, status, error, detail }: Attempt): string {
  const answer = status === null ? error : `HTTP ${status}`;
  const took = durationMs < 1_000 ? `${durationMs} ms` : formatDuration(durationMs);
  // Of a status the answer says all there is to say.
  const more = detail === null || error === 'status' ? '' : `: ${detail}`;
  return `${moment(askedAt)}, ${answer} after ${took}${more}`;
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
