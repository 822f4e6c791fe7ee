/** The part of a configuration that is about executors: their modules are looked at here, before anything starts. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { readModules } from '../executors/modules.js';
import type { ExecutorModule } from '../protocol/work.js';
import type { GivenOptions } from './options.js';

/** Which executors there are, and how they are run. */
export interface ExecutorConfig {
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
export async function executorConfigOf(given: GivenOptions): Promise<ExecutorConfig> {
  const modules = await readModules(given.list('executors'), given.label('executors'));
  const names = modules.flatMap(({ executors }) => executors);
  const databasePath = given.get<string>('db');
  return {
    modules,
    forced: forcedOf(given, names),
    keepBodies: given.get('keepBodies'),
    executorTimeoutMs: Math.round(given.get<number>('executorTimeout') * 1000),
    keepGoing: given.get('keepGoing'),
    folder: folderOf(given, databasePath),
  };
}

/** That there is none yet is as it should be. */
function folderOf(given: GivenOptions, databasePath: string): string {
  const named = given.get<string | null>('files');
  if (named === null) return resolve(`${databasePath.replace(/\.[^./\\]*$/, '')}.files`);
  const folder = resolve(named);
  if (isFolderOrFree(folder)) return folder;
  throw new UsageError(`${given.label('files')}: ${named} is no folder`, {
    hint: 'expected a folder, or a name that is still free',
  });
}

function isFolderOrFree(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false;
  } catch {
    // Below a file, or in a folder that is closed to us.
    return false;
  }
}

function forcedOf(given: GivenOptions, names: readonly string[]): readonly string[] {
  const forced = given.list('force');
  if (forced.includes('all') && names.length > 0) return names;
  const unknown = forced.find((name) => !names.includes(name));
  if (unknown === undefined) return forced;
  const hint = names.length === 0 ? 'name a module with --executors' : `there are ${names.join(', ')}`;
  throw new UsageError(`${given.label('force')}: there is no executor '${unknown}'`, { hint });
}
