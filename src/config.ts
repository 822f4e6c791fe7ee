/**
 * What a crawl is told to do: options as people give them, and the checked, frozen configuration
 * made of them before anything starts. Defaults and ranges stand in the flag records (cli/flags.ts),
 * once for the command line and the library; what must match when a crawl is continued stands here.
 */
import { readAuthorities } from './cli/ca-file.js';
import { checkFlag, spell, type Flag, type FlagValue } from './cli/flag.js';
import { CRAWL_FLAGS } from './cli/flags.js';
import { splitHeader } from './cli/header.js';
import type { SeedLine } from './cli/seeds-file.js';
import { suggest } from './cli/suggest.js';
import { UsageError } from './errors.js';
import type { FailureCode } from './protocol/failure.js';
import type { LinkRule, Profile, ScopeMode } from './protocol/settings.js';
import type { Target } from './url/canonicalise.js';
import { compilePatterns, scopeKeyOf } from './url/scope.js';
import { parseBase, parseSeed } from './url/seed.js';
import { compileStripParams, type StripParams } from './url/strip-params.js';

/**
 * What may be asked of a crawl, by library users and the command line alike: the flags in camelCase,
 * in the flags' units. What is left out or undefined takes the flag's default; null is no limit.
 */
export interface CrawlOptions {
  /** Where to start: URLs, or paths below `base`. At least one. */
  readonly seeds: readonly string[];
  /** Site of the seeds given as a path. @default 'https://en.wikipedia.org' */
  readonly base?: string | undefined;
  /** SQLite file; an unfinished crawl in it is continued. @default 'crawl.db' */
  readonly db?: string | undefined;
  /** Delete what the file holds and start over. @default false */
  readonly fresh?: boolean | undefined;

  /** Worker threads. @default the cores available */
  readonly workers?: number | undefined;
  /** Requests in flight per worker. @default 8 */
  readonly concurrency?: number | undefined;
  /** Requests in flight to one host. @default 2 for public hosts, unlimited for private ones */
  readonly perHost?: number | null | undefined;
  /** Seconds between request starts to one host. @default 1 for public hosts, 0 for private ones */
  readonly delay?: number | null | undefined;
  /** Heap limit of one worker thread, MiB. @default 512 */
  readonly workerMemory?: number | undefined;

  /** Pages in the file, over all runs. @default null */
  readonly maxPages?: number | null | undefined;
  /** Links from a seed. @default null */
  readonly maxDepth?: number | null | undefined;
  /** Variants of one URL pattern: same path, but for query, numbers and identifiers. @default null */
  readonly maxVariants?: number | null | undefined;
  /** URLs of one host. @default null */
  readonly maxPerHost?: number | null | undefined;
  /** Seconds of this run. @default null */
  readonly maxTime?: number | null | undefined;
  /** Redirects in a row that are followed. @default 20 */
  readonly maxRedirects?: number | undefined;
  /** Bytes of one page. @default 10 MiB */
  readonly maxBody?: number | undefined;

  /** @default 'origin' */
  readonly scope?: ScopeMode | undefined;
  /** `auto` is `mediawiki` if the path of a seed starts with /wiki/. @default 'auto' */
  readonly profile?: Profile | 'auto' | undefined;
  /** Regular expressions, not anchored, matched against path + query; any one is enough. @default [] */
  readonly include?: readonly string[] | undefined;
  /** As `include`; wins over it. @default [] */
  readonly exclude?: readonly string[] | undefined;
  /** Names of query parameters to take out of every URL; `*` stands for any characters. @default [] */
  readonly stripParams?: readonly string[] | undefined;
  /** CSS selector: only links inside matching elements count. @default null */
  readonly within?: string | null | undefined;

  /** Start from what the sitemaps of the hosts in scope list, too. @default false */
  readonly sitemaps?: boolean | undefined;
  /** Whether robots.txt and its kin are obeyed. @default true */
  readonly robots?: boolean | undefined;
  /** Whether links and redirects may lead to private addresses. @default false */
  readonly allowPrivate?: boolean | undefined;
  /** @default Orbweaver with its version and address */
  readonly userAgent?: string | undefined;
  /** `Name: value`, sent to the origins of the seeds only. @default [] */
  readonly headers?: readonly string[] | undefined;
  /** PEM files of certificate authorities to trust beside those of the platform. @default [] */
  readonly ca?: readonly string[] | undefined;
  /** Whether cookies are taken and sent. @default true */
  readonly cookies?: boolean | undefined;
  /** cookies.txt in the format of Netscape, to start with. @default null */
  readonly loadCookies?: string | null | undefined;
  /** Seconds for a whole response. @default 30 */
  readonly timeout?: number | undefined;
  /** Seconds that one page may hold its thread. @default 20 */
  readonly parseTimeout?: number | undefined;
  /** Tries after the first one. @default 3 */
  readonly retries?: number | undefined;
  /** Seconds of the first back-off. @default 1 */
  readonly retryDelay?: number | undefined;
  /** Minutes a host may go without success. @default 15 */
  readonly giveUp?: number | undefined;
  /** Try failed URLs again: all, or those of one code. @default null */
  readonly retryFailed?: FailureCode | 'all' | null | undefined;
}

