/**
 * Where in its tables the scan stands: the table modes of the HTML standard. What is inside a cell can neither leave nor
 * end the table, and what stands between the cells is moved before it, so a table's own parts decide alone. What they
 * open and end for whoever follows nesting (--within) is left in STEPS. Functions answer false for what is better left
 * to parse5.
 */

/** What the last call opened and ended: one of the steps below and the number of a name each, STEP_COUNT of them. */
export const STEPS: i32 = 0x180;
export const STEP_COUNT: i32 = 0x1fc;
const PUSH: i32 = 0;
const CLOSE: i32 = 1;
const END_CELL: i32 = 2;

/** Open tables, the innermost last: group (row group, caption, colgroup), whether a row is open, cell, TOLD before it. */
const OPEN: i32 = 0x8000;
const TABLE_BYTES: i32 = 16;
const MAX_OPEN: i32 = 1024;
const GROUP: i32 = 0;
const ROW: i32 = 4;
const CELL: i32 = 8;
const TOLD_BEFORE: i32 = 12;

const NONE: i32 = -1;

// Numbers of the names.
let tableId: i32 = 0;
let tr: i32 = 0;
let td: i32 = 0;
let th: i32 = 0;
let tbody: i32 = 0;
let thead: i32 = 0;
let tfoot: i32 = 0;
let caption: i32 = 0;
let col: i32 = 0;
let colgroup: i32 = 0;

/** The innermost open table; below OPEN without. */
let table: i32 = OPEN - TABLE_BYTES;
/** Whether the next element would be moved before the table. */
let between: bool = false;

// One parameter a name: there is no other way to hand over a list without memory of its own.
export function nameTables(
  tableName: i32,
  trName: i32,
  tdName: i32,
  thName: i32,
  tbodyName: i32,
  theadName: i32,
  tfootName: i32,
  captionName: i32,
  colName: i32,
  colgroupName: i32,
): void {
  tableId = tableName;
  tr = trName;
  td = tdName;
  th = thName;
  tbody = tbodyName;
  thead = theadName;
  tfoot = tfootName;
  caption = captionName;
  col = colName;
  colgroup = colgroupName;
}

export function closeAll(): void {
  table = OPEN - TABLE_BYTES;
  between = false;
  store<i32>(STEP_COUNT, 0);
}

export function isBetween(): bool {
  return between;
}

export function isOpen(): bool {
  return table >= OPEN;
}

/** Opens a table; one straight inside a table ends that first. */
export function openTable(told: i32): bool {
  store<i32>(STEP_COUNT, 0);
  if (between && isOpen()) closeTable();
  if (table == OPEN + TABLE_BYTES * (MAX_OPEN - 1)) return false;
  table += TABLE_BYTES;
  store<i32>(table + GROUP, NONE);
  store<i32>(table + ROW, 0);
  store<i32>(table + CELL, NONE);
  store<i32>(table + TOLD_BEFORE, told);
  between = true;
  return true;
}

/**
 * Makes room for something to tell of between the cells, which is moved before the table: it comes after all that was
 * told as long as that had nothing of the table in it.
 */
export function foster(told: i32): bool {
  if (!isOpen() || load<i32>(table + TOLD_BEFORE) != told) return false;
  store<i32>(table + TOLD_BEFORE, told + 1);
  return true;
}

/** The start tag of a part; it means nothing outside a table. */
export function startPart(id: i32): void {
  store<i32>(STEP_COUNT, 0);
  if (!isOpen()) return;
  const isCell = id == td || id == th;
  closeCell();
  if (!isCell) closeRow();
  if (isCell || id == tr) {
    if (!isRowGroup(load<i32>(table + GROUP))) openGroup(tbody);
    if (load<i32>(table + ROW) == 0) {
      store<i32>(table + ROW, 1);
      step(PUSH, tr);
    }
    if (!isCell) return;
    store<i32>(table + CELL, id);
    between = false;
    step(PUSH, id);
  } else if (id == col) {
    if (load<i32>(table + GROUP) != colgroup) openGroup(colgroup);
  } else {
    openGroup(id);
    if (id == caption) between = false;
  }
}

/** The end tag of a table or a part. */
export function endPart(id: i32): bool {
  store<i32>(STEP_COUNT, 0);
  if (!isOpen() || id == col) return true;
  const group = load<i32>(table + GROUP);
  const hasRow = load<i32>(table + ROW) != 0;
  if (id == tableId) closeTable();
  else if (id == td || id == th) {
    if (load<i32>(table + CELL) == id) closeCell();
  } else if (id == tr) {
    if (hasRow) closeCell();
    closeRow();
  } else if (id == group) {
    closeCell();
    closeRow();
    closeGroup();
  } else {
    // parse5 ends a row at the end of any group, a cell only at that of its own.
    return !(isRowGroup(id) && hasRow) && group != colgroup;
  }
  return true;
}

function openGroup(id: i32): void {
  closeGroup();
  store<i32>(table + GROUP, id);
  step(PUSH, id);
}

function closeCell(): void {
  const cell = load<i32>(table + CELL);
  if (cell == NONE) return;
  store<i32>(table + CELL, NONE);
  between = true;
  step(END_CELL, cell);
}

function closeRow(): void {
  if (load<i32>(table + ROW) == 0) return;
  store<i32>(table + ROW, 0);
  step(CLOSE, tr);
}

function closeGroup(): void {
  const group = load<i32>(table + GROUP);
  if (group == NONE) return;
  store<i32>(table + GROUP, NONE);
  between = true;
  step(END_CELL, group);
}

function closeTable(): void {
  closeCell();
  closeRow();
  closeGroup();
  table -= TABLE_BYTES;
  between = isOpen() && load<i32>(table + CELL) == NONE && load<i32>(table + GROUP) != caption;
  step(CLOSE, tableId);
}

function isRowGroup(id: i32): bool {
  return id == tbody || id == thead || id == tfoot;
}

function step(kind: i32, id: i32): void {
  const count = load<i32>(STEP_COUNT);
  store<i32>(STEPS + 8 * count, kind);
  store<i32>(STEPS + 8 * count + 4, id);
  store<i32>(STEP_COUNT, count + 1);
}
