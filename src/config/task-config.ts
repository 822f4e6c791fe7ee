/** What a run over a list of tasks is told to do: a crawl's configuration without the parts about a site. */
import { checkFlag } from '../cli/flag.js';
import { MAX_PARALLELISM } from '../cli/flags.js';
import { UsageError } from '../errors.js';
import type { ProxyPlan } from '../proxies/plan.js';
import { proxiesFor } from '../proxies/proxy-map.js';
import type { TaskEntry } from '../tasks/entry.js';
import { addressesOf, requestOf } from '../tasks/request.js';
import { configOf, type CrawlConfig, type ResolveContext } from './config.js';
import { type CrawlOptions, GivenOptions } from './options.js';
import { hostsNamed } from './seeds.js';

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

/**
 * The same for a run over a list of tasks: by default the executor that is built in, and for each executor the time
 * that a request has.
 */
export async function resolveTaskConfig(
  { maxParallelism = 100, ...options }: TaskOptions,
  tasks: readonly TaskEntry[],
  { names = 'option', labels = new Map(), env = {} }: ResolveContext = {},
): Promise<CrawlConfig> {
  const label = names === 'flag' ? '--max-parallelism' : 'maxParallelism';
  checkFlag(MAX_PARALLELISM, maxParallelism, labels.get('maxParallelism') ?? label);
  const executors = options.executors ?? ['scrape'];
  const given = new GivenOptions({ ...options, seeds: [], executors }, names, labels);
  const config = await configOf(given, [], env);
  refuseCountries(config.proxies, tasks);
  const workers = Math.min(config.workers, maxParallelism);
  const startingPoints = Object.freeze(addressesOf(tasks));
  return Object.freeze<CrawlConfig>({
    ...config,
    tasks,
    workers,
    concurrency: Math.ceil(maxParallelism / workers),
    maxInFlight: maxParallelism,
    startingPoints,
    openHosts: Object.freeze(hostsNamed(startingPoints)),
    executorTimeoutMs: given.has('executorTimeout') ? config.executorTimeoutMs : config.timeoutMs,
  });
}

function hasProxies({ http, https }: ProxyPlan, country: string): boolean {
  return [http, https].every((map) => map === null || proxiesFor(map, country) !== null);
}

/** A task that no proxy can be had for would fail for certain. */
function refuseCountries(plan: ProxyPlan | null, tasks: readonly TaskEntry[]): void {
  if (plan === null) return;
  for (const { params, where } of tasks) {
    const { country = null } = params === null ? {} : requestOf(params, where);
    if (country !== null && !hasProxies(plan, country))
      throw new UsageError(`${where}: there is no proxy for the country '${country}'`, {
        hint: "name some for it, or for any country under '*'",
      });
  }
}
