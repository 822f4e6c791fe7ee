/**
 * The frontier: the state of every URL and of every host, the link graph that gives depths, and the
 * decisions made elsewhere about them. It stores decisions and makes none: what may be asked when,
 * what is retried and who is given up arrives as data (policy/, delegator/).
 *
 * The invariant: every URL ever admitted has exactly one row, in exactly one of five states
 *
 *     queued ──claim──► leased ──apply──► done | failed | skipped | queued again
 *        ▲                 │
 *        └─── reclaim ─────┘   (the owner died, or let go)
 *
 * and a crawl is finished when nothing is queued and nothing is leased. Depths are upper bounds while
 * work is left (`maintain`) and exact shortest distances when none is: a link costs 1, a redirect 0.
 *
 * Methods answer a value or a promise of it, so that a frontier shared by several machines fits behind
 * the same contract. Calls are never made concurrently by one delegator.
 */
import type { FileAdmission, ListingPage } from './listing.js';
import type { FailureCode, GivenUp, SkipReason } from '../protocol/failure.js';
import type { Verdict } from '../protocol/outcome.js';

export type Awaitable<T> = T | Promise<T>;

/**
 * What a request is for; each but a page's has a key that no page has, so that they never merge: `sitemap:` and its
 * URL; `task:` and the key of a task; `rerun:` and the number of a page that executors are to be run on again; `file:`
 * and the key of a file to be downloaded.
 */
export type RequestKind = 'page' | 'sitemap' | 'task' | 'rerun' | 'file';

/** Stands for a host where nothing is asked for: executors are run again on stored bodies. It has no robots.txt and no gap. */
export const STORED_HOST = 'stored://bodies';

/** A host as the policy sees it. Times are ms since epoch, null = never or none. */
export interface HostFacts {
  readonly id: number;
  /** Scheme and authority. */
  readonly host: string;
  readonly nextFetchAt: number;
  readonly blockedUntil: number | null;
  readonly crawlDelayMs: number | null;
  /** Unsuccessful answers in a row. */
  readonly failures: number;
  /** Waits asked for by Retry-After in a row. */
  readonly waits: number;
  readonly lastSuccessAt: number | null;
  readonly lastAnswerAt: number | null;
  readonly failingSince: number | null;
  /** Part of the time since `failingSince` that does not count as trying. */
  readonly excusedMs: number;
  readonly givenUp: GivenUp | null;
  readonly robotsStatus: number | null;
  readonly robotsFetchedAt: number | null;
  readonly robotsAttempts: number;
  /** Where a redirected robots.txt is to be asked for next, and after how many redirects. */
  readonly robotsHop: string | null;
  readonly robotsHops: number;
}

/** New values for some of a host's facts; what is absent stays. */
export type HostPatch = Partial<Omit<HostFacts, 'id' | 'host'>> & { readonly robotsText?: string };

/** A URL taken out of the queue. Whoever holds it settles it through `apply`, or the next start reclaims it. */
export interface Lease {
  readonly id: number;
  readonly hostId: number;
  readonly kind: RequestKind;
  /** The row that what comes of it belongs to: its own, or the page that executors are run on again. */
  readonly pageId: number;
  /** Nothing is asked for: executors are run on the stored body. */
  readonly isStored: boolean;
  /** Identity key of the URL. */
  readonly key: string;
  /** What to put on the wire: the key, or another spelling of it. */
  readonly url: string;
  readonly depth: number;
  readonly attempts: number;
  readonly refusals: number;
  readonly isRespelt: boolean;
  /** Redirects that led to `url`; of files only, whose redirects are followed by the request itself. */
  readonly hops: number;
  /** Asked once more already because of cookies (see `Settlement`, reask). */
  readonly isReasked: boolean;
  /** 0 ordinary, 1 shared a thread that died, 2 a thread died with it alone. */
  readonly suspect: number;
}