/** A checked configuration. All durations ms, sizes bytes; null = no limit, unless said otherwise. */
export interface CrawlConfig {
  /** Canonical seed URLs, each once, in the order given. */
  readonly seeds: readonly string[];
  readonly databasePath: string;
  readonly fresh: boolean;

  readonly workers: number;
  /** Requests in flight per worker. */
  readonly concurrency: number;
  /** Requests in flight to one host; null = the policy's default for that kind of host. */
  readonly perHost: number | null;
  /** Gap between request starts to one host; null = the policy's default for that kind of host. */
  readonly delayMs: number | null;
  /** Heap limit of one worker thread, MiB. */
  readonly workerMemoryMiB: number;

  readonly maxPages: number | null;
  readonly maxDepth: number | null;
  readonly maxVariants: number | null;
  readonly maxPerHost: number | null;
  readonly maxTimeMs: number | null;
  readonly maxRedirects: number;
  readonly maxBodyBytes: number;

  readonly scope: ScopeMode;
  readonly profile: Profile;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly stripParams: readonly string[];
  readonly within: string | null;

  readonly sitemaps: boolean;
  readonly obeyRobots: boolean;
  /** Names of the hosts in the seeds and in a base that was given: their private addresses may be connected to. */
  readonly openHosts: readonly string[];
  /** The same for all hosts. */
  readonly allowPrivate: boolean;
  readonly userAgent: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Certificates of further authorities, as PEM texts. */
  readonly ca: readonly string[];
  readonly cookies: boolean;
  /** File name; null = none. */
  readonly loadCookies: string | null;
  readonly timeoutMs: number;
  readonly parseTimeoutMs: number;
  /** Tries after the first one. */
  readonly retries: number;
  /** First wait of the exponential back-off. */
  readonly retryDelayMs: number;
  /** How long a host may go without success before it is given up. */
  readonly giveUpMs: number;
  /** Failed URLs to queue again at the start: all, those of one code, or none. */
  readonly retryFailed: FailureCode | 'all' | null;
}

/** Where options came from, so that messages can call them by the name the user gave. */
export interface ResolveContext {
  /** Further seeds, read from files. */
  readonly seedLines?: readonly SeedLine[];
  /** `flag`: messages say `--max-pages`; `option`, the default: `maxPages`. */
  readonly names?: 'flag' | 'option';
}

/**
 * Checks options and makes a configuration of them. Asynchronous because the CSS selector engine is loaded
 * when there is a selector to check, and files of certificates are read.
 *
 * @throws UsageError (rejects) naming the option, what was met and what was expected; a misspelt
 *         option is refused with the one it may have meant
 */
export async function resolveConfig(
  options: CrawlOptions,
  { seedLines = [], names = 'option' }: ResolveContext = {},
): Promise<CrawlConfig> {
  const label = (flag: Flag): string => (names === 'flag' ? spell(flag) : String(flag.option));
  const given = checkOptions(options, label);
  const pick = <T>(option: keyof CrawlOptions): T => valueOf(option, given) as T;
  const named = (option: keyof CrawlOptions): string => label(flagOf(option));

  const stripParams = pick<readonly string[] | null>('stripParams') ?? [];
  const strip = compileStripParams(stripParams);
  const seeds = resolveSeeds(options.seeds ?? [], seedLines, pick('base'), strip);
  const profile = pick<Profile | 'auto'>('profile');
  const include = pick<readonly string[] | null>('include') ?? [];
  const exclude = pick<readonly string[] | null>('exclude') ?? [];
  const within = pick<string | null>('within');
  compilePatterns(named('include'), include);
  compilePatterns(named('exclude'), exclude);
  if (within !== null) await checkSelector(named('within'), within);
  const cookies = pick<boolean>('cookies');
  const loadCookies = pick<string | null>('loadCookies');
  if (!cookies && loadCookies !== null)
    throw new UsageError(`${named('loadCookies')} has no use where cookies are turned off`);
  const databasePath = pick<string>('db');
  if (databasePath === ':memory:') throw new UsageError(`${named('db')} must be a file, not ':memory:'`);

  return Object.freeze<CrawlConfig>({
    seeds: Object.freeze(seeds),
    databasePath,
    fresh: pick('fresh'),
    workers: pick('workers'),
    concurrency: pick('concurrency'),
    perHost: pick('perHost'),
    delayMs: toMs(pick('delay'), 1000),
    workerMemoryMiB: pick('workerMemory'),
    maxPages: pick('maxPages'),
    maxDepth: pick('maxDepth'),
    maxVariants: pick('maxVariants'),
    maxPerHost: pick('maxPerHost'),
    maxTimeMs: toMs(pick('maxTime'), 1000),
    maxRedirects: pick('maxRedirects'),
    maxBodyBytes: pick('maxBody'),
    scope: pick('scope'),
    profile: profile === 'auto' ? profileOf(seeds) : profile,
    include: Object.freeze([...include]),
    exclude: Object.freeze([...exclude]),
    stripParams: Object.freeze([...stripParams]),
    within,
    sitemaps: pick('sitemaps'),
    obeyRobots: pick('robots'),
    openHosts: Object.freeze(hostsNamed(given.has('base') ? [...seeds, parseBase(pick('base'))] : seeds)),
    allowPrivate: pick('allowPrivate'),
    userAgent: pick('userAgent'),
    headers: Object.freeze(
      (pick<string[] | null>('headers') ?? []).map((header) => Object.freeze(splitHeader(header))),
    ),
    ca: Object.freeze(await readAuthorities(named('ca'), pick<readonly string[] | null>('ca') ?? [])),
    cookies,
    loadCookies,
    timeoutMs: toMs(pick<number>('timeout'), 1000),
    parseTimeoutMs: toMs(pick<number>('parseTimeout'), 1000),
    retries: pick('retries'),
    retryDelayMs: toMs(pick<number>('retryDelay'), 1000),
    giveUpMs: toMs(pick<number>('giveUp'), 60_000),
    retryFailed: pick('retryFailed'),
  });
}

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

