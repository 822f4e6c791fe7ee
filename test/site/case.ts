/**
 * What a case of the hostile site is: a URL, and the end an honest crawler gives it. The expectation comes
 * from the standard named in the case's comment, not from what the product does.
 */
import type { Route } from '../support/site.js';

/** How a URL ends. What is left out is not looked at. */
export interface End {
  /** `queued`: a limit ended the crawl before. */
  readonly state: 'done' | 'failed' | 'skipped' | 'queued';
  /** Failure code or skip reason. */
  readonly error?: string;
  readonly http_status?: number | null;
  readonly title?: string | null;
  /** URL, or path on the case's own host. */
  readonly redirect_to?: string;
  /** All the page links to; URLs, or paths relative to the page. */
  readonly links?: readonly string[];
  /** How often it is asked for, with one retry allowed; 1 by default, null where it may differ. */
  readonly requests?: number | null;
}

/** One URL and its end. */
export interface Case {
  /** What is odd about it, in a few words; unique in the site. */
  readonly name: string;
  /** Its identity key. */
  readonly url: string;
  readonly expect: End;
  /** Whether the start page links to it; others are reached through a case. */
  readonly isLinked: boolean;
  /** Why the product does not yet end it so; the case is then named, not judged. */
  readonly todo?: string;
}

/** A case at a path of a host it shares with others of its topic. */
export interface PathCase {
  readonly name: string;
  readonly path: string;
  readonly answer: Route;
  readonly expect: End;
  /** False for what only another case leads to. */
  readonly isLinked?: boolean;
  /** Paths, relative to the page, that look like links of it and are none. */
  readonly never?: readonly string[];
  readonly todo?: string;
}

/** What one topic adds to the site. */
export interface Part {
  readonly topic: string;
  readonly cases: readonly Case[];
  /** What these link to is what they list. A host's own that nobody names here is `/sitemap.xml`, and not there. */
  readonly sitemaps?: readonly Case[];
  /** URLs that look like links and are none: nobody may ever ask for them. */
  readonly never?: readonly string[];
  /** URLs that are asked for, if at all, for a robots.txt that leads there; they are no pages. */
  readonly errands?: readonly string[];
}

/** A page that nobody expects anything of: no links, and this title. */
export const PLAIN_TITLE = 'plain';
export const PLAIN = `<!doctype html><title>${PLAIN_TITLE}</title><p>Nothing to see.`;

/** Done, as a page with a 200. */
export function done(facts: Partial<End> = {}): End {
  return { state: 'done', http_status: 200, ...facts };
}

/** Failed for good at the first answer. */
export function failed(error: string, facts: Partial<End> = {}): End {
  return { state: 'failed', error, ...facts };
}

/** Failed after its one retry. */
export function failedTwice(error: string, facts: Partial<End> = {}): End {
  return { state: 'failed', error, requests: 2, ...facts };
}

/** Asked for, but not a page. */
export function otherType(facts: Partial<End> = {}): End {
  return { state: 'skipped', error: 'content-type', http_status: 200, ...facts };
}

/** Never asked for. */
export function skipped(error: string): End {
  return { state: 'skipped', error, http_status: null, requests: 0 };
}

/** Answered by another address. */
export function moved(redirectTo: string, status = 302): End {
  return { state: 'done', http_status: status, redirect_to: redirectTo };
}
