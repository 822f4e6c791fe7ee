/** What options and environment say about proxies, made into one plan. */
import { UsageError } from '../errors.js';
import { type Environment, noProxyOfEnvironment, proxiesOfEnvironment } from '../proxies/environment.js';
import { isProviderName } from '../proxies/names.js';
import type { ProxyPlan } from '../proxies/plan.js';
import type { ProxyProvider } from '../proxies/provider.js';
import { ANY_COUNTRY, checkProxies, type ProxyMap, readProxyFile } from '../proxies/proxy-map.js';

/** The options, each checked for its type. */
export interface ProxyOptions {
  readonly proxy: readonly string[];
  /** A file, a provider's name, a list, lists by country, or a provider; null = none. */
  readonly proxies: unknown;
}

/** What messages call the options: `--proxy` or `proxy`. */
export type ProxyLabels = Readonly<Record<keyof ProxyOptions, string>>;

/**
 * Reads what is named: files, and the lists of providers, whose keys stand in the process's environment.
 *
 * @param env where proxies may be named as well. The options win over those, but not over `NO_PROXY`.
 * @returns null where all requests are made directly
 * @throws UsageError (rejects) naming option, file, key or variable, and never a password
 */
export async function resolveProxies(
  { proxy, proxies }: ProxyOptions,
  labels: ProxyLabels,
  env: Environment,
): Promise<ProxyPlan | null> {
  const except = noProxyOfEnvironment(env);
  const named = proxies === null ? null : await readProxies(proxies, labels.proxies);
  if (proxy.length === 0 && named === null) return planOfEnvironment(env, except);
  const map = merge(proxy.length === 0 ? {} : checkProxies(proxy, labels.proxy), named ?? {});
  return { http: map, https: map, except };
}

function planOfEnvironment(env: Environment, except: string): ProxyPlan | null {
  const { http, https } = proxiesOfEnvironment(env);
  if (http === null && https === null) return null;
  const mapOf = (proxy: string | null): ProxyMap | null =>
    proxy === null ? null : { [ANY_COUNTRY]: [proxy] };
  return { http: mapOf(http), https: mapOf(https), except };
}

async function readProxies(proxies: unknown, label: string): Promise<ProxyMap> {
  if (isProvider(proxies)) return goodOnes(proxies, label);
  if (typeof proxies !== 'string') return checkProxies(proxies, label);
  if (isProviderName(proxies)) {
    const { fetchProvider } = await import('../proxies/providers.js');
    return (await fetchProvider(proxies, process.env)).proxies;
  }
  // Not looked for as a file: its name would be shown, and may hold a password.
  if (proxies.includes('://'))
    throw new UsageError(`${label} takes a file or a provider, and got a URL`, {
      hint: 'give a proxy itself with --proxy',
    });
  return readProxyFile(proxies, label);
}

function isProvider(proxies: unknown): proxies is ProxyProvider {
  return typeof (proxies as ProxyProvider | null)?.getOneProxy === 'function';
}

/** What a provider has, less what it found to be bad. */
function goodOnes(provider: ProxyProvider, label: string): ProxyMap {
  const bad = new Set(provider.badProxies);
  const lists = Object.entries(checkProxies(provider.proxies, label))
    .map(([country, list]) => [country, list.filter((proxy) => !bad.has(proxy))] as const)
    .filter(([, list]) => list.length > 0);
  if (lists.length === 0) throw new UsageError(`${label}: every proxy of the provider was found to be bad`);
  return Object.fromEntries(lists);
}

function merge(some: ProxyMap, others: ProxyMap): ProxyMap {
  const merged: Record<string, readonly string[]> = { ...some };
  for (const [country, list] of Object.entries(others))
    merged[country] = [...new Set([...(merged[country] ?? []), ...list])];
  return merged;
}
