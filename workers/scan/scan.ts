/**
 * The loops of the fast lane over a page's bytes, in AssemblyScript: they cost a third of what they do in JavaScript,
 * and nothing while a thread is young. Tags are read as the tokenizer of the HTML standard reads them, without tokens;
 * a negative answer in place of a place says why that is better left to parse5. workers/quick-tags.ts is the way in.
 */
import {
  BLANK,
  byteAt,
  DASH,
  digitOf,
  DOUBLE,
  endOfPage,
  endsName,
  EQUALS,
  EXCLAMATION,
  find,
  FLAGS,
  GREATER,
  HASHES,
  IN_ATTRIBUTE,
  isKind,
  isNameAt,
  LENGTHS,
  LESS,
  LETTER,
  NAME_BYTES,
  NAMES,
  NESTED_SCRIPT,
  ODD_MARKUP,
  FOSTER_PARENTING,
  ODD_TAG,
  OPEN_END,
  PLAIN_END,
  SINGLE,
  SLASH,
  SLOT_COUNT,
  setLength,
  SLOTS,
  TABLE_NESTING,
  WANTED_BY_LENGTH,
  WANTED_NAMES,
} from './bytes';
export {
  DIGITS,
  FLAGS,
  HASHES,
  KINDS,
  LENGTHS,
  NAME_BYTES,
  NAMES,
  PADDING,
  PAGE,
  SLOT_COUNT,
  SLOTS,
  WANTED_BY_LENGTH,
  WANTED_NAMES,
} from './bytes';

export {
  foster,
  isBetween,
  isOpen,
  nameTables,
  STEP_COUNT,
  STEPS,
  openTable,
  startPart,
  endPart,
} from './tables';
import { addressAt, endBeforeFragment, isSaid, say, turnPage } from './addresses';
import { closeAll, endPart, foster, isBetween, openTable, startPart } from './tables';

/** Numbers that are read from outside after a call: what `Met` of quick-scan.ts lists, in its order. */
export const MET: i32 = 0x100;
const MARKUP: i32 = MET;
const ID: i32 = MET + 4;
const AFTER: i32 = MET + 8;
const LAST_SLASH: i32 = MET + 12;
const TOLD: i32 = MET + 16;
const LINK_COUNT: i32 = MET + 20;
/** Where the values of the wanted attributes stand that the tag last read has, by number; 0 for none. */
export const STARTS: i32 = 0x140;
export const ENDS: i32 = 0x160;
/** Links that were passed: where href begins and ends, its number as an address, where rel begins, if there is one, and ends. */
export const LINKS: i32 = 0x4000;
const LINK_BYTES: i32 = 20;
const MAX_LINKS: i32 = 512;

// What the `<` last met begins.
const START: i32 = 0;
const END: i32 = 1;
const OTHER: i32 = 2;

// Bits of FLAGS.
/** A start tag that says nothing of itself. */
const PLAIN: i32 = 1;
const LINK: i32 = 4;
const RAW: i32 = 8;
const SCRIPT: i32 = 16;
const TABLE: i32 = 32;
const TABLE_PART: i32 = 64;

const UNLISTED: i32 = -1;
const EXACT_LENGTH: i32 = 6;

/** Numbers of the wanted attributes of a link. */
let href: i32 = 0;
let rel: i32 = 0;
/** The listed name of scripts. */
let script: i32 = 0;

export function setNumbers(hrefNumber: i32, relNumber: i32, scriptId: i32): void {
  href = hrefNumber;
  rel = relNumber;
  script = scriptId;
}

/** The next `<`, read as far as the name of its tag; the end of the page, other markup, if there is none. */
export function next(start: i32): i32 {
  const found = find(LESS, start);
  const tag = found == -1 ? endOfPage() : found;
  readMarkup(tag);
  return tag;
}

/** Begins a page that was written to PAGE. Answers whether all numbers of addresses were forgotten. */
export function begin(bytes: i32): bool {
  setLength(bytes);
  store<i32>(TOLD, 0);
  closeAll();
  return turnPage();
}

/**
 * The same, over all tags that mean nothing to a crawl of whole pages, or no more than their place in a table. Links
 * are passed, too: LINKS has those with an address, but for what the page said before. Negative where tables say so.
 */
export function nextTelling(start: i32): i32 {
  store<i32>(LINK_COUNT, 0);
  let at = start;
  while (true) {
    const tag = find(LESS, at);
    if (tag == -1) return endOfPage();
    const second = byteAt(tag + 1);
    at = second == SLASH ? afterPlainEnd(tag + 2) : -1;
    if (at > 0) continue;
    readMarkup(tag);
    at = second == EXCLAMATION ? skipComment(tag) : afterTelling();
    // Whatever is to be refused for itself is read again.
    if (at < 0) return at <= TABLE_NESTING ? at : tag;
  }
}

