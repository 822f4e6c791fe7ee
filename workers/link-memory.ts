/**
 * Where links lead and how that is judged, for the pages of one thread, which repeat each other's. Exact, as an address
 * is resolved again unless what decides about it (href.ts) is the same; bounded, as all keys are forgotten when they are
 * many.
 */
import type { Verdict } from '#src/protocol/outcome.js';
import type { Profile } from '#src/protocol/settings.js';
import { type CanonicalUrl, MAX_URL_LENGTH, originOf } from '#src/url/canonicalise.js';
import { copied } from '#src/url/copied.js';
import { hostnameOf } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import type { StripParams } from '#src/url/strip-params.js';
import { BY_FOLDER, BY_NOTHING, BY_ORIGIN, BY_PAGE, type Href } from './href.js';
import { KeyCap, type Nofollow } from './key-lists.js';
import type { PageBase } from './page-base.js';

/** What is kept from one page to the next, in bytes as they are counted here. */
const MAX_KEPT = 4 * 1024 * 1024;
/** What a key or a front takes besides its text. */
const RECORD = 120;

/** What links become; the same on all pages of a thread. */
export interface LinkRules {
  readonly scope: ScopeJudge;
  readonly profile: Profile;
  readonly strip: StripParams;
}

/** A key that links lead to: one object for as long as it is known. */
export interface KnownKey {
  readonly key: string;
  /** `foreign`: filtered, but people want to know of its host. */
  readonly verdict: Verdict | 'foreign';
  /** Of the pages read here, the number of the one that linked to it last; and the least nofollow there. */
  page: number;
  nofollow: Nofollow;
}

/** A page that is being read. */
interface OpenPage {
  readonly key: string;
  readonly base: PageBase;
  readonly known: Known;
  /** By what decides about an address (href.ts): which origin or folder that is here. */
  readonly fronts: object[];
}

/** What is known to the pages whose links are judged alike. */
interface Known {
  readonly keys: Map<string, KnownKey>;
  /** Each stands for an origin or a folder of bases. */
  readonly fronts: Map<string, object>;
}

/** What one thread remembers. */
export class LinkMemory {
  readonly #rules: LinkRules;
  /** By the origin of pages, where the scope asks for that. */
  #known = new Map<string, Known>();
  #kept = 0;
  #pages = 0;

  constructor(rules: LinkRules) {
    this.#rules = rules;
  }

  /**
   * The keys that a page's links lead to, each once, with the least nofollow; until the next page is read. What cannot be
   * asked for leads nowhere.
   *
   * @throws FailureError `too-large`
   */
  keysOf(hrefs: readonly Href[], pageKey: string, base: PageBase): readonly KnownKey[] {
    const page = this.#open(pageKey, base);
    const number = (this.#pages += 1);
    const keys: KnownKey[] = [];
    const cap = new KeyCap();
    try {
      for (const href of hrefs) {
        const known = this.#keyOf(href, page);
        if (known === null) continue;
        if (known.page !== number) {
          cap.add(known.key);
          known.page = number;
          known.nofollow = href.nofollow;
          keys.push(known);
        } else if (href.nofollow < known.nofollow) known.nofollow = href.nofollow;
      }
      return keys;
    } finally {
      if (this.#kept > MAX_KEPT) this.#forget();
    }
  }

  #open(key: string, base: PageBase): OpenPage {
    const origin = this.#rules.scope.asksForOrigin ? originOf(key) : '';
    let known = this.#known.get(origin);
    if (known === undefined) {
      known = { keys: new Map(), fronts: new Map() };
      this.#known.set(copied(origin), known);
      this.#kept += RECORD + origin.length;
    }
    return { key, base, known, fronts: [] };
  }

  #keyOf(href: Href, page: OpenPage): KnownKey | null {
    const front = page.fronts[href.decidedBy] ?? this.#openFront(href.decidedBy, page);
    if (href.front !== front) this.#resolve(href, front, page);
    return href.to;
  }

  #openFront(decidedBy: number, page: OpenPage): object {
    const text = frontOf(decidedBy, page.base);
    let front = text === null ? {} : page.known.fronts.get(text);
    if (front === undefined) {
      front = {};
      page.known.fronts.set(copied(text as string), front);
      this.#kept += RECORD + (text as string).length;
    }
    page.fronts[decidedBy] = front;
    return front;
  }

  #resolve(href: Href, front: object, page: OpenPage): void {
    const target = page.base.targetOf(href.text);
    const taken = target === null ? null : this.#rules.strip(target);
    href.front = front;
    href.isStripped = taken !== target;
    href.to = taken === null ? null : this.#knownKey(taken.key, page);
  }

  #knownKey(key: CanonicalUrl, page: OpenPage): KnownKey {
    const { keys } = page.known;
    let known = keys.get(key);
    if (known === undefined) {
      // It may be a slice of a base as long as a page.
      const own = copied(key);
      known = { key: own, verdict: this.#judge(own, page.key), page: 0, nofollow: 0 };
      keys.set(own, known);
      this.#kept += RECORD + own.length;
    }
    return known;
  }

  #judge(key: string, pageKey: string): KnownKey['verdict'] {
    const { scope, profile } = this.#rules;
    const verdict = scope.judge(key, pageKey);
    // The wiki rule filters other sites and other kinds of pages alike; people want the former by name.
    const isForeign =
      verdict === 'filtered' && profile === 'mediawiki' && hostnameOf(key) !== hostnameOf(pageKey);
    return isForeign ? 'foreign' : verdict;
  }

  /** Also what addresses still say they led to: the fronts they know are none any more. */
  #forget(): void {
    this.#known = new Map();
    this.#kept = 0;
  }
}

/** Null where it is that of the page alone, or too long to be kept: a hostile base has thousands of folders. */
function frontOf(decidedBy: number, base: PageBase): string | null {
  const text = frontTextOf(decidedBy, base);
  return text === null || text.length > MAX_URL_LENGTH ? null : text;
}

function frontTextOf(decidedBy: number, base: PageBase): string | null {
  switch (decidedBy) {
    case BY_PAGE:
      return null;
    case BY_NOTHING:
      return '';
    case BY_ORIGIN:
      return base.origin;
    default:
      return base.folderAbove(decidedBy - BY_FOLDER);
  }
}
