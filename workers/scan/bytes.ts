/**
 * The page and the tables as they lie in memory, and how bytes are read and found. A place is an index into the page's
 * bytes. Behind the last one stand zeros, which are in no page: whatever reads on stops there.
 */

// Tables, filled in by quick-scan.ts from tag-names.ts: by byte …
export const KINDS: i32 = 0x400;
export const DIGITS: i32 = 0x500;
// … by slot of a hash: number of a name, plus one …
export const SLOTS: i32 = 0x800;
export const SLOT_COUNT: i32 = 1024;
// … by number of a name: its hash, its length, what it is to the scan, and itself.
export const HASHES: i32 = 0xc00;
export const LENGTHS: i32 = 0x1000;
export const FLAGS: i32 = 0x1100;
export const NAMES: i32 = 0x1200;
export const NAME_BYTES: i32 = 16;
// Wanted attributes: bits of their numbers by length, and their names.
export const WANTED_BY_LENGTH: i32 = 0x2200;
export const WANTED_NAMES: i32 = 0x2300;
// Behind what other files keep: see addresses.ts.
export const PAGE: i32 = 0xe0000;
/** So many zeros follow the page. */
export const PADDING: i32 = 32;

// Bits of KINDS.
export const BLANK: i32 = 1;
export const LETTER: i32 = 2;
export const IN_ATTRIBUTE: i32 = 4;
/** Letters that no end tag begins with that is not plain. */
export const PLAIN_END: i32 = 8;

export const LESS: i32 = 0x3c;
export const GREATER: i32 = 0x3e;
export const SLASH: i32 = 0x2f;
export const EQUALS: i32 = 0x3d;
export const DOUBLE: i32 = 0x22;
export const SINGLE: i32 = 0x27;
export const EXCLAMATION: i32 = 0x21;
export const DASH: i32 = 0x2d;

// What ends a page's way through the fast lane; instead of a place.
export const OPEN_END: i32 = -1;
export const ODD_TAG: i32 = -2;
export const ODD_MARKUP: i32 = -3;
export const NESTED_SCRIPT: i32 = -4;
export const TABLE_NESTING: i32 = -5;
export const FOSTER_PARENTING: i32 = -6;

/** How many bytes the page has. */
let length: i32 = 0;

export function setLength(bytes: i32): void {
  length = bytes;
  for (let i = 0; i < PADDING; i++) store<u8>(PAGE + bytes + i, 0);
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
