/**
 * What a worker thread is given once, when it starts: the part of the configuration that fetching
 * and link extraction need. Structured-cloneable; regular expressions travel as their source.
 */
import type { DownloadSettings } from './download.js';
import type { Holding } from './holding.js';
import type { ExecutorSettings } from './work.js';

/** Which URLs count as the site: same origin, same host name, same registrable domain, or any. */
export type ScopeMode = 'origin' | 'host' | 'domain' | 'any';

/** How links are chosen: `mediawiki` is the rule of the original exercise, `web` takes every link. */
export type Profile = 'mediawiki' | 'web';

/** The facts from which url/scope.ts decides whether a link belongs to the crawl. */
export interface LinkRule {
  readonly profile: Profile;
  readonly scope: ScopeMode;
  /** Scope keys (url/scope.ts) of the seeds. Origins won by a seed's redirect are judged on the main thread. */
  readonly scopeKeys: readonly string[];
  /** Regular expression sources, unanchored, matched against path + query; empty = everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What every thread is started with. */
export interface ThreadData {
  readonly settings: WorkerSettings;
  readonly holding: Holding;
}

export interface WorkerSettings {
  readonly rule: LinkRule;
  /** Names of query parameters that are taken out of every URL; see url/strip-params.ts. */
  readonly stripParams: readonly string[];
  /** CSS selector: only links inside matching elements count; null = the whole page. */
  readonly within: string | null;
  /** False under --no-robots: robots meta and X-Robots-Tag are then not obeyed. */
  readonly obeyNofollow: boolean;
  readonly userAgent: string;
  /** Extra request headers, sent only with tasks that say `sendHeaders`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Hosts whose private addresses may be connected to (url/addresses.ts). */
  readonly openHosts: readonly string[];
  /** The same for all hosts. */
  readonly allowPrivate: boolean;
  /** Certificates, as PEM texts, of authorities trusted beside those of the platform. */
  readonly ca: readonly string[];
  /** Deadline for the whole response, ms. */
  readonly timeoutMs: number;
  /** Cap on a body, in bytes, on the wire and decoded. */
  readonly maxBodyBytes: number;
  /** Redirects in a row that are followed in a thread: those of user code's requests. */
  readonly maxRedirects: number;
  /** User code to run on pages; null = none. */
  readonly executors: ExecutorSettings | null;
  /** Files are wanted, not pages; null = no. */
  readonly downloads: DownloadSettings | null;
}
