/**
 * How the page is read: a place is an index into its bytes. Behind the last one stand zeros, which are in no page of the
 * fast lane, so whatever reads on stops there.
 */
import { BLANK, DIGITS, KINDS, PADDING, PAGE } from '../scan-layout';

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

export function digitOf(code: i32): i32 {
  return load<u8>(code, DIGITS);
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

/** Whether a place holds a name of lower-case ASCII, in any case. */
export function isNameAt(at: i32, name: i32, size: i32): bool {
  for (let i = 0; i < size; i++) {
    const code = byteAt(at + i);
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    if (lower != <i32>load<u8>(name + i)) return false;
  }
  return true;
}

/** Whether a comment begins behind a `<`. */
export function isComment(tag: i32): bool {
  return byteAt(tag + 1) == EXCLAMATION && byteAt(tag + 2) == DASH && byteAt(tag + 3) == DASH;
}
