/** A file that a command writes besides that of the crawl: where it may stand, and what is said when it cannot. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError, UsageError } from '../errors.js';

/**
 * Where the file will stand, whatever links lead there: never in the place of the crawl itself, of a device or pipe.
 *
 * @param label   how messages call the flag
 * @param options what to do where a device was named
 * @throws UsageError
 */
export function placeOf(
  label: string,
  out: string,
  database: string,
  options: { readonly hint?: string } = { hint: `without ${label} it goes to standard output` },
): string {
  if (!existsSync(out)) {
    if (existsSync(dirname(out))) return out;
    throw new UsageError(`${label}: there is no folder ${dirname(out)}`);
  }
  const place = realpathSync(out);
  if (place === database) throw new UsageError(`${label}: ${out} is the file of the crawl`);
  if (statSync(place).isDirectory()) throw new UsageError(`${label}: ${out} is a folder`);
  if (!statSync(place).isFile()) throw new UsageError(`${label}: ${out} is no regular file`, options);
  return place;
}

/** Waits for what writes to `what`; trouble of the file system is told with its place. */
export async function writing(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException; // What the file system throws.
    if (syscall === undefined) throw cause;
    throw new StoreError(`cannot write ${what}: ${message}`, { cause });
  }
}
