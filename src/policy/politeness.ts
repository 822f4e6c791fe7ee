/**
 * When a host may be asked and by how many at once, and what its answers do to that: the clocks behind
 * our manners. Pure functions over a host's stored facts and a time that is passed in; the facts are in
 * the file, so none of this is forgotten by a crash.
 */
import type { FailureCode } from '../protocol/failure.js';
import { isPrivateHost } from '../url/private-host.js';
import { backoffMs, type Blame } from './retry.js';

/** Requests in flight to a public host, unless --per-host says otherwise. */
export const PUBLIC_PER_HOST = 2;
/** Gap between request starts to a public host, unless --delay says otherwise. */
export const PUBLIC_DELAY_MS = 1_000;
/** A server may ask for no longer a wait than this. */
export const MAX_RETRY_AFTER_MS = 3_600_000;
/** So many waits of its choosing in a row, without one success, and a host is given up. */
export const MAX_WAITS = 10;
/** So many failures in a row before a host as a whole is rested; fewer may be single bad pages. */
const FAILURES_BEFORE_REST = 5;
/** robots.txt is read again after this (RFC 9309 §2.4: no longer than 24 hours). */
export const ROBOTS_MAX_AGE_MS = 24 * 3_600_000;

/** Hosts of which it is known whether they are private. */
const CACHED_HOSTS = 10_000;

/** The part of a host's facts that politeness looks at; see HostFacts in frontier/frontier.ts. */
export interface HostClock {
  readonly host: string;
  readonly nextFetchAt: number;
  readonly blockedUntil: number | null;
  readonly crawlDelayMs: number | null;
  readonly failures: number;
  readonly waits: number;
  readonly lastSuccessAt: number | null;
  readonly failingSince: number | null;
  readonly excusedMs: number;
}

export interface PolitenessSettings {
  readonly perHost: number | null;
  readonly delayMs: number | null;
  readonly retryDelayMs: number;
  readonly giveUpMs: number;
}

/** The limits of one host. */
export interface HostLimits {
  /** Requests in flight; Infinity for private hosts by default. */
  readonly perHost: number;
  /** Gap between request starts: the larger of --delay and the host's Crawl-delay. */
  readonly gapMs: number;
  readonly isPrivate: boolean;
}

export function hostLimits(
  host: Pick<HostClock, 'host' | 'crawlDelayMs'>,
  settings: Pick<PolitenessSettings, 'perHost' | 'delayMs'>,
): HostLimits {
  const isPrivate = isPrivateOrigin(host.host);
  const delayMs = settings.delayMs ?? (isPrivate ? 0 : PUBLIC_DELAY_MS);
  return {
    perHost: settings.perHost ?? (isPrivate ? Infinity : PUBLIC_PER_HOST),
    gapMs: Math.max(delayMs, host.crawlDelayMs ?? 0),
    isPrivate,
  };
}

/** By its text alone, so that it never changes; asked several times a turn for each host. */
const known = new Map<string, boolean>();

function isPrivateOrigin(origin: string): boolean {
  let isPrivate = known.get(origin);
  if (isPrivate === undefined) {
    isPrivate = isPrivateHost(new URL(origin).hostname);
    if (known.size >= CACHED_HOSTS) known.clear();
    known.set(origin, isPrivate);
  }
  return isPrivate;
}

/**
 * How many requests one host may have in flight, so that a slow one never holds up the others: its own
 * limit, and a fair share of the capacity among the hosts that have work now. Where other hosts are
 * known at all, a quarter of the capacity stays free for those that turn up next.
 */
export function fairShare(
  perHost: number,
  capacity: number,
  activeHosts: number,
  knownHosts: number,
): number {
  if (knownHosts <= 1) return Math.min(perHost, capacity);
  const share = Math.floor(capacity / Math.max(1, activeHosts));
  return Math.min(perHost, Math.max(1, Math.min(share, Math.floor(capacity * 0.75))));
}

/** What an answer says about its host. `retryAfterMs` only with a 429 or 503 that had one. */
export type HostEvent =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly blames: Exclude<Blame, 'rate' | 'proxy'> }
  | { readonly kind: 'refusal'; readonly retryAfterMs: number | null };

