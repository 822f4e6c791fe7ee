/**
 * Addresses as written on one page → canonical keys, each once, sorted into the lists of a page's outcome. What an address
 * leads to is link-memory.ts's to say.
 */
import type { Href } from './href.js';
import { KeyLists } from './key-lists.js';
import { LinkMemory, type LinkRules } from './link-memory.js';
import type { PageBase } from './page-base.js';

/** The lists of a `PageOutcome`. */
export interface SortedLinks {
  readonly links: readonly [string, string, string];
  readonly outside: readonly [string, string, string];
  readonly outsideHosts: string;
  readonly filtered: number;
  readonly stripped?: number;
}

/** A page as far as its links are concerned. */
export interface SortedPage {
  /** Its identity key. */
  readonly key: string;
  readonly base: PageBase;
  /** Whether it is nofollow as a whole, which then holds for every link. */
  readonly isClosed: boolean;
  /** Whether links outside the scope are sent by name. */
  readonly keepOutside: boolean;
}

/** Sorts the links of one thread's pages. */
export class LinkSorter {
  readonly #memory: LinkMemory;

  constructor(rules: LinkRules) {
    this.#memory = new LinkMemory(rules);
  }

  /**
   * Sorts each distinct key into one list, the least nofollow winning.
   *
   * @param hrefs the page's addresses
   * @throws FailureError `too-large`
   */
  sort(hrefs: readonly Href[], page: SortedPage): SortedLinks {
    const lists = new KeyLists(page.keepOutside);
    for (const { key, verdict, nofollow } of this.#memory.keysOf(hrefs, page.key, page.base)) {
      if (verdict === 'foreign') lists.countHost(key);
      else lists.place(key, verdict, page.isClosed ? 2 : nofollow);
    }
    const { inside, outside, outsideHosts, filtered } = lists;
    const stripped = strippedOf(hrefs);
    return { links: inside, outside, outsideHosts, filtered, ...(stripped > 0 ? { stripped } : {}) };
  }
}

/** How many addresses query parameters were taken out of. One text may have two objects. */
function strippedOf(hrefs: readonly Href[]): number {
  const texts = new Set<string>();
  for (const { isStripped, text } of hrefs) if (isStripped) texts.add(text);
  return texts.size;
}
