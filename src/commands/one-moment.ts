/** Questions to a file at rest or beside a running crawl. */
import { asStoreError, type Connection } from '../database/connection.js';
import { openForReading } from '../database/open.js';
import { MIGRATIONS } from '../migrations.js';

/**
 * Opens a file, asks it in one transaction, so that all answers are of one moment, and closes it.
 *
 * @param db     path of the file
 * @param oldest the oldest version of the schema that `read` understands; ours if left out
 * @throws StoreError when it cannot be read
 */
export function readOneMoment<Answer>(
  db: string,
  read: (connection: Connection) => Answer,
  oldest?: number,
): Answer {
  const { connection, path, close } = openForReading(db, MIGRATIONS, oldest);
  try {
    return connection.transaction(() => read(connection))();
  } catch (error) {
    throw asStoreError(error, `cannot read ${path}`);
  } finally {
    close();
  }
}
