/**
 * The loops of the fast lane over a page's bytes, in AssemblyScript: they take a third of the time that they take in
 * JavaScript, also while a thread is young. A negative answer in place of a place says why the page is better left to
 * parse5. It is called by workers/quick-tags.ts and quick-tables.ts.
 */
import {
  AFTER,
  END,
  ENDS,
  FLAGS,
  HREF,
  ID,
  IS_LINK,
  IS_PLAIN,
  IS_RAW,
  IS_TABLE,
  IS_TABLE_PART,
  LAST_SLASH,
  LENGTHS,
  LINK_COUNT,
  LINK_NUMBERS,
  LINKS,
  MARKUP,
  MAX_LINKS,
  ODD_TAG,
  PLAIN_END,
  REL,
  STARTS,
  TABLE_NESTING,
  TOLD,
} from '../scan-layout';
import { addressAt, endBeforeFragment, isSaid, say, turnPage } from './addresses';
import {
  byteAt,
  endOfName,
  endOfPage,
  endPage,
  EXCLAMATION,
  find,
  GREATER,
  isKind,
  LESS,
  SLASH,
} from './bytes';
import { closeAll, endPart, foster, isBetween, openTable, startPart } from './tables';
import { readAttributes, readMarkup, skipAttributes, UNLISTED } from './tags';
import { endOfRaw, skipComment } from './texts';

export { endPart, foster, isBetween, isOpen, openTable, startPart } from './tables';
export { listName, readAttributes, skipAttributes } from './tags';
export { afterGreater, endOfRaw, skipComment } from './texts';

/** Begins a page of so many bytes. Answers whether all numbers of addresses were forgotten. */
export function begin(bytes: i32): bool {
  endPage(bytes);
  store<i32>(TOLD, 0);
  store<i32>(LAST_SLASH, -1);
  closeAll();
  return turnPage();
}

/** The next `<`, read as far as the name of its tag; the end of the page, other markup, if there is none. */
export function next(start: i32): i32 {
  const found = find(LESS, start);
  const tag = found == -1 ? endOfPage() : found;
  readMarkup(tag);
  return tag;
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
    if (tag == -1) return next(endOfPage());
    const second = byteAt(tag + 1);
    at = second == SLASH ? afterPlainEnd(tag + 2) : -1;
    if (at > 0) continue;
    readMarkup(tag);
    at = second == EXCLAMATION ? skipComment(tag) : afterTag();
    // Whoever reads it again says why it is refused, if it is.
    if (at < 0) return at == TABLE_NESTING ? at : tag;
  }
}

/** The place after an end tag whose first letter says that it is plain, if it is nothing but a name; else -1. */
function afterPlainEnd(name: i32): i32 {
  if (!isKind(byteAt(name), PLAIN_END)) return -1;
  const end = endOfName(name);
  return byteAt(end) == GREATER ? end + 1 : -1;
}

/** The place after the tag last met, or after what it begins, if that can be passed; else negative. */
function afterTag(): i32 {
  const after = load<i32>(AFTER);
  if (after < 0) return after;
  const id = load<i32>(ID);
  const flags: i32 = id == UNLISTED ? IS_PLAIN : <i32>load<u8>(id, FLAGS);
  const isOfTable = (flags & (IS_TABLE | IS_TABLE_PART)) != 0;
  if (load<i32>(MARKUP) == END) {
    const end = skipAttributes(after);
    return end >= 0 && isOfTable && !endPart(id) ? TABLE_NESTING : end;
  }
  if ((flags & IS_LINK) != 0) return passLink(after);
  if ((flags & (IS_PLAIN | IS_RAW)) == 0 && !isOfTable) return ODD_TAG;
  const end = skipAttributes(after);
  if (end < 0 || (flags & IS_PLAIN) != 0) return end;
  if ((flags & IS_RAW) != 0) return passRaw(id, end);
  if ((flags & IS_TABLE) != 0) return openTable() ? end : TABLE_NESTING;
  startPart(id);
  return end;
}

function passRaw(id: i32, start: i32): i32 {
  const end = endOfRaw(start, id);
  return end < 0 ? end : skipAttributes(end + 2 + load<u8>(id, LENGTHS));
}

function passLink(after: i32): i32 {
  const count = load<i32>(LINK_COUNT);
  const end = readAttributes(after);
  if (end < 0 || count == MAX_LINKS) return ODD_TAG;
  // Moved before the table; of links the order says nothing.
  if (isBetween()) foster();
  store<i32>(TOLD, load<i32>(TOLD) + 1);
  const start = load<i32>(STARTS + 4 * load<i32>(HREF));
  if (start != 0) noteLink(start, endBeforeFragment(start, load<i32>(ENDS + 4 * load<i32>(HREF))), count);
  return end;
}

function noteLink(start: i32, end: i32, count: i32): void {
  const rel = load<i32>(REL);
  const relStart = load<i32>(STARTS + 4 * rel);
  const address = addressAt(start, end);
  if (address != -1) {
    if (isSaid(address)) return;
    if (relStart == 0) say(address);
  }
  const link = LINKS + 4 * LINK_NUMBERS * count;
  store<i32>(link, start);
  store<i32>(link + 4, end);
  store<i32>(link + 8, address);
  store<i32>(link + 12, relStart);
  store<i32>(link + 16, load<i32>(ENDS + 4 * rel));
  store<i32>(LINK_COUNT, count + 1);
}
