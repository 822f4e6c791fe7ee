/**
 * Tags as the tokenizer of the HTML standard reads them, without tokens: where one ends, what it is called, what its
 * attributes say. A place is an index into the text; -1 stands for what is better left to parse5, and `bail` says why.
 */
import { decodeHTML, decodeHTMLAttribute } from 'entities/decode';
import type { Bail } from './bails.js';
import { findId, isNameAt, nextHash, UNLISTED } from './tag-names.js';
import type { Attribute } from './tree.js';

/** The attributes anybody asks for: those of the link table, of `Finds`, and of simple selectors. */
const WANTED = 'id src rel href name class content http-equiv'.split(' ');
/** By length: few attributes have one of these. */
const WANTED_BY_LENGTH = Array.from({ length: 11 }, (_, length) =>
  WANTED.filter((name) => name.length === length),
);

const NONE: readonly Attribute[] = [];

/** Reads the tags of one text. */
export class QuickTags {
  /** Number of the name last read; see tag-names.ts. */
  id = 0;
  /** The wanted attributes of the tag last read with `readAttributes`; of two of a name the first. */
  attributes: readonly Attribute[] = NONE;
  bail: Bail = 'open end';
  readonly #text: string;
  #unlisted: Map<string, number> | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads a tag's name into `id`; answers the place after it. */
  readName(start: number): number {
    const text = this.#text;
    let at = start;
    let hash = 0;
    let code = text.charCodeAt(at);
    for (; isOf(code, NAME); code = text.charCodeAt(++at)) hash = nextHash(hash, code);
    if (!endsName(code)) return this.#refuse('odd tag');
    const id = findId(text, start, at, hash);
    this.id = id === -1 ? this.#unlistedId(start, at) : id;
    return at;
  }

  /** The lower-case name of an unlisted number. */
  unlistedName(id: number): string {
    for (const [name, known] of this.#unlisted ?? []) if (known === id) return name;
    return '';
  }

  /** From behind a tag's name to the place after its `>`. */
  skipAttributes(start: number): number {
    const text = this.#text;
    for (let at = start; at !== -1;) {
      const code = text.charCodeAt(at);
      if (code === GREATER) return at + 1;
      at = isBlank(code) || code === SLASH ? at + 1 : this.#attribute(at, null);
    }
    return -1;
  }

  /** The same, keeping the wanted attributes in `attributes`. */
  readAttributes(start: number): number {
    const text = this.#text;
    const kept: Attribute[] = [];
    for (let at = start; at !== -1;) {
      const code = text.charCodeAt(at);
      if (code === GREATER) {
        this.attributes = kept;
        return at + 1;
      }
      at = isBlank(code) || code === SLASH ? at + 1 : this.#attribute(at, kept);
    }
    return -1;
  }

  /** From `<!` to the place after the comment or doctype. */
  skipDeclaration(start: number): number {
    const text = this.#text;
    if (text.startsWith('--', start + 2)) return this.#skipComment(start + 4);
    return isNameAt(text, start + 2, start + 9, 'doctype')
      ? this.#after(text.indexOf('>', start))
      : this.#refuse('odd markup');
  }

  /** From `<?` to the place after it: a comment up to the first `>`. */
  skipInstruction(start: number): number {
    return this.#after(this.#text.indexOf('>', start));
  }

  /** The place of the end tag that ends raw text; `after` takes over from there. */
  endOfRaw(start: number, name: string): number {
    const text = this.#text;
    for (let at = text.indexOf('</', start); at !== -1; at = text.indexOf('</', at + 2)) {
      const end = at + 2 + name.length;
      if (isNameAt(text, at + 2, end, name) && endsName(text.charCodeAt(end))) return at;
    }
    return this.#refuse('open end');
  }

  /** Where the script that begins here ends: the place of its end tag. */
  endOfScript(start: number): number {
    const end = this.endOfRaw(start, 'script');
    if (end === -1) return -1;
    const escape = this.#text.indexOf('<!--', start);
    if (escape === -1 || escape >= end) return end;
    return /<script/i.test(this.#text.slice(escape, end)) ? this.#refuse('nested script') : end;
  }

  /** Text between tags, or in a title, as it is meant. */
  textBetween(start: number, end: number): string {
    const text = this.#text.slice(start, end);
    return text.includes('&') ? decodeHTML(text) : text;
  }

  #skipComment(start: number): number {
    const text = this.#text;
    if (text.charCodeAt(start) === GREATER) return start + 1;
    if (text.startsWith('->', start)) return start + 2;
    const end = text.indexOf('-->', start);
    if (end === -1) return this.#refuse('open end');
    // Ends a comment, too, as hardly anybody knows.
    return text.slice(start, end).includes('--!>') ? this.#refuse('odd markup') : end + 3;
  }

  /** From the first character of an attribute to the place behind it. */
  #attribute(start: number, kept: Attribute[] | null): number {
    const text = this.#text;
    let end = start;
    let code = text.charCodeAt(end);
    for (; code >= 128 || isOf(code, IN_ATTRIBUTE); code = text.charCodeAt(++end));
    if (code !== EQUALS && !endsName(code)) {
      // The end of the text, or a quote or bracket in a name.
      return this.#refuse(end < text.length ? 'odd tag' : 'open end');
    }
    if (end === start) return this.#refuse('odd tag');
    let at = end;
    while (isBlank(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== EQUALS) {
      if (kept !== null) this.#keep(kept, start, end, at, at);
      return at;
    }
    at++;
    while (isBlank(text.charCodeAt(at))) at++;
    return this.#value(at, start, end, kept);
  }

  #value(start: number, nameStart: number, nameEnd: number, kept: Attribute[] | null): number {
    const text = this.#text;
    const quote = text.charCodeAt(start);
    if (quote === DOUBLE || quote === SINGLE) {
      const end = text.indexOf(quote === DOUBLE ? '"' : "'", start + 1);
      if (end === -1) return this.#refuse('open end');
      if (kept !== null) this.#keep(kept, nameStart, nameEnd, start + 1, end);
      return end + 1;
    }
    if (quote === GREATER) return this.#refuse('odd tag');
    let end = start;
    for (let code = quote; !isBlank(code) && code !== GREATER; code = text.charCodeAt(++end)) {
      if (end >= text.length) return this.#refuse('open end');
    }
    if (kept !== null) this.#keep(kept, nameStart, nameEnd, start, end);
    return end;
  }

