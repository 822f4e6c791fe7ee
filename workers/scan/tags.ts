/** Tags as the tokenizer of the HTML standard reads them, without tokens: what one is called, and where it ends. */
import {
  AFTER,
  BLANK,
  END,
  ENDS,
  ID,
  LAST_SLASH,
  LETTER,
  MARKUP,
  NAME,
  NAME_BYTES,
  NAME_SLOT_COUNT,
  NAME_SLOTS,
  NAMES,
  ODD_TAG,
  OPEN_END,
  OTHER,
  START,
  STARTS,
  WANTED_BY_LENGTH,
  WANTED_NAMES,
} from '../scan-layout';
import {
  byteAt,
  DOUBLE,
  endOfAttributeName,
  endOfName,
  endOfPage,
  endsName,
  EQUALS,
  find,
  GREATER,
  isKind,
  isNameAt,
  SINGLE,
  SLASH,
  smallEightAt,
} from './bytes';

export const UNLISTED: i32 = -1;

/** Notes what a `<` begins, as far as the name of its tag. */
export function readMarkup(tag: i32): void {
  const second = byteAt(tag + 1);
  if (isKind(second, LETTER)) {
    store<i32>(MARKUP, START);
    readName(tag + 1);
  } else if (second == SLASH && isKind(byteAt(tag + 2), LETTER)) {
    store<i32>(MARKUP, END);
    readName(tag + 2);
  } else {
    store<i32>(MARKUP, OTHER);
    store<i32>(AFTER, ODD_TAG);
  }
}

function readName(start: i32): void {
  const end = endOfName(start);
  const isOdd = !endsName(byteAt(end));
  store<i32>(AFTER, isOdd ? ODD_TAG : end);
  if (isOdd) return;
  const id = idAt(start, end - start);
  store<i32>(ID, id);
  if (id == UNLISTED) store<i32>(NAME, start);
}

/** Lists a name that stands in the layout. */
export function listName(id: i32): void {
  let slot = slotOf(load<u64>(NAMES + NAME_BYTES * id));
  while (load<u8>(slot, NAME_SLOTS) != 0) slot = (slot + 1) & (NAME_SLOT_COUNT - 1);
  store<u8>(NAME_SLOTS + slot, <u8>(id + 1));
}

/** The number of the name at a place, in any case. */
function idAt(start: i32, size: i32): i32 {
  let slot = slotOf(smallEightAt(start, size));
  for (let found: i32 = load<u8>(slot, NAME_SLOTS); found != 0; found = load<u8>(slot, NAME_SLOTS)) {
    if (isNameAt(start, NAMES + NAME_BYTES * (found - 1), size)) return found - 1;
    slot = (slot + 1) & (NAME_SLOT_COUNT - 1);
  }
  return UNLISTED;
}

/** By its first eight bytes. */
function slotOf(name: u64): i32 {
  return (<i32>((name * 0x9e3779b97f4a7c15) >>> 32)) & (NAME_SLOT_COUNT - 1);
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
  memory.fill(STARTS, 0, ENDS - STARTS);
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
  const end = endOfAttributeName(start);
  let code = byteAt(end);
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
