/**
 * The settings that a file remembers, because they decide what belongs to its crawl: what is written of them,
 * what is read back, and in what a file differs from what is asked now.
 */
import { spell } from '../cli/flag.js';
import { CRAWL_FLAGS } from '../cli/flags.js';
import type { LinkRule, Profile, ScopeMode } from '../protocol/settings.js';
import { scopeKeyOf } from '../url/scope.js';
import type { CrawlConfig } from './config.js';
import { flagOf, type OptionNames } from './options.js';

const NOT_READ = 'not read';
/** Settings that are lists, written as JSON. */
const SET_SETTINGS: ReadonlySet<string> = new Set(['seeds', 'include', 'exclude', 'stripParams']);
/** What a file that does not say was made with: settings that came later. */
const BEFORE: FixedSettings = { sitemaps: NOT_READ, maxRedirects: '20', stripParams: '[]' };

/** The settings a crawl is continued with, as text for the file; lists are sets, written as JSON. */
export type FixedSettings = Readonly<Record<string, string>>;

/**
 * The settings that decide which pages belong to a crawl, and therefore must match when it is
 * continued. Everything else may change from run to run.
 */
export function fixedSettings(config: CrawlConfig): FixedSettings {
  const set = (list: readonly string[]): string => JSON.stringify([...new Set(list)].sort());
  return {
    seeds: set(config.seeds),
    scope: config.scope,
    profile: config.profile,
    include: set(config.include),
    exclude: set(config.exclude),
    stripParams: set(config.stripParams),
    within: config.within ?? '',
    robots: config.obeyRobots ? 'obeyed' : 'ignored',
    sitemaps: config.sitemaps ? 'read' : NOT_READ,
    maxRedirects: String(config.maxRedirects),
  };
}

/** The part of the fixed settings by which URLs are judged, read back from a file. */
export interface StoredRule {
  readonly seeds: readonly string[];
  readonly rule: LinkRule;
  readonly stripParams: readonly string[];
  readonly within: string | null;
  readonly obeyRobots: boolean;
}

/** What `fixedSettings` wrote. A file without settings, made by a run killed at once, has no seeds. */
export function readFixedSettings(stored: FixedSettings): StoredRule {
  const list = (name: string): readonly string[] => JSON.parse(stored[name] ?? '[]') as string[];
  // Sound: these values are checked before they are stored, and the file is ours.
  const scope = (stored['scope'] ?? 'origin') as ScopeMode;
  const profile = (stored['profile'] ?? 'web') as Profile;
  const seeds = list('seeds');
  const scopeKeys = [...new Set(seeds.map((seed) => scopeKeyOf(seed, scope)))];
  return {
    seeds,
    rule: { profile, scope, scopeKeys, include: list('include'), exclude: list('exclude') },
    stripParams: list('stripParams'),
    within: stored['within'] || null,
    obeyRobots: stored['robots'] !== 'ignored',
  };
}

/**
 * Names each setting in which a file differs from what is asked now, one line each, for people: the
 * refusal. Empty when the crawl may be continued.
 *
 * @param names how lines call settings
 */
export function describeDifferences(
  stored: FixedSettings,
  now: FixedSettings,
  names: OptionNames = 'flag',
): string[] {
  const labelOf = (name: string): string => (names === 'flag' ? spell(flagOf(name)) : name);
  return Object.entries(now).flatMap(([name, value]) => {
    const before = stored[name] ?? BEFORE[name];
    if (before === value) return [];
    if (before !== undefined && SET_SETTINGS.has(name)) return setDifferences(labelOf(name), before, value);
    const label = name === 'robots' && names === 'flag' ? 'robots rules (--no-robots)' : labelOf(name);
    return [
      `${label}: ${value || 'not set'} now, ${before === undefined ? 'not known' : before || 'not set'} in the file`,
    ];
  });
}

/** A setting in which two files differ; null = one does not say. */
export interface SettingDifference {
  /** As it is typed: `--max-redirects`. */
  readonly name: string;
  readonly old: string | null;
  readonly new: string | null;
}

/** The settings in which two files differ, lists as JSON; one that came later than this program has no flag. */
export function differingSettings(old: FixedSettings, now: FixedSettings): readonly SettingDifference[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [old, now].map((each) => each[name] ?? BEFORE[name] ?? null);
    return was === is ? [] : [{ name: labelled(name), old: was ?? null, new: is ?? null }];
  });
}

function labelled(name: string): string {
  return CRAWL_FLAGS.some(({ option }) => option === name) ? spell(flagOf(name)) : name;
}

function setDifferences(flag: string, stored: string, now: string): string[] {
  const before = JSON.parse(stored) as string[];
  const today = JSON.parse(now) as string[];
  return [
    ...today
      .filter((item) => !before.includes(item))
      .map((item) => `${flag} ${item}: given now, not in the file`),
    ...before
      .filter((item) => !today.includes(item))
      .map((item) => `${flag} ${item}: in the file, not given now`),
  ];
}
