/**
 * Tags as the tokenizer of the HTML standard reads them, without tokens: where one ends, what it is called, what its
 * attributes say. A place is an index into the bytes; -1 stands for what is better left to parse5, and `bail` says why.
 */
import { decodeHTML, decodeHTMLAttribute } from 'entities/decode';
import type { Bail } from './bails.js';
import {
  byteAt,
  DOUBLE,
  endsName,
  EQUALS,
  find,
  GREATER,
  isBlank,
  isInAttribute,
  isLetter,
  isNameAt,
  LESS,
  SINGLE,
  SLASH,
} from './page-bytes.js';
import { beginsPlainEnd, digitOf, findId, isPlain, nameOf, nextHash, UNLISTED } from './tag-names.js';
import type { Attribute } from './tree.js';

/** The attributes anybody asks for: those of the link table, of `Finds`, and of simple selectors. */
const WANTED = ['id', 'src', 'rel', 'href', 'name', 'class', 'content', 'http-equiv'];
/** Their numbers by length: few attributes have one of these. */
const WANTED_BY_LENGTH = Array.from({ length: 11 }, (_, length) =>
  WANTED.flatMap((name, number) => (name.length === length ? [number] : [])),
);
const NOT_WANTED: readonly number[] = [];

/** The number of an attribute that is read; throws for another. */
export function attributeNumber(name: string): number {
  const number = WANTED.indexOf(name);
  if (number === -1) throw new Error(`not an attribute that is read: ${name}`);
  return number;
}

/** What a `<` begins. */
export const MARKUP = { start: 0, end: 1, other: 2 } as const;

/** Reads the tags of one page. */
export class QuickTags {
  /** What the `<` last met begins. */
  markup: number = MARKUP.other;
  /** Of a tag, number of its name; see tag-names.ts. */
  id = 0;
  /** The place after its name; -1 where that is refused. */
  after = -1;
  bail: Bail = 'open end';
  readonly #bytes: Buffer;
  /** Where the values of the wanted attributes stand that the tag last read has, by number; 0 for none. */
  readonly #starts = new Int32Array(WANTED.length);
  readonly #ends = new Int32Array(WANTED.length);
  /** The last slash between attributes. */
  #slash = -1;
  /** Names that are in no list, and the number of each: pages may have tens of thousands of them. */
  readonly #unlisted: string[] = [];
  readonly #unlistedIds = new Map<string, number>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next `<`, read as far as the name of its tag; the end of the page, other markup, if there is none. */
  next(start: number): number {
    const found = find(this.#bytes, LESS, start);
    const tag = found === -1 ? this.#bytes.length : found;
    this.#readMarkup(tag);
    return tag;
  }

  /** The same, over all tags that mean nothing in a body. */
  nextTelling(start: number): number {
    const bytes = this.#bytes;
    for (let at = start; ;) {
      const tag = find(bytes, LESS, at);
      if (tag === -1) return bytes.length;
      const end = byteAt(bytes, tag + 1) === SLASH ? this.#afterPlainEnd(tag + 2) : -1;
      if (end !== -1) {
        at = end;
        continue;
      }
      this.#readMarkup(tag);
      if (this.after === -1 || !isPlain(this.id, this.markup === MARKUP.end)) return tag;
      at = this.skipAttributes(this.after);
      // To be refused by whoever reads them.
      if (at === -1) return tag;
    }
  }

  /** The place after an end tag whose first letter says that it is plain, if it is nothing but a name; else -1. */
  #afterPlainEnd(name: number): number {
    const bytes = this.#bytes;
    let code = byteAt(bytes, name);
    if (!beginsPlainEnd(code)) return -1;
    let at = name;
    while (digitOf(code) !== 0) code = byteAt(bytes, ++at);
    return code === GREATER ? at + 1 : -1;
  }

