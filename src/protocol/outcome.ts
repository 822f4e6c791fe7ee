/**
 * What a worker thread reports: one outcome per task, whatever happened, plus the small messages it
 * posts in mid-task. Plain data only; times are ms since epoch, sizes bytes, links canonical keys
 * joined by newlines (a canonical URL holds none).
 */
import type { Ask, Asked, Said } from './ask.js';
import type { Listed } from './download.js';
import type { Failure, SkipReason } from './failure.js';
import type { KeptBody, WorkReport } from './work.js';

interface OutcomeBase {
  /** When the request was handed to the HTTP client. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Set-Cookie lines as received, bytes as Latin-1; only where there are any. */
  readonly setCookies?: readonly string[];
}

/** Set-Cookie lines of one answer that are looked at: as many as browsers do. */
export const SET_COOKIE_LINES = 50;

/** What user code did with an answer; nothing where there is none. */
interface Worked {
  readonly report?: WorkReport;
  /** The body, where it is to be stored. */
  readonly kept?: KeptBody;
}

/** An HTML page with a 2xx status, fetched whole and parsed. */
export interface PageOutcome extends OutcomeBase, Worked {
  readonly kind: 'page';
  readonly status: number;
  readonly contentType: string | null;
  /** Decoded body size. */
  readonly bodyBytes: number;
  /** SHA-256 of the decoded body, lower-case hex. */
  readonly bodySha256: string;
  readonly title: string | null;
  /** Canonical key of rel=canonical, where there is a valid one. */
  readonly canonicalUrl: string | null;
  /**
   * Keys of the in-scope links by `nofollow`: [0] plain, [1] rel=nofollow, [2] page-level nofollow.
   * Each key stands in one of them only (the least wins); '' = none.
   */
  readonly links: readonly [plain: string, rel: string, page: string];
  /** As `links`, for links outside the seeds' scope that would be in scope if it grew; all '' unless `keepOutside`. */
  readonly outside: readonly [plain: string, rel: string, page: string];
  /** Links outside the scope not sent by name: lines of `host SPACE count`. */
  readonly outsideHosts: string;
  /** Distinct same-scope links refused by profile, include or exclude. */
  readonly filtered: number;
  /** Distinct addresses that query parameters were taken out of; absent = none. */
  readonly stripped?: number;
  /** Whether `within` matched an element on this page; true when there is no `within`. */
  readonly withinFound: boolean;
  /** Of a listing page. `links` are then its nested listings. */
  readonly listed?: Listed;
}

/** Whether a redirect's target belongs to the crawl, judged as a link on this page would be. */
export type Verdict = 'inside' | 'outside' | 'filtered';

/** A 3xx with a usable Location. */
export interface RedirectOutcome extends OutcomeBase {
  readonly kind: 'redirect';
  readonly status: number;
  readonly targetKey: string;
  /** The target as spelt by the server (no fragment, no credentials): what to request if it is our own key. */
  readonly targetUrl: string;
  readonly verdict: Verdict;
  /** Query parameters were taken out of the target. */
  readonly stripped?: number;
}

/** An answer that is not HTML; its body was not read. */
export interface OtherTypeOutcome extends OutcomeBase {
  readonly kind: 'other-type';
  readonly status: number;
  readonly contentType: string;
}

/** A 2xx answer to a request of user code's or of a task list, of any type, read whole; its links are not followed. */
export interface AnswerOutcome extends OutcomeBase, Worked {
  readonly kind: 'answer';
  readonly status: number;
  readonly contentType: string;
  /** Decoded body size, and digest as for a page. */
  readonly bodyBytes: number;
  readonly bodySha256: string;
}

/** Executors were run on a stored body; nothing was asked for. */
export interface ExecutedOutcome extends OutcomeBase {
  readonly kind: 'executed';
  readonly report: WorkReport;
}

/** A file is whole in its temporary one, flushed to disk. */
export interface FileOutcome extends OutcomeBase {
  readonly kind: 'file';
  readonly status: number;
  readonly contentType: string | null;
  /** Size of the file, content codings undone. */
  readonly bodyBytes: number;
  /** Of the file, lower-case hex. */
  readonly bodySha256: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The name in Content-Disposition, as sent; null = none. */
  readonly disposition: string | null;
  /** Bytes that came over the wire in this try; the rest was there from an earlier one. */
  readonly wireBytes: number;
}

