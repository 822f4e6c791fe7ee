/** What became of a URL and why, in a word and in one sentence. Nothing is made printable here. */
import type { Explanation, Judgement, Known, Unknown } from '../explain/explain.js';
import { formatEstimate, formatNumber, plural } from '../observe/quantity.js';
import type { SkipReason } from '../protocol/failure.js';
import type { ScopeMode } from '../protocol/settings.js';
import { MAX_URL_LENGTH } from '../url/canonicalise.js';
import { bareHost, kindOfAddress } from '../url/addresses.js';
import { hostnameOf } from '../url/scope.js';

/** Whether the URL was crawled, will be as far as is known, or neither. */
export type Fate = 'crawled' | 'queued' | 'not-crawled';

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
 * Why it is as it is, in one sentence without its full stop; null for what was crawled as it should be.
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

/** Of requests for a robots.txt that brought no answer that could be used. */
export function robotsFailed(attempts: number): string {
  return attempts === 1 ? 'the request for it failed' : `${formatNumber(attempts)} requests for it failed`;
}

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
      if (facts.kind === 'file') return 'no listing page of the last run lists it';
      return `a redirect leads to it, but ${scopeReason(judgement) ?? 'it was out of scope'}`;
    case 'depth':
      if (facts.kind === 'task')
        return `executors followed ${plural(facts.depth ?? 0, 'task')} in a row to it, more than the --max-follow-depth of the last run`;
      return `it is ${plural(facts.depth ?? 0, 'link')} from the seeds, farther than the --max-depth of the last run`;
    case 'limit':
      return holdReason(hold);
    case 'content-type':
      if (facts.kind === 'file')
        return `it is ${facts.contentType || 'of a type not given'}, which --type did not take`;
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
    case 'unchosen':
      return 'a walk found it and went other ways (orbweaver crawl with the same seeds would ask for it)';
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
