/** An address as it is written, on any page of a thread. */
import { levelsUp } from '#src/url/canonicalise.js';
import type { Nofollow } from './key-lists.js';
import type { KnownKey } from './link-memory.js';

/** What of a page decides where an address leads: all of it, nothing, the origin of its base, … */
export const BY_PAGE = 0;
export const BY_NOTHING = 1;
export const BY_ORIGIN = 2;
/** … or the folder of its base, the one above that, and so on. */
export const BY_FOLDER = 3;

/** Lives as long as the scan knows its number (quick-scan.ts), or its page. */
export class Href {
  readonly text: string;
  /** One of the above; a number more for each folder up. */
  readonly decidedBy: number;
  /** Of the pages of the thread, the number of the one that linked to it last; and the least nofollow there (finds.ts). */
  page = 0;
  nofollow: Nofollow = 0;
  /**
   * Where it led last, if that can be asked for, and for which origin or folder (link-memory.ts). Where two extractors read
   * pages of one thread in turns, each finds the other's answer, and looks again.
   */
  to: KnownKey | null = null;
  front: object | null = null;
  /** Whether query parameters were taken out of it then. */
  isStripped = false;

  /** @param text without a fragment */
  constructor(text: string) {
    this.text = text;
    this.decidedBy = whatDecides(text);
  }
}

/**
 * An address without its fragment, as keys have none: a table of contents is one link. The first '#' starts it wherever
 * it stands, and stays itself, as blanks before it belong to the address and blanks at its end do not.
 */
export function untilFragment(address: string): string {
  const hash = address.indexOf('#');
  return hash === -1 ? address : address.slice(0, hash + 1);
}

/** What means the same in all encodings, whatever is dropped at its ends. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const ABSOLUTE = /^https?:\/\//i;
/** Not a query alone, which takes over the page's path; no colon in front, as `http:x` may be either. */
const RELATIVE = /^[\w.%~-][^:/?#]*(?:[/?#]|$)/;

function whatDecides(text: string): number {
  if (!VISIBLE_ASCII.test(text)) return BY_PAGE;
  if (text.startsWith('/')) return BY_ORIGIN;
  if (ABSOLUTE.test(text)) return BY_NOTHING;
  return RELATIVE.test(text) ? BY_FOLDER + levelsUp(text) : BY_PAGE;
}
