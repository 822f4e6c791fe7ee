/** The executor that is built in: puts the body into a file of the run's folder. */
import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Context, type Headers, type Page, TaskError } from '#src/executor.js';
import { taskFileName } from '#src/tasks/file-name.js';

/** What is recorded of it. */
export interface Scraped {
  /** Name in the run's folder. */
  readonly file: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
  readonly headers: Headers;
}

/**
 * Writes `<key>.scrape`, whole or not at all: under its final name there is never a part of it.
 *
 * @throws TaskError where it cannot be written: a full disk is no fault of code
 */
export function scrape(page: Page, context: Context): Scraped {
  const file = taskFileName(context.key, '.scrape');
  try {
    write(file, page.body, context);
  } catch (cause) {
    throw new TaskError(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
  const md5 = createHash('md5').update(page.body).digest('hex');
  return { file, size: page.body.length, md5, headers: page.headers };
}

function write(file: string, body: Uint8Array, context: Context): void {
  const target = context.file(file);
  const temporary = `${target}.part`;
  try {
    writeFileSync(temporary, body);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
