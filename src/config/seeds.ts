/** The seeds of a configuration, and what follows from them. */
import type { SeedLine } from '../cli/seeds-file.js';
import { UsageError } from '../errors.js';
import type { Profile } from '../protocol/settings.js';
import type { Target } from '../url/canonicalise.js';
import { parseBase, parseSeed } from '../url/seed.js';
import type { StripParams } from '../url/strip-params.js';

/** Identity keys of all seeds as they were given, those of files last. */
export function resolveSeeds(
  seeds: readonly string[],
  lines: readonly SeedLine[],
  baseText: string,
  strip: StripParams,
): string[] {
  if (seeds.length + lines.length === 0) throw new UsageError('there is no seed to start from');
  const base = parseBase(baseText);
  const targets = [
    ...seeds.map((seed) => parseSeed(seed, base)),
    ...lines.map(({ text, where }) => seedOfLine(text, where, base)),
  ];
  return targets.map((target) => strip(target).key);
}

function seedOfLine(text: string, where: string, base: string): Target {
  try {
    return parseSeed(text, base);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${where}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** Names of the hosts of URLs, each once. */
export function hostsNamed(urls: readonly string[]): string[] {
  return [...new Set(urls.map((url) => new URL(url).hostname))];
}

/** What `auto` stands for. */
export function profileOf(seeds: readonly string[]): Profile {
  return seeds.some((seed) => new URL(seed).pathname.startsWith('/wiki/')) ? 'mediawiki' : 'web';
}
