/** What a file holds, asked before a command goes on with it. Reads only. */
import type { Connection } from '../database/connection.js';

/** Whether no URL was ever admitted: the file is new, or its first run was killed before its seeds were. */
export function holdsNothing(connection: Connection): boolean {
  return connection.prepare('SELECT 1 FROM urls LIMIT 1').get() === undefined;
}

/** Whether pages of a crawl, or tasks of a list, are still to be asked for. */
export function holdsUnfinished(connection: Connection, kind: 'page' | 'task'): boolean {
  const open = connection.prepare<[string]>(
    `SELECT 1 FROM urls WHERE kind = ? AND state IN ('queued', 'leased') LIMIT 1`,
  );
  return open.get(kind) !== undefined;
}
