/**
 * Chance without memory: hashes and keyed permutations of small ranges. Every random-looking choice of
 * the demo wiki comes from here, so that any page can be made again from its number alone – and, because
 * a permutation can be run backwards, so can the page at the other end of each of its links.
 */

/** Mixes two 32-bit numbers into one, 0 … 2³²−1. Not for secrets: only for an even spread. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul((b + 0x7f4a7c15) | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/**
 * Maps 0 … size−1 onto itself, each value once, differently for each key: a three-round Feistel network
 * over the next power of four, walked until it lands inside the range (under four steps on average).
 *
 * @param x    0 … size−1; anything else gives a meaningless answer
 * @param size 1 … 2²⁴
 */
export function permute(x: number, size: number, key: number): number {
  const half = halfBits(size);
  let y = x;
  do y = forward(y, half, key);
  while (y >= size);
  return y;
}

/** Undoes {@link permute}: `unpermute(permute(x, size, key), size, key) === x`. */
export function unpermute(y: number, size: number, key: number): number {
  const half = halfBits(size);
  let x = y;
  do x = backward(x, half, key);
  while (x >= size);
  return x;
}

function halfBits(size: number): number {
  return (33 - Math.clz32(size - 1)) >>> 1;
}

function forward(x: number, half: number, key: number): number {
  const mask = (1 << half) - 1;
  const a = x >>> half;
  const b = x & mask;
  const c = a ^ (scramble(b ^ key) & mask);
  const d = b ^ (scramble(c + key) & mask);
  return (d << half) | (c ^ (scramble(d - key) & mask));
}

function backward(x: number, half: number, key: number): number {
  const mask = (1 << half) - 1;
  const d = x >>> half;
  const c = (x & mask) ^ (scramble(d - key) & mask);
  const b = d ^ (scramble(c + key) & mask);
  return ((c ^ (scramble(b ^ key) & mask)) << half) | b;
}

function scramble(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
