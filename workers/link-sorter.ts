/**
 * Addresses as written on one page → canonical keys, each once, sorted into the lists of a page's
 * outcome. It resolves and counts; whether a key belongs to the crawl is url/scope.ts's to say.
 */
import type { Profile } from '#src/protocol/settings.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { parseTarget, type Target } from '#src/url/canonicalise.js';
import { hostnameOf } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import type { StripParams } from '#src/url/strip-params.js';
import { encodeQuery } from './decode.js';

/**
 * Cap on the keys of one page, or one sitemap, together, in characters. A long `<base>` and a million short hrefs would
 * spell a page of 10 MiB out to gigabytes; 200,000 links of ordinary length stay below.
 */
export const MAX_KEY_CHARS = 24 * 1024 * 1024;

/** 0 plain, 1 rel=nofollow, 2 page-level nofollow. */
export type Nofollow = 0 | 1 | 2;

/** A page's two names. */
export interface PageAddress {
  /** The URL that was requested; links resolve against it. */
  readonly url: string;
  /** Its identity key. */
  readonly key: string;
}

/** The lists of a `PageOutcome`. */
export interface SortedLinks {
  readonly links: readonly [string, string, string];
  readonly outside: readonly [string, string, string];
  readonly outsideHosts: string;
  readonly filtered: number;
  readonly stripped?: number;
}

export interface SortRule {
  readonly scope: ScopeJudge;
  readonly profile: Profile;
  readonly keepOutside: boolean;
}

/** Resolves and sorts for one page. */
export class LinkSorter {
  readonly #page: PageAddress;
  readonly #encoding: string;
  readonly #base: string;
  readonly #strip: StripParams;

  /**
   * @param encoding the page's encoding by its standard name; queries of its links are written in it
   * @param baseHref `href` of the first `<base>` that has one, null without
   */
  constructor(page: PageAddress, encoding: string, baseHref: string | null, strip: StripParams) {
    this.#page = page;
    this.#encoding = encoding;
    this.#strip = strip;
    this.#base = baseHref === null ? page.url : resolveBase(encodeQuery(baseHref, encoding), page.url);
  }

  /** Key of the first address that is a valid http(s) one; null if none is. */
  firstKey(addresses: readonly string[]): string | null {
    for (const address of addresses) {
      const target = this.#targetOf(address);
      if (target !== null) return this.#strip(target).key;
    }
    return null;
  }

  /**
   * Sorts each distinct key into one list, the least nofollow winning.
   *
   * @param addresses as written, with the nofollow of each
   * @param isClosed  whether the page as a whole is nofollow, which then holds for every link
   * @throws FailureError `too-large`
   */
  sort(addresses: ReadonlyMap<string, Nofollow>, isClosed: boolean, rule: SortRule): SortedLinks {
    const lists = new Lists();
    const pageHost = hostnameOf(this.#page.key);
    for (const [key, nofollow] of this.#keysOf(addresses, lists)) {
      const level = isClosed ? 2 : nofollow;
      const verdict = rule.scope.judge(key, this.#page.key);
      if (verdict === 'inside') lists.inside[level].push(key);
      else if (verdict === 'outside' && rule.keepOutside) lists.outside[level].push(key);
      else if (verdict === 'outside') lists.count(hostnameOf(key));
      // The wiki rule filters other sites and other kinds of pages alike; people want the former by name.
      else if (rule.profile === 'mediawiki' && hostnameOf(key) !== pageHost) lists.count(hostnameOf(key));
      else lists.filtered += 1;
    }
    return lists.finish();
  }

  #keysOf(addresses: ReadonlyMap<string, Nofollow>, lists: Lists): Map<string, Nofollow> {
    const keys = new Map<string, Nofollow>();
    let chars = 0;
    for (const [address, nofollow] of addresses) {
      const target = this.#targetOf(address);
      if (target === null) continue;
      const taken = this.#strip(target);
      if (taken !== target) lists.stripped += 1;
      const { key } = taken;
      const known = keys.get(key);
      if (known === undefined) chars += key.length;
      if (chars > MAX_KEY_CHARS) throw tooManyLinks();
      if (known === undefined || nofollow < known) keys.set(key, nofollow);
    }
    return keys;
  }

  #targetOf(address: string): Target | null {
    return parseTarget(encodeQuery(address, this.#encoding), this.#base);
  }
}

type Three = readonly [string[], string[], string[]];

/** The lists being filled. */
class Lists {
  readonly inside: Three = [[], [], []];
  readonly outside: Three = [[], [], []];
  filtered = 0;
  stripped = 0;
  readonly #hosts = new Map<string, number>();

  count(host: string): void {
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  finish(): SortedLinks {
    return {
      links: joined(this.inside),
      outside: joined(this.outside),
      outsideHosts: [...this.#hosts].map(([host, count]) => `${host} ${count}\n`).join(''),
      filtered: this.filtered,
      ...(this.stripped > 0 ? { stripped: this.stripped } : {}),
    };
  }
}

function joined([plain, rel, page]: Three): [string, string, string] {
  return [plain.join('\n'), rel.join('\n'), page.join('\n')];
}

/**
 * The document's base URL: an invalid one, `data:` and `javascript:` count as absent, and anything else
 * is taken, even if no link can then become http(s).
 * @see https://html.spec.whatwg.org/#set-the-frozen-base-url
 */
function resolveBase(href: string, pageUrl: string): string {
  // Not `URL.canParse`: once compiled, that of Node 20 and 22 refuses text with Latin-1 characters.
  const base = URL.parse(href, pageUrl);
  return base === null || base.protocol === 'data:' || base.protocol === 'javascript:' ? pageUrl : base.href;
}

/** Thrown beyond it. */
export function tooManyLinks(): FailureError {
  const message = `links longer than ${MAX_KEY_CHARS} characters in all`;
  return new FailureError({ code: 'too-large', message });
}
