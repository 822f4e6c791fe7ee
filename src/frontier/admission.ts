/**
 * What becomes of a URL before it is asked for: queued, or skipped for a reason of the crawl's own. Decides by the limits
 * of this run, the guards and the way that leads there; stores nothing but what the guards count.
 */
import type { SkipReason } from '../protocol/failure.js';
import { isTooLong } from '../url/canonicalise.js';
import { repeatsItself } from '../url/pattern.js';
import type { RunLimits } from './frontier.js';
import type { Guards, Hold } from './guards.js';
import { NO_HOPS } from './schema.js';
import type { State } from './state-tally.js';

/** Where a URL stands. */
export interface Admitted {
  readonly state: State;
  readonly error: string | null;
  /** What holds it back, for `skipped: limit`. */
  readonly hold: Hold | null;
}

/** The best way known to a URL. */
export interface KnownWay {
  /** Null = only unfollowed links lead there. */
  readonly depth: number | null;
  readonly seedHops: number;
  readonly inScope: boolean;
}

/** Why URLs are skipped that a better way to them may bring in. */
const OPEN_TO_BETTER_WAYS: ReadonlySet<string> = new Set(['depth', 'nofollow', 'out-of-scope', 'unchosen']);

const QUEUED: Admitted = { state: 'queued', error: null, hold: null };

export class Admission {
  readonly #guards: Guards;
  #maxDepth = Infinity;
  #maxFollowDepth = Infinity;
  #isWalk = false;

  constructor(guards: Guards) {
    this.#guards = guards;
  }

  /** In a walk links wait until they are chosen. */
  load({
    maxDepth,
    maxFollowDepth,
    chosen,
  }: Pick<RunLimits, 'maxDepth' | 'maxFollowDepth' | 'chosen'>): void {
    this.#maxDepth = maxDepth ?? Infinity;
    this.#maxFollowDepth = maxFollowDepth ?? Infinity;
    this.#isWalk = chosen !== undefined;
  }

  /** Judges a page or sitemap. Its host's being given up is not looked at here: see `maintain`. */
  of(
    url: string,
    { depth, seedHops, inScope }: KnownWay,
    hostId: number,
    isChosen = !this.#isWalk,
  ): Admitted {
    if (isTooLong(url)) return skipped('url');
    // What the user names is meant, however it looks.
    if (seedHops > 0 && repeatsItself(url)) return skipped('trap');
    if (seedHops === NO_HOPS && !inScope) return skipped('out-of-scope');
    if (depth === null) return skipped('nofollow');
    if (depth > this.#maxDepth) return skipped('depth');
    // Redirects of seeds are followed: they say what belongs to the crawl.
    if (!isChosen && seedHops === NO_HOPS) return skipped('unchosen');
    const hold = this.#guards.admit(url, hostId, seedHops === 0);
    return hold === null ? QUEUED : skipped('limit', hold);
  }

  /** Judges a task that so many were followed on the way to. */
  ofTask(depth: number): Admitted {
    return depth > this.#maxFollowDepth ? skipped('depth') : QUEUED;
  }

  /** Whether a URL that stands so is judged anew when a better way leads there. */
  isOpen(state: State, error: string | null): boolean {
    return state === 'skipped' && error !== null && OPEN_TO_BETTER_WAYS.has(error);
  }
}

function skipped(error: SkipReason, hold: Hold | null = null): Admitted {
  return { state: 'skipped', error, hold };
}
