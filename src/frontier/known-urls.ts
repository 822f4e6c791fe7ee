/**
 * Pages whose keys were met lately, in front of the visited set, as most links lead to what is known. It may miss and
 * never lies: keys are compared whole, and an entry says that links reach the page at a depth, which stays true as
 * depths only fall. Kept as bytes in a few large arrays: a page's links are looked up without a string made of any.
 */
import { randomInt } from 'node:crypto';

/** Entries of one generation: with the one before it at most twice as many, some 70 bytes each. A power of two … */
const ENTRIES = 2 ** 19;
/** … and bytes of their records. */
const MOST_BYTES = 48 * 1024 * 1024;
/** Deeper pages are looked up each time. */
const DEPTHS = 256;
/** Places looked at for one key: keys that were made to fall into one place cost misses, not time. */
const PROBES = 16;
const LINE_FEED = 10;
/** Behind what is read four bytes at a time: ends the last line, and nothing is read beyond it. */
const END = '\n\n\n\n';

/** Where a hash starts: nobody outside can tell which keys share one. Of 32 bits with a sign, as all that comes of it. */
const BASIS = randomInt(2 ** 32) | 0;
/** Of Knuth's multiplicative hashing: the prime nearest to 2 ** 32 divided by the golden ratio. */
const PRIME = 2_654_435_761;

export class KnownUrls {
  #young = new Generation();
  /** Those before; they are forgotten when the young are too many. */
  #old = new Generation();

  /**
   * The ids of keys that links at one depth lead to, in their order.
   *
   * @param keys  joined by newlines; not ''
   * @param depth null: links that are not followed, which make nothing better
   * @param reach called for each key where it is not known that a link at this depth changes nothing
   */
  idsOf(keys: string, depth: number | null, reach: (key: string) => number): number[] {
    const lines = new Lines(keys);
    const ids: number[] = [];
    while (lines.next()) ids.push(this.#find(lines, depth) ?? reach(lines.text()));
    return ids;
  }

  /** Notes a page that links lead to at this depth, and that nothing but a shorter way can make better. */
  note(key: string, id: number, depth: number): void {
    if (depth >= DEPTHS) return;
    const line = new Lines(key);
    line.next();
    if (this.#young.isFull) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.put(line, id, depth);
  }

  /** To be called when what was noted may not be in the file, or depths may have grown. */
  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
  }

  /** One that is found among the old stays there: what is met often costs one look-up a generation. */
  #find(line: Lines, depth: number | null): number | undefined {
    const young = this.#young.find(line);
    const known = young === 0 ? this.#old : this.#young;
    const record = young === 0 ? known.find(line) : young;
    if (record === 0) return undefined;
    return depth === null || depth >= known.depthOf(record) ? known.idOf(record) : undefined;
  }
}

/** Lines one after the other, as bytes, each with a hash. */
class Lines {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Of the line at hand. */
  start = 0;
  end = -1;
  hash = BASIS;

  /** @param text not '' */
  constructor(text: string) {
    this.bytes = Buffer.from(text + END);
    this.view = viewOf(this.bytes);
  }

