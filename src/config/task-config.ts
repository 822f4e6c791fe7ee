/** What a run over a list of tasks is told to do: a crawl's configuration without the parts about a site. */
import { TASK_FLAGS } from '../cli/flags.js';
import { UsageError } from '../errors.js';
import type { ProxyPlan } from '../proxies/plan.js';
import { proxiesFor } from '../proxies/proxy-map.js';
import type { TaskEntry } from '../tasks/entry.js';
import { originsOf, requestOf } from '../tasks/request.js';
import { configOf, type CrawlConfig, type ResolveContext } from './config.js';
import { GivenOptions, type TaskOptions } from './options.js';
import { hostsNamed } from './seeds.js';

/**
 * Checks the options of a run over a list of tasks, and makes them its configuration: by default the executor that is
 * built in, and for each executor the time that a request has.
 *
 * @throws UsageError (rejects)
 */
export async function resolveTaskConfig(
  options: TaskOptions,
  tasks: readonly TaskEntry[],
  { names = 'option', labels = new Map(), env = {} }: ResolveContext = {},
): Promise<CrawlConfig> {
  const given = new GivenOptions(options, names, labels, TASK_FLAGS);
  const maxParallelism = given.get<number>('maxParallelism');
  const config = await configOf(given, [], env);
  refuseCountries(config.proxies, tasks);
  const origins = originsOf(tasks);
  const workers = Math.min(config.workers, maxParallelism);
  return Object.freeze<CrawlConfig>({
    ...config,
    tasks,
    workers,
    concurrency: Math.ceil(maxParallelism / workers),
    maxInFlight: maxParallelism,
    origins: Object.freeze(origins),
    openHosts: Object.freeze(hostsNamed(origins)),
    executorTimeoutMs: given.has('executorTimeout') ? config.executorTimeoutMs : config.timeoutMs,
  });
}

function hasProxies({ http, https }: ProxyPlan, country: string): boolean {
  return [http, https].every((map) => map === null || proxiesFor(map, country) !== null);
}

/** A task that no proxy can be had for would fail for certain. */
function refuseCountries(plan: ProxyPlan | null, tasks: readonly TaskEntry[]): void {
  for (const { key, params, where } of tasks) {
    const { country = null } = params === null ? {} : requestOf(params, where);
    if (country === null || (plan !== null && hasProxies(plan, country))) continue;
    throw new UsageError(
      `${where}: there is no proxy for the country '${country}' of ${JSON.stringify(key)}`,
      {
        hint:
          plan === null
            ? 'there are no proxies at all: name some with --proxy or --proxies, or leave the country out'
            : "name some for it, or for any country under '*'",
      },
    );
  }
}
