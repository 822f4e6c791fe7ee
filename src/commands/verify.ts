/** `verify`: checks a file at rest and prints what it found. */
import { statSync } from 'node:fs';
import { EXIT } from '../cli/exit-status.js';
import type { VerifyCommand } from '../cli/verify-command.js';
import { asStoreError } from '../database/connection.js';
import { type CrawlDatabase, openForReading } from '../database/open.js';
import { StoreError, UsageError } from '../errors.js';
import { MIGRATIONS } from '../migrations.js';
import { printable } from '../observe/printable.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { digestOf } from '../verify/digest.js';
import { checkFiles, recordedFiles } from '../verify/files.js';
import { checkInvariants, damageIn, type Finding, type Verification } from '../verify/invariants.js';
import type { Invocation } from './invocation.js';

/** A damaged file has no digest. */
interface Report extends Verification {
  readonly digest: string | null;
  /** That should lie on disk, where that is to be checked. */
  readonly files: ReturnType<typeof recordedFiles>;
}

/** Answers 0 when nothing is wrong, 1 when there is a fault. */
export function verifyCommand({ file, folder, json }: VerifyCommand, { stdout }: Invocation): number {
  if (folder !== null && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`--files: there is no folder ${folder}`);
  const examined = examine(file, folder !== null);
  const ofFiles = folder === null ? [] : checkFiles(examined.files, folder);
  const found = { ...examined, faults: [...examined.faults, ...ofFiles] };
  const { faults, open, pages, links, downloads, digest } = found;
  const state = faults.length > 0 ? 'faulty' : open.length > 0 ? 'unfinished' : 'whole';
  if (json)
    stdout.write(`${JSON.stringify({ file, state, digest, pages, links, downloads, faults, open })}\n`);
  else stdout.write(report(file, found));
  return faults.length > 0 ? EXIT.incomplete : EXIT.finished;
}

/** @throws StoreError when the file cannot be opened, or not read for another reason than damage */
function examine(file: string, withFiles: boolean): Report {
  let database: CrawlDatabase | undefined;
  try {
    database = openForReading(file, MIGRATIONS);
    const { connection } = database;
    // One moment of the file, should a crawl be writing it.
    return connection.transaction(() => {
      const found = checkInvariants(connection);
      const isRead = withFiles && !found.isDamaged;
      const files = isRead ? recordedFiles(connection) : [];
      return { ...found, digest: found.isDamaged ? null : digestOf(connection), files };
    })();
  } catch (error) {
    const damage = damageIn(error instanceof StoreError ? error.cause : error);
    if (damage === null) throw asStoreError(error, `cannot read ${file}`);
    return { ...damage, digest: null, files: [] };
  } finally {
    database?.close();
  }
}

function report(file: string, { faults, open, pages, links, downloads, isDamaged, digest }: Report): string {
  const verdict =
    faults.length > 0
      ? 'has faults'
      : open.length > 0
        ? 'is sound, and not finished'
        : 'is whole and consistent';
  const lines = [
    isDamaged
      ? `${printable(file)} is damaged; what it holds was not checked`
      : `${printable(file)} ${verdict}: ${plural(pages, 'page')}, ${plural(links, 'link')}${downloads === 0 ? '' : `, ${plural(downloads, 'file')}`}`,
    ...faults.map((fault) => `  fault: ${describe(fault)}`),
    ...open.map((finding) => `  open: ${describe(finding)}`),
    ...(digest === null ? [] : [`  digest ${digest}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ text, count, example }: Finding): string {
  return `${formatNumber(count)} ${text}${example === null ? '' : `, for example ${printable(example)}`}`;
}
