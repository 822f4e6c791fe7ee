/**
 * What a crawl is told to do: the checked, frozen configuration, made of options before anything starts. What
 * must match when a crawl is continued: fixed-settings.ts.
 */
import { readAuthorities } from '../cli/ca-file.js';
import type { SeedLine } from '../cli/seeds-file.js';
import { UsageError } from '../errors.js';
import type { FailureCode } from '../protocol/failure.js';
import { splitHeader } from '../protocol/header.js';
import type { Profile, ScopeMode } from '../protocol/settings.js';
import type { TaskEntry } from '../tasks/entry.js';
import type { Environment } from '../proxies/environment.js';
import type { ProxyPlan } from '../proxies/plan.js';
import { originOf } from '../url/canonicalise.js';
import { compilePatterns } from '../url/scope.js';
import { parseBase } from '../url/seed.js';
import { compileStripParams } from '../url/strip-params.js';
import type { DownloadPlan } from './download-config.js';
import { type ExecutorConfig, executorConfigOf } from './executors.js';
import { type CrawlOptions, GivenOptions, type OptionNames } from './options.js';
import { resolveProxies } from './proxies.js';
import { hostsNamed, profileOf, resolveSeeds } from './seeds.js';
import type { WalkPlan } from '../walk/plan.js';

/** How fast, and how many at once. */
interface Pace {
  readonly workers: number;
  /** Requests in flight per worker. */
  readonly concurrency: number;
  /** Requests in flight to one host; null = the policy's default for that kind of host. */
  readonly perHost: number | null;
  /** Gap between request starts to one host; null = the policy's default for that kind of host. */
  readonly delayMs: number | null;
  /** Heap limit of one worker thread, MiB. */
  readonly workerMemoryMiB: number;
}

interface Limits {
  readonly maxPages: number | null;
  readonly maxDepth: number | null;
  /** Tasks in a row that executors follow. */
  readonly maxFollowDepth: number | null;
  readonly maxVariants: number | null;
  readonly maxPerHost: number | null;
  readonly maxTimeMs: number | null;
  readonly maxRedirects: number;
  readonly maxBodyBytes: number;
}

/** What belongs to the crawl. */
interface Rules {
  readonly scope: ScopeMode;
  readonly profile: Profile;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly stripParams: readonly string[];
  readonly within: string | null;
  readonly sitemaps: boolean;
  readonly obeyRobots: boolean;
}