const NOT_READ = 'not read';

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

/** What a file that does not say was made with: settings that came later. */
const BEFORE: FixedSettings = { sitemaps: NOT_READ, maxRedirects: '20', stripParams: '[]' };

/**
 * Names each setting in which a file differs from what is asked now, one line each, for people: the
 * hint of a refusal. Empty when the crawl may be continued.
 */
export function describeDifferences(stored: FixedSettings, now: FixedSettings): string[] {
  return Object.entries(now).flatMap(([name, value]) => {
    const before = stored[name] ?? BEFORE[name];
    if (before === value) return [];
    if (before !== undefined && SET_SETTINGS.has(name))
      return setDifferences(spell(flagOf(name)), before, value);
    const label = name === 'robots' ? 'robots rules (--no-robots)' : spell(flagOf(name));
    return [
      `${label}: ${value || 'not set'} now, ${before === undefined ? 'not known' : before || 'not set'} in the file`,
    ];
  });
}

const SET_SETTINGS: ReadonlySet<string> = new Set(['seeds', 'include', 'exclude', 'stripParams']);

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

/** Every option checked; undefined ones left out. */
function checkOptions(options: CrawlOptions, label: (flag: Flag) => string): ReadonlyMap<string, unknown> {
  if (typeof options !== 'object' || options === null) throw new UsageError('the options must be an object');
  const given = new Map<string, unknown>();
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const flag = CRAWL_FLAGS.find((candidate) => candidate.option === name);
    if (flag === undefined) throw unknownOption(name);
    if (value === undefined || (value === null && flag.default.value === null)) continue;
    if (flag.repeatable === true) {
      if (!Array.isArray(value)) throw new UsageError(`${label(flag)} must be an array`);
      for (const item of value as unknown[]) checkFlag(flag, item, label(flag));
    } else {
      checkFlag(flag, value, label(flag));
    }
    given.set(name, value);
  }
  return given;
}

function unknownOption(name: string): UsageError {
  const known = CRAWL_FLAGS.flatMap(({ option }) => option ?? []);
  const meant = suggest(name, known);
  return new UsageError(`there is no option '${name}'`, {
    hint: meant === undefined ? `Options are ${known.join(', ')}` : `Did you mean ${meant}?`,
  });
}

function flagOf(option: string): Flag {
  const flag = CRAWL_FLAGS.find((candidate) => candidate.option === option);
  if (flag === undefined) throw new UsageError(`there is no option '${option}'`);
  return flag;
}

function valueOf(option: string, given: ReadonlyMap<string, unknown>): unknown {
  return given.has(option) ? given.get(option) : (flagOf(option).default.value satisfies FlagValue | null);
}

/** Identity keys of all seeds, each once, those of files last. */
function resolveSeeds(
  seeds: readonly string[],
  lines: readonly SeedLine[],
  baseText: string,
  strip: StripParams,
): string[] {
  if (seeds.length + lines.length === 0) throw new UsageError('there is no seed to start from');
  const base = parseBase(baseText);
  const keys = new Set<string>(seeds.map((seed) => strip(parseSeed(seed, base)).key));
  for (const { text, where } of lines) keys.add(strip(seedOfLine(text, where, base)).key);
  return [...keys];
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

function hostsNamed(urls: readonly string[]): string[] {
  return [...new Set(urls.map((url) => new URL(url).hostname))];
}

function profileOf(seeds: readonly string[]): Profile {
  return seeds.some((seed) => new URL(seed).pathname.startsWith('/wiki/')) ? 'mediawiki' : 'web';
}

async function checkSelector(label: string, selector: string): Promise<void> {
  const { compile } = await import('css-select');
  try {
    compile(selector);
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(
      /found\s*$/,
      'found its end',
    );
    throw new UsageError(`${label}: '${selector}' is no CSS selector: ${reason}`, { cause });
  }
}

function toMs(value: number, unitMs: number): number;
function toMs(value: number | null, unitMs: number): number | null;
function toMs(value: number | null, unitMs: number): number | null {
  return value === null ? null : Math.round(value * unitMs);
}
