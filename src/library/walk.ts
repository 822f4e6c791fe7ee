/** `walk` of the library: the command of the same name, for programs. */
import type { RunResult } from '../commands/run-result.js';
import type { WalkOptions } from '../config/options.js';
import { resolveWalkConfig } from '../config/walk-config.js';
import { InvariantError } from '../errors.js';
import type { WalkStand, WalkStep } from '../walk/events.js';
import { type Run, type RunControls, runConfig, start, type Stoppable } from './start.js';

/** How a walk came out. */
export interface WalkRunResult extends RunResult {
  readonly walk: WalkStand;
}

/** A walk that has begun. Its loop gives steps as they are taken, those to the pages where walkers start among them. */
export interface WalkRun extends Run<WalkRunResult, WalkStep> {}

/**
 * Sends a walker from each seed over a site, along random links to pages that nobody has visited, continuing what is in
 * the file already.
 *
 * @throws as `crawl`
 */
export function walk(options: WalkOptions & Stoppable, controls: RunControls = {}): WalkRun {
  return start<WalkOptions, WalkRunResult, WalkStep>(options, controls, async (given, under) => {
    const config = await resolveWalkConfig(given);
    const { walk: stand, ...result } = await runConfig(config, { steps: under.stream }, under);
    if (stand === null) throw new InvariantError('a walk without walkers');
    return { ...result, walk: stand };
  });
}
