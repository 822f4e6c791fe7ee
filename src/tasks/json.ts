/**
 * JSON as people write it by hand: read by the platform, but a fault is told with its place, and a key that
 * stands twice is one (the platform would keep the last and say nothing). Keys keep the order of the text.
 */

import type { JsonObject, JsonValue } from '../protocol/json.js';

/** What is wrong with a text, and where: an index into it. */
export class JsonFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export interface JsonText {
  readonly value: JsonValue;
  /** Keys of the object that the text is, in its order; empty for what is no object. */
  readonly keys: readonly string[];
}

/**
 * Reads one JSON text.
 * @throws JsonFault for what is no JSON, and for an object that has a key twice, at any depth
 */
export function parseJson(text: string): JsonText {
  // First, because it says where a text is no JSON; what is left to the platform cannot fail.
  const keys = new Scanner(text).scan();
  return { value: JSON.parse(text) as JsonValue, keys };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Line and column of an index, both from 1: `line 3, column 7`. */
export function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** One token behind any blanks: a string, another value without parts, or a mark. */
const TOKEN =
  // eslint-disable-next-line no-control-regex -- control characters are what a string must not hold
  /[ \t\r\n]*(?:("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\]:,]))/y;
const BLANKS = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'the end';

/** What is open: the keys that an object has so far; null for an array. */
type Level = Set<string> | null;

/** Walks over the tokens of a text, with a stack of its own: depth is the text's, not the thread's. */
class Scanner {
  readonly #text: string;
  readonly #open: Level[] = [];
  readonly #keys: string[] = [];
  #expected: Expected = 'value';
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns the keys of the outermost object */
  scan(): string[] {
    while (this.#expected !== 'the end') this.#token();
    const end = this.#skipBlanks();
    if (end < this.#text.length) throw this.#fault(end);
    return this.#keys;
  }

  #token(): void {
    TOKEN.lastIndex = this.#position;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#fault(this.#skipBlanks());
    const [whole, string, plain, mark] = match;
    const start = TOKEN.lastIndex - (string ?? plain ?? mark ?? whole).length;
    this.#position = TOKEN.lastIndex;
    if (mark !== undefined) this.#mark(mark, start);
    else if (this.#expected.startsWith('value')) this.#valueEnds();
    else if (string !== undefined && this.#expected.startsWith('key')) this.#key(string, start);
    else throw this.#fault(start);
  }

  #mark(mark: string, start: number): void {
    if ((mark === '{' || mark === '[') && this.#expected.startsWith('value')) {
      this.#open.push(mark === '{' ? new Set() : null);
      this.#expected = mark === '{' ? 'key or }' : 'value or ]';
    } else if (mark === ':' && this.#expected === ':') {
      this.#expected = 'value';
    } else if (mark === ',' && this.#expected.startsWith(',')) {
      this.#expected = this.#expected === ', or }' ? 'key' : 'value';
    } else if ((mark === '}' || mark === ']') && this.#expected.endsWith(`or ${mark}`)) {
      this.#open.pop();
      this.#valueEnds();
    } else {
      throw this.#fault(start);
    }
  }

  #key(quoted: string, start: number): void {
    const key = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
    const siblings = this.#open.at(-1);
    if (siblings?.has(key) === true) throw new JsonFault(`the key ${quoted} is there twice`, start);
    siblings?.add(key);
    if (this.#open.length === 1) this.#keys.push(key);
    this.#expected = ':';
  }

  #valueEnds(): void {
    const level = this.#open.at(-1);
    this.#expected = level === undefined ? 'the end' : level === null ? ', or ]' : ', or }';
  }

  #skipBlanks(): number {
    BLANKS.lastIndex = this.#position;
    BLANKS.exec(this.#text);
    return BLANKS.lastIndex;
  }

  #fault(offset: number): JsonFault {
    const met = offset >= this.#text.length ? 'it ends' : `${this.#shown(offset)} stands`;
    return new JsonFault(`not JSON: ${met} where ${NAMES[this.#expected]} is expected`, offset);
  }

  /** The character that nothing begins with, or what looks like a string and is none. */
  #shown(offset: number): string {
    if (
      this.#text[offset] === '"' &&
      (this.#expected.startsWith('value') || this.#expected.startsWith('key'))
    )
      return 'a string that is not closed, or with a wrong escape or a control character,';
    return JSON.stringify(String.fromCodePoint(this.#text.codePointAt(offset) ?? 0));
  }
}

const NAMES: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  key: 'a key in double quotes',
  'key or }': 'a key in double quotes or "}"',
  ':': '":"',
  ', or }': '"," or "}"',
  ', or ]': '"," or "]"',
  'the end': 'nothing more',
};
