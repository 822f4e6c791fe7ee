/**
 * Where in its tables the pass stands, as the scan follows them (workers/scan/tables.ts), and what that means to nesting.
 * Methods answer false for what is better left to parse5.
 */
import type { Nesting } from './nesting.js';
import { MET, type Scan } from './quick-scan.js';

const PUSH = 0;
const CLOSE = 1;
/** Where among the steps their count stands. */
const COUNT = 31;

/** Follows the tables of one page. */
export class QuickTables {
  readonly #scan: Scan;
  readonly #nesting: Nesting | null;

  constructor(scan: Scan, nesting: Nesting | null) {
    this.#scan = scan;
    this.#nesting = nesting;
  }

  /** How much the visitor was told. */
  get told(): number {
    return this.#scan.met[MET.told] as number;
  }

  set told(count: number) {
    this.#scan.met[MET.told] = count;
  }

  /** Whether the next element would be moved before the table. */
  get isBetween(): boolean {
    return this.#scan.run.isBetween() !== 0;
  }

  get isOpen(): boolean {
    return this.#scan.run.isOpen() !== 0;
  }

  /** Opens a table; one straight inside a table ends that first. */
  open(): boolean {
    return this.#scan.run.openTable(this.told) !== 0 && this.#follow();
  }

  /**
   * Makes room for something to tell of between the cells, which is moved before the table: it comes after all that was
   * told as long as that had nothing of the table in it. False otherwise.
   */
  foster(): boolean {
    return this.#scan.run.foster(this.told) !== 0;
  }

  /** The start tag of a part. */
  startPart(id: number): boolean {
    this.#scan.run.startPart(id);
    return this.#follow();
  }

  /** The end tag of a table or a part. */
  endPart(id: number): boolean {
    return this.#scan.run.endPart(id) !== 0 && this.#follow();
  }

  /** Opens and ends what the tables did. */
  #follow(): boolean {
    const nesting = this.#nesting;
    if (nesting === null) return true;
    const { steps } = this.#scan;
    for (let at = 0; at < 2 * (steps[COUNT] as number); at += 2) {
      const id = steps[at + 1] as number;
      if (steps[at] === PUSH) nesting.push(id);
      else if (!(steps[at] === CLOSE ? nesting.close(id) : nesting.endCell(id))) return false;
    }
    return true;
  }
}
