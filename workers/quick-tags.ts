/**
 * Tags as the tokenizer of the HTML standard reads them, without tokens: where one ends, what it is called, what its
 * attributes say. The loops over bytes are compiled apart (workers/scan). A place is an index into the bytes; -1 stands
 * for what is better left to parse5, and `bail` says why.
 */
import { decodeHTML, decodeHTMLAttribute } from 'entities/decode';
import type { Bail } from './bails.js';
import { Href, untilFragment } from './href.js';
import { isNameAt } from './page-bytes.js';
import type { Scan } from './quick-scan.js';
import {
  AFTER,
  END,
  ENDS,
  ID,
  LAST_SLASH,
  LINK_COUNT,
  LINK_NUMBERS,
  LINKS,
  MARKUP as MET,
  NAME,
  OTHER,
  START,
  STARTS,
} from './scan-layout.js';
import { WANTED } from './scan-tables.js';
import { nameOf, UNLISTED } from './tag-names.js';
import type { Attribute } from './tree.js';

/** The number of an attribute that is read; throws for another. */
export function attributeNumber(name: string): number {
  const number = WANTED.indexOf(name);
  if (number === -1) throw new Error(`not an attribute that is read: ${name}`);
  return number;
}

/** What a `<` begins. */
export const MARKUP = { start: START, end: END, other: OTHER } as const;

/** What the scan answers in place of a place, from -1 down; in the order of scan-layout.ts. */
const REFUSALS: readonly Bail[] = [
  'open end',
  'odd tag',
  'odd markup',
  'nested script',
  'table nesting',
  'nesting within',
];

type TakeLink = (address: string | Href, rel: string | null) => void;

/** Reads the tags of one page, while no other is read. */
export class QuickTags {
  /** What the `<` last met begins. */
  markup: number = MARKUP.other;
  /** Of a tag, number of its name; see tag-names.ts. */
  id: number = UNLISTED;
  /** The place after its name; -1 where that is refused. */
  after = -1;
  bail: Bail = 'open end';
  readonly #bytes: Buffer;
  readonly #scan: Scan;

  /** @param scan that holds the bytes */
  constructor(bytes: Buffer, scan: Scan) {
    this.#bytes = bytes;
    this.#scan = scan;
  }

  /** The next `<`, read as far as the name of its tag; the end of the page, other markup, if there is none. */
  next(start: number): number {
    return this.#meet(this.#scan.run.next(start));
  }

  /**
   * The same, over what means nothing to a crawl; -1 where tables or nesting are odd. Links are passed, too.
   *
   * @param takeLink is given each with an address that the page did not say before: that, and what its rel says
   */
  nextTelling(start: number, takeLink: TakeLink): number {
    const tag = this.#placeOf(this.#scan.run.nextTelling(start));
    if (tag === -1) return -1;
    this.#giveLinks(takeLink);
    return this.#meet(tag);
  }

  #giveLinks(take: TakeLink): void {
    const scan = this.#scan;
    const end = LINK_NUMBERS * scan.at(LINK_COUNT);
    for (let at = 0; at < end; at += LINK_NUMBERS) {
      const rel = scan.at(LINKS, at + 3);
      take(this.#address(at), rel === 0 ? null : this.#value(rel, scan.at(LINKS, at + 4)));
    }
  }

  #address(link: number): string | Href {
    const { hrefs } = this.#scan;
    const number = this.#scan.at(LINKS, link + 2);
    const known = number === -1 ? undefined : hrefs[number];
    if (known !== undefined) return known;
    const text = this.#value(this.#scan.at(LINKS, link), this.#scan.at(LINKS, link + 1));
    return number === -1 ? text : (hrefs[number] = new Href(untilFragment(text)));
  }

  #meet(tag: number): number {
    this.markup = this.#scan.at(MET);
    if (this.markup === MARKUP.other) return tag;
    this.after = this.#placeOf(this.#scan.at(AFTER));
    if (this.after === -1) return tag;
    const id = this.#scan.at(ID);
    this.id = id === -1 ? UNLISTED : id;
    return tag;
  }

  /** The name of the tag last met, in lower case. */
  get name(): string {
    if (this.id !== UNLISTED) return nameOf(this.id);
    return this.#bytes.toString('latin1', this.#scan.at(NAME), this.after).toLowerCase();
  }

  /** Whether the tag that ends before a place says that it has no content, which counts in drawings only. */
  isSelfClosing(end: number): boolean {
    return end !== -1 && this.#scan.at(LAST_SLASH) === end - 2;
  }

  /** Whether a `<` begins a comment. */
  isComment(tag: number): boolean {
    return isNameAt(this.#bytes, tag + 1, tag + 4, '!--');
  }

  /** From behind a tag's name to the place after its `>`. */
  skipAttributes(start: number): number {
    return this.#placeOf(this.#scan.run.skipAttributes(start));
  }

  /** The same, keeping the wanted attributes for `attribute` and `attributes`. */
  readAttributes(start: number): number {
    return this.#placeOf(this.#scan.run.readAttributes(start));
  }

  /** An attribute of the tag last read with `readAttributes`, by number; null where it is absent. Of two the first counts. */
  attribute(number: number): string | null {
    const start = this.#scan.at(STARTS, number);
    return start === 0 ? null : this.#value(start, this.#scan.at(ENDS, number));
  }

  /** All of them. */
  get attributes(): Attribute[] {
    const attributes: Attribute[] = [];
    for (let number = 0; number < WANTED.length; number++) {
      const value = this.attribute(number);
      if (value !== null) attributes.push({ name: WANTED[number] as string, value });
    }
    return attributes;
  }

  /** From `<!` to the place after the comment or doctype. */
  skipDeclaration(start: number): number {
    const { run } = this.#scan;
    const isDoctype = isNameAt(this.#bytes, start + 2, start + 9, 'doctype');
    return this.#placeOf(isDoctype ? run.afterGreater(start) : run.skipComment(start));
  }

  /** From `<?` to the place after it: a comment up to the first `>`. */
  skipInstruction(start: number): number {
    return this.#placeOf(this.#scan.run.afterGreater(start));
  }

  /** The place of the end tag that ends raw text, by the number of its name; `after` takes over from there. */
  endOfRaw(start: number, id: number): number {
    return this.#placeOf(this.#scan.run.endOfRaw(start, id));
  }

  /** Text between tags, or in a title, as it is meant. */
  textBetween(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end);
    return text.includes('&') ? decodeHTML(text) : text;
  }

  /** Whether there is a character reference in a text, or what looks like one. */
  hasReference(start: number, end: number): boolean {
    return this.#bytes.subarray(start, end).includes('&');
  }

  #value(start: number, end: number): string {
    return attributeText(this.#bytes.toString('utf8', start, end));
  }

  #placeOf(answer: number): number {
    if (answer >= 0) return answer;
    this.bail = REFUSALS[-1 - answer] as Bail;
    return -1;
  }
}

/** An attribute's value as it is meant: newlines are made one before references are read. */
function attributeText(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&') ? decodeHTMLAttribute(text) : text;
}
