/**
 * The fast lane of link extraction: one pass over the bytes of a page, no tree. What it tells is what the tree would tell,
 * by construction: it follows the modes of the HTML standard as far as tags alone decide them, and hands the page over
 * (bails.ts) where anything else would. Elements come in the order of the tree, but for links between the cells of a
 * table, which the tree has before it; attributes nobody asks for are left out.
 */
import type { Bail } from './bails.js';
import type { Href } from './href.js';
import { LINK_TABLE, nofollowIn } from './link-table.js';
import { QuickNesting } from './quick-nesting.js';
import { type Scan, scanOf } from './quick-scan.js';
import { QuickHead, refusalOf } from './quick-head.js';
import { byteAt, EXCLAMATION, isBlank, QUESTION, SLASH } from './page-bytes.js';
import { attributeNumber, MARKUP, QuickTags } from './quick-tags.js';
import { skipDrawing } from './quick-svg.js';
import { hasTrait, idOf, nameOf, ROLE, roleOf, TRAIT } from './tag-names.js';
import { htmlElement } from './tree.js';
import type { Attribute, PageElement, PageNode } from './tree.js';
import type { Within } from './within.js';

/** Told of every element that may say something: those with a place in the link table, base, link, meta, the title. */
export interface Visitor {
  /** Whether an area of `--within` was met. */
  isWithinFound: boolean;
  visit(element: PageElement, isInside: boolean, titleTag: string): void;
  /** In place of `visit` where an element is nothing but a link; one that says nothing new may be left out. */
  addLink(address: string | Href, nofollow: 0 | 1): void;
}

export interface QuickRule {
  readonly titleTag: 'h1' | 'title';
  /** A selector that is quick; null for the whole page. */
  readonly within: Within | null;
}

/**
 * Reads a page. The visitor has been told everything if the answer is null, and must be thrown away otherwise.
 *
 * @returns why the page has to be parsed
 */
export function readQuickly(utf8: Buffer, visitor: Visitor, rule: QuickRule): Bail | 'memory' | null {
  if (utf8.includes(0)) return 'zero byte';
  const scan = scanOf(utf8, rule.within?.quick ?? null);
  return scan === null ? 'memory' : new Pass(utf8, scan, visitor, rule).run();
}

const H1 = idOf('h1');
const A = idOf('a');
const IFRAME = idOf('iframe');
const HR = idOf('hr');
const STYLE = idOf('style');
const SVG = idOf('svg');
const OPTION = idOf('option');
const OPTGROUP = idOf('optgroup');

/** Rows of the link table whose elements are nothing but links; by the element's number, where its attributes stand. */
const LINKS = new Map(
  LINK_TABLE.filter(
    ({ element, namespace }) => namespace === 'html' && roleOf(idOf(element)) === ROLE.link,
  ).map(({ element, attribute, hasRel }) => [idOf(element), { address: attributeNumber(attribute), hasRel }]),
);
const REL = attributeNumber('rel');

const HEAD_NODE: PageNode = { nodeName: 'head' };
const NO_ATTRIBUTES: readonly Attribute[] = [];
const NO_CHILDREN: readonly PageNode[] = [];

class Pass {
  readonly #bytes: Buffer;
  readonly #visitor: Visitor;
  readonly #titleTag: 'h1' | 'title';
  readonly #within: Within | null;
  readonly #tags: QuickTags;
  readonly #nesting: QuickNesting;
  readonly #head = new QuickHead();
  #isInSelect = false;
  #hasHtml = false;
  /** What is open inside the heading that is the title; null outside it, and once it was read. */
  #heading: number[] | null = null;
  #headingText = '';
  #hasHeading = false;
  #bail: Bail | null = null;
  readonly #takeLink = (address: string | Href, rel: string | null): void =>
    this.#visitor.addLink(address, nofollowIn(rel));

  constructor(bytes: Buffer, scan: Scan, visitor: Visitor, { titleTag, within }: QuickRule) {
    this.#bytes = bytes;
    this.#visitor = visitor;
    this.#titleTag = titleTag;
    this.#within = within;
    this.#tags = new QuickTags(bytes, scan);
    this.#nesting = new QuickNesting(scan);
  }

