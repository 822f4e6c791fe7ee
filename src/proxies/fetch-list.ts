/** How lists of proxies are fetched from those who provide them. */
import { UsageError } from '../errors.js';

const TIMEOUT_MS = 30_000;

/**
 * Fetches JSON.
 *
 * @param who     the provider, for messages
 * @param headers may hold a key: it is sent to this address only, redirects are refused
 * @throws UsageError naming the provider; never the key
 */
export async function fetchJson(
  who: string,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await ask(who, url, headers);
  if (response.status === 401 || response.status === 403)
    throw new UsageError(`${who} refused the key (HTTP ${response.status})`);
  if (!response.ok) throw new UsageError(`${who} answered with HTTP ${response.status}`);
  try {
    return await response.json();
  } catch {
    throw new UsageError(`${who} answered with what is not JSON`);
  }
}

async function ask(who: string, url: URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const { cause, message } = error as Error; // What the platform throws.
    throw new UsageError(`${who} cannot be reached: ${cause instanceof Error ? cause.message : message}`);
  }
}

/** The field of an answer, where it is an object and has it. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/**
 * A list in an answer.
 * @throws UsageError where there is none
 */
export function listIn(who: string, answer: unknown, name: string): readonly unknown[] {
  const list = fieldOf(answer, name);
  if (Array.isArray(list)) return list;
  throw new UsageError(`${who} answered without a list of ${name}`);
}
