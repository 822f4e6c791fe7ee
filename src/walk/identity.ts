/** What makes the walk of a file this walk, as the file holds it: how choices are made, and which walker starts where. */
import type { Connection } from '../database/connection.js';

export interface WalkIdentity {
  readonly rngSeed: number;
  /** 1: its choices are made in rounds, by a seed that was given. */
  readonly rounds: 0 | 1;
}

/** Undefined = the file holds no walk. */
export function readWalk(connection: Connection): WalkIdentity | undefined {
  return connection.prepare<[], WalkIdentity>('SELECT rng_seed AS rngSeed, rounds FROM walk').get();
}

/** To be called once in the life of a file. */
export function storeWalk(connection: Connection, { rngSeed, rounds }: WalkIdentity): void {
  connection.prepare('INSERT INTO walk (id, rng_seed, rounds) VALUES (1, ?, ?)').run(rngSeed, rounds);
}

/** Keys of the URLs where walkers start, in their order; none where a walk was killed before it began. */
export function readStarts(connection: Connection): readonly string[] {
  return connection.prepare<[], string>('SELECT seed FROM walkers ORDER BY walker').pluck().all();
}