/** The place after an end tag whose first letter says that it is plain, if it is nothing but a name; else -1. */
function afterPlainEnd(name: i32): i32 {
  let code = byteAt(name);
  if (!isKind(code, PLAIN_END)) return -1;
  let at = name;
  while (digitOf(code) != 0) code = byteAt(++at);
  return code == GREATER ? at + 1 : -1;
}

/** The place after the tag last met, if that can be passed. */
function afterTelling(): i32 {
  const after = load<i32>(AFTER);
  if (after < 0) return after;
  const id = load<i32>(ID);
  const flags: i32 = id == UNLISTED ? PLAIN : <i32>load<u8>(id, FLAGS);
  if (load<i32>(MARKUP) == END) {
    const end = skipAttributes(after);
    const isPart = (flags & (TABLE | TABLE_PART)) != 0;
    return end >= 0 && isPart && !endPart(id) ? TABLE_NESTING : end;
  }
  if ((flags & PLAIN) != 0) return skipAttributes(after);
  if ((flags & LINK) != 0) return passLink(after);
  if ((flags & (TABLE | TABLE_PART)) != 0) {
    const end = skipAttributes(after);
    if (end < 0) return end;
    if ((flags & TABLE) != 0) return openTable(load<i32>(TOLD)) ? end : TABLE_NESTING;
    startPart(id);
    return end;
  }
  return (flags & (RAW | SCRIPT)) != 0 ? passRaw(id, (flags & SCRIPT) != 0, after) : ODD_TAG;
}

function passRaw(id: i32, isScript: bool, after: i32): i32 {
  const text = skipAttributes(after);
  if (text < 0) return text;
  const end = isScript ? endOfScript(text) : endOfRaw(text, id);
  return end < 0 ? end : skipAttributes(end + 2 + load<u8>(id, LENGTHS));
}

function passLink(after: i32): i32 {
  const count = load<i32>(LINK_COUNT);
  if (count == MAX_LINKS) return ODD_TAG;
  const end = readAttributes(after);
  if (end < 0) return end;
  const told = load<i32>(TOLD);
  if (isBetween() && !foster(told)) return FOSTER_PARENTING;
  store<i32>(TOLD, told + 1);
  const start = load<i32>(STARTS + 4 * href);
  if (start == 0) return end;
  const relStart = load<i32>(STARTS + 4 * rel);
  const addressEnd = endBeforeFragment(start, load<i32>(ENDS + 4 * href));
  const address = addressAt(start, addressEnd);
  if (address != -1) {
    if (isSaid(address)) return end;
    if (relStart == 0) say(address);
  }
  const link = LINKS + LINK_BYTES * count;
  store<i32>(link, start);
  store<i32>(link + 4, addressEnd);
  store<i32>(link + 8, address);
  store<i32>(link + 12, relStart);
  store<i32>(link + 16, load<i32>(ENDS + 4 * rel));
  store<i32>(LINK_COUNT, count + 1);
  return end;
}

function readMarkup(tag: i32): void {
  const second = byteAt(tag + 1);
  store<i32>(AFTER, -1);
  if (isKind(second, LETTER)) {
    store<i32>(MARKUP, START);
    readName(tag + 1);
  } else if (second == SLASH && isKind(byteAt(tag + 2), LETTER)) {
    store<i32>(MARKUP, END);
    readName(tag + 2);
  } else {
    store<i32>(MARKUP, OTHER);
  }
}

function readName(start: i32): void {
  let at = start;
  let hash: i32 = 0;
  let code = byteAt(at);
  for (let digit = digitOf(code); digit != 0; digit = digitOf(code)) {
    hash = hash * 39 + digit;
    code = byteAt(++at);
  }
  if (!endsName(code)) {
    store<i32>(AFTER, ODD_TAG);
    return;
  }
  store<i32>(ID, idAt(start, at - start, hash));
  store<i32>(AFTER, at);
}

/** The number of the name at a place, in any case, by its hash. */
function idAt(start: i32, size: i32, hash: i32): i32 {
  let slot = (hash ^ (hash >>> 10)) & (SLOT_COUNT - 1);
  for (let found = load<u8>(slot, SLOTS); found != 0; found = load<u8>(slot, SLOTS)) {
    const id = <i32>found - 1;
    if (load<i32>(HASHES + 4 * id) == hash && <i32>load<u8>(id, LENGTHS) == size) {
      if (size <= EXACT_LENGTH || isNameAt(start, NAMES + NAME_BYTES * id, size)) return id;
    }
    slot = (slot + 1) & (SLOT_COUNT - 1);
  }
  return UNLISTED;
}

/** From behind a tag's name to the place after its `>`. */
export function skipAttributes(start: i32): i32 {
  for (let at = start; at >= 0;) {
    const code = byteAt(at);
    if (code == GREATER) return at + 1;
    if (code == SLASH) store<i32>(LAST_SLASH, at);
    at = code == SLASH || isKind(code, BLANK) ? at + 1 : attribute(at, false);
    if (at < 0) return at;
  }
  return OPEN_END;
}

