/**
 * How the page is read: a place is an index into its bytes. Behind the last one stand zeros, which are in no page of the
 * fast lane, so whatever reads on stops there.
 */
import { BLANK, IN_ATTRIBUTE, IN_NAME, KINDS, NAME_BYTES, PADDING, PAGE } from '../scan-layout';

export const LESS: i32 = 0x3c;
export const GREATER: i32 = 0x3e;
export const SLASH: i32 = 0x2f;
export const EQUALS: i32 = 0x3d;
export const DOUBLE: i32 = 0x22;
export const SINGLE: i32 = 0x27;
export const EXCLAMATION: i32 = 0x21;
export const DASH: i32 = 0x2d;

/** How many bytes the page has. */
let length: i32 = 0;

export function endPage(bytes: i32): void {
  length = bytes;
  memory.fill(PAGE + bytes, 0, PADDING);
}

export function endOfPage(): i32 {
  return length;
}

export function byteAt(at: i32): i32 {
  return load<u8>(at, PAGE);
}

export function isKind(code: i32, kind: i32): bool {
  return (load<u8>(code, KINDS) & kind) != 0;
}

/** Whether a byte ends a tag's name. */
export function endsName(code: i32): bool {
  return code == GREATER || code == SLASH || isKind(code, BLANK);
}

/** Where a byte is next; -1 if nowhere. */
export function find(byte: i32, start: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  for (let at = start; at < length; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at, PAGE), wanted));
    if (found != 0) return at + ctz(found);
  }
  return -1;
}

/** The place after the bytes that tags' names are made of. */
export function endOfName(start: i32): i32 {
  let at = start;
  while (isKind(byteAt(at), IN_NAME)) at++;
  return at;
}

/** The place after the bytes that attributes' names are made of. */
export function endOfAttributeName(start: i32): i32 {
  let at = start;
  while (isKind(byteAt(at), IN_ATTRIBUTE)) at++;
  return at;
}

/** So many bytes of the page from a place on as a number, eight at most; zeros behind them. */
export function eightAt(at: i32, size: i32): u64 {
  return first(load<u64>(at, PAGE), size);
}

/** The same, capitals made small. Of other bytes some are changed as well, but none to a letter. */
export function smallEightAt(at: i32, size: i32): u64 {
  return first(load<u64>(at, PAGE) | 0x2020202020202020, size);
}

function first(eight: u64, size: i32): u64 {
  if (size >= 8) return eight;
  return size <= 0 ? 0 : eight & (((<u64>1) << (8 * <u64>size)) - 1);
}

/** Whether a place holds a name of the layout, in any case. */
export function isNameAt(at: i32, name: i32, size: i32): bool {
  return (
    size < NAME_BYTES &&
    smallEightAt(at, size) == load<u64>(name) &&
    smallEightAt(at + 8, size - 8) == load<u64>(name + 8)
  );
}

/** Whether two places hold the same name of a tag, in any case. */
export function isSameName(one: i32, other: i32): bool {
  const size = endOfName(one) - one;
  if (endOfName(other) - other != size) return false;
  for (let i = 0; i < size; i += 8) {
    if (smallEightAt(one + i, size - i) != smallEightAt(other + i, size - i)) return false;
  }
  return true;
}

/** Whether a comment begins behind a `<`. */
export function isComment(tag: i32): bool {
  return byteAt(tag + 1) == EXCLAMATION && byteAt(tag + 2) == DASH && byteAt(tag + 3) == DASH;
}
