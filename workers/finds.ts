/** What a page says of itself and links to, picked up element by element in document order, raw. */
import { Href, untilFragment } from './href.js';
import type { Nofollow } from './key-lists.js';
import { addressOf, linkKindOf, nofollowOf } from './link-table.js';
import { forbidsFollowing, isRobotsMetaName } from './nofollow.js';
import { attributeOf, hasToken, HTML, textOf } from './tree.js';
import type { PageElement, PageNode } from './tree.js';

/** A title is a line for people; an unclosed one swallows its page. */
const MAX_TITLE_CHARS = 1000;

/** How many were read in this thread. */
let pages = 0;

/** What one lane picks up of a page. Addresses are as written, since `<base>` may come last. */
export class Finds {
  title: string | null = null;
  baseHref: string | null = null;
  forbids = false;
  isWithinFound: boolean;
  readonly canonicals: string[] = [];
  /** Addresses, with the least nofollow of each. */
  readonly links: Href[] = [];
  readonly #page = (pages += 1);
  /** Those of this page alone. */
  readonly #hrefs = new Map<string, Href>();
  readonly #takesWholePage: boolean;
  #hasTitle = false;

  constructor(takesWholePage: boolean, isWithinFound: boolean) {
    this.#takesWholePage = takesWholePage;
    this.isWithinFound = isWithinFound;
  }

  /** Takes what an element says; the tree lane shows every element, the fast lane those that may say something. */
  visit(element: PageElement, isInside: boolean, titleTag: string): void {
    if (element.namespaceURI === HTML) this.#visitHtml(element, titleTag);
    const kind = linkKindOf(element);
    if (kind === null || !(isInside || (kind.wholePage && this.#takesWholePage))) return;
    const address = addressOf(element, kind);
    if (address !== null) this.addLink(address, nofollowOf(element, kind));
  }

  /**
   * Takes a link, as `visit` does from its element.
   *
   * @param address an object where it stands for the address on other pages, too; none of them is read meanwhile
   */
  addLink(address: string | Href, nofollow: Nofollow): void {
    const href = typeof address === 'string' ? this.#hrefOf(untilFragment(address)) : address;
    if (href.page !== this.#page) {
      href.page = this.#page;
      href.nofollow = nofollow;
      this.links.push(href);
    } else if (nofollow < href.nofollow) href.nofollow = nofollow;
  }

  #hrefOf(text: string): Href {
    const known = this.#hrefs.get(text);
    if (known !== undefined) return known;
    const href = new Href(text);
    this.#hrefs.set(text, href);
    return href;
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
}

function titleText(element: PageElement): string | null {
  const text = textOf(element)
    .replace(/[\t\n\f\r ]+/g, ' ')
    .trim();
  if (text.length <= MAX_TITLE_CHARS) return text === '' ? null : text;
  // Not in the middle of a surrogate pair, which no encoding could store.
  return text.slice(0, MAX_TITLE_CHARS).replace(/[\uD800-\uDBFF]$/, '');
}