/** New values for a host's clock after an answer. */
export interface ClockChange {
  readonly failures?: number;
  readonly waits?: number;
  readonly lastSuccessAt?: number;
  readonly lastAnswerAt: number;
  readonly failingSince?: number | null;
  readonly excusedMs?: number;
  readonly blockedUntil?: number;
  readonly nextFetchAt?: number;
  readonly givenUp?: FailureCode;
}

/** What an answer does to its host's clock: success resets it, refusals block it, failures in a row rest it. */
export function clockAfter(
  host: HostClock,
  event: HostEvent,
  settings: PolitenessSettings,
  now: number,
  random: number,
): ClockChange {
  switch (event.kind) {
    case 'success':
      return {
        failures: 0,
        waits: 0,
        failingSince: null,
        excusedMs: 0,
        lastSuccessAt: now,
        lastAnswerAt: now,
      };
    case 'failure':
      return event.blames === 'url' ? { lastAnswerAt: now } : afterFailure(host, settings, now, random);
    case 'refusal':
      return afterRefusal(host, event.retryAfterMs, settings, now, random);
  }
}

/** A host whose robots.txt had no definite answer: nothing may be fetched, so all of it rests. */
export function restAfterRobots(
  host: HostClock,
  attempts: number,
  settings: PolitenessSettings,
  now: number,
  random: number,
): ClockChange {
  const failingSince = host.failingSince ?? now;
  const until = now + backoffMs(attempts, settings.retryDelayMs, random);
  return {
    failures: host.failures + 1,
    failingSince,
    lastAnswerAt: now,
    ...block(host, until),
    ...givenUpIf(hasTriedEnough(failingSince, host.excusedMs, settings, now)),
  };
}

function afterFailure(
  host: HostClock,
  settings: PolitenessSettings,
  now: number,
  random: number,
): ClockChange {
  const failingSince = host.failingSince ?? now;
  const base = {
    failingSince,
    lastAnswerAt: now,
    ...givenUpIf(hasTriedEnough(failingSince, host.excusedMs, settings, now)),
  };
  // Requests that were in flight when the host was rested say nothing new.
  if (isBlocked(host, now)) return base;
  const failures = host.failures + 1;
  const excess = failures - FAILURES_BEFORE_REST + 1;
  if (excess < 1) return { ...base, failures };
  return { ...base, failures, ...block(host, now + backoffMs(excess, settings.retryDelayMs, random)) };
}

function afterRefusal(
  host: HostClock,
  retryAfterMs: number | null,
  settings: PolitenessSettings,
  now: number,
  random: number,
): ClockChange {
  const failingSince = host.failingSince ?? now;
  const base = { failingSince, lastAnswerAt: now };
  // "Retry-After: 0" asks for nothing; taken at its word it would make us hammer.
  const asked =
    retryAfterMs === null || retryAfterMs === 0 ? null : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  if (isBlocked(host, now)) {
    if (asked === null) return base;
    const longer = Math.max(0, now + asked - (host.blockedUntil ?? now));
    return { ...base, excusedMs: host.excusedMs + longer, ...block(host, now + asked) };
  }
  const isOver = host.waits >= MAX_WAITS || hasTriedEnough(failingSince, host.excusedMs, settings, now);
  if (isOver) return { ...base, givenUp: 'host' };
  if (asked !== null) {
    return { ...base, waits: host.waits + 1, excusedMs: host.excusedMs + asked, ...block(host, now + asked) };
  }
  const failures = host.failures + 1;
  return { ...base, failures, ...block(host, now + backoffMs(failures, settings.retryDelayMs, random)) };
}

/** Fifteen minutes (--give-up) of trying since the last success, waits it asked for not counted. */
function hasTriedEnough(
  failingSince: number,
  excusedMs: number,
  settings: PolitenessSettings,
  now: number,
): boolean {
  return now - failingSince - excusedMs >= settings.giveUpMs;
}

function givenUpIf(isOver: boolean): { givenUp?: FailureCode } {
  return isOver ? { givenUp: 'host' } : {};
}

function isBlocked(host: HostClock, now: number): boolean {
  return host.blockedUntil !== null && now < host.blockedUntil;
}

function block(host: HostClock, until: number): { blockedUntil: number; nextFetchAt: number } {
  const blockedUntil = Math.max(until, host.blockedUntil ?? 0);
  return { blockedUntil, nextFetchAt: Math.max(host.nextFetchAt, blockedUntil) };
}
