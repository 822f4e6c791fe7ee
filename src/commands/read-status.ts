/** What a file says of executors and of its queue, for the command `status` and for the library. */
import { asStoreError } from '../database/connection.js';
import { openForReading } from '../database/open.js';
import { MIGRATIONS } from '../migrations.js';
import { executionRows, OLDEST_VERSION, type StatusRow, toStatusRow } from '../status/rows.js';
import { type StatusSummary, summarise } from '../status/summary.js';
import { type TaskEnds, taskEnds } from '../status/task-ends.js';
import { readOneMoment } from './one-moment.js';

/**
 * Counts what a file holds, beside a running crawl too: one moment of it.
 *
 * @param db path of the file
 * @throws StoreError when it cannot be read
 */
export function statusSummary(db: string): StatusSummary {
  return readOneMoment(db, summarise, OLDEST_VERSION);
}

/**
 * What every executor did on every task, one after the other; the file is open from the first row to the last, or
 * to the end of a `for` that is left. All rows are of one moment, also beside a running crawl, whose write-ahead log
 * grows for as long.
 *
 * @param db path of the file
 * @throws StoreError, with the first row asked for, when it cannot be read
 */
export function* readStatus(db: string): Generator<StatusRow, void, undefined> {
  const { connection, path, close } = openForReading(db, MIGRATIONS, OLDEST_VERSION);
  try {
    for (const row of executionRows(connection)) yield toStatusRow(row);
  } catch (error) {
    throw asStoreError(error, `cannot read ${path}`);
  } finally {
    close();
  }
}

/**
 * How the tasks of a list stand.
 * @throws StoreError when the file cannot be read
 */
export function readTaskEnds(db: string, keys: readonly string[], executors: readonly string[]): TaskEnds {
  return readOneMoment(db, (connection) => taskEnds(connection, keys, executors));
}
