/**
 * Octets in URLs and headers as text. Nothing says what they are encoded in; what is valid UTF-8 is hardly ever
 * anything else, and what is not is mostly Windows-1252, of which Latin-1 is a part.
 */
import { createRequire } from 'node:module';
import type * as SingleByte from '@exodus/bytes/single-byte.js';
import { octetAt } from '../url/percent.js';

/** Loaded with the first octets that are not UTF-8. */
let loaded: typeof SingleByte | undefined;
const singleByte = (): typeof SingleByte =>
  (loaded ??= createRequire(import.meta.url)('@exodus/bytes/single-byte.js') as typeof SingleByte);

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of octets in UTF-8 or else Windows-1252. Never throws. */
export function textOfOctets(octets: Uint8Array): string {
  try {
    return UTF8.decode(octets);
  } catch {
    // Not UTF-8: that is the question.
    return singleByte().windows1252toString(octets);
  }
}

/** A header's value, which comes with one character an octet, as text. What holds anything else is text already. */
export function headerText(value: string): string {
  const isOctets = /^[\0-\u00ff]*$/.test(value);
  return isOctets && /[^\0-\u007f]/.test(value) ? textOfOctets(Buffer.from(value, 'latin1')) : value;
}

/** Text with its percent-encoded octets decoded; a `%` that starts no triplet stays. Never throws. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const octets = Array.from({ length: run.length / 3 }, (_, i) => octetAt(run, i * 3));
    return textOfOctets(Uint8Array.from(octets));
  });
}
