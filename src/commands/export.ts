/** `export`: writes the rows of a file for other programs. */
import { existsSync, statSync } from 'node:fs';
import { EXIT } from '../cli/exit-status.js';
import type { ExportCommand } from '../cli/export-command.js';
import { asStoreError } from '../database/connection.js';
import { type CrawlDatabase, openForReading } from '../database/open.js';
import { UsageError } from '../errors.js';
import { csvLines, jsonLines } from '../export/lines.js';
import { writeStatusFiles } from '../export/status-files.js';
import { executions, links, OLDEST_VERSIONS, pages } from '../export/tables.js';
import { writeToStream, writeWhole } from '../export/write.js';
import { MIGRATIONS } from '../migrations.js';
import type { Invocation } from './invocation.js';
import { placeOf, writing } from './output-file.js';

const TABLES = { pages, links, executions } as const;

/** Answers 0, also when nobody reads what it writes; the status of a signal that stopped it. */
export async function exportCommand(command: ExportCommand, invocation: Invocation): Promise<number> {
  const table = command.format === 'json-files' ? 'executions' : command.table;
  const database = openForReading(command.file, MIGRATIONS, OLDEST_VERSIONS[table]);
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
  await writing(out, writeWhole(placeOf('--out', out, database.path), chunks, stop));
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
