/**
 * A page's text → what it links to and what it is called, in one walk over its tree (lean-tree.ts). What counts
 * as a link is workers/link-table.ts.
 */
import type { LinkRule, WorkerSettings } from '#src/protocol/settings.js';
import type { ScopeJudge } from '#src/url/scope.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import type { PageText } from './decode.js';
import { LinkSorter } from './link-sorter.js';
import type { PageAddress, SortedLinks } from './link-sorter.js';
import type { Nofollow } from './key-lists.js';
import { parsePage } from './lean-tree.js';
import { addressOf, linkKindOf, nofollowOf } from './link-table.js';
import { forbidsFollowing, headerForbidsFollowing, isRobotsMetaName } from './nofollow.js';
import { attributeOf, hasToken, HTML, isElement, pushReversed, textOf } from './tree.js';
import type { PageElement, PageNode } from './tree.js';
import { compileWithin } from './within.js';
import type { Within } from './within.js';

/** The area of the original exercise's rule. */
const MEDIAWIKI_WITHIN = '#bodyContent';
/** A title is a line for people; an unclosed one swallows its page. */
const MAX_TITLE_CHARS = 1000;

/**
 * Characters of a page from which on its tree is pruned while it grows, if no selector looks at it: below, the tree
 * costs less memory than the pruning costs time (a third of the parsing).
 */
const PRUNED_CHARS = 1024 * 1024;

/** What a page says besides its bytes. */
export interface PageContext extends PageAddress {
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

/** Finds links for one crawl; holds what does not change from page to page. */
export class LinkExtractor {
  readonly #rule: LinkRule;
  readonly #scope: ScopeJudge;
  readonly #within: Within | null;
  readonly #obeyNofollow: boolean;
  readonly #prunedChars: number;
  readonly #titleTag: 'h1' | 'title';
  readonly #strip: StripParams;

  /** @param prunedChars characters of a page from which on its tree is pruned while it grows */
  constructor(settings: WorkerSettings, scope: ScopeJudge, prunedChars = PRUNED_CHARS) {
    this.#prunedChars = prunedChars;
    const isWiki = settings.rule.profile === 'mediawiki';
    const selector = settings.within ?? (isWiki ? MEDIAWIKI_WITHIN : null);
    this.#rule = settings.rule;
    this.#scope = scope;
    this.#within = selector === null ? null : compileWithin(selector);
    this.#obeyNofollow = settings.obeyNofollow;
    this.#strip = compileStripParams(settings.stripParams);
    this.#titleTag = isWiki ? 'h1' : 'title';
  }

  /**
   * Links, title and canonical address of a page. Work and memory are linear in the text.
   *
   * @throws FailureError `too-large` where the links spelt out would be many times the page
   */
  extract(page: PageText, context: PageContext): PageLinks {
    const found = this.#findsOf(page.text);
    const isClosed = this.#obeyNofollow && (found.forbids || headerForbidsFollowing(context.robotsTag));
    const sorter = new LinkSorter(context, page.encoding, found.baseHref, this.#strip);
    return {
      ...sorter.sort(found.links, isClosed, {
        scope: this.#scope,
        profile: this.#rule.profile,
        keepOutside: context.keepOutside,
      }),
      title: found.title,
      canonicalUrl: sorter.firstKey(found.canonicals),
      withinFound: found.isWithinFound,
    };
  }

  /** The tree is garbage when this returns: of a page of many links it is more than all that was found. */
  #findsOf(text: string): Finds {
    return this.#walk(
      parsePage(text, {
        titleTag: this.#titleTag,
        keepText: this.#within?.needsText ?? false,
        isPruned: this.#within === null && text.length >= this.#prunedChars,
      }),
    );
  }

  #walk(document: PageNode): Finds {
    const finds = new Finds(this.#rule.profile === 'web', this.#within === null);
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

/** What one walk over the tree picks up, raw: addresses are as written, since `<base>` may come last. */
class Finds {
  title: string | null = null;
  baseHref: string | null = null;
  forbids = false;
  isWithinFound: boolean;
  readonly canonicals: string[] = [];
  /** Least nofollow by address, fragments dropped. */
  readonly links = new Map<string, Nofollow>();
  readonly #takesWholePage: boolean;
  #hasTitle = false;

  constructor(takesWholePage: boolean, isWithinFound: boolean) {
    this.#takesWholePage = takesWholePage;
    this.isWithinFound = isWithinFound;
  }

  visit(element: PageElement, isInside: boolean, titleTag: string): void {
    if (element.namespaceURI === HTML) this.#visitHtml(element, titleTag);
    const kind = linkKindOf(element);
    if (kind === null || !(isInside || (kind.wholePage && this.#takesWholePage))) return;
    const address = addressOf(element, kind);
    if (address !== null) this.#addLink(address, nofollowOf(element, kind));
  }

  #visitHtml(element: PageElement, titleTag: string): void {
    const { tagName } = element;
    if (tagName === titleTag) this.#visitTitle(element);
    else if (tagName === 'base') this.baseHref ??= attributeOf(element, 'href');
    else if (tagName === 'link') this.#visitLink(element);
    else if (tagName === 'meta' && isRobotsMetaName(attributeOf(element, 'name'))) {
      this.forbids ||= forbidsFollowing(attributeOf(element, 'content'));
    }
  }

  /** The first counts, even if it is empty. */
  #visitTitle(element: PageElement): void {
    if (this.#hasTitle) return;
    this.#hasTitle = true;
    this.title = titleText(element);
  }

  /** rel=canonical counts in the head only, as engines read it: a body may quote somebody else's markup. */
  #visitLink(element: PageElement): void {
    const href = attributeOf(element, 'href');
    if (!href || !hasToken(attributeOf(element, 'rel')?.toLowerCase() ?? null, 'canonical')) return;
    for (let node: PageNode | null | undefined = element; node; node = node.parentNode) {
      if (node.nodeName === 'head') {
        this.canonicals.push(href);
        return;
      }
    }
  }

  /**
   * The first '#' starts the fragment wherever it stands, and keys have none: a table of contents is one
   * link. The '#' itself stays, as blanks before it belong to the address and blanks at its end do not.
   */
  #addLink(address: string, nofollow: Nofollow): void {
    const hash = address.indexOf('#');
    const raw = hash === -1 ? address : address.slice(0, hash + 1);
    if (nofollow < (this.links.get(raw) ?? 2)) this.links.set(raw, nofollow);
  }
}

function titleText(element: PageElement): string | null {
  const text = textOf(element)
    .replace(/[\t\n\f\r ]+/g, ' ')
    .trim();
  if (text.length <= MAX_TITLE_CHARS) return text === '' ? null : text;
  // Not in the middle of a surrogate pair, which no encoding could store.
  return text.slice(0, MAX_TITLE_CHARS).replace(/[\uD800-\uDBFF]$/, '');
}
