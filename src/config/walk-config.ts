/** What a random walk is told to do: a crawl's configuration, in which only what walkers choose is asked for. */
import { WALK_FLAGS } from '../cli/walk-command.js';
import { configOf, type CrawlConfig, type ResolveContext, seedsOf } from './config.js';
import { GivenOptions, type WalkOptions } from './options.js';

/**
 * Checks the options of a walk, and makes them its configuration.
 *
 * @throws UsageError (rejects)
 */
export async function resolveWalkConfig(
  options: WalkOptions,
  { seedLines = [], names = 'option', labels = new Map(), env = {} }: ResolveContext = {},
): Promise<CrawlConfig> {
  const given = new GivenOptions(options, names, labels, WALK_FLAGS);
  const seeds = seedsOf(given, options, seedLines);
  const config = await configOf(given, seeds, env);
  return Object.freeze<CrawlConfig>({
    ...config,
    walk: Object.freeze({
      seeds: Object.freeze([...seeds]),
      steps: given.get<number>('steps'),
      rngSeed: given.get<number | null>('rngSeed'),
    }),
  });
}
