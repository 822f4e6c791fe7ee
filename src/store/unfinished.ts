/** What executors have still to be run on, asked of the whole file when a run starts. */
import type { Connection, Statement } from '../database/connection.js';

/** Which executors a run is about, in their order. */
export interface RunOf {
  readonly executors: readonly string[];
  /** Of those that are forced: since when a success counts, ms since epoch. */
  readonly since: ReadonlyMap<string, number>;
  /** Tasks in a row that executors follow; null = any number. */
  readonly maxFollowDepth: number | null;
}

export interface UnfinishedRow {
  readonly pageId: number;
  /** Whether its body is stored. */
  readonly isStored: boolean;
  /** Whether it was there when it was asked for. */
  readonly isAnswered: boolean;
}

type Found = Pick<UnfinishedRow, 'pageId'> & { readonly isAnswered: 0 | 1 };

/** Pages that were fetched. */
const CRAWLED = `(u.kind = 'page' AND u.state = 'done' AND u.link_count IS NOT NULL)`;

/** Pages and tasks on which an executor of the run never succeeded, or is forced. */
export class Unfinished {
  readonly #connection: Connection;
  readonly #run: RunOf;
  readonly #isStored: Statement<[number], number>;

  constructor(connection: Connection, run: RunOf) {
    this.#connection = connection;
    this.#run = run;
    this.#isStored = connection.prepare<[number], number>('SELECT 1 FROM bodies WHERE page_id = ?').pluck();
  }

  /** All of the file, in the order they were found. */
  inFile(): UnfinishedRow[] {
    const { executors, since } = this.#run;
    return this.#query(`(${CRAWLED} OR ${this.#tasks()})`)
      .all(...sinceWhen(executors, since))
      .map((row) => this.#row(row));
  }

  /** Those with one of these keys. */
  among(keys: readonly string[]): UnfinishedRow[] {
    const { executors, since } = this.#run;
    const byKey = this.#query(`t.key = ? AND (${CRAWLED} OR ${this.#tasks()})`);
    return keys.flatMap((key) => byKey.all(key, ...sinceWhen(executors, since)).map((row) => this.#row(row)));
  }

  /** What executors followed from tasks with these keys, near or far: their success may have been all that led there. */
  followedFrom(keys: readonly string[]): UnfinishedRow[] {
    const list = JSON.stringify(keys);
    const rows = this.#query(
      `u.id IN (WITH RECURSIVE reached(id) AS (
           SELECT page_id FROM tasks WHERE key IN (SELECT value FROM json_each(?))
           UNION SELECT f.target_id FROM follows f JOIN reached r ON f.source_id = r.id)
         SELECT id FROM reached)
       AND t.key NOT IN (SELECT value FROM json_each(?)) AND ${this.#tasks()}`,
    );
    // What is forced is so for the list.
    return rows.all(list, list, ...sinceWhen(this.#run.executors, new Map())).map((row) => this.#row(row));
  }

  /** The condition is true of what is looked at; executors and since when they count are the last parameters. */
  #query(condition: string): Statement<unknown[], Found> {
    const { executors } = this.#run;
    const counts = executors.map(() => '(e.executor = ? AND e.last_run >= ?)').join(' OR ');
    return this.#connection.prepare(
      `SELECT u.id AS pageId, u.state = 'done' AS isAnswered FROM urls u LEFT JOIN tasks t ON t.page_id = u.id
        WHERE ${condition}
          AND (SELECT count(*) FROM executions e WHERE e.task_id = t.id AND e.status = 'success'
                 AND (${counts || '0'})) < ${executors.length} ORDER BY u.id`,
    );
  }

  /** Tasks that are not in the queue anyway, nor too deep for this run. */
  #tasks(): string {
    const deepest = this.#run.maxFollowDepth ?? Number.MAX_SAFE_INTEGER;
    return `(u.kind = 'task' AND u.state NOT IN ('queued', 'leased')
             AND (u.depth <= ${deepest} OR NOT (u.state = 'skipped' AND u.error = 'depth')))`;
  }

  #row({ pageId, isAnswered }: Found): UnfinishedRow {
    return { pageId, isStored: this.#isStored.get(pageId) === 1, isAnswered: isAnswered === 1 };
  }
}

function sinceWhen(
  executors: readonly string[],
  since: ReadonlyMap<string, number>,
): readonly (string | number)[] {
  return executors.flatMap((executor) => [executor, since.get(executor) ?? 0]);
}

/** How many successes an executor has since then, ms since epoch: in the whole file, or among the tasks with these keys. */
export function countSuccesses(
  connection: Connection,
  executor: string,
  keys: readonly string[] | null,
  since: number,
): number {
  if (keys === null) {
    const count = connection.prepare<[string, number], number>(
      `SELECT count(*) FROM executions WHERE executor = ? AND status = 'success' AND last_run >= ?`,
    );
    return count.pluck().get(executor, since) as number;
  }
  const has = connection.prepare<[string, string, number], number>(
    `SELECT 1 FROM executions e JOIN tasks t ON t.id = e.task_id
      WHERE t.key = ? AND e.executor = ? AND e.status = 'success' AND last_run >= ?`,
  );
  return keys.filter((key) => has.pluck().get(key, executor, since) === 1).length;
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