  #keep(kept: Attribute[], nameStart: number, nameEnd: number, start: number, end: number): void {
    const text = this.#text;
    const name = WANTED_BY_LENGTH[nameEnd - nameStart]?.find((wanted) =>
      isNameAt(text, nameStart, nameEnd, wanted),
    );
    if (name === undefined || kept.some((attribute) => attribute.name === name)) return;
    kept.push({ name, value: attributeText(text.slice(start, end)) });
  }

  #unlistedId(start: number, end: number): number {
    const name = this.#text.slice(start, end).toLowerCase();
    this.#unlisted ??= new Map();
    const known = this.#unlisted.get(name);
    if (known !== undefined) return known;
    const id = UNLISTED + this.#unlisted.size;
    this.#unlisted.set(name, id);
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

/** An attribute's value as it is meant: newlines are made one before references are read. */
function attributeText(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&') ? decodeHTMLAttribute(text) : text;
}

const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const DOUBLE = 0x22;
const SINGLE = 0x27;

const BLANK = 1;
const LETTER = 2;
const NAME = 4;
const IN_ATTRIBUTE = 8;

/** What an ASCII character may be; bits. */
const kinds = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  kinds[code] =
    (/[\t\n\f\r ]/.test(char) ? BLANK : 0) |
    (/[A-Za-z]/.test(char) ? LETTER : 0) |
    (/[\w:-]/.test(char) && char !== '_' ? NAME : 0) |
    (code > 32 && !/["'/<=>]/.test(char) ? IN_ATTRIBUTE : 0);
}

function isOf(code: number, kind: number): boolean {
  return code < 128 && ((kinds[code] as number) & kind) !== 0;
}

/** Whether a character is a blank to HTML. */
export function isBlank(code: number): boolean {
  return isOf(code, BLANK);
}

/** Whether a character begins a tag's name. */
export function isLetter(code: number): boolean {
  return isOf(code, LETTER);
}

function endsName(code: number): boolean {
  return code === GREATER || code === SLASH || isBlank(code);
}