  /** Goes to the next line; false where there is none. */
  next(): boolean {
    const { bytes, view } = this;
    this.start = this.end + 1;
    if (this.start > bytes.length - END.length) return false;
    let at = this.start;
    let hash = BASIS;
    for (let four = view.getInt32(at, true); !hasLineFeed(four); four = view.getInt32(at, true)) {
      hash = Math.imul(hash ^ four, PRIME);
      // A product moves bits up only.
      hash ^= hash >>> 15;
      at += 4;
    }
    for (; bytes[at] !== LINE_FEED; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
    this.end = at;
    this.hash = Math.imul(hash ^ (hash >>> 15), PRIME);
    return true;
  }

  text(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }
}

/** Whether one of four bytes is a line feed: of what remains of it by XOR, only 0 borrows from a clear top bit. */
function hasLineFeed(four: number): boolean {
  const rest = four ^ 0x0a0a0a0a;
  return ((rest - 0x01010101) & ~rest & 0x80808080) !== 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Of a record, as numbers of four bytes each: the key's hash, the id, length of the key and depth; then the key. */
const HEADER = 3;
const HEADER_BYTES = 4 * HEADER;
/** Larger ids do not fit. */
const MAX_ID = 2 ** 31 - 1;
/** Length and depth are one number. */
const LENGTH_UNIT = 256;

/**
 * A hash table of keys with open addressing, its records one after the other: a look-up goes to two places in memory,
 * which is what it costs. Nothing is ever taken out of it.
 */
class Generation {
  #size = 0;
  /** Where the next record begins, in numbers. */
  #end = HEADER;
  /** Where the record of a key begins; 0 = none. A power of two of them, at least twice as many as records. */
  #places = new Int32Array(2_048);
  #numbers = new Int32Array(16 * 1_024);
  #bytes = viewOf(new Uint8Array(this.#numbers.buffer));

  get isFull(): boolean {
    return this.#size >= ENTRIES || this.#end * 4 >= MOST_BYTES;
  }

  idOf(record: number): number {
    return this.#numbers[record + 1] as number;
  }

  depthOf(record: number): number {
    return (this.#numbers[record + 2] as number) % LENGTH_UNIT;
  }

  /** The record of a key; 0 = none. */
  find(line: Lines): number {
    const { hash } = line;
    const mask = this.#places.length - 1;
    for (let place = placeOf(hash), probe = 0; probe < PROBES; place++, probe++) {
      const record = this.#places[place & mask] as number;
      if (record === 0) return 0;
      if (this.#numbers[record] === hash && this.#isKey(record, line)) return record;
    }
    return 0;
  }

  put(line: Lines, id: number, depth: number): void {
    if (id > MAX_ID) return;
    const record = this.find(line) || this.#add(line);
    this.#numbers[record + 1] = id;
    this.#numbers[record + 2] = (line.end - line.start) * LENGTH_UNIT + depth;
  }

  #isKey(record: number, { view, start, end }: Lines): boolean {
    const header = this.#numbers[record + 2] as number;
    if ((header - (header % LENGTH_UNIT)) / LENGTH_UNIT !== end - start) return false;
    const bytes = this.#bytes;
    let from = record * 4 + HEADER_BYTES;
    let at = start;
    for (; at + 4 <= end; at += 4, from += 4)
      if (bytes.getInt32(from, true) !== view.getInt32(at, true)) return false;
    for (; at < end; at++, from++) if (bytes.getUint8(from) !== view.getUint8(at)) return false;
    return true;
  }

  /** The new record. One that finds no place near its own is never found. */
  #add({ bytes, start, end, hash }: Lines): number {
    const record = this.#end;
    this.#size++;
    this.#end += HEADER + Math.ceil((end - start) / 4);
    this.#grow();
    this.#numbers[record] = hash;
    bytes.copy(new Uint8Array(this.#numbers.buffer, record * 4 + HEADER_BYTES), 0, start, end);
    this.#place(record);
    return record;
  }

  #place(record: number): void {
    const mask = this.#places.length - 1;
    const hash = this.#numbers[record] as number;
    for (let place = placeOf(hash), probe = 0; probe < PROBES; place++, probe++) {
      if (this.#places[place & mask] !== 0) continue;
      this.#places[place & mask] = record;
      return;
    }
  }

  /** Makes room for what has been counted. */
  #grow(): void {
    if (this.#end > this.#numbers.length) {
      const numbers = new Int32Array(Math.max(this.#end, this.#numbers.length * 2));
      numbers.set(this.#numbers);
      this.#numbers = numbers;
      this.#bytes = viewOf(new Uint8Array(numbers.buffer));
    }
    if (this.#size * 2 <= this.#places.length) return;
    const places = this.#places;
    this.#places = new Int32Array(places.length * 2);
    for (const record of places) if (record !== 0) this.#place(record);
  }
}

/** Positive, and still a small integer where there are probes to be added. */
const LARGEST_PLACE = 2 ** 30 - 1;

/** The lower bits say where: those above are mixed in, as the last byte moves few of them. */
function placeOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & LARGEST_PLACE;
}
