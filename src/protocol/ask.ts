/**
 * How a thread asks, in the middle of a task, for leave to make one more request: the main thread keeps the
 * manners of every host, so nothing goes on the wire without its word.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Failure, FailureCode } from './failure.js';

/** Tries in a row, through different proxies where there are so many, that are one attempt of a URL. */
export const PROXY_TRIES = 5;

/** Posted by the thread. The answer, one `Grant`, comes through `port`, which the thread closes then. */
export interface Ask {
  readonly kind: 'ask';
  readonly flightId: number;
  /** Unique within the thread and its replacements. */
  readonly askId: string;
  /** Absolute http(s) URL, as it is to go on the wire. */
  readonly url: string;
  /** As in the params of the task; null = any. */
  readonly country: string | null;
  /** The task's own request goes on meanwhile, and does without this one: it counts for the limit for all. */
  readonly isBeside: boolean;
  readonly port: MessagePort;
}

export type Grant =
  | {
      readonly kind: 'granted';
      /** As in `TaskBase`. */
      readonly sendHeaders: boolean;
      readonly cookie: string | null;
      readonly proxy: string | null;
    }
  | { readonly kind: 'refused'; readonly code: FailureCode | 'robots' | 'private'; readonly message: string };

/** Posted by the thread when a request it had leave for is over, or will not be made. */
export interface Asked {
  readonly kind: 'asked';
  readonly askId: string;
  /** null where it was not made: the executor's time was up, or its address is a private one. */
  readonly answer: AskedAnswer | null;
}

/** What the main thread needs to know of it: for the host's clocks and the jar. */
export interface AskedAnswer {
  readonly startedAt: number;
  /** Also set for a status that is a failure. */
  readonly failure: Failure | null;
  /** As in an outcome. */
  readonly setCookies: readonly string[];
}

/** A line of user code's for the run's standard error. */
export interface Said {
  readonly kind: 'said';
  /** Of the task. */
  readonly key: string;
  readonly level: 'info' | 'warn';
  /** At most 2,000 characters, of whatever. */
  readonly text: string;
}
