/**
 * Percent-encoded octets, as RFC 3986 §2 defines them: reading one, writing one, and the normal form of
 * a text that holds some. Knows nothing of URLs; which text to normalise is the caller's matter.
 */

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet);
const TRIPLETS = OCTETS.map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`);
const CHARACTERS = OCTETS.map((octet) => String.fromCharCode(octet));
const UNRESERVED = CHARACTERS.map((character) => /[A-Za-z0-9\-._~]/.test(character));

/** The octet 0–255 as `%XX`, upper-case hex (RFC 3986 §2.1). */
export function tripletOf(octet: number): string {
  return TRIPLETS[octet] ?? '';
}

/** Whether an octet is an unreserved character, whose encoded and plain forms mean the same (RFC 3986 §2.3). */
export function isUnreserved(octet: number): boolean {
  return UNRESERVED[octet] ?? false;
}

/** The octet 0–255 written as `%XX` at index `at` of `text`, or -1 where there is no valid triplet. */
export function octetAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x25) return -1;
  const high = hexValue(text.charCodeAt(at + 1));
  const low = hexValue(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/**
 * Writes every valid triplet in the one way RFC 3986 §6.2.2.1 and §6.2.2.2 allow: unreserved characters
 * plain, everything else as upper-case hex. A `%` that starts no triplet is left as it is, and a triplet
 * is left encoded where its plain form would complete a new triplet with such a stray `%` (`%%34%31`
 * must not become `%41`). Idempotent. Never throws.
 *
 * @returns the same string object when nothing had to change
 */
export function normalisePercent(text: string): string {
  let out = '';
  let copied = 0;
  let at = text.indexOf('%');
  while (at !== -1) {
    const octet = octetAt(text, at);
    if (octet !== -1) {
      const wanted = mayDecode(octet, text, at) ? (CHARACTERS[octet] ?? '') : tripletOf(octet);
      if (!text.startsWith(wanted, at)) {
        out += text.slice(copied, at) + wanted;
        copied = at + 3;
      }
    }
    at = text.indexOf('%', octet === -1 ? at + 1 : at + 3);
  }
  return copied === 0 ? text : out + text.slice(copied);
}

function mayDecode(octet: number, text: string, at: number): boolean {
  if (!isUnreserved(octet)) return false;
  return hexValue(octet) < 0 || !followsStray(text, at);
}

/**
 * Whether the triplet at `at` stands right after a stray `%`, or after a stray `%` and one hex digit.
 * A `%` so close before another one cannot be the start of a valid triplet itself.
 */
function followsStray(text: string, at: number): boolean {
  if (text.charCodeAt(at - 1) === 0x25) return true;
  return text.charCodeAt(at - 2) === 0x25 && hexValue(text.charCodeAt(at - 1)) >= 0;
}

/** 0–15 for a hex digit's character code, else -1 (NaN, past the end of a string, included). */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}
