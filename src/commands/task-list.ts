/** The list of tasks of a run and the file it is run in: which entries may stand together with what is there, and their way in. */
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import type { SqliteFrontier } from '../frontier/sqlite.js';
import type { ExecutionTable } from '../store/executions.js';
import { KnownTasks } from '../store/known-tasks.js';
import type { TaskEntry } from '../tasks/entry.js';
import { requestOf } from '../tasks/request.js';
import { unknownKey } from './lone-keys.js';

/** Admits the entries of a list; one that is known with other params gets the new ones. */
export function admitEntries(
  connection: Connection,
  frontier: SqliteFrontier,
  table: ExecutionTable,
  entries: readonly TaskEntry[],
): void {
  const known = new KnownTasks(connection);
  frontier.apply([], [], (admitTask) => {
    for (const { key, params } of entries) {
      // A crawled page needs no way in.
      if (params === null && known.madeBy(key) === 'crawl') continue;
      const url = params === null ? known.addressOf(key) : requestOf(params, key).url;
      if (url === null) continue;
      const pageId = admitTask(key, url, null);
      if (params !== null) table.setTask(key, pageId, JSON.stringify(params));
    }
  });
}

/**
 * Checks a list against the file that it is run in.
 * @throws UsageError for a key that stands alone and is not known from an earlier run, and for one with params that is
 *         the address of a crawled page: the two would be one task
 */
export function refuseKeys(connection: Connection, entries: readonly TaskEntry[]): void {
  const known = new KnownTasks(connection);
  for (const entry of entries) {
    const maker = known.madeBy(entry.key);
    if (entry.params === null && maker === null) throw unknownKey(entry);
    if (entry.params !== null && maker === 'crawl')
      throw new UsageError(
        `${entry.where}: ${JSON.stringify(entry.key)} is a page of the crawl in this file`,
        {
          hint: 'give the task another key, or only that key to run executors on the page; or choose another file with --db',
        },
      );
  }
}

/** The addresses of the entries whose keys stand alone. */
export function storedAddresses(connection: Connection, entries: readonly TaskEntry[]): readonly string[] {
  const known = new KnownTasks(connection);
  return entries.flatMap(({ key, params }) => (params === null ? (known.addressOf(key) ?? []) : []));
}
