/** What there is to know of a crawl, for the command `report` and for the library. */
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import { buildReport, DEFAULT_LIMIT, MAX_LIMIT, OLDEST_VERSION, type Report } from '../report/report.js';
import { readOneMoment } from './one-moment.js';
import { refuseDownloads } from './pages-only.js';

export interface ReportOptions {
  /** Rows of each list, 1 to 10,000. @default 100 */
  readonly limit?: number | undefined;
}

/**
 * Reads the report of a file, beside a running crawl too: one moment of it. Takes as long as looking at every row a few
 * times, and blocks meanwhile.
 *
 * @param db path of the file
 * @throws UsageError for a limit out of range, and where the file holds downloads
 * @throws StoreError when the file cannot be read
 */
export function readReport(db: string, { limit = DEFAULT_LIMIT }: ReportOptions = {}): Report {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new UsageError(`limit must be a whole number from 1 to ${MAX_LIMIT}, got ${String(limit)}`);
  const read = (connection: Connection): Report => {
    refuseDownloads(connection, db, 'a report is');
    return buildReport(connection, limit);
  };
  return readOneMoment(db, read, OLDEST_VERSION);
}
