/**
 * The bytes of a page as the fast lane reads them: UTF-8, in which every character of markup is a byte of its own, and
 * no byte of another character is one of those. So nothing has to be decoded but what is kept.
 */

export const SLASH = 0x2f;
export const EXCLAMATION = 0x21;
export const QUESTION = 0x3f;

/** The byte at a place; 0, which is in no page of the fast lane, beyond the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : 0;
}

/** Whether a byte is a blank to HTML. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;
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
