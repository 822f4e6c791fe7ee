/** Reads seeds from files and standard input, remembering where each one stands. */
import { readFile } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { unreadable, UsageError } from '../errors.js';

/** A seed as it was written, and where, for messages: `seeds.txt, line 3`. */
export interface SeedLine {
  readonly text: string;
  readonly where: string;
}

/**
 * Reads one seed a line from each file; `-` is `input`. Blank lines and lines that start with `#`
 * are left out, blanks around a seed dropped. Whether a seed is a good one is not judged here.
 *
 * @param stop ends the wait for `input`, which may be a person's
 * @throws UsageError when a file cannot be read or holds no seed; an AbortError after `stop`
 */
export async function readSeedFiles(
  files: readonly string[],
  input: Readable,
  stop: AbortSignal,
): Promise<readonly SeedLine[]> {
  const seeds: SeedLine[] = [];
  for (const file of files) {
    const name = file === '-' ? 'standard input' : file;
    const found = seedLines(
      file === '-' ? await text(addAbortSignal(stop, input)) : await readText(file),
      name,
    );
    if (found.length === 0) throw new UsageError(`--seeds: there is no seed in ${name}`);
    seeds.push(...found);
  }
  return seeds;
}

function seedLines(content: string, name: string): SeedLine[] {
  return content
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ text: line.trim(), where: `${name}, line ${i + 1}` }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable('--seeds', file, cause, 'a file with one seed a line');
  }
}
