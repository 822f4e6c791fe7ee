/**
 * Which proxy a request goes through, and what its answers do to that: round-robin over those that work. Whoever
 * fails is rested for longer each time and, after so many failures in a row, not used again in this run. Pure but
 * for what it remembers; the time is passed in. Proxies are known by their URLs, whatever these hold.
 */

/** So many failures in a row of the proxy's own, and it is bad for the run. */
export const FAILURES_BEFORE_BAD = 5;
const LONGEST_REST_MS = 5 * 60_000;

/**
 * What an answer says of the proxy it came through. `doubtful`: silence, or a connection that broke, and nobody can
 * tell whether the proxy or the site is to blame.
 */
export type ProxyVerdict = 'served' | 'failed' | 'doubtful';

/** What a report changed, where it is worth telling. */
export type ProxyChange = { readonly kind: 'rested'; readonly forMs: number } | { readonly kind: 'bad' };

interface Standing {
  /** Failures of its own in a row. */
  failures: number;
  /** Doubtful answers in a row. */
  doubts: number;
  /** Until when it is not used. ms since epoch. */
  restUntil: number;
  /** Until when others are preferred. */
  doubtedUntil: number;
  isBad: boolean;
}

export class ProxyRotation {
  readonly #standings = new Map<string, Standing>();
  readonly #firstRestMs: number;
  #next = 0;

  /** @param firstRestMs every later rest is twice as long, five minutes at most */
  constructor(firstRestMs: number) {
    this.#firstRestMs = firstRestMs;
  }

  /**
   * The next one in turn. Those in `avoid` and those in doubt are taken only where there is no other, those at rest
   * only where all others are bad: then the one whose rest ends first.
   *
   * @param now ms since epoch
   * @returns null when all of them are bad
   */
  pick(proxies: readonly string[], avoid: ReadonlySet<string>, now: number): string | null {
    const first = this.#next++;
    let best: string | null = null;
    let leastCost = Infinity;
    for (let i = 0; i < proxies.length; i++) {
      const proxy = proxies[(first + i) % proxies.length] ?? '';
      const cost = this.#costOf(proxy, avoid, now);
      if (cost === 0) return proxy;
      if (cost < leastCost) [best, leastCost] = [proxy, cost];
    }
    return best;
  }

  /**
   * Takes note of an answer.
   *
   * @param askedAt when the request was handed out: failures of requests that were under way when a rest began, or
   *                made for want of another proxy while it lasts, say nothing new
   */
  report(proxy: string, verdict: ProxyVerdict, askedAt: number, now: number): ProxyChange | null {
    const standing = this.#standingOf(proxy);
    switch (verdict) {
      case 'served':
        standing.failures = 0;
        standing.doubts = 0;
        standing.doubtedUntil = 0;
        return null;
      case 'doubtful':
        standing.doubtedUntil = now + this.#restMs(++standing.doubts);
        return null;
      case 'failed':
        return standing.isBad || askedAt < standing.restUntil ? null : this.#rest(standing, now);
      default:
        return verdict satisfies never;
    }
  }

  /**
   * When the first of them may be used again.
   * @returns ms since epoch; null when one may be used now, or none ever again
   */
  readyAt(proxies: Iterable<string>, now: number): number | null {
    let earliest = Infinity;
    for (const proxy of proxies) {
      const { isBad = false, restUntil = 0 } = this.#standings.get(proxy) ?? {};
      if (isBad) continue;
      if (restUntil <= now) return null;
      earliest = Math.min(earliest, restUntil);
    }
    return earliest === Infinity ? null : earliest;
  }

  isBad(proxy: string): boolean {
    return this.#standings.get(proxy)?.isBad === true;
  }

  /** 0 = nothing against it; Infinity = never. */
  #costOf(proxy: string, avoid: ReadonlySet<string>, now: number): number {
    const standing = this.#standings.get(proxy);
    const isAvoided = avoid.has(proxy);
    if (standing === undefined) return isAvoided ? 2 : 0;
    if (standing.isBad) return Infinity;
    // More than any other reason, and the longer the worse.
    if (standing.restUntil > now) return 3 + standing.restUntil - now;
    return (isAvoided ? 2 : 0) + (standing.doubtedUntil > now ? 1 : 0);
  }

  #standingOf(proxy: string): Standing {
    let standing = this.#standings.get(proxy);
    if (standing === undefined) {
      standing = { failures: 0, doubts: 0, restUntil: 0, doubtedUntil: 0, isBad: false };
      this.#standings.set(proxy, standing);
    }
    return standing;
  }

  #rest(standing: Standing, now: number): ProxyChange {
    standing.failures++;
    if (standing.failures >= FAILURES_BEFORE_BAD) {
      standing.isBad = true;
      return { kind: 'bad' };
    }
    const forMs = this.#restMs(standing.failures);
    standing.restUntil = now + forMs;
    return { kind: 'rested', forMs };
  }

  #restMs(times: number): number {
    return Math.min(this.#firstRestMs * 2 ** Math.min(times - 1, 30), LONGEST_REST_MS);
  }
}
