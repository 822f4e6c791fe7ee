/** What executors did, a row for each of them and each task, straight from the file. Reads only. */
import type { Connection } from '../database/connection.js';
import type { Execution } from '../protocol/work.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';

/** The oldest version of the schema that has all that is read in this room: from it on there are executors. */
export const OLDEST_VERSION = 5;

/** A row as the file has it. */
export interface ExecutionRow {
  readonly key: string;
  /** JSON object. */
  readonly params: string;
  readonly executor: string;
  readonly status: Execution['status'];
  readonly error: string | null;
  /** Ms since epoch. */
  readonly last_run: number | null;
  readonly duration_ms: number | null;
  readonly attempts: number;
  /** JSON. */
  readonly output: string | null;
}

/** A row as the library gives it. */
export interface StatusRow {
  readonly key: string;
  readonly params: JsonObject;
  readonly executor: string;
  readonly status: Execution['status'];
  /** Of a failure: a code, a colon, a text. */
  readonly error: string | null;
  /** When it began last, ms since epoch; null = it never ran. */
  readonly lastRun: number | null;
  readonly durationMs: number | null;
  /** How often it was run. */
  readonly attempts: number;
  /** What a success returned; else null. */
  readonly output: JsonValue;
}

// The index of the primary key is walked in its order: the first row comes at once, and nothing is sorted.
const ROWS = `
  SELECT t.key, t.params, e.executor, e.status, e.error, e.last_run, e.duration_ms, e.attempts, e.output
    FROM executions e CROSS JOIN tasks t ON t.id = e.task_id ORDER BY e.task_id, e.executor`;

/** All rows, one task after the other; each reading is of one moment of the file. */
export function executionRows(connection: Connection): IterableIterator<ExecutionRow> {
  return connection.prepare<[], ExecutionRow>(ROWS).iterate();
}

export function toStatusRow({ last_run, duration_ms, params, output, ...row }: ExecutionRow): StatusRow {
  return {
    ...row,
    params: JSON.parse(params) as JsonObject,
    lastRun: last_run,
    durationMs: duration_ms,
    output: output === null ? null : (JSON.parse(output) as JsonValue),
  };
}
