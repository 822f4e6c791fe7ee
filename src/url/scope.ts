/**
 * Which URLs count as the site. A link is judged from its key and its page's key alone, so the answer
 * is the same whichever thread asks, and whenever. Judges; counts, stores and reports nothing.
 */
import { UsageError } from '../errors.js';
import type { Verdict } from '../protocol/outcome.js';
import type { LinkRule, ScopeMode } from '../protocol/settings.js';

import { originOf, pathAndQuery } from './canonicalise.js';
import { registrableDomain } from './public-suffix.js';

/** Judges links by one compiled `LinkRule`. */
export interface ScopeJudge {
  /**
   * Says where a link stands. `filtered`: refused by profile, include or exclude, and so it stays
   * whatever the scope becomes. `outside`: passes those, but its scope key is not among the rule's; it
   * would be in scope if a seed's redirect added that key. `inside`: belongs to the crawl. Never throws.
   *
   * @param key     key of the link's target
   * @param pageKey key of the page that holds the link, or that redirects, of which its origin counts; null for what a
   *                sitemap lists
   */
  judge(key: string, pageKey: string | null): Verdict;
  /** Whether the answer depends on the page's origin too, though on nothing else of the page. */
  readonly asksForOrigin: boolean;
}

/**
 * What a key has to share with a seed to be in scope, as text: the origin, the host name (without port),
 * the registrable domain, or `*` under `any`, which every key shares. IP addresses, `localhost` and bare
 * public suffixes are their own registrable domain. Never throws.
 */
export function scopeKeyOf(key: string, mode: ScopeMode): string {
  switch (mode) {
    case 'origin':
      return originOf(key);
    case 'host':
      return hostnameOf(key);
    case 'domain':
      return registrableDomain(hostnameOf(key));
    case 'any':
      return '*';
    default:
      return mode satisfies never;
  }
}

/** The host name of a key: no port, IPv6 in its brackets. Never throws. */
export function hostnameOf(key: string): string {
  const origin = originOf(key);
  const start = origin.indexOf('//') + 2;
  // A colon inside the brackets of an IPv6 address is no port.
  const port = origin.indexOf(':', Math.max(start, origin.lastIndexOf(']')));
  return port === -1 ? origin.slice(start) : origin.slice(start, port);
}

/**
 * Compiles the rule by which links are chosen; each pattern once.
 *
 * Under `mediawiki` the scope keys are not asked for links: one on another origin than its page can come into
 * scope by no seed, so it is `filtered`, and one on its page's origin is in scope because the page is.
 *
 * @throws UsageError for a pattern that is not a regular expression
 */
export function compileScope(rule: LinkRule): ScopeJudge {
  const include = compilePatterns('--include', rule.include);
  const exclude = compilePatterns('--exclude', rule.exclude);
  const passes = (path: string): boolean =>
    !exclude.some((pattern) => pattern.test(path)) &&
    (include.length === 0 || include.some((pattern) => pattern.test(path)));
  const passesAll = include.length === 0 && exclude.length === 0;
  const place = compilePlace(rule);
  if (rule.profile === 'mediawiki') {
    return {
      asksForOrigin: true,
      judge: (key, pageKey) => {
        if (pageKey !== null && !isSameOrigin(key, pageKey)) return 'filtered';
        const path = pathAndQuery(key);
        if (!isArticlePath(path) || !passes(path)) return 'filtered';
        return pageKey === null ? place(key) : 'inside';
      },
    };
  }
  return {
    asksForOrigin: false,
    judge: (key) => {
      if (!passesAll && !passes(pathAndQuery(key))) return 'filtered';
      return place(key);
    },
  };
}

/** By scope key alone. */
function compilePlace({ scope, scopeKeys }: LinkRule): (key: string) => Verdict {
  const known = new Set(scopeKeys);
  return (key) => (scope === 'any' || known.has(scopeKeyOf(key, scope)) ? 'inside' : 'outside');
}

/** What keeps a URL out of a crawl; `pattern` is the one of --exclude that matched. */
export type ScopeRefusal =
  | { readonly kind: 'profile' }
  | { readonly kind: 'exclude'; readonly pattern: string }
  | { readonly kind: 'include' }
  /** `scopeKey` is not among those of the seeds. */
  | { readonly kind: 'scope'; readonly mode: ScopeMode; readonly scopeKey: string };

/**
 * Why `judge(key, null)` does not say `inside`; null where it does. For people who ask: it compiles the rule anew
 * each time.
 */
export function explainScope(rule: LinkRule, key: string): ScopeRefusal | null {
  const path = pathAndQuery(key);
  if (rule.profile === 'mediawiki' && !isArticlePath(path)) return { kind: 'profile' };
  const pattern = rule.exclude.find((source) => new RegExp(source).test(path));
  if (pattern !== undefined) return { kind: 'exclude', pattern };
  if (rule.include.length > 0 && !rule.include.some((source) => new RegExp(source).test(path)))
    return { kind: 'include' };
  const scopeKey = scopeKeyOf(key, rule.scope);
  const isInside = rule.scope === 'any' || rule.scopeKeys.includes(scopeKey);
  return isInside ? null : { kind: 'scope', mode: rule.scope, scopeKey };
}

/**
 * Compiles regular expressions given by the user: unanchored, case-sensitive, matched against path and
 * query of a key (so against percent-encoded ASCII).
 *
 * @param flag the flag they came from, for the message
 * @throws UsageError naming flag and pattern, for one that does not compile
 */
export function compilePatterns(flag: string, sources: readonly string[]): readonly RegExp[] {
  return sources.map((source) => {
    try {
      return new RegExp(source);
    } catch (cause) {
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new UsageError(`${flag} ${JSON.stringify(source)} is not a regular expression${reason}`, {
        hint: 'write a JavaScript regular expression without slashes around it, for example ^/wiki/A',
        cause,
      });
    }
  });
}

function isSameOrigin(key: string, pageKey: string): boolean {
  const origin = originOf(pageKey);
  return key.startsWith(origin) && key.charCodeAt(origin.length) === 0x2f;
}

/** The original exercise's rule: an article, none of MediaWiki's `Talk:`, `File:`, `Special:` … pages. */
function isArticlePath(path: string): boolean {
  return path.startsWith('/wiki/') && !path.includes(':') && !path.includes('%3A');
}