  run(): Bail | null {
    const { length } = this.#bytes;
    for (let at = 0; at < length;) {
      const tag = this.#isIdle ? this.#tags.nextTelling(at, this.#takeLink) : this.#tags.next(at);
      if (tag === -1) return this.#tags.bail;
      if (!this.#readText(at, tag)) return this.#bail;
      if (tag === length) break;
      at = this.#markup(tag);
      if (at === -1) return this.#bail ?? this.#tags.bail;
    }
    return this.#heading === null ? null : 'heading';
  }

  /** Whether plain tags and text mean nothing where the pass is, and links are what they say. */
  get #isIdle(): boolean {
    return this.#heading === null && !this.#isInSelect && this.#head.isOver;
  }

  /** From a `<` to the place after what it begins. */
  #markup(tag: number): number {
    const { markup, after } = this.#tags;
    if (markup !== MARKUP.other) {
      if (after === -1) return -1;
      return markup === MARKUP.start ? this.#startTag(after) : this.#endTag(after);
    }
    switch (byteAt(this.#bytes, tag + 1)) {
      case SLASH:
        return this.#refuse('odd markup');
      case EXCLAMATION:
        return this.#tags.skipDeclaration(tag);
      case QUESTION:
        return this.#tags.skipInstruction(tag);
      default:
        // Text after all.
        return this.#readText(tag, tag + 1) ? tag + 1 : -1;
    }
  }

