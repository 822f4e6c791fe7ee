/** Whether the walk in a file may be gone on with by what is asked now. */
import { randomInt } from 'node:crypto';
import type { CrawlConfig } from '../config/config.js';
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import { readStarts, readWalk, storeWalk, type WalkIdentity } from '../walk/identity.js';
import type { WalkPlan } from '../walk/plan.js';

/**
 * Stores what makes this walk this walk; in a file that holds one it must be the same. Does nothing for a crawl, which may
 * take up what a walk left.
 *
 * @throws UsageError where the file holds another walk
 */
export function adoptWalk(connection: Connection, { walk, databasePath }: CrawlConfig): void {
  if (walk === null) return;
  const stored = readWalk(connection);
  if (stored === undefined) {
    const rngSeed = walk.rngSeed ?? randomInt(2 ** 32);
    storeWalk(connection, { rngSeed, rounds: walk.rngSeed === null ? 0 : 1 });
    return;
  }
  const differences = [...rngDifference(walk, stored), ...seedDifferences(connection, walk)];
  if (differences.length === 0) return;
  const advice = 'Give the same to go on, another file with --db, or --fresh to start over';
  throw new UsageError(`${databasePath} holds another walk:`, { hint: [...differences, advice].join('\n') });
}

function rngDifference({ rngSeed }: WalkPlan, stored: WalkIdentity): string[] {
  const before = stored.rounds === 1 ? stored.rngSeed : null;
  if (before === rngSeed) return [];
  return [`--rng-seed: ${rngSeed ?? 'not set'} now, ${before ?? 'not set'} in the file`];
}

/** Which seeds there are is compared as for every crawl; here it is which walker starts where. */
function seedDifferences(connection: Connection, { seeds }: WalkPlan): string[] {
  const stored = readStarts(connection);
  if (stored.length === 0) return [];
  if (stored.length !== seeds.length)
    return [`walkers: ${seeds.length} seeds given now, ${stored.length} in the file`];
  const place = seeds.findIndex((seed, index) => seed !== stored[index]);
  if (place < 0) return [];
  return [`walker ${place + 1}: starts at ${seeds[place]} now, at ${stored[place]} in the file`];
}
