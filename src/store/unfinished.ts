/** What executors have still to be run on, asked of the whole file when a run starts. */
import type { Connection } from '../database/connection.js';

/** Which executors a run is about. */
export interface RunOf {
  readonly executors: readonly string[];
  /** Of those: to be run whatever they came to before. */
  readonly forced: ReadonlySet<string>;
}

export interface UnfinishedRow {
  readonly pageId: number;
  readonly isStored: boolean;
}

/**
 * Pages of the crawl that were fetched, and on which an executor of the run never succeeded or is forced.
 * In the order they were found; read as it is iterated.
 */
export function* unfinishedPages(connection: Connection, run: RunOf): Generator<UnfinishedRow> {
  yield* rows(connection, run, `u.kind = 'page' AND u.state = 'done' AND u.link_count IS NOT NULL`, []);
}

/**
 * The same for tasks, whether they were ever answered or not; those in the queue are left out, as they are to be done
 * anyway.
 *
 * @param key null = all tasks of the file but crawled pages
 */
export function* unfinishedTasks(connection: Connection, run: RunOf, key: string | null): Generator<UnfinishedRow> {
  if (key === null) yield* rows(connection, run, `u.kind = 'task' AND u.state NOT IN ('queued', 'leased')`, []);
  else yield* rows(connection, run, `t.key = ? AND u.state NOT IN ('queued', 'leased')`, [key]);
}

function* rows(
  connection: Connection,
  { executors, forced }: RunOf,
  condition: string,
  parameters: readonly string[],
): Generator<UnfinishedRow> {
  const places = executors.map(() => '?').join(', ');
  const isMissing =
    forced.size > 0
      ? '1'
      : `(SELECT count(*) FROM executions e WHERE e.task_id = t.id AND e.status = 'success'
           AND e.executor IN (${places})) < ${executors.length}`;
  // A list of numbers first: what is done with the rows changes the tables that they are read from.
  const ids = connection
    .prepare<unknown[], number>(
      `SELECT u.id FROM urls u LEFT JOIN tasks t ON t.page_id = u.id WHERE ${condition} AND ${isMissing} ORDER BY u.id`,
    )
    .pluck()
    .all(...parameters, ...(forced.size > 0 ? [] : executors));
  const isStored = connection.prepare<[number], number>('SELECT 1 FROM bodies WHERE page_id = ?').pluck();
  for (const pageId of ids) yield { pageId, isStored: isStored.get(pageId) === 1 };
}

/** How many successes of each executor were come to by other code than it has now; only those with any. */
export function changedCode(
  connection: Connection,
  hashes: ReadonlyMap<string, string>,
): readonly { readonly executor: string; readonly successes: number }[] {
  const count = connection
    .prepare<[string, string], number>(
      `SELECT count(*) FROM executions WHERE executor = ? AND status = 'success' AND code_hash <> ?`,
    )
    .pluck();
  return [...hashes].flatMap(([executor, hash]) => {
    const successes = count.get(executor, hash) as number;
    return successes === 0 ? [] : [{ executor, successes }];
  });
}
