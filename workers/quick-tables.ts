/**
 * Where in its tables the pass stands, as the scan follows them (workers/scan/tables.ts), and what that means to nesting.
 * Methods answer false for what is better left to parse5.
 */
import type { Nesting } from './nesting.js';
import type { Scan } from './quick-scan.js';
import { STEP_CLOSE, STEP_COUNT, STEP_PUSH, STEPS, TOLD } from './scan-layout.js';

/** Follows the tables of one page. */
export class QuickTables {
  readonly #scan: Scan;
  readonly #nesting: Nesting | null;

  constructor(scan: Scan, nesting: Nesting | null) {
    this.#scan = scan;
    this.#nesting = nesting;
  }

  /** Whether the next element would be moved before the table. */
  get isBetween(): boolean {
    return this.#scan.run.isBetween() !== 0;
  }

  get isOpen(): boolean {
    return this.#scan.run.isOpen() !== 0;
  }

  /** Counts what the visitor is told. */
  tell(): void {
    this.#scan.set(TOLD, this.#scan.at(TOLD) + 1);
  }

  /** Opens a table; one straight inside a table ends that first. */
  open(): boolean {
    return this.#scan.run.openTable() !== 0 && this.#follow();
  }

  /** Makes room between the cells for something to tell of, if that can come after all that was told. */
  foster(): boolean {
    return this.#scan.run.foster() !== 0;
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
    const end = 2 * this.#scan.at(STEP_COUNT);
    for (let at = 0; at < end; at += 2) {
      const step = this.#scan.at(STEPS, at);
      const id = this.#scan.at(STEPS, at + 1);
      if (step === STEP_PUSH) nesting.push(id);
      else if (!(step === STEP_CLOSE ? nesting.close(id) : nesting.endCell(id))) return false;
    }
    return true;
  }
}