/** What a host may be asked for now. `robots` asks for its robots.txt first; both move its clock by `gapMs`. */
export type Allowance =
  /** Not now; with `until` not before that time, so that others come to the fore. */
  | { readonly kind: 'wait'; readonly until?: number }
  | { readonly kind: 'robots'; readonly gapMs: number }
  | { readonly kind: 'pages'; readonly count: number; readonly gapMs: number };

export interface ClaimRequest {
  readonly now: number;
  /** At most this many leases and errands together. */
  readonly limit: number;
  /** Of the leases, at most this many for pages. */
  readonly pageLimit: number;
  /**
   * Called for hosts that are due, longest waiting first. `taken` = what this claim has taken already;
   * `dueHosts` = how many are due, as far as that was looked at.
   */
  allow(host: HostFacts, taken: number, dueHosts: number): Allowance;
  /**
   * Called for each URL about to be leased; a reason settles it as skipped, without using up the
   * allowance. `robotsText` reads the host's stored robots.txt ('' when there is none).
   */
  refuse(key: string, host: HostFacts, robotsText: () => string): SkipReason | null;
}

export interface Claim {
  readonly leases: readonly Lease[];
  /** Hosts whose robots.txt is to be fetched. */
  readonly errands: readonly HostFacts[];
  /** How many URLs were settled as skipped on the way: where any were, there may be more to claim now. */
  readonly refused: number;
}

/** The end (or next step) of one lease. */
export type Settlement =
  | {
      readonly kind: 'page';
      readonly id: number;
      /** In-scope keys joined by newlines, by nofollow. */
      readonly links: readonly [string, string, string];
      /** Keys outside the seeds' scope, likewise. */
      readonly outside: readonly [string, string, string];
      /** `host count` lines of links outside the scope that are only counted. */
      readonly outsideHosts: string;
    }
  | {
      readonly kind: 'sitemap';
      readonly id: number;
      /** Keys of pages in the seeds' scope, and outside it, joined by newlines. */
      readonly inside: string;
      readonly outside: string;
      /** As for a page. */
      readonly outsideHosts: string;
      /** URLs of further sitemaps, joined by newlines. */
      readonly sitemaps: string;
    }
  /** A file is on disk, or was found to be unchanged. */
  | { readonly kind: 'file'; readonly id: number }
  /** A file is somewhere else: queued again at once, to be asked for there, under the rules of that host. */
  | { readonly kind: 'moved'; readonly id: number; readonly url: string }
  /** What a task or a rerun asked for came, and executors were run on it. */
  | { readonly kind: 'answer'; readonly id: number }
  | {
      readonly kind: 'redirect';
      readonly id: number;
      readonly targetKey: string;
      readonly verdict: Verdict;
      /**
       * Some went with the request or came with the answer, so another time it may answer otherwise. A circle
       * of redirects with such a one is asked once more, each URL once in the life of the file, then fails.
       */
      readonly withCookies: boolean;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly code: FailureCode; readonly detail: string }
  /** `detail` where nothing was asked for: the reason lies with us, and it counts as no attempt. */
  | { readonly kind: 'skipped'; readonly id: number; readonly reason: SkipReason; readonly detail?: string }
  /** Queued again, not before a time. `charge`: what it counts against. */
  | {
      readonly kind: 'retry';
      readonly id: number;
      readonly notBefore: number;
      readonly charge: 'attempt' | 'refusal' | 'nothing';
      readonly detail: string;
    }
  /** Queued again at once, to be asked for in another spelling of its own key. */
  | { readonly kind: 'respell'; readonly id: number; readonly url: string }
  /** It redirects to itself, and cookies had a part in it: queued again at once, at no cost, once. */
  | { readonly kind: 'reask'; readonly id: number }
  /** Queued again at once, at no cost. */
  | { readonly kind: 'release'; readonly id: number; readonly suspect: number };

/**
 * Admits a task of user code's and answers the number of its row; a known key keeps its row, and moves to this address.
 *
 * @param followedBy the row of the page or task whose executor asked for it: it is one deeper; null = an entry of a list
 */
export type AdmitTask = (key: string, url: string, followedBy: number | null) => number;

