/**
 * What a crawl is told to do: resolved, checked and frozen before anything starts. Every default
 * stands here once, with its unit in the name.
 */
import type { FailureCode } from './protocol/failure.js';
import type { Profile, ScopeMode } from './protocol/settings.js';

/** A checked configuration. All durations ms, sizes bytes; null = no limit, unless said otherwise. */
export interface CrawlConfig {
  /** Canonical seed URLs, each once, in the order given. */
  readonly seeds: readonly string[];
  readonly databasePath: string;
  readonly fresh: boolean;

  readonly workers: number;
  /** Requests in flight per worker. */
  readonly concurrency: number;
  /** Requests in flight to one host; null = the policy's default for that kind of host. */
  readonly perHost: number | null;
  /** Gap between request starts to one host; null = the policy's default for that kind of host. */
  readonly delayMs: number | null;
  /** Heap limit of one worker thread, MiB. */
  readonly workerMemoryMiB: number;

  readonly maxPages: number | null;
  readonly maxDepth: number | null;
  readonly maxTimeMs: number | null;
  readonly maxBodyBytes: number;

  readonly scope: ScopeMode;
  readonly profile: Profile;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly within: string | null;

  readonly obeyRobots: boolean;
  readonly userAgent: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly timeoutMs: number;
  /** Tries after the first one. */
  readonly retries: number;
  /** First wait of the exponential back-off. */
  readonly retryDelayMs: number;
  /** How long a host may go without success before it is given up. */
  readonly giveUpMs: number;
  /** Failed URLs to queue again at the start: all, those of one code, or none. */
  readonly retryFailed: FailureCode | 'all' | null;
}
