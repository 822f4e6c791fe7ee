/** One task of a list, before anything is known of it but what the list says. */
import { UsageError } from '../errors.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';
import { isObject } from './json.js';

export interface TaskEntry {
  /** What the task is called in files, statuses and outputs. */
  readonly key: string;
  /** Null: the key alone was given; its params are those of an earlier run. */
  readonly params: JsonObject | null;
  /** Where it stands, for messages: `tasks.json, key "a"`, `tasks.csv, line 7`. */
  readonly where: string;
}

const MAX_KEY_LENGTH = 512;

/**
 * Checks what is to be a key: 1 to 512 characters, not only blanks, no control characters, no half of a pair of
 * surrogates (a file would keep another text).
 * @throws UsageError
 */
export function checkKey(key: string, where: string): void {
  if (key.trim() === '') throw new UsageError(`${where}: the key is empty`);
  if (key.length > MAX_KEY_LENGTH)
    throw new UsageError(
      `${where}: the key has ${key.length} characters, at most ${MAX_KEY_LENGTH} are possible`,
    );
  if (/[\p{Cc}\p{Cs}]/u.test(key))
    throw new UsageError(`${where}: the key has a control character or half a character in it`);
}

/**
 * Reads an entry that says its key itself: an object with `key` and params, or a key as a string.
 * @throws UsageError
 */
export function entryOf(value: JsonValue, where: string): TaskEntry {
  if (typeof value === 'string') return { key: value, params: null, where };
  if (!isObject(value))
    throw new UsageError(`${where}: an entry is an object with key and url, or a key as a string`);
  const { key, ...params } = value;
  if (key === undefined) throw new UsageError(`${where}: there is no key`);
  if (typeof key !== 'string') throw new UsageError(`${where}: key must be a text`);
  return { key, params, where };
}
