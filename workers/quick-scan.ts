/**
 * The compiled scan (workers/scan) with its memory: the tables it reads (scan-tables.ts), and the page. One serves
 * all pages of a thread, one after another; large pages have one of their own, so that threads stay small.
 */
import { readFileSync } from 'node:fs';
import type { Href } from './href.js';
import * as layout from './scan-layout.js';
import { writeArea, writeTables } from './scan-tables.js';
import type { QuickArea } from './within.js';

/** What workers/scan/scan.ts exports, where it is described; booleans are numbers. */
interface Exports {
  listName(id: number): void;
  begin(bytes: number): number;
  next(start: number): number;
  nextTelling(start: number): number;
  skipAttributes(start: number): number;
  readAttributes(start: number): number;
  skipComment(tag: number): number;
  afterGreater(start: number): number;
  endOfRaw(start: number, id: number): number;
  startTable(): number;
  foster(): number;
  startPart(id: number): void;
  endPart(id: number): number;
  isBetween(): number;
  isOpen(): number;
  startElement(): void;
  endElement(): void;
  closeMet(): void;
  isFollowed(): number;
  isLost(): number;
  isInside(): number;
  enterLast(): void;
  enterAll(): void;
}

const WASM_PAGE = 65_536;
/** Bytes of a page that the memory of a thread has room for. */
const USUAL_BYTES = 1024 * 1024;

// Named by the path that a bundle finds, too (scripts/bundle.mjs). Threads that compile the same bytes share what comes of it.
const compiled = new WebAssembly.Module(readFileSync(new URL('../workers/scan.wasm', import.meta.url)));

/** One memory with the functions on it. */
export class Scan {
  readonly run: Exports;
  /** Addresses of links by the numbers that the scan gave them. */
  hrefs: Href[] = [];
  /** For the bytes of a page. */
  readonly room: number;
  readonly #bytes: Uint8Array;
  readonly #numbers: Int32Array;

  constructor(room: number) {
    this.room = room;
    const size = layout.PAGE + room + layout.PADDING;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(size / WASM_PAGE) });
    this.run = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#numbers = new Int32Array(memory.buffer);
    writeTables(this.#bytes, this.#numbers, (id) => this.run.listName(id));
  }

  /** @param area outside which no link counts; null for the whole page */
  hold(page: Uint8Array, area: QuickArea | null): void {
    this.#bytes.set(page, layout.PAGE);
    writeArea(this.#bytes, this.#numbers, area);
    if (this.run.begin(page.length) !== 0) this.hrefs = [];
  }

  /** A number of the layout, or one of a list. */
  at(place: number, index = 0): number {
    return this.#numbers[(place >> 2) + index] as number;
  }

  set(place: number, value: number): void {
    this.#numbers[place >> 2] = value;
  }
}

let usual: Scan | null | undefined;
/** The last one for a large page: it is used again while it is there, so that a row of them leaves no row behind. */
let large: WeakRef<Scan> | null = null;

/** A scan that holds a page, until it is asked for another; null where the system has no memory for one. */
export function scanOf(page: Uint8Array, area: QuickArea | null): Scan | null {
  if (usual === undefined) usual = scanFor(USUAL_BYTES);
  const scan = page.length > USUAL_BYTES && usual !== null ? largeScan(page.length) : usual;
  scan?.hold(page, area);
  return scan;
}

function largeScan(bytes: number): Scan | null {
  const last = large?.deref();
  if (last !== undefined && last.room >= bytes) return last;
  const scan = scanFor(bytes);
  if (scan !== null) large = new WeakRef(scan);
  return scan;
}

/** A memory takes gigabytes of addresses, which may be limited (`ulimit -v`): that is no fault of a page. */
function scanFor(room: number): Scan | null {
  try {
    return new Scan(room);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
