/**
 * A listing page's text → the links of it that are to be fetched, in document order, each address once. The tree says
 * what is a link and what it is called; downloads/choice.ts, what it is for.
 */
import { type ChoiceRules, LinkChoice, type LinkUse, type ListingPage } from '#src/downloads/choice.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import type { PageText } from './decode.js';
import { parsePage } from './lean-tree.js';
import { addressOf, linkKindOf } from './link-table.js';
import { PageBase } from './page-base.js';
import { attributeOf, HTML, isElement, pushReversed } from './tree.js';
import type { PageElement, PageNode } from './tree.js';
import { compileWithin, type Within } from './within.js';

/** A link that is to be fetched. */
export interface ChosenLink {
  /** Key of what it leads to. */
  readonly url: string;
  /** Its text, runs of blanks as one; that of a picture in it where it has none. */
  readonly text: string;
  readonly use: LinkUse;
}

/** A link's text is a line for people. */
const MAX_TEXT_CHARS = 1000;
/** Nodes looked at for a link's text: links in SVG may stand in each other, and each would read all of the inner ones. */
const MAX_TEXT_NODES = 1000;

/** Elements besides links that hold files, and where: what a page plays or shows by itself. */
const MEDIA = new Map([
  ['audio', 'src'],
  ['video', 'src'],
  ['source', 'src'],
  ['embed', 'src'],
  ['object', 'data'],
]);

/** A page may link to one address by an icon and by its name: the stronger use counts, then the link with a text. */
const STRENGTH: Readonly<Record<LinkUse, number>> = { listing: 0, either: 2, file: 4 };

/**
 * Chooses links for one set of rules. Links are `a` and `area` (in SVG too), and what `audio`, `video`, `source`,
 * `embed` and `object` hold. Pictures of a page are not, as they are mostly its looks, unless the selector names
 * them: `--select 'main img'`. What stands in comments, scripts or a `<template>` is none.
 */
export class Chooser {
  readonly #choice: LinkChoice;
  readonly #within: Within | null;
  readonly #strip: StripParams;

  /**
   * @param stripParams names of query parameters that are taken out of addresses
   * @throws the engine's error for a bad selector, SyntaxError for a bad regular expression
   */
  constructor(rules: ChoiceRules, stripParams: readonly string[] = []) {
    this.#choice = new LinkChoice(rules);
    this.#within = rules.select === null ? null : compileWithin(rules.select);
    this.#strip = compileStripParams(stripParams);
  }

  /** The chosen links of a page. Work and memory are linear in its text. */
  choose(page: Pick<PageText, 'text' | 'encoding'>, at: ListingPage): ChosenLink[] {
    const { links, baseHref } = this.#walk(
      parsePage(page.text, { titleTag: 'title', keepText: true, isPruned: false }),
    );
    const base = new PageBase(at.url, page.encoding, baseHref);
    const chosen = new Map<string, ChosenLink & { readonly rank: number }>();
    for (const { address, element, isSelected } of links) {
      const target = base.targetOf(address);
      if (target === null) continue;
      const url = this.#strip(target).key;
      const { text, isWritten } = textOfLink(element);
      const use = this.#choice.judge({ url, text, isSelected }, at);
      if (use === null) continue;
      const rank = STRENGTH[use] + Number(isWritten);
      // A later one that counts keeps the place of the first.
      if (rank > (chosen.get(url)?.rank ?? -1)) chosen.set(url, { url, text, use, rank });
    }
    return [...chosen.values()].map(({ url, text, use }) => ({ url, text, use }));
  }

  #walk(document: PageNode): { readonly links: readonly Found[]; readonly baseHref: string | null } {
    const links: Found[] = [];
    let baseHref: string | null = null;
    // Two lists in step, not recursion: pages nest deeper than the call stack.
    const open: PageNode[] = [];
    const openSelected: boolean[] = [];
    const push = (node: PageNode, isSelected: boolean): void => {
      pushReversed(open, node.childNodes);
      while (openSelected.length < open.length) openSelected.push(isSelected);
    };
    push(document, this.#within === null);
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const isInside = openSelected.pop() as boolean;
      if (!isElement(node)) continue;
      const isNamed = this.#within?.matches(node) === true;
      if (isHtml(node, 'base')) baseHref ??= attributeOf(node, 'href');
      const address = addressIn(node, isNamed);
      if (address !== null) links.push({ address, element: node, isSelected: isInside || isNamed });
      push(node, isInside || isNamed);
    }
    return { links, baseHref };
  }
}

interface Found {
  /** As written: `<base>` may come last. */
  readonly address: string;
  readonly element: PageElement;
  readonly isSelected: boolean;
}

/** @param isNamed whether the selector matches the element itself */
function addressIn(element: PageElement, isNamed: boolean): string | null {
  const kind = linkKindOf(element);
  if (kind?.element === 'a' || kind?.element === 'area') return addressOf(element, kind);
  const attribute = MEDIA.get(element.tagName) ?? (isNamed && element.tagName === 'img' ? 'src' : null);
  return attribute === null || element.namespaceURI !== HTML ? null : attributeOf(element, attribute);
}

function isHtml(element: PageElement, tagName: string): boolean {
  return element.tagName === tagName && element.namespaceURI === HTML;
}

/** What a reader would call a link: its text, else what stands for the pictures in it, else its title. */
function textOfLink(link: PageElement): { readonly text: string; readonly isWritten: boolean } {
  let text = '';
  let alternatives = attributeOf(link, 'alt') ?? '';
  const open: PageNode[] = [link];
  for (let seen = 0; seen < MAX_TEXT_NODES && text.length <= MAX_TEXT_CHARS; seen++) {
    const node = open.pop();
    if (node === undefined) break;
    if (node.nodeName === '#text') text += node.value ?? '';
    else if (isElement(node) && isHtml(node, 'img')) alternatives += ` ${attributeOf(node, 'alt') ?? ''}`;
    pushReversed(open, node.childNodes);
  }
  const written = line(text);
  if (written !== '') return { text: written, isWritten: true };
  return { text: line(alternatives) || line(attributeOf(link, 'title') ?? ''), isWritten: false };
}

function line(text: string): string {
  const whole = text
    .slice(0, MAX_TEXT_CHARS * 2)
    .replace(/\s+/g, ' ')
    .trim();
  // Not in the middle of a surrogate pair, which no encoding could store.
  return whole.length <= MAX_TEXT_CHARS
    ? whole
    : whole.slice(0, MAX_TEXT_CHARS).replace(/[\uD800-\uDBFF]$/, '');
}