/** The file that lies there is what the server still has (304). */
export interface UnchangedOutcome extends OutcomeBase {
  readonly kind: 'unchanged';
  readonly status: number;
}

/** Our own disk would not take the file: nothing was wrong with the answer. */
export interface DiskOutcome extends OutcomeBase {
  readonly kind: 'disk';
  readonly message: string;
}

/** A sitemap, read whole. */
export interface SitemapOutcome extends OutcomeBase {
  readonly kind: 'sitemap';
  readonly status: number;
  readonly contentType: string;
  /** Decoded body size. */
  readonly bodyBytes: number;
  /** Keys of the pages it lists, each once: in the seeds' scope, and outside it as for a page. */
  readonly inside: string;
  readonly outside: string;
  readonly outsideHosts: string;
  /** Distinct listed pages refused by profile, include or exclude. */
  readonly filtered: number;
  /** Distinct addresses of pages that query parameters were taken out of; absent = none. */
  readonly stripped?: number;
  /** URLs of the sitemaps it lists. */
  readonly sitemaps: string;
}

/** One answer to a robots.txt request. */
export interface RobotsOutcome extends OutcomeBase {
  readonly kind: 'robots';
  readonly status: number;
  /** At most 500 KiB, decoded as UTF-8; '' unless 2xx. */
  readonly text: string;
  /** Absolute target of a 3xx; null when it is not one or the target is unusable. */
  readonly redirectTo: string | null;
  /** Retry-After as a wait in ms, where given. */
  readonly retryAfterMs: number | null;
}

/** Everything else: network trouble, 4xx/5xx (`code: 'status'`), an unusable redirect, too large, undecodable. */
export interface FailureOutcome extends OutcomeBase {
  readonly kind: 'failure';
  readonly failure: Failure;
}

/** Not asked for, by our own decision: only the thread that was about to connect could see the reason. */
export interface DeclinedOutcome extends OutcomeBase {
  readonly kind: 'declined';
  readonly reason: SkipReason;
  /** For people; may hold text from the network. */
  readonly detail: string;
}

export type Outcome =
  | PageOutcome
  | RedirectOutcome
  | OtherTypeOutcome
  | SitemapOutcome
  | AnswerOutcome
  | FileOutcome
  | UnchangedOutcome
  | DiskOutcome
  | ExecutedOutcome
  | RobotsOutcome
  | FailureOutcome
  | DeclinedOutcome;

/** The HTTP status of an answer; null where there was none. */
export function statusOf(outcome: Outcome): number | null {
  if (outcome.kind === 'declined' || outcome.kind === 'executed' || outcome.kind === 'disk') return null;
  return outcome.kind === 'failure' ? (outcome.failure.status ?? null) : outcome.status;
}

/** Posted in mid-task. */
export interface BodyRead {
  readonly kind: 'body-read';
  readonly flightId: number;
}

/**
 * Posted at the start of a task that is `spaced`: the gap to the host's next request counts from here. The
 * main thread reads its own clock when this arrives; those of two threads may differ.
 */
export interface Started {
  readonly kind: 'started';
  readonly flightId: number;
}

/**
 * Posted before user code is at work on an answer, or a redirect of its task is followed: what comes after is asked for
 * with these cookies, too. The outcome holds them as well, since it may overtake this.
 */
export interface CookiesSet {
  readonly kind: 'cookies-set';
  readonly flightId: number;
  /** As in an outcome. */
  readonly setCookies: readonly string[];
}

/** How far the downloads of a thread are; posted a few times a second while there are any. */
export interface FilesProgress {
  readonly kind: 'files-progress';
  readonly files: readonly FileProgress[];
}

export interface FileProgress {
  readonly flightId: number;
  /** Bytes there are, those of earlier tries included. */
  readonly bytes: number;
  /** Bytes there will be; null = nobody knows. */
  readonly total: number | null;
  /** Bytes that came in this try, whatever became of them. */
  readonly received: number;
}

export type WorkerMessage = BodyRead | Started | CookiesSet | Ask | Asked | Said | FilesProgress;
