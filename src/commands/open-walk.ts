/** The walk of a run, put together of what the file says and what is asked. */
import type { CrawlConfig } from '../config/config.js';
import type { Connection } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { WalkEvent } from '../walk/events.js';
import { readWalk } from '../walk/identity.js';
import { type Choosing, Walk } from '../walk/walk.js';
import { WalkerTable } from '../walk/walkers.js';

/** Null where the run is no walk. */
export function openWalk(
  connection: Connection,
  { walk }: CrawlConfig,
  frontier: Choosing,
  onEvent: (event: WalkEvent) => void,
): Walk | null {
  if (walk === null) return null;
  const stored = readWalk(connection);
  if (stored === undefined) throw new InvariantError('the walk was not adopted');
  const settings = {
    seeds: walk.seeds,
    steps: walk.steps,
    rngSeed: stored.rngSeed,
    rounds: stored.rounds === 1,
  };
  return new Walk(settings, frontier, new WalkerTable(connection), onEvent);
}
