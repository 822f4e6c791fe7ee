/**
 * Why a URL has no page: the two closed lists of reasons, and the plain record of a failed request.
 * A failure was tried and did not work; a skip was our decision. Every code is in the README's table.
 */

/** What can go wrong with a request, by cause. What follows from each is decided in policy/retry.ts. */
export const FAILURE_CODES = [
  'dns',
  'connect',
  'proxy',
  'tls',
  'timeout',
  'reset',
  'protocol',
  'status',
  'redirect',
  'too-large',
  'decode',
  'host',
  'validation',
  'executor',
  'worker-lost',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/**
 * How many answers say that the site's own link is broken: any 4xx but 429, which is about our rate.
 * Everything else that failed is a fault of host, network or ours.
 *
 * @param byStatus URLs failed by HTTP status
 */
export function countBroken(byStatus: Readonly<Record<string, number>>): number {
  let count = 0;
  for (const [status, urls] of Object.entries(byStatus)) {
    if (status.startsWith('4') && status !== '429') count += urls;
  }
  return count;
}

/** Why we chose not to fetch a URL, or not to read what it answered. */
export const SKIP_REASONS = [
  'out-of-scope',
  'robots',
  'depth',
  'limit',
  'content-type',
  'url',
  'nofollow',
  'trap',
  'private',
  'unchosen',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** How the URLs of a host end that is asked no more: it failed us, or may not be connected to. */
export type GivenUp = FailureCode | Extract<SkipReason, 'private'>;

/**
 * A request that did not give a page. Plain data: it crosses threads and goes into the file.
 * `message` is for people and may hold text from the network; escape it before printing.
 */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** The server's Retry-After, as a wait from the moment of the answer, in ms; uncapped. */
  readonly retryAfterMs?: number;
  /** A kept connection was closed under the request, before a byte of an answer: nobody's fault. */
  readonly isStale?: true;
  /** A good part of a file came all the same, and is kept. */
  readonly hasProgress?: true;
  /** Nothing was asked, and nothing will be in this run: not tried again. */
  readonly isFinal?: true;
}
