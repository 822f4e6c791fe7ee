/** Files that a command writes besides its crawl: where they may stand, and what is said when they cannot. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CrawlDatabase } from '../database/open.js';
import { StoreError, UsageError } from '../errors.js';

/**
 * Where the file will stand, whatever links lead there: never in the place of the crawl itself, of a device or pipe.
 *
 * @param flag that named it, without dashes
 * @throws UsageError
 */
export function outPlace(flag: string, out: string, { path }: Pick<CrawlDatabase, 'path'>): string {
  if (!existsSync(out)) {
    if (existsSync(dirname(out))) return out;
    throw new UsageError(`--${flag}: there is no folder ${dirname(out)}`);
  }
  const place = realpathSync(out);
  if (place === path) throw new UsageError(`--${flag}: ${out} is the file of the crawl`);
  if (statSync(place).isDirectory()) throw new UsageError(`--${flag}: ${out} is a folder`);
  if (!statSync(place).isFile())
    throw new UsageError(
      `--${flag}: ${out} is no regular file`,
      flag === 'out' ? { hint: 'without --out rows go to standard output' } : {},
    );
  return place;
}

/**
 * Waits for what is written.
 * @throws StoreError for what the file system meets
 */
export async function writing(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException; // What the file system throws.
    if (syscall === undefined) throw cause;
    throw new StoreError(`cannot write ${what}: ${message}`, { cause });
  }
}
