/** What tests of `run` add to a bench: lists of tasks in files, and the program run on them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Ended } from '../manners/bench.js';

export interface Ran extends Ended {
  readonly db: string;
}

/** Writes a list into the bench's folder; answers its path. What is no text is written as JSON. */
export function listOf(bench: Bench, list: unknown, name = 'tasks.json'): string {
  const file = join(bench.folder, name);
  writeFileSync(file, typeof list === 'string' ? list : JSON.stringify(list));
  return file;
}

/** Runs `run` to its end, with few threads and short waits unless the flags say otherwise. */
export async function runTasks(
  bench: Bench,
  list: unknown,
  flags: readonly string[] = [],
  db = bench.file(),
): Promise<Ran> {
  const file = listOf(bench, list);
  const few = { '--max-parallelism': '4', '--workers': '1', '--retry-delay': '0.02' };
  const own = Object.entries(few).flatMap((pair) => (flags.includes(pair[0]) ? [] : pair));
  const args = ['run', file, '--db', db, ...own, ...flags];
  return { ...(await bench.run(args)), db };
}
