/** What a running crawl tells those who watch it. Texts may come from the web: escape before printing. */
import type { FrontierNotice, Lease } from '../frontier/frontier.js';
import type { FailureCode } from '../protocol/failure.js';
import type { Outcome } from '../protocol/outcome.js';

export type Notice =
  | FrontierNotice
  /** A host is given up; its URLs end with `code`. */
  | {
      readonly kind: 'host-given-up';
      readonly host: string;
      readonly code: FailureCode;
      readonly detail: string;
    }
  /** A host is at an address that may not be connected to; its URLs are skipped. */
  | { readonly kind: 'host-private'; readonly host: string; readonly detail: string }
  /** robots.txt asks for a gap between requests; `usedMs` is what it gets. */
  | { readonly kind: 'crawl-delay'; readonly host: string; readonly askedMs: number; readonly usedMs: number }
  /** A host asked for, or was given, a rest. */
  | { readonly kind: 'host-blocked'; readonly host: string; readonly forMs: number; readonly detail: string }
  /** The first page held nothing that --within (or the profile) looks for. */
  | { readonly kind: 'within-missing'; readonly url: string }
  /**
   * A page, or user code on it, held its thread for too long; the thread is ended and replaced. `url` null: which
   * page it was shows when its tasks are tried alone.
   */
  | {
      readonly kind: 'thread-ended';
      readonly thread: number;
      readonly url: string | null;
      /** Of the task that it is; null where there is none. */
      readonly key: string | null;
      readonly afterMs: number;
    }
  /** A thread has said nothing about a page for longer than anything it does may take; it is ended and replaced. */
  | { readonly kind: 'thread-silent'; readonly thread: number; readonly url: string }
  /** A thread is in a call that does not return: it outlives the run, and keeps the process. */
  | { readonly kind: 'threads-stuck' }
  /** A reader in a long transaction keeps the file's log from being emptied: nothing is asked for until it ends. */
  | { readonly kind: 'paused'; readonly isPaused: boolean }
  /** Results that were come to by other code than an executor has now; they stand until it is forced. */
  | { readonly kind: 'code-changed'; readonly executor: string; readonly successes: number }
  /** A --force that was interrupted, and has come to so many successes, goes on. `since`: ms since epoch. */
  | {
      readonly kind: 'force-resumed';
      readonly executor: string;
      readonly since: number;
      readonly successes: number;
    }
  /**
   * Executors are run on so many pages of earlier runs; `asked`: those of them that are asked for; `answered`: those
   * of the asked that have been answered before; `followed`: those that are on no list, but were followed from it.
   */
  | {
      readonly kind: 'rerun';
      readonly pages: number;
      readonly asked: number;
      readonly answered: number;
      readonly followed: number;
      readonly isList: boolean;
    }
  /** A line of user code's. */
  | { readonly kind: 'said'; readonly key: string; readonly level: 'info' | 'warn'; readonly text: string }
  /** A proxy failed and is not used for a while; `proxy` is its URL without name and password. */
  | { readonly kind: 'proxy-rested'; readonly proxy: string; readonly forMs: number; readonly detail: string }
  /** It failed again and again, and is not used any more in this run. */
  | { readonly kind: 'proxy-bad'; readonly proxy: string; readonly detail: string }
  /** That was the last one: what would go through a proxy fails from here on. */
  | { readonly kind: 'proxies-spent'; readonly proxies: number }
  /** A thread died by itself; the reason is that of one that had no page, else it is told with the page. */
  | {
      readonly kind: 'thread-lost';
      readonly thread: number;
      readonly tasks: number;
      readonly reason: string | null;
    };

/** A request that came back and was filed. */
export interface Filed {
  readonly lease: Lease;
  /** The worker thread that asked, from 0; a replacement keeps the number. */
  readonly thread: number;
  readonly outcome: Exclude<Outcome, { kind: 'robots' }>;
  /** `retry` when it was queued again. */
  readonly state: 'done' | 'failed' | 'skipped' | 'retry';
}

export interface CrawlListener {
  onFiled(filed: Filed): void;
  onNotice(notice: Notice): void;
}

/** Says whether more may be handed out: whoever takes what is finished may be behind. */
export interface Valve {
  /** Whether there is anybody who takes; else it stays open. */
  isTaking(): boolean;
  isOpen(): boolean;
  /** To be called when it opens again; set by the delegator. */
  onOpen: () => void;
}

/** Totals of one run. */
export interface RunCounters {
  /** What was asked for; an execution on a stored body is none. */
  requests: number;
  /** HTML pages, and answers that executors were run on. */
  pages: number;
  /** Decoded bodies of these. */
  bytes: number;
}
