/** The part of a configuration that is about the user's own code: its modules are looked at here, before anything starts. */
import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { readModules } from '../executors/modules.js';
import type { ExecutorModule } from '../protocol/work.js';
import type { GivenOptions } from './options.js';

/** What the user's own code is, and how it is run. */
export interface OwnCode {
  readonly modules: readonly ExecutorModule[];
  /** Names of executors to run where they succeeded. */
  readonly forced: readonly string[];
  readonly keepBodies: boolean;
  readonly executorTimeoutMs: number;
  readonly keepGoing: boolean;
  /** For files, absolute. */
  readonly folder: string;
}

/** @throws UsageError (rejects) for a module that does not load, and as `readModules` */
export async function ownCodeOf(given: GivenOptions): Promise<OwnCode> {
  const modules = await readModules(given.list('executors'), given.label('executors'));
  const names = modules.flatMap(({ executors }) => executors);
  const databasePath = given.get<string>('db');
  return {
    modules,
    forced: forcedOf(given, names),
    keepBodies: given.get('keepBodies'),
    executorTimeoutMs: Math.round(given.get<number>('executorTimeout') * 1000),
    keepGoing: given.get('keepGoing'),
    folder: resolve(given.get<string | null>('files') ?? `${databasePath.replace(/\.[^./\\]*$/, '')}.files`),
  };
}

function forcedOf(given: GivenOptions, names: readonly string[]): readonly string[] {
  const forced = given.list('force');
  if (forced.includes('all') && names.length > 0) return names;
  const unknown = forced.find((name) => !names.includes(name));
  if (unknown === undefined) return forced;
  const hint = names.length === 0 ? 'name a module with --executors' : `there are ${names.join(', ')}`;
  throw new UsageError(`${given.label('force')}: there is no executor '${unknown}'`, { hint });
}
