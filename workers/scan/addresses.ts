/**
 * Addresses of links as they are written, each known by a number: a site's pages repeat them, and a number costs less
 * than a text. Exact, as bytes are compared; bounded, as no number is given where there is no room. A page whose hashes
 * collide, by chance or on purpose, pays some probes more.
 */
import {
  ADDRESS_BYTES,
  ADDRESS_BYTES_END,
  ADDRESS_SLOT_COUNT,
  ADDRESS_SLOTS,
  ADDRESSES,
  MAX_ADDRESSES,
} from '../scan-layout';
import { byteAt, eightAt } from './bytes';

// By number: where the bytes are, filled up with zeros to eights; how many; the hash; the page that last said it.
const SIZE: i32 = 4;
const HASH: i32 = 8;
const PAGE_NUMBER: i32 = 12;
const KNOWN_BYTES: i32 = 16;

const MAX_PROBES: i32 = 16;
/** Longer addresses are seldom repeated. */
const MAX_SIZE: i32 = 200;

let count: i32 = 0;
let free: i32 = ADDRESS_BYTES;
let page: i32 = 0;

/** Begins a page. Answers whether all numbers were forgotten to make room. */
export function turnPage(): bool {
  page += 1;
  if (count < (MAX_ADDRESSES / 4) * 3 && free < ADDRESS_BYTES_END - (ADDRESS_BYTES_END - ADDRESS_BYTES) / 4)
    return false;
  memory.fill(ADDRESS_SLOTS, 0, 2 * ADDRESS_SLOT_COUNT);
  count = 0;
  free = ADDRESS_BYTES;
  return true;
}

/** The number of the address at a place; -1 where it has none. */
export function addressAt(start: i32, end: i32): i32 {
  const size = end - start;
  if (size > MAX_SIZE) return -1;
  const hash = hashOf(start, size);
  let slot = hash & (ADDRESS_SLOT_COUNT - 1);
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const number = <i32>load<u16>(ADDRESS_SLOTS + 2 * slot) - 1;
    if (number == -1) return learn(slot, hash, start, size);
    const known = ADDRESSES + KNOWN_BYTES * number;
    if (load<i32>(known + HASH) == hash && load<i32>(known + SIZE) == size && isAt(start, known))
      return number;
    slot = (slot + 1) & (ADDRESS_SLOT_COUNT - 1);
  }
  return -1;
}

/** Whether this page has said already that it links to an address, by its number. */
export function isSaid(number: i32): bool {
  return load<i32>(ADDRESSES + KNOWN_BYTES * number + PAGE_NUMBER) == page;
}

export function say(number: i32): void {
  store<i32>(ADDRESSES + KNOWN_BYTES * number + PAGE_NUMBER, page);
}

function learn(slot: i32, hash: i32, start: i32, size: i32): i32 {
  if (count == MAX_ADDRESSES || free + size + 8 > ADDRESS_BYTES_END) return -1;
  const known = ADDRESSES + KNOWN_BYTES * count;
  store<i32>(known, free);
  store<i32>(known + SIZE, size);
  store<i32>(known + HASH, hash);
  store<i32>(known + PAGE_NUMBER, 0);
  for (let i = 0; i < size; i += 8) store<u64>(free + i, eightAt(start + i, size - i));
  free += (size + 7) & ~7;
  count += 1;
  store<u16>(ADDRESS_SLOTS + 2 * slot, <u16>count);
  return count - 1;
}

function isAt(start: i32, known: i32): bool {
  const bytes = load<i32>(known);
  const size = load<i32>(known + SIZE);
  for (let i = 0; i < size; i += 8) {
    if (load<u64>(bytes + i) != eightAt(start + i, size - i)) return false;
  }
  return true;
}

function hashOf(start: i32, size: i32): i32 {
  let hash: u64 = <u64>size;
  for (let i = 0; i < size; i += 8) {
    hash = (hash ^ eightAt(start + i, size - i)) * 0x9e3779b97f4a7c15;
    hash ^= hash >>> 32;
  }
  return <i32>hash;
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