/** A page or a task that executors are to be run on again. */
export interface Rerun {
  readonly pageId: number;
  /** Whether its body is stored, so that nothing need be asked for. */
  readonly isStored: boolean;
}

/** Executors will not be run on it: what it takes could not be asked for. */
export interface Unasked extends Pick<Lease, 'kind' | 'pageId' | 'key'> {
  /** A failure code or skip reason, a colon, a text. */
  readonly error: string;
}

export interface HostUpdate {
  readonly hostId: number;
  readonly patch: HostPatch;
}

/** How many URLs are in each state, sitemaps and reruns only as long as they are to be done. */
export interface StateCounts {
  readonly queued: number;
  readonly leased: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of the done ones, pages that were crawled, not redirects. */
  readonly pages: number;
  /** Of the done ones, tasks: no limit on pages is about them. */
  readonly answers: number;
  /** Of the leased ones, those that may come to be pages. */
  readonly leasedPages: number;
  /** Of the queued ones, tasks and reruns: a limit on pages does not hold them back. */
  readonly queuedTasks: number;
}

/** Worth telling the user, as it happens. */
export type FrontierNotice =
  | { readonly kind: 'scope-widened'; readonly scopeKey: string; readonly url: string }
  /** A URL pattern has very many variants: a trap, or a large site. */
  | {
      readonly kind: 'many-variants';
      readonly pattern: string;
      readonly variants: number;
      readonly example: string;
    }
  /** Tasks have followed each other for so long that there may be no end of it. */
  | { readonly kind: 'deep-follows'; readonly depth: number; readonly key: string };

/** What a start found and did. */
export interface Resumption {
  /** Leases of a dead owner put back into the queue. */
  readonly reclaimed: number;
  readonly counts: StateCounts;
}

/** How a run over an existing frontier may differ from the one before. */
export interface RunLimits {
  readonly maxDepth: number | null;
  /** Tasks in a row that executors followed. */
  readonly maxFollowDepth: number | null;
  /** Variants of one URL pattern, and URLs of one host, that are ever asked for. */
  readonly maxVariants: number | null;
  readonly maxPerHost: number | null;
  /** A run over a list: what limits have cut of a crawl in the same file stays as it is. */
  readonly isOfTasks: boolean;
  /** The longest gap between two requests that any host may be kept to, ms. */
  readonly longestGapMs: number;
  /** Whether private addresses may be connected to: then URLs skipped for that reason are queued again. */
  readonly allowPrivate: boolean;
  /**
   * For a walk: links are skipped as `unchosen` until they are chosen (see `Choices`), and so is what is queued but for
   * these URLs and what redirects of seeds lead to. Absent = a crawl: what waits to be chosen is queued.
   */
  readonly chosen?: ReadonlySet<number>;
}

/** What became of a URL, as far as a walker must know. */
export type UrlEnd =
  /** It is still to be asked for, or where its redirect leads is not judged yet. */
  | { readonly kind: 'open' }
  | { readonly kind: 'unchosen' }
  | { readonly kind: 'page' }
  | { readonly kind: 'redirect'; readonly targetId: number }
  /** It failed or was skipped: a code or reason, a colon, a text. */
  | { readonly kind: 'none'; readonly error: string };

/** For a walk: the links of a page that nobody has visited, and the choice of one. Valid inside one transaction. */
export interface Choices {
  /** The row of a seed. */
  idOf(key: string): number;
  endOf(id: number): UrlEnd;
  /** How many followed links of a page lead to what nobody has visited, on hosts that are still asked. */
  countAt(pageId: number): number;
  /** The one at a place from 0, in the order of their keys: not of their rows, which depends on the order of answers. */
  at(pageId: number, place: number): number;
  /** Queues what is unchosen. Answers whether it will be asked for: a limit may hold it back for good. */
  choose(id: number): boolean;
  /** Whether a shorter way, or a wider scope, has made choices of known URLs since this was asked last. */
  takeOpened(): boolean;
}