/** The same, keeping the wanted attributes. */
export function readAttributes(start: i32): i32 {
  v128.store(STARTS, i32x4.splat(0));
  v128.store(STARTS + 16, i32x4.splat(0));
  for (let at = start; at >= 0;) {
    const code = byteAt(at);
    if (code == GREATER) return at + 1;
    at = code == SLASH || isKind(code, BLANK) ? at + 1 : attribute(at, true);
    if (at < 0) return at;
  }
  return OPEN_END;
}

/** From the first character of an attribute to the place behind it. */
function attribute(start: i32, isKept: bool): i32 {
  let end = start;
  let code = byteAt(end);
  while (isKind(code, IN_ATTRIBUTE)) code = byteAt(++end);
  // The end of the text, or a quote or bracket in a name.
  if (code != EQUALS && !endsName(code)) return end < endOfPage() ? ODD_TAG : OPEN_END;
  if (end == start) return ODD_TAG;
  let at = end;
  while (isKind(code, BLANK)) code = byteAt(++at);
  const number = isKept ? wantedAt(start, end - start) : -1;
  if (code != EQUALS) {
    if (number != -1) keep(number, at, at);
    return at;
  }
  do code = byteAt(++at);
  while (isKind(code, BLANK));
  return attributeValue(at, code, number);
}

/** @param number of the attribute; -1 where nobody wants it */
function attributeValue(start: i32, first: i32, number: i32): i32 {
  if (first == DOUBLE || first == SINGLE) {
    const end = find(first, start + 1);
    if (end == -1) return OPEN_END;
    if (number != -1) keep(number, start + 1, end);
    return end + 1;
  }
  if (first == GREATER) return ODD_TAG;
  let end = start;
  for (let code = first; code != GREATER && !isKind(code, BLANK); code = byteAt(++end)) {
    if (code == 0) return OPEN_END;
  }
  if (number != -1) keep(number, start, end);
  return end;
}

function keep(number: i32, start: i32, end: i32): void {
  store<i32>(STARTS + 4 * number, start);
  store<i32>(ENDS + 4 * number, end);
}

/** The number of an attribute that is wanted, if it is the first of its name; else -1. */
function wantedAt(start: i32, size: i32): i32 {
  if (size >= NAME_BYTES) return -1;
  for (let numbers: i32 = load<u8>(size, WANTED_BY_LENGTH); numbers != 0; numbers &= numbers - 1) {
    const number = ctz(numbers);
    if (isNameAt(start, WANTED_NAMES + NAME_BYTES * number, size))
      return load<i32>(STARTS + 4 * number) == 0 ? number : -1;
  }
  return -1;
}

/** From `<!` to the place after the comment; `ODD_MARKUP` for anything else. */
export function skipComment(tag: i32): i32 {
  if (byteAt(tag + 2) != DASH || byteAt(tag + 3) != DASH) return ODD_MARKUP;
  const start = tag + 4;
  if (byteAt(start) == GREATER) return start + 1;
  if (byteAt(start) == DASH && byteAt(start + 1) == GREATER) return start + 2;
  for (let at = find(GREATER, start + 2); at != -1; at = find(GREATER, at + 1)) {
    if (byteAt(at - 1) == DASH && byteAt(at - 2) == DASH) return at + 1;
    // Ends a comment, too, as hardly anybody knows.
    const isOdd =
      at >= start + 3 && byteAt(at - 1) == EXCLAMATION && byteAt(at - 2) == DASH && byteAt(at - 3) == DASH;
    if (isOdd) return ODD_MARKUP;
  }
  return OPEN_END;
}

/** The place after the next `>`. */
export function afterGreater(start: i32): i32 {
  const at = find(GREATER, start);
  return at == -1 ? OPEN_END : at + 1;
}

/** The place of the end tag that ends raw text. */
export function endOfRaw(start: i32, id: i32): i32 {
  for (let at = find(LESS, start); at != -1; at = find(LESS, at + 1)) {
    if (isEndTagAt(at, id)) return at;
  }
  return OPEN_END;
}

/** Where the script that begins here ends: the place of its end tag. */
export function endOfScript(start: i32): i32 {
  const name = NAMES + NAME_BYTES * script;
  let isEscaped = false;
  for (let at = find(LESS, start); at != -1; at = find(LESS, at + 1)) {
    if (isEndTagAt(at, script)) return at;
    if (byteAt(at + 1) == EXCLAMATION && byteAt(at + 2) == DASH && byteAt(at + 3) == DASH) isEscaped = true;
    else if (isEscaped && isNameAt(at + 1, name, load<u8>(script, LENGTHS))) return NESTED_SCRIPT;
  }
  return OPEN_END;
}

function isEndTagAt(at: i32, id: i32): bool {
  if (byteAt(at + 1) != SLASH) return false;
  const size: i32 = load<u8>(id, LENGTHS);
  return isNameAt(at + 2, NAMES + NAME_BYTES * id, size) && endsName(byteAt(at + 2 + size));
}
