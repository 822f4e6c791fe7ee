/**
 * Where links lead and how that is judged, for the pages of one thread, which repeat each other's. Exact, as an address
 * is resolved again unless what decides about it (href.ts) is the same; bounded, as all keys are forgotten when they are
 * many.
 */
import type { Verdict } from '#src/protocol/outcome.js';
import type { Profile } from '#src/protocol/settings.js';
import { type CanonicalUrl, originOf } from '#src/url/canonicalise.js';
import { copied } from '#src/url/copied.js';
import { hostnameOf } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import type { StripParams } from '#src/url/strip-params.js';
import { BY_FOLDER, BY_NOTHING, BY_ORIGIN, BY_PAGE, type Href } from './href.js';
import type { Nofollow } from './key-lists.js';
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
  /** The page that linked to it last, and the least nofollow there. */
  page: number;
  nofollow: Nofollow;
}

/** A page that is being read. */
export interface OpenPage {
  readonly number: number;
  readonly key: string;
  readonly base: PageBase;
  /** By what decides about an address (href.ts): which origin or folder that is here. */
  readonly fronts: object[];
}

/** What one thread remembers. */
export class LinkMemory {
  readonly #rules: LinkRules;
  #keys = new Map<string, KnownKey>();
  /** Each stands for an origin or a folder of bases. */
  #fronts = new Map<string, object>();
  #kept = 0;
  #pages = 0;
  /** That of the pages, where it counts. */
  #origin = '';

  constructor(rules: LinkRules) {
    this.#rules = rules;
  }

  /** Opens a page, and closes the one before. */
  open(key: string, base: PageBase): OpenPage {
    // The wiki rule judges a link by its page's origin.
    const origin = this.#rules.profile === 'mediawiki' ? originOf(key) : '';
    if (this.#kept > MAX_KEPT || origin !== this.#origin) this.#forget();
    this.#origin = origin;
    this.#pages += 1;
    return { number: this.#pages, key, base, fronts: [] };
  }

  /** Where an address on the page leads; null where that cannot be asked for. Never throws. */
  keyOf(href: Href, page: OpenPage): KnownKey | null {
    const front = page.fronts[href.decidedBy] ?? this.#openFront(href.decidedBy, page);
    if (href.front !== front) this.#resolve(href, front, page);
    return href.to;
  }

  #openFront(decidedBy: number, page: OpenPage): object {
    const text = frontOf(decidedBy, page.base);
    let front = text === null ? {} : this.#fronts.get(text);
    if (front === undefined) {
      front = {};
      this.#fronts.set(copied(text as string), front);
      this.#kept += RECORD + (text as string).length;
    }
    page.fronts[decidedBy] = front;
    return front;
  }

  #resolve(href: Href, front: object, { key, base }: OpenPage): void {
    const target = base.targetOf(href.text);
    const taken = target === null ? null : this.#rules.strip(target);
    href.front = front;
    href.isStripped = taken !== target;
    href.to = taken === null ? null : this.#known(taken.key, key);
  }

  #known(key: CanonicalUrl, pageKey: string): KnownKey {
    let known = this.#keys.get(key);
    if (known === undefined) {
      known = { key, verdict: this.#judge(key, pageKey), page: 0, nofollow: 0 };
      this.#keys.set(key, known);
      this.#kept += RECORD + key.length;
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
    this.#keys = new Map();
    this.#fronts = new Map();
    this.#kept = 0;
  }
}

/** Null where it is that of the page alone. */
function frontOf(decidedBy: number, base: PageBase): string | null {
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
