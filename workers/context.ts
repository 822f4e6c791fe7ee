/** What a thread lends to an executor: the task's params, a folder, a voice, and ways to ask for more. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { inspect } from 'node:util';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Context, FetchedPage, FetchRequest, JsonObject } from '#src/executor.js';
import type { Follow } from '#src/protocol/work.js';
import { callOf } from '#src/tasks/call.js';
import { parseTarget } from '#src/url/canonicalise.js';
import { own } from './own-realm.js';

/** Params longer than this stand in a key as their digest, characters. */
const MAX_SHOWN = 100;

/** What the contexts of one page have in common. */
export interface ContextParts {
  readonly key: string;
  readonly params: JsonObject;
  /** Against which `fetch` and `follow` resolve what they are given. */
  readonly pageUrl: string;
  /** The run's folder, absolute. */
  readonly folder: string;
  /** Filled by `follow`. */
  readonly follows: Follow[];
  readonly fetch: (url: string, request: FetchRequest, signal: AbortSignal) => Promise<FetchedPage>;
  readonly say: (level: 'info' | 'warn', text: string) => void;
}

export function makeContext(parts: ContextParts, signal: AbortSignal): Context {
  const { key, params, pageUrl, folder } = parts;
  return {
    key,
    params,
    signal,
    fetch: (url, request = {}) => parts.fetch(String(url), request, signal),
    file: (name) => fileIn(folder, name),
    follow: (url, followed = {}) => {
      const follow = followOf(String(url), followed, pageUrl);
      if (!parts.follows.some((other) => other.key === follow.key)) parts.follows.push(follow);
    },
    log: {
      info: (message) => parts.say('info', asText(message)),
      warn: (message) => parts.say('warn', asText(message)),
    },
  };
}

/**
 * A task by address and params: the same ones, from whatever page, are the same task.
 * @throws TypeError for what is no http(s) address
 */
function followOf(url: string, params: JsonObject, pageUrl: string): Follow {
  const target = parseTarget(url, pageUrl);
  if (target === null) throw new TypeError(`follow needs an http(s) address, got '${url}'`);
  checkCall(params);
  const text = own.stringify(sorted(params));
  // Never the key of a crawled page, which is an address alone.
  const suffix = text.length <= MAX_SHOWN ? text : createHash('sha256').update(text).digest('hex');
  return { key: `${target.key} ${suffix}`, url: target.request, params: text };
}

/** @throws TypeError for params that a task list could not have either */
function checkCall(params: JsonObject): void {
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    throw new TypeError('params of follow must be an object');
  try {
    callOf(params, 'follow');
  } catch (cause) {
    throw new TypeError((cause as Error).message, { cause });
  }
}

/** With the names of every object in one order, so that equal params make equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/**
 * The path of a file in a folder, whose own folder is made.
 * @throws TypeError for a name that leads out of the folder, by `..`, by being absolute or through a link
 */
function fileIn(folder: string, name: unknown): string {
  const refused = new TypeError(
    `file needs a name inside the run's folder (encodeURIComponent makes one of any text), got '${String(name)}'`,
  );
  // A colon names a drive or a stream on Windows, a backslash is a separator there.
  if (typeof name !== 'string' || /[\0\\:]/.test(name) || isAbsolute(name)) throw refused;
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) throw refused;
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  mkdirUnder(realpathSync(folder), dirname(file), folder, refused);
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw refused;
  return file;
}

/** Makes the folders on the way one by one, so that a link among them is seen before anything is made behind it. */
function mkdirUnder(root: string, target: string, folder: string, refused: Error): void {
  let at = resolve(folder);
  for (const part of relative(at, target).split(sep).filter(Boolean)) {
    at = join(at, part);
    mkdirSync(at, { recursive: true });
    const real = realpathSync(at);
    if (real !== root && !real.startsWith(root + sep)) throw refused;
  }
}

/** Whatever a module without types hands over. */
function asText(message: unknown): string {
  return typeof message === 'string' ? message : inspect(message);
}
