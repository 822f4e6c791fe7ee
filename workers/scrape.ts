/** The executor that is built in: puts the body into a file of the run's folder. */
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import type { Context, Headers, Page } from '#src/executor.js';
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

/** Writes `<key>.scrape`, whole or not at all: under its final name there is never a part of it. */
export function scrape(page: Page, context: Context): Scraped {
  const file = taskFileName(context.key, '.scrape');
  const target = context.file(file);
  const temporary = `${target}.part`;
  writeFileSync(temporary, page.body);
  renameSync(temporary, target);
  const md5 = createHash('md5').update(page.body).digest('hex');
  return { file, size: page.body.length, md5, headers: page.headers };
}
