/**
 * Which elements are open, for `--within`: exact as long as tags nest, or leave out only ends that may be left out.
 * Everything else is refused, as parse5 then moves, copies or closes elements that a list of names does not show.
 */
import { hasTrait, idOf, TRAIT } from './tag-names.js';

/** How far down is looked for what a tag may close: work stays linear in the text. */
const LOOK_DEPTH = 256;

const P = idOf('p');
const LI = idOf('li');
const DD = idOf('dd');
const DT = idOf('dt');
const A = idOf('a');
const BUTTON = idOf('button');
const FORM = idOf('form');
const TABLE = idOf('table');
const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(idOf));

/** Open elements of one page, html and body left out. */
export class Nesting {
  readonly #open: number[] = [];
  /** Number of elements below the area; -1 outside. */
  #areaDepth = -1;
  #paragraphs = 0;
  #anchors = 0;
  #buttons = 0;
  #forms = 0;

  get isInside(): boolean {
    return this.#areaDepth !== -1;
  }

  /** The element last opened is the area, up to its end. */
  enterLast(): void {
    this.#areaDepth = this.#open.length - 1;
  }

  /** Makes room for an element and opens it, unless it is a void one. False if that is not certain. */
  start(id: number): boolean {
    if (hasTrait(id, TRAIT.refused)) return false;
    if (id === LI || id === DD || id === DT) {
      if (!this.#closeItem(id)) return false;
    } else if (
      (id === A && this.#anchors > 0) ||
      (id === BUTTON && this.#buttons > 0) ||
      (id === FORM && this.#forms > 0)
    ) {
      return false;
    }
    if (hasTrait(id, TRAIT.closesP) && !this.#closeParagraph()) return false;
    if (HEADINGS.has(id) && HEADINGS.has(this.#top)) return false;
    if (!hasTrait(id, TRAIT.void)) this.push(id);
    return true;
  }

  /** Makes room for a table. False if that is not certain: whether it closes a paragraph depends on the doctype. */
  startTable(): boolean {
    if (this.#isParagraphOpen !== false) return false;
    this.push(TABLE);
    return true;
  }

  /** Closes an element. False if it is not the one that is open, or not certain. */
  end(id: number): boolean {
    if (hasTrait(id, TRAIT.refused)) return false;
    if (hasTrait(id, TRAIT.endsImplied) || HEADINGS.has(id)) this.#closeImplied(id);
    return this.close(id);
  }

  /** Closes a cell or caption with what may end there without end tags. */
  endCell(id: number): boolean {
    this.#closeImplied(id);
    return this.close(id);
  }

  /** Closes the element that was opened last, if it is that one. */
  close(id: number): boolean {
    if (this.#top !== id) return false;
    this.#pop();
    return true;
  }

  push(id: number): void {
    this.#open.push(id);
    this.#count(id, 1);
  }

  get #top(): number {
    return this.#open.at(-1) ?? -1;
  }

  #pop(): void {
    const id = this.#open.pop();
    if (id !== undefined) this.#count(id, -1);
    if (this.#open.length <= this.#areaDepth) this.#areaDepth = -1;
  }

  #count(id: number, by: 1 | -1): void {
    if (id === P) this.#paragraphs += by;
    else if (id === A) this.#anchors += by;
    else if (id === BUTTON) this.#buttons += by;
    else if (id === FORM) this.#forms += by;
  }

  #closeImplied(but: number): void {
    while (this.#top !== but && hasTrait(this.#top, TRAIT.implied)) this.#pop();
  }

  #closeParagraph(): boolean {
    if (this.#isParagraphOpen === false) return true;
    return this.close(P);
  }

  /** Whether a paragraph is open that a block would close; null if that is too far down to say. */
  get #isParagraphOpen(): boolean | null {
    if (this.#paragraphs === 0) return false;
    const open = this.#open;
    for (let i = open.length - 1; i >= 0; i--) {
      const id = open[i] as number;
      if (id === P) return true;
      if (hasTrait(id, TRAIT.pScope)) return false;
      if (open.length - i > LOOK_DEPTH) return null;
    }
    return false;
  }

  /** Closes the item that a new one ends, if only paragraphs are open in it. */
  #closeItem(id: number): boolean {
    const open = this.#open;
    for (let i = open.length - 1; i >= 0; i--) {
      const other = open[i] as number;
      const isItem = id === LI ? other === LI : other === DD || other === DT;
      if (isItem) {
        while (this.#top === P) this.#pop();
        return this.close(other);
      }
      if (hasTrait(other, TRAIT.itemBoundary)) return true;
      if (open.length - i > LOOK_DEPTH) return false;
    }
    return true;
  }
}
