/**
 * What follows from a failure: the one table of which are tried again, and when. Pure: randomness and
 * the clock are brought by the caller. Nowhere else is there an `if` on a failure code.
 */
import type { Failure, FailureCode } from '../protocol/failure.js';

/** What a failure says: about the URL alone, about the host's health, about our rate, or about a proxy of ours. */
export type Blame = 'url' | 'host' | 'rate' | 'proxy';

export interface RetryRule {
  readonly isRetried: boolean;
  readonly blames: Blame;
  /** It says that the host cannot be reached at all, rather than that it answered badly. */
  readonly isUnreachable?: true;
}

const NEVER: RetryRule = { isRetried: false, blames: 'url' };
const RETRIED: RetryRule = { isRetried: true, blames: 'host' };
const UNREACHABLE: RetryRule = { ...RETRIED, isUnreachable: true };

/** By failure code; `status` is decided by the status itself (`STATUS_RULES`). */
export const RETRY_RULES: Readonly<Record<Exclude<FailureCode, 'status'>, RetryRule>> = {
  dns: UNREACHABLE,
  connect: UNREACHABLE,
  proxy: { isRetried: true, blames: 'proxy', isUnreachable: true },
  tls: UNREACHABLE,
  timeout: RETRIED,
  reset: RETRIED,
  protocol: RETRIED,
  redirect: NEVER,
  'too-large': NEVER,
  // Corrupt or cut-off content coding: a second answer is often whole.
  decode: { isRetried: true, blames: 'url' },
  host: NEVER,
  // A captcha or a page half made: another try, maybe by another way, often gets the right one.
  validation: { isRetried: true, blames: 'url' },
  executor: NEVER,
  'worker-lost': NEVER,
};

/** The statuses that are no final answer. All others are, and are never retried. */
export const STATUS_RULES: ReadonlyMap<number, RetryRule> = new Map([
  [408, { isRetried: true, blames: 'url' } as const],
  [425, { isRetried: true, blames: 'url' } as const],
  [429, { isRetried: true, blames: 'rate' } as const],
  [500, RETRIED],
  [502, RETRIED],
  [503, { isRetried: true, blames: 'rate' } as const],
  [504, RETRIED],
  // Unregistered, sent by a large proxy for an origin that is down or slow.
  ...[520, 521, 522, 523, 524, 525, 526, 527, 530].map((status) => [status, RETRIED] as const),
]);

const MAX_BACKOFF_MS = 5 * 60_000;

/** A URL refused this often by a host that has answered well before is failed: it is the URL that is refused. */
export const MAX_REFUSALS = 5;

export function retryRule(failure: Pick<Failure, 'code' | 'status'>): RetryRule {
  if (failure.code !== 'status') return RETRY_RULES[failure.code];
  const status = failure.status ?? 0;
  // Any other 5xx is final for the URL but no sign of health.
  return STATUS_RULES.get(status) ?? (status >= 500 ? { isRetried: false, blames: 'host' } : NEVER);
}

/**
 * Exponential back-off with full upper half jitter: between half and all of base × 2^(n−1), five minutes
 * at most.
 *
 * @param n      how many failures in a row, from 1
 * @param baseMs the first wait
 * @param random in [0, 1)
 * @returns ms
 */
export function backoffMs(n: number, baseMs: number, random: number): number {
  const full = Math.min(baseMs * 2 ** Math.min(n - 1, 30), MAX_BACKOFF_MS);
  return Math.round(full * (0.5 + random / 2));
}

export type RetryDecision =
  | { readonly kind: 'fail' }
  | { readonly kind: 'retry'; readonly waitMs: number; readonly charge: 'attempt' | 'refusal' | 'nothing' };

export interface RetryFacts {
  readonly failure: Failure;
  /** Tries before this one that count. */
  readonly attempts: number;
  /** Refusals before this one. */
  readonly refusals: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly hasHostSucceeded: boolean;
  /** In [0, 1). */
  readonly random: number;
}

/** Whether a URL that failed is tried again, after what wait, and what that is charged to. */
export function decideRetry(facts: RetryFacts): RetryDecision {
  const rule = retryRule(facts.failure);
  if (!rule.isRetried || facts.failure.isFinal === true) return { kind: 'fail' };
  if (rule.blames === 'rate') {
    // A statement about our rate: it uses up no retries, and the host's own block says when.
    if (facts.hasHostSucceeded && facts.refusals + 1 >= MAX_REFUSALS) return { kind: 'fail' };
    return { kind: 'retry', waitMs: 0, charge: 'refusal' };
  }
  // A server that cuts each answer gives the whole all the same, and what is missing gets less.
  const isAdvancing = facts.failure.hasProgress === true && facts.retries > 0;
  if (facts.attempts >= facts.retries && !isAdvancing) return { kind: 'fail' };
  return {
    kind: 'retry',
    waitMs: backoffMs(isAdvancing ? 1 : facts.attempts + 1, facts.retryDelayMs, facts.random),
    charge: isAdvancing ? 'nothing' : 'attempt',
  };
}
