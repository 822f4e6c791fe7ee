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

/** Where a hash starts: nobody outside can tell which keys share one. Of 32 bits with a sign, as all that comes of it. */
const BASIS = randomInt(2 ** 32) | 0;
/** Of FNV-1a, 32 bits. */
const PRIME = 16_777_619;

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
    const bytes = Buffer.from(`${keys}\n`);
    const ids: number[] = [];
    let start = 0;
    let hash = BASIS;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte !== LINE_FEED) {
        hash = Math.imul(hash ^ byte, PRIME);
        continue;
      }
      ids.push(this.#find(bytes, start, at, hash, depth) ?? reach(bytes.toString('utf8', start, at)));
      start = at + 1;
      hash = BASIS;
    }
    return ids;
  }

  /** Notes a page that links lead to at this depth, and that nothing but a shorter way can make better. */
  note(key: string, id: number, depth: number): void {
    if (depth >= DEPTHS) return;
    const bytes = Buffer.from(key);
    let hash = BASIS;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
    this.#put(bytes, 0, bytes.length, hash, id, depth);
  }

  /** To be called when what was noted may not be in the file, or depths may have grown. */
  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
  }

  /** One that is found among the old stays there: what is met often costs one look-up a generation. */
  #find(bytes: Buffer, start: number, end: number, hash: number, depth: number | null): number | undefined {
    const young = this.#young.find(bytes, start, end, hash);
    const known = young === 0 ? this.#old : this.#young;
    const record = young === 0 ? known.find(bytes, start, end, hash) : young;
    if (record === 0) return undefined;
    return depth === null || depth >= known.depthOf(record) ? known.idOf(record) : undefined;
  }

  #put(bytes: Buffer, start: number, end: number, hash: number, id: number, depth: number): void {
    if (this.#young.isFull) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.put(bytes, start, end, hash, id, depth);
  }
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
  #bytes = Buffer.from(this.#numbers.buffer);

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
  find(bytes: Buffer, start: number, end: number, hash: number): number {
    const mask = this.#places.length - 1;
    for (let place = placeOf(hash), probe = 0; probe < PROBES; place++, probe++) {
      const record = this.#places[place & mask] as number;
      if (record === 0) return 0;
      if (this.#numbers[record] === hash && this.#isKey(record, bytes, start, end)) return record;
    }
    return 0;
  }

  put(bytes: Buffer, start: number, end: number, hash: number, id: number, depth: number): void {
    if (id > MAX_ID) return;
    const record = this.find(bytes, start, end, hash) || this.#add(bytes, start, end, hash);
    this.#numbers[record + 1] = id;
    this.#numbers[record + 2] = (end - start) * LENGTH_UNIT + depth;
  }

  #isKey(record: number, bytes: Buffer, start: number, end: number): boolean {
    const header = this.#numbers[record + 2] as number;
    if ((header - (header % LENGTH_UNIT)) / LENGTH_UNIT !== end - start) return false;
    let from = record * 4 + HEADER_BYTES;
    for (let at = start; at < end; at++, from++) if (this.#bytes[from] !== bytes[at]) return false;
    return true;
  }

  /** The new record. One that finds no place near its own is never found. */
  #add(bytes: Buffer, start: number, end: number, hash: number): number {
    const record = this.#end;
    this.#size++;
    this.#end += HEADER + Math.ceil((end - start) / 4);
    this.#grow();
    this.#numbers[record] = hash;
    bytes.copy(this.#bytes, record * 4 + HEADER_BYTES, start, end);
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
      this.#bytes = Buffer.from(numbers.buffer);
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
