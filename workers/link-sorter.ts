/**
 * Addresses as written on one page → canonical keys, each once, sorted into the lists of a page's
 * outcome. It resolves and counts; whether a key belongs to the crawl is url/scope.ts's to say.
 */
import type { Profile } from '#src/protocol/settings.js';
import type { Target } from '#src/url/canonicalise.js';
import { hostnameOf } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import type { StripParams } from '#src/url/strip-params.js';
import { encodeQuery } from './decode.js';
import { KeyLists, Keys, type Nofollow } from './key-lists.js';
import { folderOf, TargetMemory } from './target-memory.js';

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
  readonly #folder: string | null;
  readonly #strip: StripParams;
  readonly #memory: TargetMemory;

  /**
   * @param encoding the page's encoding by its standard name; queries of its links are written in it
   * @param baseHref `href` of the first `<base>` that has one, null without
   * @param memory   of the thread, where it reads many pages
   */
  constructor(
    page: PageAddress,
    encoding: string,
    baseHref: string | null,
    strip: StripParams,
    memory = new TargetMemory(),
  ) {
    this.#page = page;
    this.#encoding = encoding;
    this.#strip = strip;
    this.#base = baseHref === null ? page.url : resolveBase(encodeQuery(baseHref, encoding), page.url);
    this.#folder = folderOf(this.#base);
    this.#memory = memory;
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
    const keys = new Keys(this.#strip);
    for (const [address, nofollow] of addresses) keys.add(this.#targetOf(address), nofollow);
    const lists = new KeyLists(rule.keepOutside);
    const pageHost = hostnameOf(this.#page.key);
    for (const [key, nofollow] of keys.all) {
      const verdict = rule.scope.judge(key, this.#page.key);
      // The wiki rule filters other sites and other kinds of pages alike; people want the former by name.
      const isForeign =
        verdict === 'filtered' && rule.profile === 'mediawiki' && hostnameOf(key) !== pageHost;
      if (isForeign) lists.countHost(key);
      else lists.place(key, verdict, isClosed ? 2 : nofollow);
    }
    const { inside, outside, outsideHosts, filtered } = lists;
    const { stripped } = keys;
    return { links: inside, outside, outsideHosts, filtered, ...(stripped > 0 ? { stripped } : {}) };
  }

  #targetOf(address: string): Target | null {
    return this.#memory.resolve(encodeQuery(address, this.#encoding), this.#base, this.#folder);
  }
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
