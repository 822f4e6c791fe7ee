/** Random numbers whose state is a count: nothing but that need be stored to go on where they stopped. */
import { createHash } from 'node:crypto';

/** Bytes of a digest that are used: 2^48 numbers, so that a choice among a million is even to one in 10^8. */
const BYTES = 6;

/**
 * The number a walker draws when it has drawn `draws` before: from 0 to `choices` - 1, each as likely, the same on every
 * machine.
 */
export function draw(rngSeed: number, walker: number, draws: number, choices: number): number {
  const digest = createHash('sha256').update(`${rngSeed} ${walker} ${draws}`).digest();
  return digest.readUIntBE(0, BYTES) % choices;
}
