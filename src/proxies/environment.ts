/** The proxies that the environment names, as curl and most programs read it. Pure. */
import { UsageError } from '../errors.js';
import { parseProxy } from './proxy-url.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `HTTP_PROXY`, `HTTPS_PROXY` and, where one of these is missing, `ALL_PROXY` say; names in lower case win. By
 * the scheme of the URL that is asked for; a value without a scheme is an http proxy.
 *
 * @returns null for a scheme that has none; an empty value is none
 * @throws UsageError naming the variable
 */
export function proxiesOfEnvironment(env: Environment): {
  readonly http: string | null;
  readonly https: string | null;
} {
  const all = readVariable(env, 'ALL_PROXY');
  return { http: readVariable(env, 'HTTP_PROXY') ?? all, https: readVariable(env, 'HTTPS_PROXY') ?? all };
}

/** The list of exceptions; '' where there is none. */
export function noProxyOfEnvironment(env: Environment): string {
  return env['no_proxy'] ?? env['NO_PROXY'] ?? '';
}

function readVariable(env: Environment, name: string): string | null {
  const used = env[name.toLowerCase()] === undefined ? name : name.toLowerCase();
  const value = env[used]?.trim() ?? '';
  if (value === '') return null;
  try {
    return parseProxy(value.includes('://') ? value : `http://${value}`, used);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message, { hint: `change ${used}, or leave it out with ${used}=` });
  }
}
