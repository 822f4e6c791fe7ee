/** What executors have still to be run on, asked of the whole file when a run starts. */
import type { Connection, Statement } from '../database/connection.js';

/** Which executors a run is about, in their order. */
export interface RunOf {
  readonly executors: readonly string[];
  /** Of those: to be run whatever they came to before. */
  readonly forced: ReadonlySet<string>;
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
/** Tasks that are not in the queue anyway. */
const TASKS = `(u.kind = 'task' AND u.state NOT IN ('queued', 'leased'))`;

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
    const found = this.#query(`${CRAWLED} OR ${TASKS}`).all(...this.#parameters());
    return found.map((row) => this.#row(row));
  }

  /** Those with one of these keys. */
  among(keys: readonly string[]): UnfinishedRow[] {
    const byKey = this.#query(`t.key = ? AND (${CRAWLED} OR ${TASKS})`);
    return keys.flatMap((key) => byKey.all(key, ...this.#parameters()).map((row) => this.#row(row)));
  }

  #query(condition: string): Statement<unknown[], Found> {
    const { executors, forced } = this.#run;
    const isMissing =
      forced.size > 0
        ? '1'
        : `(SELECT count(*) FROM executions e WHERE e.task_id = t.id AND e.status = 'success'
             AND e.executor IN (${executors.map(() => '?').join(', ')})) < ${executors.length}`;
    return this.#connection.prepare(
      `SELECT u.id AS pageId, u.state = 'done' AS isAnswered FROM urls u LEFT JOIN tasks t ON t.page_id = u.id
        WHERE (${condition}) AND ${isMissing} ORDER BY u.id`,
    );
  }

  #parameters(): readonly string[] {
    return this.#run.forced.size > 0 ? [] : this.#run.executors;
  }

  #row({ pageId, isAnswered }: Found): UnfinishedRow {
    return { pageId, isStored: this.#isStored.get(pageId) === 1, isAnswered: isAnswered === 1 };
  }
}

/** How many successes an executor has: in the whole file, or among the tasks with these keys. */
export function countSuccesses(
  connection: Connection,
  executor: string,
  keys: readonly string[] | null,
): number {
  if (keys === null) {
    const count = connection.prepare<[string], number>(
      `SELECT count(*) FROM executions WHERE executor = ? AND status = 'success'`,
    );
    return count.pluck().get(executor) as number;
  }
  const has = connection.prepare<[string, string], number>(
    `SELECT 1 FROM executions e JOIN tasks t ON t.id = e.task_id
      WHERE t.key = ? AND e.executor = ? AND e.status = 'success'`,
  );
  return keys.filter((key) => has.pluck().get(key, executor) === 1).length;
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
