/**
 * Addresses of links as they are written, each known by a number: a site's pages repeat them, and a number costs less
 * than a text. Exact, as bytes are compared; bounded, as no number is given where there is no room. A page whose hashes
 * collide, by chance or on purpose, pays some probes more.
 */
import { byteAt, PAGE } from './bytes';

/** Numbers plus one, by slot of the hash. */
const SLOTS: i32 = 0x10000;
const SLOT_COUNT: i32 = 0x8000;
const MAX_PROBES: i32 = 16;
/** By number: where the bytes are, how many, the hash, the page that said last that it links there. */
const KNOWN: i32 = 0x20000;
const KNOWN_BYTES: i32 = 16;
const MAX_KNOWN: i32 = 0x4000;
const SIZE: i32 = 4;
const HASH: i32 = 8;
const PAGE_NUMBER: i32 = 12;
/** The bytes, eight by eight. */
const BYTES: i32 = 0x60000;
const BYTES_END: i32 = 0xe0000;

/** Longer addresses are seldom repeated. */
const MAX_SIZE: i32 = 200;

let count: i32 = 0;
let free: i32 = BYTES;
let page: i32 = 0;

/** Begins a page. Answers whether all numbers were forgotten to make room. */
export function turnPage(): bool {
  page += 1;
  if (count < (MAX_KNOWN / 4) * 3 && free < BYTES_END - (BYTES_END - BYTES) / 4) return false;
  memory.fill(SLOTS, 0, 2 * SLOT_COUNT);
  count = 0;
  free = BYTES;
  return true;
}

/** The number of the address at a place; -1 where it has none. */
export function addressAt(start: i32, end: i32): i32 {
  const size = end - start;
  if (size > MAX_SIZE) return -1;
  const hash = hashOf(start, size);
  let slot = hash & (SLOT_COUNT - 1);
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const number = <i32>load<u16>(SLOTS + 2 * slot) - 1;
    if (number == -1) return learn(slot, hash, start, size);
    const known = KNOWN + KNOWN_BYTES * number;
    if (load<i32>(known + HASH) == hash && load<i32>(known + SIZE) == size && isAt(start, known))
      return number;
    slot = (slot + 1) & (SLOT_COUNT - 1);
  }
  return -1;
}

/** Whether this page has said already that it links to an address, by its number. */
export function isSaid(number: i32): bool {
  return load<i32>(KNOWN + KNOWN_BYTES * number + PAGE_NUMBER) == page;
}

export function say(number: i32): void {
  store<i32>(KNOWN + KNOWN_BYTES * number + PAGE_NUMBER, page);
}

function learn(slot: i32, hash: i32, start: i32, size: i32): i32 {
  if (count == MAX_KNOWN || free + size + 8 > BYTES_END) return -1;
  const known = KNOWN + KNOWN_BYTES * count;
  store<i32>(known, free);
  store<i32>(known + SIZE, size);
  store<i32>(known + HASH, hash);
  store<i32>(known + PAGE_NUMBER, 0);
  for (let i = 0; i < size; i += 8) store<u64>(free + i, eightAt(start, i, size));
  free += (size + 7) & ~7;
  count += 1;
  store<u16>(SLOTS + 2 * slot, <u16>count);
  return count - 1;
}

function isAt(start: i32, known: i32): bool {
  const bytes = load<i32>(known);
  const size = load<i32>(known + SIZE);
  for (let i = 0; i < size; i += 8) {
    if (load<u64>(bytes + i) != eightAt(start, i, size)) return false;
  }
  return true;
}

function hashOf(start: i32, size: i32): i32 {
  let hash: u64 = <u64>size;
  for (let i = 0; i < size; i += 8) {
    hash = (hash ^ eightAt(start, i, size)) * 0x9e3779b97f4a7c15;
    hash ^= hash >>> 32;
  }
  return <i32>hash;
}

/** Eight bytes of an address as a number, zeros behind its end. */
function eightAt(start: i32, i: i32, size: i32): u64 {
  const eight = load<u64>(start + i, PAGE);
  const left = size - i;
  return left >= 8 ? eight : eight & (((<u64>1) << (8 * <u64>left)) - 1);
}

/** The end of what counts of an address: up to its '#', which stays, unless that may be part of a reference. */
export function endBeforeFragment(start: i32, end: i32): i32 {
  for (let at = start; at < end; at++) {
    const code = byteAt(at);
    if (code == 0x23) return at + 1;
    if (code == 0x26) return end;
  }
  return end;
}
