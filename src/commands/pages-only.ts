/** Questions about pages are not put to a file of downloads: of those it holds the listings alone, read anew by each run. */
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import { DOWNLOAD_SETTING, SettingsTable } from '../store/settings.js';

/**
 * @param file as it was given
 * @param what the question, with its verb: `a report is`
 * @throws UsageError where the file holds downloads
 */
export function refuseDownloads(connection: Connection, file: string, what: string): void {
  if (new SettingsTable(connection).read()?.[DOWNLOAD_SETTING] === undefined) return;
  throw new UsageError(`${file} holds downloads; ${what} about the pages of a crawl`, {
    hint: `files by state, and failures by code and host: orbweaver status --db ${file}`,
  });
}
