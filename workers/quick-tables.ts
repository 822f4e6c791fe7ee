/**
 * Where in its tables the pass stands: the table modes of the HTML standard. What is inside a cell can neither leave nor
 * end the table, and what stands between the cells is moved before it, so a table's own parts decide alone.
 */
import type { Nesting } from './nesting.js';
import { idOf } from './tag-names.js';

const TABLE = idOf('table');
const TR = idOf('tr');
const TD = idOf('td');
const TH = idOf('th');
const TBODY = idOf('tbody');
const CAPTION = idOf('caption');
const COL = idOf('col');
const COLGROUP = idOf('colgroup');
const THEAD = idOf('thead');
const TFOOT = idOf('tfoot');

/** The open elements of one table. */
interface OpenTable {
  /** Row group, caption or colgroup; -1 without. */
  group: number;
  hasRow: boolean;
  /** -1 without. */
  cell: number;
  /** How much the visitor had been told before anything inside. */
  toldBefore: number;
}

/** Follows the tables of one page. Methods answer false for what is better left to parse5. */
export class QuickTables {
  readonly #tables: OpenTable[] = [];
  readonly #nesting: Nesting | null;
  /** Whether the next element would be moved before the table. */
  isBetween = false;

  constructor(nesting: Nesting | null) {
    this.#nesting = nesting;
  }

  /**
   * Opens a table; one straight inside a table ends that first.
   *
   * @param told how much the visitor was told so far
   */
  open(told: number): boolean {
    const outer = this.#table;
    if (this.isBetween && outer !== undefined && !this.#closeTable(outer)) return false;
    this.#tables.push({ group: -1, hasRow: false, cell: -1, toldBefore: told });
    this.isBetween = true;
    return true;
  }

  /**
   * Makes room for something to tell of between the cells, which is moved before the table: it comes after all that was
   * told as long as that had nothing of the table in it. False otherwise.
   *
   * @param told how much the visitor was told so far
   */
  foster(told: number): boolean {
    const table = this.#table;
    if (table?.toldBefore !== told) return false;
    table.toldBefore = told + 1;
    return true;
  }

  get isOpen(): boolean {
    return this.#tables.length > 0;
  }

  get #table(): OpenTable | undefined {
    return this.#tables.at(-1);
  }

  /** The start tag of a part. */
  startPart(id: number): boolean {
    const table = this.#table;
    // Ignored outside a table.
    if (table === undefined) return true;
    const isCell = id === TD || id === TH;
    if (!this.#closeCell(table)) return false;
    if (table.hasRow && !isCell && !this.#closeRow(table)) return false;
    if (isCell || id === TR) {
      if (!isRowGroup(table.group) && !this.#openGroup(table, TBODY)) return false;
      if (!table.hasRow) this.#openRow(table);
      if (isCell) this.#openCell(table, id);
      return true;
    }
    if (id === COL) return table.group === COLGROUP || this.#openGroup(table, COLGROUP);
    if (!this.#openGroup(table, id)) return false;
    if (id === CAPTION) this.isBetween = false;
    return true;
  }

  /** The end tag of a table or a part. */
  endPart(id: number): boolean {
    const table = this.#table;
    if (table === undefined || id === COL) return true;
    if (id === TABLE) return this.#closeTable(table);
    if (id === TD || id === TH) return table.cell !== id || this.#closeCell(table);
    if (id === TR) return !table.hasRow || (this.#closeCell(table) && this.#closeRow(table));
    if (id === table.group) {
      return this.#closeCell(table) && (!table.hasRow || this.#closeRow(table)) && this.#closeGroup(table);
    }
    // parse5 ends a row at the end of any group, a cell only at that of its own.
    return !(isRowGroup(id) && table.hasRow) && table.group !== COLGROUP;
  }

  #openGroup(table: OpenTable, id: number): boolean {
    if (!this.#closeGroup(table)) return false;
    table.group = id;
    this.#nesting?.push(id);
    return true;
  }

  #openRow(table: OpenTable): void {
    table.hasRow = true;
    this.#nesting?.push(TR);
  }

  #openCell(table: OpenTable, id: number): void {
    table.cell = id;
    this.isBetween = false;
    this.#nesting?.push(id);
  }

  #closeCell(table: OpenTable): boolean {
    if (table.cell === -1) return true;
    const { cell } = table;
    table.cell = -1;
    this.isBetween = true;
    return this.#nesting?.endCell(cell) ?? true;
  }

  #closeRow(table: OpenTable): boolean {
    table.hasRow = false;
    return this.#nesting?.close(TR) ?? true;
  }

  #closeGroup(table: OpenTable): boolean {
    const { group } = table;
    if (group === -1) return true;
    table.group = -1;
    this.isBetween = true;
    return this.#nesting?.endCell(group) ?? true;
  }

  #closeTable(table: OpenTable): boolean {
    if (!this.#closeCell(table) || (table.hasRow && !this.#closeRow(table)) || !this.#closeGroup(table))
      return false;
    this.#tables.pop();
    const outer = this.#table;
    this.isBetween = outer !== undefined && outer.cell === -1 && outer.group !== CAPTION;
    return this.#nesting?.close(TABLE) ?? true;
  }
}

function isRowGroup(id: number): boolean {
  return id === TBODY || id === THEAD || id === TFOOT;
}
