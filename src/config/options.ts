/**
 * Options as people give them, checked one by one. Defaults and ranges stand in the flag records (cli/flags.ts),
 * once for the command line and the library.
 */
import { checkFlag, spell, type Flag } from '../cli/flag.js';
import { CRAWL_FLAGS } from '../cli/flags.js';
import { UsageError } from '../errors.js';
import type { FailureCode } from '../protocol/failure.js';
import type { Profile, ScopeMode } from '../protocol/settings.js';
import type { ProxyProvider } from '../proxies/provider.js';
import type { ProxyMap } from '../proxies/proxy-map.js';
import { suggest } from '../spelling.js';
import type { DownloadOptions } from './download-options.js';

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

  /** Worker threads. @default one less than the cores available, at least 1; of runs and downloads, all */
  readonly workers?: number | undefined;
  /** Requests in flight per worker. @default 16 */
  readonly concurrency?: number | undefined;
  /** Requests in flight to one host. @default 2 for public hosts, unlimited for private ones */
  readonly perHost?: number | null | undefined;
  /** Seconds between request starts to one host. @default 1 for public hosts, 0 for private ones */
  readonly delay?: number | null | undefined;
  /** Heap limit of one worker thread, MiB. @default 2048 */
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
  /** Proxies to take turns with, each a URL: http, https or socks5. @default [] */
  readonly proxy?: readonly string[] | undefined;
  /**
   * More of them: the name of a JSON file or of a provider, a list, lists by country, or a provider. The environment
   * (`HTTP_PROXY` and its kin) is read for the command line only. @default null
   */
  readonly proxies?: string | readonly string[] | ProxyMap | ProxyProvider | null | undefined;
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
  /**
   * Modules of functions to run on every page, one or several, or `scrape`; paths (from the working directory) or
   * `file:` URLs. @default []
   */
  readonly executors?: string | URL | readonly (string | URL)[] | undefined;
  /** Executors to run again where they succeeded, or `all`. @default [] */
  readonly force?: readonly string[] | undefined;
  /** Whether bodies are stored, so that executors can be run again without asking for them. @default false */
  readonly keepBodies?: boolean | undefined;
  /** Tasks in a row that executors may follow from a page, or from an entry of a list. @default null */
  readonly maxFollowDepth?: number | null | undefined;
  /** Seconds that one executor may take on one page. @default 30 */
  readonly executorTimeout?: number | undefined;
  /** Whether the run goes on after a fault in an executor. @default false */
  readonly keepGoing?: boolean | undefined;
  /** Folder for the files of executors. @default the name of `db` with .files for an ending */
  readonly files?: string | null | undefined;
  /** Minutes a host may go without success. @default 15 */
  readonly giveUp?: number | undefined;
  /** Try failed URLs again: all, or those of one code. @default null */
  readonly retryFailed?: FailureCode | 'all' | null | undefined;
}

/** What may be asked of a run over a task list: the crawl's options that are not about which pages belong to it. */
export interface TaskOptions extends Omit<
  CrawlOptions,
  | 'seeds'
  | 'base'
  | 'concurrency'
  | 'maxPages'
  | 'maxDepth'
  | 'maxVariants'
  | 'maxPerHost'
  | 'scope'
  | 'profile'
  | 'include'
  | 'exclude'
  | 'stripParams'
  | 'within'
  | 'sitemaps'
  | 'retryFailed'
> {
  /** Tasks at once, in all threads together. @default 100 */
  readonly maxParallelism?: number | undefined;
}

/** What may be asked of a random walk: the crawl's options that say where and how, and how far. */
export interface WalkOptions extends Omit<
  CrawlOptions,
  | 'maxPages'
  | 'maxVariants'
  | 'maxPerHost'
  | 'sitemaps'
  | 'executors'
  | 'force'
  | 'keepBodies'
  | 'maxFollowDepth'
  | 'executorTimeout'
  | 'keepGoing'
  | 'files'
