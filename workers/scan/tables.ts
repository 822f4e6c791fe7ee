/**
 * Where in its tables the scan stands: the table modes of the HTML standard. What is inside a cell can neither leave nor
 * end the table, and what stands between the cells is moved before it, so a table's own parts decide alone. What they
 * open and end nesting is told. Functions answer false for what is better left to parse5; nesting has a word of its own for
 * that (`isLost`).
 */

import {
  CAPTION,
  COL,
  COLGROUP,
  MAX_TABLES,
  TABLE,
  TABLES,
  TBODY,
  TD,
  TFOOT,
  TH,
  THEAD,
  TOLD,
  TR,
} from '../scan-layout';
import { close, endCell, expectLast, isFollowed, open, refuseParagraph } from './nesting';

// Of an open table: row group, caption or colgroup; whether a row is open; cell; TOLD before anything inside.
const GROUP: i32 = 0;
const ROW: i32 = 4;
const CELL: i32 = 8;
const TOLD_BEFORE: i32 = 12;
const TABLE_BYTES: i32 = 16;

const NONE: i32 = -1;
const NO_TABLE: i32 = TABLES - TABLE_BYTES;
const LAST_TABLE: i32 = TABLES + TABLE_BYTES * (MAX_TABLES - 1);

/** The innermost open table. */
let table: i32 = NO_TABLE;
/** Whether the next element would be moved before the table. */
let between: bool = false;

export function closeAll(): void {
  table = NO_TABLE;
  between = false;
}

export function isBetween(): bool {
  return between;
}

export function isOpen(): bool {
  return table != NO_TABLE;
}

/** The start tag of a table. */
export function startTable(): bool {
  makeRoomForTable();
  return openTable();
}

/** The start tag of a part. */
export function startPart(id: i32): void {
  makeRoomForPart(id);
  openPart(id);
}

/** Ends what a table's start tag ends: a table straight around it. Twice does what once does. */
export function makeRoomForTable(): void {
  if (between && isOpen()) closeTable();
  refuseParagraph();
}

/** Opens a table where there is room for it. */
export function openTable(): bool {
  if (table == LAST_TABLE) return false;
  table += TABLE_BYTES;
  store<i32>(table + GROUP, NONE);
  store<i32>(table + ROW, 0);
  store<i32>(table + CELL, NONE);
  store<i32>(table + TOLD_BEFORE, load<i32>(TOLD));
  between = true;
  open(load<i32>(TABLE));
  return true;
}

/**
 * Makes room for something to tell of between the cells, which is moved before the table: it comes after all that was
 * told as long as that had nothing of the table in it.
 */
export function foster(): bool {
  const told = load<i32>(TOLD);
  if (!isOpen() || load<i32>(table + TOLD_BEFORE) != told) return false;
  store<i32>(table + TOLD_BEFORE, told + 1);
  return true;
}

/** Ends what the start tag of a part ends; outside a table that means nothing. Twice does what once does. */
export function makeRoomForPart(id: i32): void {
  if (!isOpen()) return;
  if (between && isFollowed()) expectOwnLast();
  closePart(CELL);
  if (!isCell(id)) closeRow();
  const group = load<i32>(table + GROUP);
  const isStaying = isInRow(id) ? isRowGroup(group) : isColumn(id) && group == load<i32>(COLGROUP);
  if (!isStaying) closePart(GROUP);
}

/** Opens a part of a table where there is room for it, and what stands around it. */
export function openPart(id: i32): void {
  if (!isOpen()) return;
  if (isInRow(id)) {
    if (load<i32>(table + GROUP) == NONE) openGroup(load<i32>(TBODY));
    if (load<i32>(table + ROW) == 0) openRow();
    if (isCell(id)) openCell(id);
  } else if (isColumn(id)) {
    if (load<i32>(table + GROUP) == NONE) openGroup(load<i32>(COLGROUP));
  } else {
    openGroup(id);
    if (id == load<i32>(CAPTION)) between = false;
  }
}

/** The end tag of a table or a part. */
export function endPart(id: i32): bool {
  if (!isOpen() || isColumn(id)) return true;
  const group = load<i32>(table + GROUP);
  const hasRow = load<i32>(table + ROW) != 0;
  if (id == load<i32>(TABLE)) closeTable();
  else if (isCell(id)) {
    if (load<i32>(table + CELL) == id) closePart(CELL);
  } else if (id == load<i32>(TR)) {
    if (hasRow) closePart(CELL);
    closeRow();
  } else if (id == group) {
    closePart(CELL);
    closeRow();
    closePart(GROUP);
  } else {
    // parse5 ends a row at the end of any group, a cell only at that of its own.
    return !(isRowGroup(id) && hasRow) && group != load<i32>(COLGROUP);
  }
  return true;
}

/** Nothing that was moved before the table may be open where the table goes on. */
function expectOwnLast(): void {
  const group = load<i32>(table + GROUP);
  expectLast(load<i32>(table + ROW) != 0 ? load<i32>(TR) : group == NONE ? load<i32>(TABLE) : group);
}

function openGroup(id: i32): void {
  store<i32>(table + GROUP, id);
  open(id);
}

function openRow(): void {
  store<i32>(table + ROW, 1);
  open(load<i32>(TR));
}

function openCell(id: i32): void {
  store<i32>(table + CELL, id);
  between = false;
  open(id);
}

/** Ends the cell, or what groups the rows, if it is open. */
function closePart(part: i32): void {
  const id = load<i32>(table + part);
  if (id == NONE) return;
  store<i32>(table + part, NONE);
  between = true;
  endCell(id);
}

function closeRow(): void {
  if (load<i32>(table + ROW) == 0) return;
  store<i32>(table + ROW, 0);
  close(load<i32>(TR));
}

function closeTable(): void {
  closePart(CELL);
  closeRow();
  closePart(GROUP);
  table -= TABLE_BYTES;
  between = isOpen() && load<i32>(table + CELL) == NONE && load<i32>(table + GROUP) != load<i32>(CAPTION);
  close(load<i32>(TABLE));
}

function isRowGroup(id: i32): bool {
  return id == load<i32>(TBODY) || id == load<i32>(THEAD) || id == load<i32>(TFOOT);
}

function isInRow(id: i32): bool {
  return isCell(id) || id == load<i32>(TR);
}

function isCell(id: i32): bool {
  return id == load<i32>(TD) || id == load<i32>(TH);
}

function isColumn(id: i32): bool {
  return id == load<i32>(COL);
}
