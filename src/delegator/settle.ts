/**
 * From a worker's outcome to the frontier's decision about the URL and what it says of the host. Pure:
 * facts, clock and randomness are passed in.
 */
import type { HostFacts, Lease, Settlement } from '../frontier/frontier.js';
import { type HostEvent } from '../policy/politeness.js';
import { decideRetry, retryRule } from '../policy/retry.js';
import type { Failure, FailureCode } from '../protocol/failure.js';
import type { FailureOutcome, Outcome, RedirectOutcome } from '../protocol/outcome.js';

export interface SettleSettings {
  readonly retries: number;
  readonly retryDelayMs: number;
  /** Redirects in a row that a file may be sent by. */
  readonly maxRedirects: number;
}

export interface Decision {
  readonly settlement: Settlement;
  /** Null where the host was not asked. */
  readonly event: HostEvent | null;
}

const SUCCESS: HostEvent = { kind: 'success' };

/** Whether a host that never succeeded is given up for good on this failure, once its attempts are used up. */
export function isUnreachable(code: FailureCode, host: Pick<HostFacts, 'lastSuccessAt'>): boolean {
  return host.lastSuccessAt === null && retryRule({ code }).isUnreachable === true;
}

/** What an outcome is judged by besides itself. */
export interface Circumstances {
  readonly host: HostFacts;
  readonly settings: SettleSettings;
  /** ms since epoch. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
  /** Some went with the request or came with its answer. */
  readonly withCookies: boolean;
}

/** What becomes of a URL, and what that says of its host. */
export function settleOutcome(
  lease: Lease,
  outcome: Exclude<Outcome, { kind: 'robots' }>,
  circumstances: Circumstances,
): Decision {
  const { id } = lease;
  switch (outcome.kind) {
    case 'page':
      return { settlement: { ...outcome, kind: 'page', id }, event: SUCCESS };
    case 'sitemap':
      return { settlement: { ...outcome, kind: 'sitemap', id }, event: SUCCESS };
    case 'file':
    case 'unchanged':
      return { settlement: { kind: 'file', id }, event: SUCCESS };
    case 'disk':
      return { settlement: { kind: 'release', id, suspect: lease.suspect }, event: null };
    case 'redirect':
      return {
        settlement:
          lease.kind === 'file'
            ? settleMoved(lease, outcome, circumstances.settings.maxRedirects)
            : settleRedirect(lease, outcome, circumstances.withCookies),
        event: SUCCESS,
      };
    case 'other-type':
      return { settlement: { kind: 'skipped', id, reason: 'content-type' }, event: SUCCESS };
    case 'answer':
    case 'executed':
      return { settlement: { kind: 'answer', id }, event: outcome.kind === 'answer' ? SUCCESS : null };
    case 'declined':
      return {
        settlement: { kind: 'skipped', id, reason: outcome.reason, detail: outcome.detail },
        event: null,
      };
    case 'failure':
      return settleFailure(lease, outcome, circumstances);
    default:
      return outcome satisfies never;
  }
}

function settleRedirect(lease: Lease, outcome: RedirectOutcome, withCookies: boolean): Settlement {
  const { id, key, url, isRespelt, isReasked } = lease;
  if (outcome.targetKey !== key) {
    return { kind: 'redirect', id, targetKey: outcome.targetKey, verdict: outcome.verdict, withCookies };
  }
  // The server insists on a spelling of its own: asked once in that one.
  if (outcome.targetUrl !== url && !isRespelt) return { kind: 'respell', id, url: outcome.targetUrl };
  if (withCookies && !isReasked) return { kind: 'reask', id };
  return { kind: 'failed', id, code: 'redirect', detail: 'redirects to itself' };
}

/** A file is fetched from where it is in the end, and known by the address that links to it. */
function settleMoved({ id, hops }: Lease, { targetUrl }: RedirectOutcome, maxRedirects: number): Settlement {
  if (hops < maxRedirects) return { kind: 'moved', id, url: targetUrl };
  return { kind: 'failed', id, code: 'redirect', detail: `more than ${maxRedirects} redirects in a row` };
}

function settleFailure(
  lease: Lease,
  outcome: FailureOutcome,
  { host, settings, now, random }: Circumstances,
): Decision {
  const { failure } = outcome;
  const { id, attempts, refusals } = lease;
  const event = eventOf(failure);
  const decision = decideRetry({
    failure,
    attempts,
    refusals,
    ...settings,
    hasHostSucceeded: host.lastSuccessAt !== null,
    random,
  });
  if (decision.kind === 'fail') {
    return { settlement: { kind: 'failed', id, code: failure.code, detail: failure.message }, event };
  }
  const notBefore = now + decision.waitMs;
  return {
    settlement: { kind: 'retry', id, notBefore, charge: decision.charge, detail: failure.message },
    event,
  };
}

/** What a request says of its host; null = nothing. Success is any answer but 429 and 5xx, whatever it was worth to us. */
export function eventOf(failure: Failure | null): HostEvent | null {
  if (failure === null) return SUCCESS;
  const { status, retryAfterMs, hasProgress } = failure;
  // Where another request of the same try was answered with a refusal, that is the host's last word.
  if (hasProgress === true && status === undefined) return SUCCESS;
  if (status !== undefined && status < 500 && status !== 429) return SUCCESS;
  const { blames } = retryRule(failure);
  if (blames === 'rate') return { kind: 'refusal', retryAfterMs: retryAfterMs ?? null };
  // The host has not been asked.
  return blames === 'proxy' ? null : { kind: 'failure', blames };
}
