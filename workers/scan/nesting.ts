/**
 * Which elements are open, for `--within`: exact as long as tags nest, or leave out only ends that may be left out.
 * After anything else nesting is lost, as parse5 then moves, copies or closes elements that a list of names does not show.
 * An element is the number of its name, or, where that is not listed, UNLISTED_NAMES and its place in the page.
 */
import {
  A,
  AREA_KIND,
  BOUNDS_ITEM,
  BOUNDS_P,
  BUTTON,
  CLOSES_P,
  DD,
  DT,
  ELEMENTS,
  ELEMENTS_END,
  ENDS_IMPLIED,
  FLAGS,
  FORM,
  ID,
  IS_HEADING,
  IS_IMPLIED,
  IS_REFUSED,
  IS_VOID,
  LI,
  NAME,
  NO_AREA,
  OPEN_COUNTS,
  P,
  TRAITS,
} from '../scan-layout';
import { isSameName } from './bytes';
import { UNLISTED } from './tags';

/** How far down is looked for what a tag may close: work stays linear in the text. */
const LOOK_BYTES: i32 = 4 * 256;
const UNLISTED_NAMES: i32 = 256;
/** Stands below all elements, and for those that are not listed where numbers count: no name has this one. */
const NO_NAME: i32 = 255;
/** Where the area is while none is open: above all elements. */
const OUTSIDE: i32 = i32.MAX_VALUE;

/** Where the element is that was opened last. */
let top: i32 = ELEMENTS;
/** Where the area is; below all elements if that is the whole page. */
let area: i32 = ELEMENTS;
/** Whether elements are followed: only as long as the area can end. */
let isOn: bool = false;
let lost: bool = false;

/** Begins a page, whose area the layout says. */
export function beginNesting(): void {
  top = ELEMENTS;
  store<i32>(ELEMENTS, NO_NAME);
  memory.fill(OPEN_COUNTS, 0, 4 * UNLISTED_NAMES);
  isOn = load<i32>(AREA_KIND) != NO_AREA;
  area = isOn ? OUTSIDE : ELEMENTS;
  lost = false;
}

export function isFollowed(): bool {
  return isOn;
}

/** Whether it is not certain any more what is open. */
export function isLost(): bool {
  return lost;
}

export function isInside(): bool {
  return area != OUTSIDE;
}

/** The element last opened is the area, up to its end. */
export function enterLast(): void {
  area = top;
}

/** All that follows is inside. */
export function enterAll(): void {
  area = ELEMENTS;
  isOn = false;
}

/** The start tag last met. */
export function startElement(): void {
  const id = load<i32>(ID);
  makeRoom(id);
  openMet(id);
}

/** Ends what a start tag ends, by the number of its name. Twice does what once does. */
export function makeRoom(id: i32): void {
  if (!isOn || id == UNLISTED) return;
  const traits = traitsOf(id);
  if ((traits & IS_REFUSED) != 0) lost = true;
  if (id == load<i32>(LI) || id == load<i32>(DD) || id == load<i32>(DT)) closeItem(id);
  else if (id == load<i32>(A) || id == load<i32>(BUTTON) || id == load<i32>(FORM)) {
    if (countOf(id) > 0) lost = true;
  }
  if ((traits & CLOSES_P) != 0 && isParagraphOpen()) popAs(load<i32>(P));
  if (isHeading(id) && isHeading(load<i32>(top))) lost = true;
}

/** Where a table opens: whether it closes a paragraph depends on the doctype. */
export function refuseParagraph(): void {
  if (isOn && isParagraphOpen()) lost = true;
}

/** Opens the element of the start tag last met, by the number of its name, unless it is a void one. */
export function openMet(id: i32): void {
  if (id == UNLISTED) open(elementMet());
  else if ((traitsOf(id) & IS_VOID) == 0) open(id);
}

export function open(element: i32): void {
  if (isOn) push(element);
}

/** The end tag last met. */
export function endElement(): void {
  if (!isOn) return;
  const element = elementMet();
  const traits = traitsOf(element);
  if ((traits & IS_REFUSED) != 0) lost = true;
  if ((traits & ENDS_IMPLIED) != 0 || isHeading(element)) closeImplied(element);
  popAs(element);
}

/** Closes the element of the start tag last met, which ended without a tag to meet. */
export function closeMet(): void {
  close(elementMet());
}

/** Closes a cell or caption with what may end there without end tags. */
export function endCell(id: i32): void {
  if (!isOn) return;
  closeImplied(id);
  popAs(id);
}

/** Closes the element that was opened last, if it is that one. */
export function close(element: i32): void {
  if (isOn) popAs(element);
}

/** Nesting is lost if another element was opened last. */
export function expectLast(id: i32): void {
  if (load<i32>(top) != id) lost = true;
}

function push(element: i32): void {
  if (top == ELEMENTS_END - 4) {
    lost = true;
    return;
  }
  top += 4;
  store<i32>(top, element);
  count(element, 1);
}

function popAs(element: i32): void {
  if (isSame(load<i32>(top), element)) pop();
  else lost = true;
}

function elementMet(): i32 {
  const id = load<i32>(ID);
  return id == UNLISTED ? UNLISTED_NAMES + load<i32>(NAME) : id;
}

function isSame(one: i32, other: i32): bool {
  if (one == other) return true;
  if (one < UNLISTED_NAMES || other < UNLISTED_NAMES) return false;
  return isSameName(one - UNLISTED_NAMES, other - UNLISTED_NAMES);
}

function pop(): void {
  count(load<i32>(top), -1);
  top -= 4;
  if (top < area) area = OUTSIDE;
}

/** The number of an element's name where names that are not listed need not be told apart. */
function numberOf(element: i32): i32 {
  return element < UNLISTED_NAMES ? element : NO_NAME;
}

function traitsOf(element: i32): i32 {
  return load<u8>(numberOf(element), TRAITS);
}

function isHeading(element: i32): bool {
  return (load<u8>(numberOf(element), FLAGS) & IS_HEADING) != 0;
}

function count(element: i32, by: i32): void {
  const place = OPEN_COUNTS + 4 * numberOf(element);
  store<i32>(place, load<i32>(place) + by);
}

function countOf(id: i32): i32 {
  return load<i32>(OPEN_COUNTS + 4 * id);
}

function closeImplied(but: i32): void {
  while (!isSame(load<i32>(top), but) && (traitsOf(load<i32>(top)) & IS_IMPLIED) != 0) pop();
}

/** Whether a paragraph is open that a block would close; too far down to say, nesting is lost. */
function isParagraphOpen(): bool {
  if (countOf(load<i32>(P)) == 0) return false;
  for (let at = top; at > ELEMENTS; at -= 4) {
    const element = load<i32>(at);
    if (element == load<i32>(P)) return true;
    if ((traitsOf(element) & BOUNDS_P) != 0) return false;
    if (top - at >= LOOK_BYTES) {
      lost = true;
      return false;
    }
  }
  return false;
}

/** Closes the item that a new one ends, if only paragraphs are open in it. */
function closeItem(id: i32): void {
  for (let at = top; at > ELEMENTS; at -= 4) {
    const other = load<i32>(at);
    if (isEndedBy(other, id)) {
      while (load<i32>(top) == load<i32>(P)) pop();
      popAs(other);
      return;
    }
    if ((traitsOf(other) & BOUNDS_ITEM) != 0) return;
    if (top - at >= LOOK_BYTES) {
      lost = true;
      return;
    }
  }
}

function isEndedBy(item: i32, id: i32): bool {
  if (id == load<i32>(LI)) return item == id;
  return item == load<i32>(DD) || item == load<i32>(DT);
}
