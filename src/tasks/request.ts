/** What a task of a list asks for: its params, checked, as one request. */
import { UsageError } from '../errors.js';
import { type CanonicalUrl, isTooLong, MAX_URL_LENGTH, originOf } from '../url/canonicalise.js';
import { isPath, parseAddress } from '../url/seed.js';
import type { TaskEntry } from './entry.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';
import { callOf, showValue, type TaskCall } from './call.js';

export interface TaskRequest extends TaskCall {
  /** As the crawl identifies and asks for it; absolute http(s). */
  readonly url: CanonicalUrl;
}

/**
 * Reads the request out of params: `url` (required), and what `callOf` reads.
 *
 * @param where how messages call the task: `tasks.csv, line 7`
 * @throws UsageError for a param that is missing, of the wrong type, or does not fit the others
 */
export function requestOf(params: JsonObject, where: string): TaskRequest {
  return { url: urlOf(params['url'] ?? undefined, where), ...callOf(params, where) };
}

function urlOf(url: JsonValue | undefined, where: string): CanonicalUrl {
  if (url === undefined) throw new UsageError(`${where}: there is no url`);
  if (typeof url !== 'string' || url.trim() === '')
    throw new UsageError(`${where}: url must be a text, got ${showValue(url)}`);
  if (isPath(url)) {
    throw new UsageError(`${where}: url ${showValue(url)} is a path`, {
      hint: 'give the whole URL: https://example.org/a',
    });
  }
  // The base is of no effect: what is no path is absolute, or refused.
  const { key } = parseAddress(`${where}: url`, url, 'https://example.org');
  if (!isTooLong(key)) return key;
  throw new UsageError(`${where}: url is too long: at most ${MAX_URL_LENGTH} characters are asked for`);
}

/** The origins that a list names, each once. */
export function originsOf(entries: readonly TaskEntry[]): readonly string[] {
  const origins = new Set<string>();
  for (const { params, where } of entries)
    if (params !== null) origins.add(originOf(requestOf(params, where).url));
  return [...origins];
}