export interface Frontier {
  /**
   * Called once, first. Takes back leases of a dead owner, corrects times that no clock but a wrong one can
   * have written (later than any gap, block or back-off reaches), excuses hosts for the time nobody ran,
   * reopens what a raised or lifted limit had cut and cuts what a lowered one forbids, queues failed URLs again
   * when asked to. Nothing may be claimed before.
   */
  start(now: number, limits: RunLimits, retryFailed: FailureCode | 'all' | null): Awaitable<Resumption>;

  /** Admits seeds: depth 0, exempt from scope. Known ones are left as they are. */
  admitSeeds(keys: readonly string[]): Awaitable<void>;

  /**
   * Leases URLs of hosts that are due, lowest depth first within a host and behind its refused ones
   * last. Leases and clocks are stored before this answers, or by `commit`: a crash after it never becomes a flood.
   */
  claim(request: ClaimRequest): Awaitable<Claim>;

  /**
   * Files a batch of results: adds what pages link to, then settles the leases, then moves host
   * clocks. `record` stores what was fetched and is called first, once; if it throws, nothing is
   * applied. Where frontier and store share one file all of it is one transaction; elsewhere the order
   * and the idempotence of each part make a crash between any two cost a refetch and nothing else. What `record` admits
   * is queued with the rest. `onStored` is called once it is stored: at once, unless it is held.
   */
  apply(
    settlements: readonly Settlement[],
    hosts: readonly HostUpdate[],
    record: (admitTask: AdmitTask, files: FileAdmission) => void,
    onStored?: () => void,
  ): Awaitable<void>;

  /**
   * From here on what is done may be stored by the next `commit` only, all of it or nothing; that is called before
   * anything of it leaves this thread. A call that fails undoes what was held before it, and the run ends with it. Nothing
   * is held while one waits for I/O: a frontier whose calls do may store each at once and ignore both.
   */
  hold(): void;
  commit(): void;

  /**
   * Called after `start` by runs that download files: forgets which pages and files an earlier run had in hand, so
   * that pages are asked for anew and only what they list now is queued. What came of files stays known, and what is no
   * page, but for the keys `again`; null = for all.
   */
  beginListing(again: readonly string[] | null): Awaitable<void>;

  /** A page that lists files, and the seed that it was reached from in this run. */
  listingOf(pageId: number): Awaitable<ListingPage>;

  /**
   * Queues what executors are to be run on again; called after `start`, which forgets what an earlier run had queued
   * so. Answers how many.
   */
  queueReruns(reruns: Iterable<Rerun>): Awaitable<number>;

  /**
   * One bounded step of the work that is left over: waiting URLs whose time has come, shorter depths to
   * hand on, out-of-scope links to judge, URLs of hosts given up. True while there may be more to do now.
   */
  maintain(now: number): Awaitable<boolean>;

  /** From then until now nobody could be asked: time that is not counted against hosts in trouble. */
  excuse(from: number, now: number): Awaitable<void>;

  /** Whether a seed's redirect chain is open, or has won scope beyond the seeds': links outside must be sent by name. */
  mustKeepOutside(): Awaitable<boolean>;

  /** The earliest moment something may be claimable that is not now; null when nothing waits for time. */
  nextDueAt(now: number): Awaitable<number | null>;

  counts(): Awaitable<StateCounts>;
  /** The host a key belongs to; made when new. */
  hostOf(key: string): Awaitable<HostFacts>;
  hostById(id: number): Awaitable<HostFacts>;
  /** The robots.txt that is in force for a host; '' when there is none. */
  robotsText(hostId: number): Awaitable<string>;
  /** How many hosts have work or have answered; more than two may be counted as two. */
  hostCount(): Awaitable<number>;
  /** Tasks and reruns that were ended without being leased since the last call: by robots.txt, or with their host. */
  takeUnasked(): readonly Unasked[];
  /** What happened since the last call. */
  takeNotices(): readonly FrontierNotice[];

  /** Called once, last, when a run ended and nobody is in a hurry: what readers want made quick is made so. */
  finish(): Awaitable<void>;
}
