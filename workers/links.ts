/**
 * A page's text → what it links to and what it is called, in two lanes: one pass over its bytes (fast-lane.ts) where tags
 * alone decide, else a walk over its tree (lean-tree.ts). What counts as a link is workers/link-table.ts.
 */
import { createRequire } from 'node:module';
import type { LinkRule, WorkerSettings } from '#src/protocol/settings.js';
import type { ScopeJudge } from '#src/url/scope.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import type { PageText } from './decode.js';
import { LinkSorter } from './link-sorter.js';
import type { SortedLinks } from './link-sorter.js';
import type { Bail } from './bails.js';
import { readQuickly } from './fast-lane.js';
import { Finds } from './finds.js';
import type * as LeanTree from './lean-tree.js';
import { headerForbidsFollowing } from './nofollow.js';
import { PageBase } from './page-base.js';
import { isElement, pushReversed } from './tree.js';
import type { PageNode } from './tree.js';
import { compileWithin } from './within.js';
import type { Within } from './within.js';

/** Loaded with the first page that needs a tree, which few sites have: a sixth of the time that a thread takes to start. */
let loaded: typeof LeanTree | undefined;
const trees = (): typeof LeanTree =>
  (loaded ??= createRequire(import.meta.url)('../workers/lean-tree.js') as typeof LeanTree);

/** The area of the original exercise's rule. */
const MEDIAWIKI_WITHIN = '#bodyContent';

/**
 * Characters of a page from which on its tree is pruned while it grows, if no selector looks at it: below, the tree
 * costs less memory than the pruning costs time (a third of the parsing).
 */
const PRUNED_CHARS = 1024 * 1024;

/** What a page says besides its bytes. */
export interface PageContext {
  /** The URL that was requested; links resolve against it. */
  readonly url: string;
  /** Its identity key. */
  readonly key: string;
  /** X-Robots-Tag, one string a line. */
  readonly robotsTag: string | readonly string[] | undefined;
  /** Whether links outside the scope are sent by name. */
  readonly keepOutside: boolean;
}

/** What is filed of a page's content; fields as in `PageOutcome`. */
export interface PageLinks extends SortedLinks {
  readonly title: string | null;
  readonly canonicalUrl: string | null;
  readonly withinFound: boolean;
}

/** How the lanes are chosen; tests and benchmarks say. */
export interface LaneRule {
  /** Characters of a page from which on its tree is pruned while it grows. */
  readonly prunedChars?: number;
  /** Parses every page. */
  readonly isTreeOnly?: boolean;
}

/** Finds links for one crawl; holds what does not change from page to page. */
export class LinkExtractor {
  readonly #rule: LinkRule;
  readonly #within: Within | null;
  readonly #obeyNofollow: boolean;
  readonly #prunedChars: number;
  readonly #titleTag: 'h1' | 'title';
  readonly #isTreeOnly: boolean;
  readonly #strip: StripParams;
  readonly #sorter: LinkSorter;

  constructor(settings: WorkerSettings, scope: ScopeJudge, lanes: LaneRule = {}) {
    this.#prunedChars = lanes.prunedChars ?? PRUNED_CHARS;
    const isWiki = settings.rule.profile === 'mediawiki';
    const selector = settings.within ?? (isWiki ? MEDIAWIKI_WITHIN : null);
    this.#rule = settings.rule;
    this.#within = selector === null ? null : compileWithin(selector);
    this.#isTreeOnly = lanes.isTreeOnly === true || this.#within?.quick === null;
    this.#obeyNofollow = settings.obeyNofollow;
    this.#strip = compileStripParams(settings.stripParams);
    this.#titleTag = isWiki ? 'h1' : 'title';
    this.#sorter = new LinkSorter({ scope, profile: settings.rule.profile, strip: this.#strip });
  }

  /**
   * Links, title and canonical address of a page. Work and memory are linear in the text.
   *
   * @throws FailureError `too-large` where the links spelt out would be many times the page
   */
  extract(page: PageText, context: PageContext): PageLinks {
    const found = this.#findsOf(page);
    const isClosed = this.#obeyNofollow && (found.forbids || headerForbidsFollowing(context.robotsTag));
    const { url, key, keepOutside } = context;
    const base = new PageBase(url, page.encoding, found.baseHref);
    return {
      ...this.#sorter.sort(found.links, { key, base, isClosed, keepOutside }),
      title: found.title,
      canonicalUrl: this.#firstKey(found.canonicals, base),
      withinFound: found.isWithinFound,
    };
  }

  /** Why a page is parsed: a row of bails.ts, `selector`, or `memory` where there is none; null if it takes the fast lane. */
  bailOf(page: PageText): Bail | 'selector' | 'memory' | null {
    return this.#isTreeOnly ? 'selector' : this.#readQuickly(page, this.#freshFinds());
  }

  /** Key of the first address that is a valid http(s) one; null if none is. */
  #firstKey(addresses: readonly string[], base: PageBase): string | null {
    for (const address of addresses) {
      const target = base.targetOf(address);
      if (target !== null) return this.#strip(target).key;
    }
    return null;
  }

  #findsOf(page: PageText): Finds {
    if (!this.#isTreeOnly) {
      const finds = this.#freshFinds();
      if (this.#readQuickly(page, finds) === null) return finds;
    }
    return this.#findsOfTree(page.text);
  }

  #readQuickly({ utf8 }: PageText, finds: Finds): Bail | 'memory' | null {
    return readQuickly(utf8, finds, { titleTag: this.#titleTag, within: this.#within });
  }

  #freshFinds(): Finds {
    return new Finds(this.#rule.profile === 'web', this.#within === null);
  }

  /** The tree is garbage when this returns: of a page of many links it is more than all that was found. */
  #findsOfTree(text: string): Finds {
    return this.#walk(
      trees().parsePage(text, {
        titleTag: this.#titleTag,
        keepText: this.#within?.needsText ?? false,
        isPruned: this.#within === null && text.length >= this.#prunedChars,
      }),
    );
  }

  #walk(document: PageNode): Finds {
    const finds = this.#freshFinds();
    // Two lists in step, not recursion: pages nest deeper than the call stack.
    const open: PageNode[] = [];
    const openInside: boolean[] = [];
    pushReversed(open, document.childNodes);
    open.forEach(() => openInside.push(this.#within === null));
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      let isInside = openInside.pop() as boolean;
      if (!isElement(node)) continue;
      if (!isInside && this.#within?.matches(node) === true) {
        isInside = true;
        finds.isWithinFound = true;
      }
      finds.visit(node, isInside, this.#titleTag);
      pushReversed(open, node.childNodes);
      while (openInside.length < open.length) openInside.push(isInside);
    }
    return finds;
  }
}
