/** One JSON file for each task: its params, and what every executor made of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '../database/connection.js';
import { taskFileName } from '../tasks/file-name.js';
import type { Execution } from '../protocol/work.js';
import { isoTime } from './tables.js';
import { writeWhole } from './write.js';

interface TaskRow {
  readonly key: string;
  readonly params: string;
  /** Null, with all that follows: no executor has come to the task. */
  readonly executor: string | null;
  readonly status: Execution['status'];
  readonly output: string | null;
  readonly error: string | null;
  readonly last_run: number | null;
}

const ROWS = `
  SELECT t.key, t.params, e.executor, e.status, e.output, e.error, e.last_run
    FROM tasks t LEFT JOIN executions e ON e.task_id = t.id ORDER BY t.id, e.executor`;

/**
 * Writes `<key>.status.json` for every task into a folder, which is made where it is not there: an object with
 * `name`, `params`, and for each executor `<executor>` (its output, or null), `<executor>_status`,
 * `<executor>_last_run` (ISO 8601 or null) and, of a failure, `<executor>_error`. Files of other names are left alone.
 *
 * @throws what the file system meets; an AbortError after `stop`
 */
export async function writeStatusFiles(
  connection: Connection,
  folder: string,
  stop: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [key, rows] of tasks(connection)) {
    const file = join(folder, taskFileName(key, '.status.json'));
    await writeWhole(file, `${JSON.stringify(statusOf(key, rows), null, 2)}\n`, stop);
  }
}

/** Rows of one task together. */
function* tasks(connection: Connection): Generator<[key: string, rows: readonly TaskRow[]]> {
  let rows: TaskRow[] = [];
  for (const row of connection.prepare<[], TaskRow>(ROWS).iterate()) {
    const [first] = rows;
    if (first !== undefined && first.key !== row.key) {
      yield [first.key, rows];
      rows = [];
    }
    rows.push(row);
  }
  const [first] = rows;
  if (first !== undefined) yield [first.key, rows];
}

function statusOf(key: string, rows: readonly TaskRow[]): object {
  const results = rows.flatMap(({ executor, status, output, error, last_run }): [string, unknown][] =>
    executor === null
      ? []
      : [
          [executor, parsed(output)],
          [`${executor}_status`, status],
          [`${executor}_last_run`, isoTime(last_run)],
          ...(error === null ? [] : [[`${executor}_error`, error] as [string, unknown]]),
        ],
  );
  return { name: key, params: parsed(rows[0]?.params ?? null), ...Object.fromEntries(results) };
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