> {
  /** Pages that each walker goes on to from its first one, over all runs. @default 100 */
  readonly steps?: number | undefined;
  /** Makes the walk repeatable. @default null */
  readonly rngSeed?: number | null | undefined;
}

type OptionName = keyof CrawlOptions | keyof TaskOptions | keyof WalkOptions | keyof DownloadOptions;

/** How messages call an option: `flag` is `--max-pages`, `option` is `maxPages`. */
export type OptionNames = 'flag' | 'option';

/** Options that were checked, each with its default where it was left out. */
export class GivenOptions {
  readonly #given = new Map<string, unknown>();
  /** How messages call options. */
  readonly names: OptionNames;
  readonly #labels: ReadonlyMap<string, string>;
  readonly #flags: readonly Flag[];

  /**
   * @param labels other names for messages, by option
   * @param flags  those there are
   * @throws UsageError naming the option, what was met and what was expected
   */
  constructor(
    options: CrawlOptions | TaskOptions | WalkOptions | DownloadOptions,
    names: OptionNames,
    labels: ReadonlyMap<string, string>,
    flags: readonly Flag[] = CRAWL_FLAGS,
  ) {
    this.names = names;
    this.#labels = labels;
    this.#flags = flags;
    if (typeof options !== 'object' || options === null)
      throw new UsageError('the options must be an object');
    for (const [name, given] of Object.entries(options) as [string, unknown][]) {
      const flag = flags.find((candidate) => candidate.option === name);
      if (flag === undefined) throw unknownOption(name, flags);
      const value = name === 'executors' ? moduleNames(given) : given;
      if (value === undefined || (value === null && flag.default.value === null)) continue;
      checkOption(flag, value, this.#labelOf(flag));
      this.#given.set(name, value);
    }
  }

  has(option: OptionName): boolean {
    return this.#given.has(option);
  }

  /** The value, or its default. Of the type its flag was checked for, which `T` must name. */
  get<T>(option: OptionName): T {
    return (this.#given.has(option) ? this.#given.get(option) : this.#flagOf(option).default.value) as T;
  }

  /** The values of an option that takes several; none by default. */
  list(option: OptionName): readonly string[] {
    const values = this.get<readonly string[] | string | null>(option) ?? [];
    return Object.freeze(typeof values === 'string' ? [values] : [...values]);
  }

  label(option: OptionName): string {
    return this.#labelOf(this.#flagOf(option));
  }

  /** An option that this kind of run does not have has the default of the other. */
  #flagOf(option: OptionName): Flag {
    return this.#flags.find((flag) => flag.option === option) ?? flagOf(option);
  }

  #labelOf(flag: Flag): string {
    const label = flag.option === null ? undefined : this.#labels.get(flag.option);
    if (label !== undefined) return label;
    return this.names === 'flag' ? spell(flag) : String(flag.option);
  }
}

/** The record of the flag that an option is. */
export function flagOf(option: string): Flag {
  const flag = CRAWL_FLAGS.find((candidate) => candidate.option === option);
  if (flag === undefined) throw new UsageError(`there is no option '${option}'`);
  return flag;
}

function checkOption(flag: Flag, value: unknown, label: string): void {
  if (flag.repeatable !== true) {
    checkFlag(flag, value, label);
    return;
  }
  if (!Array.isArray(value)) throw new UsageError(`${label} must be an array`);
  for (const item of value as unknown[]) checkFlag(flag, item, label);
}

/** One or several, as texts; what is none of these is refused like any other value. */
function moduleNames(given: unknown): unknown {
  const list: unknown = Array.isArray(given) || given === undefined || given === null ? given : [given];
  return Array.isArray(list) ? list.map((each: unknown) => (each instanceof URL ? each.href : each)) : list;
}

function unknownOption(name: string, flags: readonly Flag[]): UsageError {
  const known = flags.flatMap(({ option }) => option ?? []);
  const meant = suggest(name, known);
  return new UsageError(`there is no option '${name}'`, {
    hint: meant === undefined ? `Options are ${known.join(', ')}` : `Did you mean ${meant}?`,
  });
}
