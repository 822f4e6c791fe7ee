/**
 * Where the pass stands: in its tables, among open elements, in the area of `--within`, as the scan follows them
 * (workers/scan/tables.ts, nesting.ts). Methods answer why a page is better left to parse5, null if it need not be.
 */
import type { Bail } from './bails.js';
import type { Scan } from './quick-scan.js';
import { TOLD } from './scan-layout.js';

/** Follows one page. */
export class QuickNesting {
  readonly #scan: Scan;

  constructor(scan: Scan) {
    this.#scan = scan;
  }

  /** Whether links count here. */
  get isInside(): boolean {
    return this.#scan.run.isInside() !== 0;
  }

  /** Whether open elements are followed: with an area that may end. */
  get isFollowed(): boolean {
    return this.#scan.run.isFollowed() !== 0;
  }

  /** The element last opened is the area, up to its end. */
  enterLast(): void {
    this.#scan.run.enterLast();
  }

  /** All that follows is inside. */
  enterAll(): void {
    this.#scan.run.enterAll();
  }

  /** The start tag last met, of what is neither a table nor a part of one. */
  start(): Bail | null {
    this.#scan.run.startElement();
    return this.#loss;
  }

  /** The end tag last met, of the same. */
  end(): Bail | null {
    this.#scan.run.endElement();
    return this.#loss;
  }

  /** Ends the element of the start tag last met. */
  close(): void {
    this.#scan.run.closeMet();
  }

  /** Whether the next element would be moved before a table. */
  get isBetween(): boolean {
    return this.#scan.run.isBetween() !== 0;
  }

  get isTableOpen(): boolean {
    return this.#scan.run.isOpen() !== 0;
  }

  /** Counts what the visitor is told. */
  tell(): void {
    this.#scan.set(TOLD, this.#scan.at(TOLD) + 1);
  }

  /** Makes room between the cells for something to tell of; false if that cannot come after all that was told. */
  foster(): boolean {
    return this.#scan.run.foster() !== 0;
  }

  startTable(): Bail | null {
    return this.#scan.run.startTable() === 0 ? 'table nesting' : this.#loss;
  }

  /** The start tag of a table's part. */
  startPart(id: number): Bail | null {
    this.#scan.run.startPart(id);
    return this.#loss;
  }

  /** The end tag of a table or a part. */
  endPart(id: number): Bail | null {
    return this.#scan.run.endPart(id) === 0 ? 'table nesting' : this.#loss;
  }

  get #loss(): Bail | null {
    return this.#scan.run.isLost() === 0 ? null : 'nesting within';
  }
}
