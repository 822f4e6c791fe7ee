/**
 * What one answer to a request for robots.txt means (RFC 9309 §2.3.1): rules to obey, another place to
 * look, or no definite answer, in which case nothing of that host may be fetched.
 */
import type { FailureCode } from '../protocol/failure.js';
import type { DeclinedOutcome, FailureOutcome, RobotsOutcome } from '../protocol/outcome.js';

/** Redirects followed from one robots.txt (§2.3.1.2: at least five). */
export const MAX_ROBOTS_HOPS = 5;

export type RobotsVerdict =
  /** Definite. `text` is '' where everything is allowed; `status` null where the file is where we do not ask. */
  | { readonly kind: 'rules'; readonly status: number | null; readonly text: string }
  | { readonly kind: 'hop'; readonly url: string }
  /** The host is at an address that may not be connected to: nothing of it will be asked for. */
  | { readonly kind: 'private'; readonly detail: string }
  /** 429, 5xx or unreachable: full disallow for now. */
  | {
      readonly kind: 'unknown';
      readonly code: FailureCode;
      readonly detail: string;
      /** The server refused us (429, 503) rather than broke. */
      readonly isRefusal: boolean;
      /** Nothing was asked, and nothing will be in this run. */
      readonly isFinal?: true;
      readonly retryAfterMs: number | null;
    };

/** @param hops redirects followed before this answer */
export function judgeRobots(
  answer: RobotsOutcome | FailureOutcome | DeclinedOutcome,
  hops: number,
): RobotsVerdict {
  if (answer.kind === 'declined') {
    // The host itself has answered: with a target that is no use to us, like any other redirect to nowhere.
    return hops > 0 ? { kind: 'rules', status: null, text: '' } : { kind: 'private', detail: answer.detail };
  }
  if (answer.kind === 'failure') {
    const { code, message, isFinal } = answer.failure;
    const verdict = { kind: 'unknown', code, detail: message, isRefusal: false, retryAfterMs: null } as const;
    return isFinal === true ? { ...verdict, isFinal } : verdict;
  }
  const { status, text, redirectTo, retryAfterMs } = answer;
  if (status >= 500 || status === 429) {
    const isRefusal = status === 429 || status === 503;
    return {
      kind: 'unknown',
      code: 'status',
      detail: `HTTP ${status}`,
      isRefusal,
      retryAfterMs,
    };
  }
  if (status >= 200 && status < 300) return { kind: 'rules', status, text };
  if (redirectTo !== null && hops < MAX_ROBOTS_HOPS) return { kind: 'hop', url: redirectTo };
  // 4xx, too many redirects (§2.3.1.2, §2.3.1.3: unavailable) and a redirect to nowhere: all is allowed.
  return { kind: 'rules', status, text: '' };
}