interface Requests {
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

/** A checked configuration. All durations ms, sizes bytes; null = no limit, unless said otherwise. */
export interface CrawlConfig extends Pace, Limits, Rules, Requests, ExecutorConfig {
  /** Canonical seed URLs, each once, in the order given. */
  readonly seeds: readonly string[];
  /** Origins that the user names, in seeds or tasks. */
  readonly origins: readonly string[];
  /** The entries of a task list, in the place of seeds; null = a crawl. */
  readonly tasks: readonly TaskEntry[] | null;
  /** Files that pages link to are wanted, not the pages; null = no. */
  readonly downloads: DownloadPlan | null;
  /** How walkers go, where only what they choose is asked for; null = everything is. */
  readonly walk: WalkPlan | null;
  /** Tasks in all threads together. */
  readonly maxInFlight: number;
  /** How messages call options. */
  readonly names: OptionNames;
  readonly databasePath: string;
  readonly fresh: boolean;
  /** Null = all requests are made directly. */
  readonly proxies: ProxyPlan | null;
}

/** Where options came from, so that messages can call them by the name the user gave. */
export interface ResolveContext {
  /** Further seeds, read from files. */
  readonly seedLines?: readonly SeedLine[];
  /** @default 'option' */
  readonly names?: OptionNames;
  /** How messages call options that stand in a file of flags, by option: file and key. */
  readonly labels?: ReadonlyMap<string, string>;
  /** Where proxies may be named, too, and the keys of those who provide them. @default no proxies there */
  readonly env?: Environment;
}

/**
 * Checks options and makes a configuration of them. Asynchronous because the CSS selector engine is loaded
 * when there is a selector to check, files of certificates are read, and lists of proxies are fetched.
 *
 * @throws UsageError (rejects) naming the option, what was met and what was expected; a misspelt
 *         option is refused with the one it may have meant
 */
export async function resolveConfig(
  options: CrawlOptions,
  { seedLines = [], names = 'option', labels = new Map(), env = {} }: ResolveContext = {},
): Promise<CrawlConfig> {
  const given = new GivenOptions(options, names, labels);
  return configOf(given, seedsOf(given, options, seedLines), env);
}

/** The seeds as they were given: the same may be there more than once. */
export function seedsOf(
  given: GivenOptions,
  { seeds = [] }: Partial<Pick<CrawlOptions, 'seeds'>>,
  seedLines: readonly SeedLine[],
): readonly string[] {
  const strip = compileStripParams(given.list('stripParams'));
  return resolveSeeds(seeds, seedLines, given.get('base'), strip);
}

/** All of it but what is about a list of tasks. */
export async function configOf(
  given: GivenOptions,
  givenSeeds: readonly string[],
  env: Environment,
): Promise<CrawlConfig> {
  const seeds = Object.freeze([...new Set(givenSeeds)]);
  await checkPatterns(given);
  checkTogether(given);
  return Object.freeze<CrawlConfig>({
    seeds,
    origins: Object.freeze([...new Set(seeds.map(originOf))]),
    tasks: null,
    downloads: null,
    walk: null,
    maxInFlight: Infinity,
    names: given.names,
    databasePath: given.get('db'),
    fresh: given.get('fresh'),
    ...paceOf(given),
    ...limitsOf(given),
    ...rulesOf(given, seeds),
    ...(await requestsOf(given, seeds)),
    ...(await executorConfigOf(given)),
    proxies: await planOf(given, env),
  });
}

async function checkPatterns(given: GivenOptions): Promise<void> {
  for (const option of ['include', 'exclude'] as const)
    compilePatterns(given.label(option), given.list(option));
  const within = given.get<string | null>('within');
  if (within !== null) await checkSelector(given.label('within'), within);
}

/** What a flag's record cannot say. */
function checkTogether(given: GivenOptions): void {
  if (!given.get<boolean>('cookies') && given.get('loadCookies') !== null)
    throw new UsageError(
      `${given.label('loadCookies')} has no use where cookies are turned off (${given.label('cookies')})`,
    );
  if (given.get('db') === ':memory:')
    throw new UsageError(`${given.label('db')} must be a file, not ':memory:'`);
}

function paceOf(given: GivenOptions): Pace {
  return {
    workers: given.get('workers'),
    concurrency: given.get('concurrency'),
    perHost: given.get('perHost'),
    delayMs: toMs(given.get('delay'), 1000),
    workerMemoryMiB: given.get('workerMemory'),
  };
}

function limitsOf(given: GivenOptions): Limits {
  return {
    maxPages: given.get('maxPages'),
    maxDepth: given.get('maxDepth'),
    maxFollowDepth: given.get('maxFollowDepth'),
    maxVariants: given.get('maxVariants'),
    maxPerHost: given.get('maxPerHost'),
    maxTimeMs: toMs(given.get('maxTime'), 1000),
    maxRedirects: given.get('maxRedirects'),
    maxBodyBytes: given.get('maxBody'),
  };
}

function rulesOf(given: GivenOptions, seeds: readonly string[]): Rules {
  const profile = given.get<Profile | 'auto'>('profile');
  return {
    scope: given.get('scope'),
    profile: profile === 'auto' ? profileOf(seeds) : profile,
    include: given.list('include'),
    exclude: given.list('exclude'),
    stripParams: given.list('stripParams'),
    within: given.get('within'),
    sitemaps: given.get('sitemaps'),
    obeyRobots: given.get('robots'),
  };
}

async function requestsOf(given: GivenOptions, seeds: readonly string[]): Promise<Requests> {
  const named = given.has('base') ? [...seeds, parseBase(given.get('base'))] : seeds;
  return {
    openHosts: Object.freeze(hostsNamed(named)),
    allowPrivate: given.get('allowPrivate'),
    userAgent: given.get('userAgent'),
    headers: Object.freeze(given.list('headers').map((header) => Object.freeze(splitHeader(header)))),
    ca: Object.freeze(await readAuthorities(given.label('ca'), given.list('ca'))),
    cookies: given.get('cookies'),
    loadCookies: given.get('loadCookies'),
    timeoutMs: toMs(given.get<number>('timeout'), 1000),
    parseTimeoutMs: toMs(given.get<number>('parseTimeout'), 1000),
    retries: given.get('retries'),
    retryDelayMs: toMs(given.get<number>('retryDelay'), 1000),
    giveUpMs: toMs(given.get<number>('giveUp'), 60_000),
    retryFailed: given.get('retryFailed'),
  };
}

function planOf(given: GivenOptions, env: Environment): Promise<ProxyPlan | null> {
  const labels = { proxy: given.label('proxy'), proxies: given.label('proxies') };
  return resolveProxies({ proxy: given.list('proxy'), proxies: given.get('proxies') }, labels, env);
}

/** @throws UsageError (rejects) for what is no CSS selector */
export async function checkSelector(label: string, selector: string): Promise<void> {
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
