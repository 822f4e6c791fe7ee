/**
 * The loops of the fast lane over a page's bytes, in AssemblyScript: they take a third of the time that they take in
 * JavaScript, also while a thread is young. A negative answer in place of a place says why the page is better left to
 * parse5. It is called by workers/quick-tags.ts and quick-nesting.ts.
 */
import {
  AFTER,
  END,
  ENDS,
  FLAGS,
  FORM,
  HREF,
  ID,
  IS_LINK,
  IS_PLAIN,
  IS_RAW,
  IS_ROOT,
  IS_TABLE,
  IS_TABLE_PART,
  LAST_SLASH,
  LENGTHS,
  LINK_COUNT,
  LINK_NUMBERS,
  LINKS,
  MARKUP,
  MAX_LINKS,
  NESTING_WITHIN,
  ODD_TAG,
  PLAIN_END,
  REL,
  STARTS,
  TABLE_NESTING,
  TOLD,
} from '../scan-layout';
import { addressAt, endBeforeFragment, isSaid, say, turnPage } from './addresses';
import { mayBeArea } from './area';
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
import { beginNesting, endElement, isFollowed, isInside, isLost, makeRoom, openMet } from './nesting';
import {
  closeAll,
  endPart,
  foster,
  isBetween,
  makeRoomForPart,
  makeRoomForTable,
  openPart,
  openTable,
  startPart,
  startTable,
} from './tables';
import { readAttributes, readMarkup, skipAttributes, UNLISTED } from './tags';
import { endOfRaw, skipComment } from './texts';

export {
  closeMet,
  endElement,
  enterAll,
  enterLast,
  isFollowed,
  isInside,
  isLost,
  startElement,
} from './nesting';
export { endPart, foster, isBetween, isOpen, startPart, startTable } from './tables';
export { listName, readAttributes, skipAttributes } from './tags';
export { afterGreater, endOfRaw, skipComment } from './texts';

/** What is passed, unless it may be the area. */
const PASSED: i32 = IS_PLAIN | IS_LINK | IS_RAW | IS_TABLE | IS_TABLE_PART;
const OF_TABLE: i32 = IS_TABLE | IS_TABLE_PART;

/** Begins a page of so many bytes. Answers whether all numbers of addresses were forgotten. */
export function begin(bytes: i32): bool {
  endPage(bytes);
  store<i32>(TOLD, 0);
  store<i32>(LAST_SLASH, -1);
  closeAll();
  beginNesting();
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
 * The same, over all tags of a body that mean nothing to a crawl, or no more than their place in a table or in the nesting
 * of `--within`. Links are passed, too: LINKS has those with an address that count, but for what the page said before.
 * Negative where tables or nesting say so.
 */
export function nextTelling(start: i32): i32 {
  store<i32>(LINK_COUNT, 0);
  const isNesting = isFollowed();
  let at = start;
  while (true) {
    const tag = find(LESS, at);
    if (tag == -1) return next(endOfPage());
    const second = byteAt(tag + 1);
    at = second == SLASH && !isNesting ? afterPlainEnd(tag + 2) : -1;
    if (at > 0) continue;
    readMarkup(tag);
    at = second == EXCLAMATION ? skipComment(tag) : isNesting ? afterNestedTag() : afterTag();
    // Whoever reads it again says why it is refused, if it is.
    if (at < 0) return at == TABLE_NESTING || at == NESTING_WITHIN ? at : tag;
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
  const flags = flagsOf(id);
  if (load<i32>(MARKUP) == END) {
    const end = skipAttributes(after);
    return end >= 0 && (flags & OF_TABLE) != 0 && !endPart(id) ? TABLE_NESTING : end;
  }
  if ((flags & PASSED) == 0) return ODD_TAG;
  if ((flags & IS_LINK) != 0) {
    const end = readAttributes(after);
    return end >= 0 && !passLink() ? ODD_TAG : end;
  }
  const end = skipAttributes(after);
  if (end < 0 || (flags & IS_PLAIN) != 0) return end;
  if ((flags & IS_RAW) != 0) return passRaw(id, end);
  if ((flags & IS_TABLE) != 0) return startTable() ? end : TABLE_NESTING;
  startPart(id);
  return end;
}

/** The same with `--within`: apart, as it costs, so what a flag means stands in both. */
function afterNestedTag(): i32 {
  const after = load<i32>(AFTER);
  if (after < 0) return after;
  const id = load<i32>(ID);
  const flags = flagsOf(id);
  const end =
    load<i32>(MARKUP) == END ? afterNestedEnd(id, flags, after) : afterNestedStart(id, flags, after);
  return isLost() ? NESTING_WITHIN : end;
}

function afterNestedEnd(id: i32, flags: i32, after: i32): i32 {
  const end = skipAttributes(after);
  if (end < 0) return end;
  if ((flags & OF_TABLE) != 0) return endPart(id) ? end : TABLE_NESTING;
  if ((flags & IS_ROOT) == 0) endElement();
  return end;
}

function afterNestedStart(id: i32, flags: i32, after: i32): i32 {
  if ((flags & PASSED) == 0 || ((flags & OF_TABLE) == 0 && isBetween() && !isMovable(id, flags)))
    return ODD_TAG;
  makeRoomFor(id, flags);
  const isHere = isInside();
  const isLink = (flags & IS_LINK) != 0;
  const end = isHere && !isLink ? skipAttributes(after) : readAttributes(after);
  // Left to others, who make room once more: what that closes the first time is not there the second.
  if (end < 0 || (!isHere && mayBeArea())) return ODD_TAG;
  if ((flags & IS_RAW) != 0) return passRaw(id, end);
  if ((flags & IS_TABLE) != 0) return openTable() ? end : TABLE_NESTING;
  if (isLink && isHere && !passLink()) return ODD_TAG;
  if ((flags & IS_TABLE_PART) != 0) openPart(id);
  else openMet(id);
  return end;
}

/** Whether an element may be moved before the table: it has to end before the table goes on, and nothing counts inside. */
function isMovable(id: i32, flags: i32): bool {
  return (flags & IS_PLAIN) != 0 && id != load<i32>(FORM);
}

/** Ends what a start tag ends, before it is known whether what it opens is the area. */
function makeRoomFor(id: i32, flags: i32): void {
  if ((flags & IS_TABLE) != 0) makeRoomForTable();
  else if ((flags & IS_TABLE_PART) != 0) makeRoomForPart(id);
  else makeRoom(id);
}

function flagsOf(id: i32): i32 {
  return id == UNLISTED ? IS_PLAIN : <i32>load<u8>(id, FLAGS);
}

function passRaw(id: i32, start: i32): i32 {
  const end = endOfRaw(start, id);
  return end < 0 ? end : skipAttributes(end + 2 + load<u8>(id, LENGTHS));
}

/** Whether there was room for the link last read. */
function passLink(): bool {
  const count = load<i32>(LINK_COUNT);
  if (count == MAX_LINKS) return false;
  // Moved before the table; of links the order says nothing.
  if (isBetween()) foster();
  store<i32>(TOLD, load<i32>(TOLD) + 1);
  const start = load<i32>(STARTS + 4 * load<i32>(HREF));
  if (start != 0) noteLink(start, endBeforeFragment(start, load<i32>(ENDS + 4 * load<i32>(HREF))), count);
  return true;
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
