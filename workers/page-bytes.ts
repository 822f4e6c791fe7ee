/**
 * The bytes of a page as the fast lane reads them: UTF-8, in which every character of markup is a byte of its own, and
 * no byte of another character is one of those. So nothing has to be decoded but what is kept.
 */

export const LESS = 0x3c;
export const GREATER = 0x3e;
export const SLASH = 0x2f;
export const EQUALS = 0x3d;
export const DOUBLE = 0x22;
export const SINGLE = 0x27;
export const EXCLAMATION = 0x21;
export const QUESTION = 0x3f;

const BLANK = 1;
const LETTER = 2;
const IN_ATTRIBUTE = 4;

/** What a byte may be; bits. */
const kinds = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  const char = String.fromCharCode(code);
  kinds[code] =
    (/[\t\n\f\r ]/.test(char) ? BLANK : 0) |
    (/[A-Za-z]/.test(char) ? LETTER : 0) |
    (code > 32 && !/["'/<=>]/.test(char) ? IN_ATTRIBUTE : 0);
}

/** The byte at a place; 0, which is in no page of the fast lane, beyond the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : 0;
}

/** Whether a byte is a blank to HTML. */
export function isBlank(code: number): boolean {
  return ((kinds[code] as number) & BLANK) !== 0;
}

/** Whether a byte begins a tag's name. */
export function isLetter(code: number): boolean {
  return ((kinds[code] as number) & LETTER) !== 0;
}

/** Whether a byte may stand in an attribute's name. */
export function isInAttribute(code: number): boolean {
  return ((kinds[code] as number) & IN_ATTRIBUTE) !== 0;
}

/** Whether a byte ends a tag's name. */
export function endsName(code: number): boolean {
  return code === GREATER || code === SLASH || isBlank(code);
}

/** How many bytes are looked at one by one: a native search costs as much as a dozen. */
const NEAR = 12;

/** Where a byte is next; -1 if nowhere. */
export function find(bytes: Buffer, byte: number, start: number): number {
  const near = Math.min(start + NEAR, bytes.length);
  for (let at = start; at < near; at++) if (bytes[at] === byte) return at;
  return bytes.indexOf(byte, near);
}

/** Whether a place holds a lower-case name of ASCII, in any case. */
export function isNameAt(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const code = byteAt(bytes, start + i);
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    if (lower !== name.charCodeAt(i)) return false;
  }
  return true;
}
