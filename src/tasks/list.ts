/**
 * Task lists: what `run` is asked to do. The whole list is read and checked before anything is started; a list with
 * a mistake in it is refused, with the place of the mistake.
 */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';
import { csvEntries } from './csv-list.js';
import { checkKey, type TaskEntry } from './entry.js';
import { formatOf, formatOfName, type TaskFormat } from './format.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';
import { jsonEntries, jsonlEntries, valueEntries } from './json-list.js';
import { requestOf } from './request.js';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * A list that a program gives: the name of a file, keys known from an earlier run, objects with `key` and params, or a
 * map from keys to params.
 */
export type TaskList =
  | string
  | URL
  | readonly (string | (JsonObject & { readonly key: string }))[]
  | Readonly<Record<string, JsonObject>>;

/** What messages call a list that stands in no file. */
const IN_PROGRAM = 'tasks';

/**
 * Reads a list from a file, in the format that its name or its content says.
 *
 * @param file its name, or a `file:` URL
 * @throws UsageError when it cannot be read, and as `parseTaskList`
 */
export async function readTaskFile(file: string | URL): Promise<readonly TaskEntry[]> {
  const name = typeof file === 'string' ? file : pathOf(file);
  return parseTaskList(await readBytes(name), name, formatOfName(name));
}

/**
 * Checks a list that a program gives.
 * @throws UsageError as `parseTaskList`, and for what JSON cannot hold
 */
export function tasksOf(list: Exclude<TaskList, string | URL>): readonly TaskEntry[] {
  const { entries, add } = newList();
  for (const entry of valueEntries(plain(list), IN_PROGRAM)) add(entry);
  return checked(entries, IN_PROGRAM);
}

/** The same, as JSON would have it: no list that a file could not hold. */
function plain(list: unknown): JsonValue {
  try {
    return JSON.parse(JSON.stringify(list ?? null)) as JsonValue;
  } catch (cause) {
    throw new UsageError(`${IN_PROGRAM} must be what JSON can hold: ${(cause as Error).message}`, { cause });
  }
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new UsageError(`${url.href} is no file`, { cause });
  }
}

/**
 * Reads a list from a file, or from `input` when its name is `-`.
 *
 * @param format null = told by the name of the file, or else by what is in it
 * @param stop   ends the wait for `input`, which may be a person's
 * @throws UsageError when it cannot be read, and as `parseTaskList`; an AbortError after `stop`
 */
export async function readTaskList(
  file: string,
  format: TaskFormat | null,
  input: Readable,
  stop: AbortSignal,
): Promise<readonly TaskEntry[]> {
  if (file === '-') return parseTaskList(await buffer(addAbortSignal(stop, input)), 'standard input', format);
  return parseTaskList(await readBytes(file), file, format ?? formatOfName(file));
}

/**
 * Reads a list from its bytes.
 *
 * @param name what messages call it
 * @returns every entry, in the order of the list; each has a key of its own, and params from which `requestOf` makes
 *   a request
 * @throws UsageError naming the place of the first mistake; also for an empty list
 */
export function parseTaskList(bytes: Buffer, name: string, format: TaskFormat | null): readonly TaskEntry[] {
  if (!isUtf8(bytes)) throw new UsageError(`${name} is not UTF-8`, { hint: 'save it as UTF-8' });
  const content = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
  const { entries, add } = newList();
  readEntries(content, name, format ?? formatOf(content), add);
  return checked(entries, name);
}

interface NewList {
  readonly entries: ReadonlyMap<string, TaskEntry>;
  /** @throws UsageError for an entry that is not as it must be, or there already */
  readonly add: (entry: TaskEntry) => void;
}

function newList(): NewList {
  const entries = new Map<string, TaskEntry>();
  const add = (entry: TaskEntry): void => {
    const { key, params, where } = entry;
    checkKey(key, where);
    const other = entries.get(key);
    if (other !== undefined)
      throw new UsageError(`${where}: the key ${JSON.stringify(key)} is also in ${other.where}`);
    if (params !== null) requestOf(params, where);
    entries.set(key, entry);
  };
  return { entries, add };
}

function checked(entries: NewList['entries'], name: string): readonly TaskEntry[] {
  if (entries.size === 0) throw new UsageError(`there is no task in ${name}`);
  return [...entries.values()];
}

function readEntries(
  content: Buffer,
  name: string,
  format: TaskFormat,
  add: (entry: TaskEntry) => void,
): void {
  switch (format) {
    case 'json':
      for (const entry of jsonEntries(textOf(content, name), name)) add(entry);
      return;
    case 'jsonl':
      for (const entry of jsonlEntries(content, name)) add(entry);
      return;
    case 'csv':
      csvEntries(content, name, add);
      return;
    default:
      format satisfies never;
  }
}

function textOf(bytes: Buffer, name: string): string {
  try {
    return bytes.toString('utf8');
  } catch (cause) {
    throw new UsageError(`${name} is too long for one JSON text`, {
      cause,
      hint: 'write one task a line, as JSONL',
    });
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException; // What the file system throws.
    if (code === 'ENOENT') throw new UsageError(`there is no file ${file}`, { cause });
    if (code === 'EISDIR') throw new UsageError(`${file} is a folder`, { cause });
    throw new UsageError(`cannot read ${file}: ${message}`, { cause });
  }
}
