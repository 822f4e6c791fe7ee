/** `export`: writes the rows of a file for other programs. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT } from '../cli/exit-status.js';
import type { ExportCommand } from '../cli/export-command.js';
import { asStoreError } from '../database/connection.js';
import { type CrawlDatabase, openForReading } from '../database/open.js';
import { StoreError, UsageError } from '../errors.js';
import { csvLines, jsonLines } from '../export/lines.js';
import { writeStatusFiles } from '../export/status-files.js';
import { executions, links, pages } from '../export/tables.js';
import { writeToStream, writeWhole } from '../export/write.js';
import { MIGRATIONS } from '../migrations.js';
import type { Invocation } from './invocation.js';

const TABLES = { pages, links, executions } as const;

/** Answers 0, also when nobody reads what it writes; the status of a signal that stopped it. */
export async function exportCommand(command: ExportCommand, invocation: Invocation): Promise<number> {
  const database = openForReading(command.file, MIGRATIONS);
  try {
    if (command.format === 'json-files') await writeFolder(command.folder, database, invocation);
    else await writeTable(command, database, invocation);
    return EXIT.finished;
  } catch (error) {
    if (invocation.stop.aborted) return invocation.stopStatus();
    throw asStoreError(error, `cannot read ${command.file}`);
  } finally {
    database.close();
  }
}

async function writeTable(
  { format, table, out }: Extract<ExportCommand, { table: string }>,
  database: CrawlDatabase,
  { stdout, stop }: Invocation,
): Promise<void> {
  const rows = TABLES[table](database.connection);
  const chunks = format === 'csv' ? csvLines(rows) : jsonLines(rows);
  if (out === null) return writeToStream(stdout, chunks, stop);
  await writing(out, writeWhole(placeOf(out, database), chunks, stop));
}

async function writeFolder(
  folder: string,
  { connection }: CrawlDatabase,
  { stop }: Invocation,
): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UsageError(`--out: ${folder} is no folder`, { hint: '--format json-files writes many files' });
  await writing(folder, writeStatusFiles(connection, folder, stop));
}

/**
 * Where the file will stand, whatever links lead there: never in the place of the crawl itself, of a device or pipe.
 * @throws UsageError
 */
function placeOf(out: string, { path }: CrawlDatabase): string {
  if (!existsSync(out)) {
    if (existsSync(dirname(out))) return out;
    throw new UsageError(`--out: there is no folder ${dirname(out)}`);
  }
  const place = realpathSync(out);
  if (place === path) throw new UsageError(`--out: ${out} is the file of the crawl`);
  if (statSync(place).isDirectory()) throw new UsageError(`--out: ${out} is a folder`);
  if (!statSync(place).isFile())
    throw new UsageError(`--out: ${out} is no regular file`, {
      hint: 'without --out rows go to standard output',
    });
  return place;
}

async function writing(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException; // What the file system throws.
    if (syscall === undefined) throw cause;
    throw new StoreError(`cannot write ${what}: ${message}`, { cause });
  }
}