  #readMarkup(tag: number): void {
    const next = byteAt(this.#bytes, tag + 1);
    this.after = -1;
    if (isLetter(next)) {
      this.markup = MARKUP.start;
      this.#readName(tag + 1);
    } else if (next === SLASH && isLetter(byteAt(this.#bytes, tag + 2))) {
      this.markup = MARKUP.end;
      this.#readName(tag + 2);
    } else {
      this.markup = MARKUP.other;
    }
  }

  #readName(start: number): void {
    const bytes = this.#bytes;
    let at = start;
    let hash = 0;
    let code = byteAt(bytes, at);
    for (let digit = digitOf(code); digit !== 0; digit = digitOf(code)) {
      hash = nextHash(hash, digit);
      code = byteAt(bytes, ++at);
    }
    if (!endsName(code)) {
      this.#refuse('odd tag');
      return;
    }
    const id = findId(bytes, start, at, hash);
    this.id = id === -1 ? this.#unlistedId(start, at) : id;
    this.after = at;
  }

  /** The name of the tag last met, in lower case. */
  get name(): string {
    return this.id < UNLISTED ? nameOf(this.id) : (this.#unlisted[this.id - UNLISTED] as string);
  }

  /** Whether the tag that ends before a place says that it has no content, which counts in drawings only. */
  isSelfClosing(end: number): boolean {
    return end !== -1 && this.#slash === end - 2;
  }

  /** Whether a `<` begins a comment. */
  isComment(tag: number): boolean {
    return isNameAt(this.#bytes, tag + 1, tag + 4, '!--');
  }

  /** From behind a tag's name to the place after its `>`. */
  skipAttributes(start: number): number {
    const bytes = this.#bytes;
    for (let at = start; at !== -1;) {
      const code = byteAt(bytes, at);
      if (code === GREATER) return at + 1;
      if (code === SLASH) this.#slash = at;
      at = isBlank(code) || code === SLASH ? at + 1 : this.#attribute(at, false);
    }
    return -1;
  }

  /** The same, keeping the wanted attributes for `attribute` and `attributes`. */
  readAttributes(start: number): number {
    const bytes = this.#bytes;
    this.#starts.fill(0);
    for (let at = start; at !== -1;) {
      const code = byteAt(bytes, at);
      if (code === GREATER) return at + 1;
      at = isBlank(code) || code === SLASH ? at + 1 : this.#attribute(at, true);
    }
    return -1;
  }

  /** An attribute of the tag last read with `readAttributes`, by number; null where it is absent. Of two the first counts. */
  attribute(number: number): string | null {
    const start = this.#starts[number] as number;
    return start === 0 ? null : attributeText(this.#bytes.toString('utf8', start, this.#ends[number]));
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
    const bytes = this.#bytes;
    if (isNameAt(bytes, start + 2, start + 4, '--')) return this.#skipComment(start + 4);
    return isNameAt(bytes, start + 2, start + 9, 'doctype')
      ? this.#after(find(bytes, GREATER, start))
      : this.#refuse('odd markup');
  }

  /** From `<?` to the place after it: a comment up to the first `>`. */
  skipInstruction(start: number): number {
    return this.#after(find(this.#bytes, GREATER, start));
  }

  /** The place of the end tag that ends raw text; `after` takes over from there. */
  endOfRaw(start: number, name: string): number {
    const bytes = this.#bytes;
    for (let at = find(bytes, LESS, start); at !== -1; at = find(bytes, LESS, at + 1)) {
      if (isEndTagAt(bytes, at, name)) return at;
    }
    return this.#refuse('open end');
  }

  /** Where the script that begins here ends: the place of its end tag. */
  endOfScript(start: number): number {
    const bytes = this.#bytes;
    let isEscaped = false;
    for (let at = find(bytes, LESS, start); at !== -1; at = find(bytes, LESS, at + 1)) {
      if (isEndTagAt(bytes, at, 'script')) return at;
      if (isNameAt(bytes, at + 1, at + 4, '!--')) isEscaped = true;
      else if (isEscaped && isNameAt(bytes, at + 1, at + 7, 'script')) return this.#refuse('nested script');
    }
    return this.#refuse('open end');
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

  /** From what follows `<!--`. */
  #skipComment(start: number): number {
    const bytes = this.#bytes;
    if (byteAt(bytes, start) === GREATER) return start + 1;
    if (isNameAt(bytes, start, start + 2, '->')) return start + 2;
    for (let at = find(bytes, GREATER, start + 2); at !== -1; at = find(bytes, GREATER, at + 1)) {
      if (isNameAt(bytes, at - 2, at, '--')) return at + 1;
      // Ends a comment, too, as hardly anybody knows.
      if (at >= start + 3 && isNameAt(bytes, at - 3, at, '--!')) return this.#refuse('odd markup');
    }
    return this.#refuse('open end');
  }

  /** From the first character of an attribute to the place behind it. */
  #attribute(start: number, isKept: boolean): number {
    const bytes = this.#bytes;
    let end = start;
    let code = byteAt(bytes, end);
    while (isInAttribute(code)) code = byteAt(bytes, ++end);
    if (code !== EQUALS && !endsName(code)) {
      // The end of the text, or a quote or bracket in a name.
      return this.#refuse(end < bytes.length ? 'odd tag' : 'open end');
    }
    if (end === start) return this.#refuse('odd tag');
    let at = end;
    while (isBlank(code)) code = byteAt(bytes, ++at);
    const number = isKept ? this.#wantedAt(start, end) : -1;
    if (code !== EQUALS) {
      if (number !== -1) this.#keep(number, at, at);
      return at;
    }
    do code = byteAt(bytes, ++at);
    while (isBlank(code));
    return this.#attributeValue(at, code, number);
  }

  /** @param number of the attribute; -1 where nobody wants it */
  #attributeValue(start: number, first: number, number: number): number {
    const bytes = this.#bytes;
    if (first === DOUBLE || first === SINGLE) {
      const end = find(bytes, first, start + 1);
      if (end === -1) return this.#refuse('open end');
      if (number !== -1) this.#keep(number, start + 1, end);
      return end + 1;
    }
    if (first === GREATER) return this.#refuse('odd tag');
    let end = start;
    for (let code = first; !isBlank(code) && code !== GREATER; code = byteAt(bytes, ++end)) {
      if (end >= bytes.length) return this.#refuse('open end');
    }
    if (number !== -1) this.#keep(number, start, end);
    return end;
  }

  #keep(number: number, start: number, end: number): void {
    this.#starts[number] = start;
    this.#ends[number] = end;
  }

  /** The number of an attribute that is wanted, if it is the first of its name; else -1. */
  #wantedAt(start: number, end: number): number {
    for (const number of WANTED_BY_LENGTH[end - start] ?? NOT_WANTED) {
      if (isNameAt(this.#bytes, start, end, WANTED[number] as string))
        return this.#starts[number] === 0 ? number : -1;
    }
    return -1;
  }

  #unlistedId(start: number, end: number): number {
    const name = this.#bytes.toString('latin1', start, end).toLowerCase();
    const known = this.#unlistedIds.get(name);
    if (known !== undefined) return known;
    const id = UNLISTED + this.#unlisted.length;
    this.#unlisted.push(name);
    this.#unlistedIds.set(name, id);
    return id;
  }

  #after(at: number): number {
    return at === -1 ? this.#refuse('open end') : at + 1;
  }

  #refuse(bail: Bail): -1 {
    this.bail = bail;
    return -1;
  }
}

function isEndTagAt(bytes: Buffer, at: number, name: string): boolean {
  const end = at + 2 + name.length;
  return (
    byteAt(bytes, at + 1) === SLASH && isNameAt(bytes, at + 2, end, name) && endsName(byteAt(bytes, end))
  );
}

/** An attribute's value as it is meant: newlines are made one before references are read. */
function attributeText(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&') ? decodeHTMLAttribute(text) : text;
}
