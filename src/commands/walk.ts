/** `walk`: a crawl in which only what walkers choose is asked for. */
import type { WalkCommand } from '../cli/walk-command.js';
import { resolveWalkConfig } from '../config/walk-config.js';
import { crawlWatched, readSeeds } from './crawl.js';
import type { Invocation } from './invocation.js';

/** Runs `walk` as parsed. Answers the exit status. */
export async function walkCommand(command: WalkCommand, invocation: Invocation): Promise<number> {
  const seedLines = await readSeeds(command, invocation);
  if (seedLines === null) return invocation.stopStatus();
  const { options, labels } = command;
  const { env } = invocation;
  const config = await resolveWalkConfig(options, { seedLines, names: 'flag', labels, env });
  return crawlWatched(config, command.view, invocation);
}
