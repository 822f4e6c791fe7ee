/** How the tasks of a list stand, by key. Reads only. */
import type { Connection } from '../database/connection.js';

export interface TaskEnds {
  /** Keys on which every executor of the run has succeeded, in it or before, in the order of the list. */
  readonly succeeded: readonly string[];
  /**
   * Keys that were come to without success: the address could not be had, or an executor failed. The same call tries
   * them again. A key in neither list was not come to, because the run was stopped.
   */
  readonly failed: readonly string[];
}

interface Row {
  readonly state: string;
  readonly successes: number;
  readonly failures: number;
}

export function taskEnds(
  connection: Connection,
  keys: readonly string[],
  executors: readonly string[],
): TaskEnds {
  const count = (status: string): string =>
    `(SELECT count(*) FROM executions e WHERE e.task_id = t.id AND e.status = '${status}'
        AND e.executor IN (${executors.map(() => '?').join(', ')}))`;
  const row = connection.prepare<string[], Row>(
    `SELECT u.state, ${count('success')} AS successes, ${count('failed')} AS failures
       FROM tasks t JOIN urls u ON u.id = t.page_id WHERE t.key = ?`,
  );
  const succeeded: string[] = [];
  const failed: string[] = [];
  for (const key of keys) {
    const found = row.get(...executors, ...executors, key);
    if (found === undefined || found.state === 'queued' || found.state === 'leased') continue;
    if (isSuccess(found, executors.length)) succeeded.push(key);
    else if (found.state !== 'done' || found.failures > 0) failed.push(key);
  }
  return { succeeded, failed };
}

function isSuccess({ state, successes }: Row, executors: number): boolean {
  return executors === 0 ? state === 'done' : successes === executors;
}
