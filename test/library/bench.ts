/** A folder, a module of executors in it, and a site, for tests of the library. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { page, paths, type Routes, Site } from '../support/site.js';

/** One request at a time, and no long waits. */
export const QUICK = { workers: 1, concurrency: 4, retries: 0, retryDelay: 0.02 } as const;

export async function open(routes: Routes): Promise<Site> {
  const site = await Site.open(routes);
  onTestFinished(() => site.close());
  return site;
}

/** A site of one page that links to so many others. */
export function wide(count: number): Promise<Site> {
  return open({ '/': page(paths(count), { title: 'home' }), '*': page([]) });
}

/** The path of a new folder. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'orbweaver-library-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A file with this text in a folder of its own. */
export async function fileOf(text: string, name = 'executors.mjs'): Promise<string> {
  const file = join(await folder(), name);
  await writeFile(file, text);
  return file;
}