  /** Text counts where it opens the body, and in a heading. */
  #readText(start: number, end: number): boolean {
    if (this.#heading !== null) this.#headingText += this.#tags.textBetween(start, end);
    if (this.#head.isOver || start === end) return true;
    let at = start;
    while (at < end && isBlank(byteAt(this.#bytes, at))) at++;
    if (at === end) return true;
    const bail = this.#head.text(this.#tags.hasReference(at, end));
    return bail === null || this.#refuse(bail) !== -1;
  }

  #startTag(after: number): number {
    const { id } = this.#tags;
    const role = roleOf(id);
    const isHead = !this.#head.isOver;
    if (id === SVG && this.#isIdle && !this.#nesting.isBetween) return this.#drawing(after);
    const bail = isHead ? this.#head.start(id, role) : this.#refusalInBody(id, role);
    if (bail !== null) return this.#refuse(bail);
    if (!isHead && this.#isInSelect && role !== ROLE.script) return this.#startInSelect(id, after);
    if (this.#heading !== null && !this.#startInHeading(id)) return this.#refuse('heading');
    return this.#element(id, role, after);
  }

  #drawing(after: number): number {
    const end = skipDrawing(this.#tags, after);
    const isPassed = end !== -1 && (this.#nesting.isInside || !this.#mayHoldArea(after, end));
    return isPassed ? end : this.#refuse('foreign content');
  }

  /** Whether an element in a drawing may be the area. */
  #mayHoldArea(start: number, end: number): boolean {
    const text = this.#bytes.toString('latin1', start, end).toLowerCase();
    const name = this.#within?.quick?.name.toLowerCase();
    return name === undefined || name === nameOf(SVG) || text.includes(name) || text.includes('&');
  }

  #refusalInBody(id: number, role: number): Bail | null {
    if (this.#isInSelect) return isSelectPart(id) || role === ROLE.script ? null : 'select';
    if (role === ROLE.marked && this.#nesting.isTableOpen) return 'foster parenting';
    const isFostered =
      this.#nesting.isBetween && role !== ROLE.tablePart && role !== ROLE.script && id !== STYLE;
    return isFostered ? this.#refusalBetween(id, role) : refusalOf(role);
  }

  /** Between the cells of a table: what goes before it leaves the table as it is, but is in its place only there. */
  #refusalBetween(id: number, role: number): Bail | null {
    if (role === ROLE.table) return null;
    if (this.#nesting.isFollowed || role === ROLE.select || this.#isTitleHeading(id))
      return 'foster parenting';
    // Of <base> and titles the first counts; of links the order says nothing.
    const isLink = role === ROLE.link || id === IFRAME;
    const isTold = isLink || role === ROLE.headVoid || role === ROLE.title;
    if (isTold && !this.#nesting.foster() && !isLink) return 'foster parenting';
    return refusalOf(role);
  }

  #isTitleHeading(id: number): boolean {
    return id === H1 && this.#titleTag === 'h1' && !this.#hasHeading;
  }

  /** The select itself, or an option: none holds a link, but it may be the area. */
  #startInSelect(id: number, after: number): number {
    if (this.#nesting.isInside) return this.#tags.skipAttributes(after);
    const end = this.#tags.readAttributes(after);
    if (end !== -1 && this.#isArea(this.#elementOf(id))) this.#visitor.isWithinFound = true;
    return end;
  }

  /** Inside a heading that is the title: phrases only, and no link in a link. */
  #startInHeading(id: number): boolean {
    const open = this.#heading as number[];
    if (!hasTrait(id, TRAIT.phrase) || (id === A && open.includes(A))) return false;
    if (!hasTrait(id, TRAIT.void)) open.push(id);
    return true;
  }

  /** An element that the mode lets be. */
  #element(id: number, role: number, after: number): number {
    switch (role) {
      case ROLE.html:
      case ROLE.body:
      case ROLE.head:
        return this.#root(id, role, after);
      case ROLE.headVoid:
        return this.#visited(id, after);
      case ROLE.link:
        return this.#link(id, after);
      case ROLE.headRaw:
      case ROLE.bodyRaw:
      case ROLE.script:
      case ROLE.title:
        return this.#raw(id, role, after);
      case ROLE.select:
        this.#isInSelect = true;
        return this.#startInSelect(id, after);
      case ROLE.table:
        return this.#opened(id, after, this.#nesting.startTable());
      case ROLE.tablePart:
        if (!this.#nesting.isTableOpen) return this.#tags.skipAttributes(after);
        return this.#opened(id, after, this.#nesting.startPart(id));
      case ROLE.heading:
        if (this.#isTitleHeading(id)) {
          this.#hasHeading = true;
          this.#heading = [];
        }
        return this.#plain(id, after);
      default:
        return this.#plain(id, after);
    }
  }

  /** `<html>`, `<head>`, `<body>`: they open what would be open without them, or nothing. */
  #root(id: number, role: number, after: number): number {
    const isFirst = role === ROLE.html ? !this.#hasHtml && this.#head.isAhead : this.#head.isBodyTag;
    if (role === ROLE.html) this.#hasHtml = true;
    this.#head.isBodyTag = false;
    const end = this.#tags.readAttributes(after);
    // Selectors ask for one attribute: one that says no changes nothing, wherever it ends up.
    if (end === -1 || !this.#isArea(this.#elementOf(id))) return end;
    if (!isFirst) return this.#refuse('attributes within');
    this.#visitor.isWithinFound = true;
    this.#nesting.enterAll();
    return end;
  }

  /** An element the visitor has to see. */
  #visited(id: number, after: number): number {
    const end = this.#tags.readAttributes(after);
    if (end === -1) return -1;
    const element = this.#elementOf(id);
    const isInside = this.#place(id, element);
    if (isInside === null) return this.#refuse('nesting within');
    this.#tell(element, isInside, this.#titleTag);
    return end;
  }

  #link(id: number, after: number): number {
    const end = this.#tags.readAttributes(after);
    if (end === -1) return -1;
    const isInside = this.#place(id);
    if (isInside === null) return this.#refuse('nesting within');
    this.#nesting.tell();
    const places = isInside ? LINKS.get(id) : undefined;
    const address = places === undefined ? null : this.#tags.attribute(places.address);
    if (address !== null)
      this.#visitor.addLink(address, places?.hasRel === true ? nofollowIn(this.#tags.attribute(REL)) : 0);
    return end;
  }

  /** An element that says nothing itself. */
  #plain(id: number, after: number): number {
    if (this.#head.isOver) return this.#opened(id, after, this.#nesting.start());
    // <noscript>.
    const end = this.#tags.readAttributes(after);
    return end !== -1 && this.#isArea(this.#elementOf(id)) ? this.#refuse('attributes within') : end;
  }

  /** Whether an element that was just opened, if it could be, is the area. */
  #opened(id: number, after: number, bail: Bail | null): number {
    if (bail !== null) return this.#refuse(bail);
    if (this.#nesting.isInside) return this.#tags.skipAttributes(after);
    const end = this.#tags.readAttributes(after);
    if (end !== -1) this.#enterIfArea(id, this.#elementOf(id));
    return end;
  }

  /** Opens an element; answers whether it is inside the area, or is the area. Null if that is not certain. */
  #place(id: number, element?: PageElement): boolean | null {
    if (this.#within === null) return true;
    if (this.#head.isOver && this.#nesting.start() !== null) return null;
    return this.#nesting.isInside || this.#enterIfArea(id, element ?? this.#elementOf(id));
  }

  #enterIfArea(id: number, element: PageElement): boolean {
    if (!this.#isArea(element)) return false;
    this.#visitor.isWithinFound = true;
    if (this.#head.isOver && !hasTrait(id, TRAIT.void)) this.#nesting.enterLast();
    return true;
  }

  #isArea(element: PageElement): boolean {
    return this.#within?.matches(element) === true;
  }

  #tell(element: PageElement, isInside: boolean, titleTag: string): void {
    this.#nesting.tell();
    this.#visitor.visit(element, isInside, titleTag);
  }

  /** An element whose content is text, up to the place after its end tag. */
  #raw(id: number, role: number, after: number): number {
    const isTitle = role === ROLE.title && this.#titleTag === 'title';
    const isSeen = id === IFRAME || isTitle || this.#within !== null;
    const start = isSeen ? this.#tags.readAttributes(after) : this.#tags.skipAttributes(after);
    if (start === -1) return -1;
    const end = this.#tags.endOfRaw(start, id);
    if (end === -1) return -1;
    if (isSeen) {
      const text = isTitle ? [{ nodeName: '#text', value: this.#tags.textBetween(start, end) }] : NO_CHILDREN;
      const element = this.#elementOf(id, text);
      const isInside = this.#place(id, element);
      if (isInside === null) return this.#refuse('nesting within');
      this.#tell(element, isInside, this.#titleTag);
      if (this.#head.isOver) this.#nesting.close();
    }
    return this.#tags.skipAttributes(end + 2 + nameOf(id).length);
  }

  #endTag(after: number): number {
    const end = this.#tags.skipAttributes(after);
    if (end === -1) return -1;
    const { id } = this.#tags;
    const role = roleOf(id);
    if (!this.#head.isOver) {
      const bail = this.#head.end(id, role);
      if (bail !== null) return this.#refuse(bail);
      if (!this.#head.isOver) return end;
    }
    const bail = this.#endInBody(id, role);
    return bail === null ? end : this.#refuse(bail);
  }

  #endInBody(id: number, role: number): Bail | null {
    if (this.#isInSelect) {
      if (role === ROLE.select) this.#isInSelect = false;
      return role === ROLE.select || id === OPTION || id === OPTGROUP ? null : 'select';
    }
    if (this.#heading !== null) return this.#endInHeading(id);
    // What is open stays open behind them.
    if (role === ROLE.html || role === ROLE.body) return null;
    if (role === ROLE.table || role === ROLE.tablePart) return this.#nesting.endPart(id);
    return this.#nesting.end();
  }

  #endInHeading(id: number): Bail | null {
    const open = this.#heading as number[];
    const isEnd = id === H1 && open.length === 0;
    if (!isEnd && open.pop() !== id) return 'heading';
    const bail = this.#nesting.end();
    if (bail !== null) return bail;
    if (!isEnd) return null;
    this.#heading = null;
    const text = { nodeName: '#text', value: this.#headingText };
    this.#tell(htmlElement('h1', NO_ATTRIBUTES, [text], null), false, 'h1');
    return null;
  }

  /** The element of the tag whose attributes were read last. */
  #elementOf(id: number, childNodes = NO_CHILDREN): PageElement {
    return htmlElement(
      this.#tags.name,
      this.#tags.attributes,
      childNodes,
      !this.#head.isOver ? HEAD_NODE : null,
    );
  }

  #refuse(bail: Bail): -1 {
    this.#bail = bail;
    return -1;
  }
}

const isSelectPart = (id: number): boolean => id === OPTION || id === OPTGROUP || id === HR;
