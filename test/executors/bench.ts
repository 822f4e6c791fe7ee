/** What tests of executors add to a bench: modules of the user's, and what came of them in the file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkInvariants } from '../../dist/verify/invariants.js';
import { openForReading } from '../../dist/database/open.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { type Bench, query } from '../manners/bench.js';

/** One execution as the file has it. */
export interface ExecutionRow {
  readonly key: string;
  readonly executor: string;
  readonly status: 'success' | 'failed' | 'skipped';
  readonly output: string | null;
  readonly error: string | null;
  readonly last_run: number | null;
  readonly duration_ms: number | null;
  readonly attempts: number;
  readonly code_hash: string | null;
}

/** Writes a module into the bench's folder; answers its path. */
export function moduleOf(bench: Bench, source: string, name = 'own.mjs'): string {
  const file = join(bench.folder, name);
  writeFileSync(file, source);
  return file;
}

/** All executions, by key and executor. */
export function executionsOf(db: string): ExecutionRow[] {
  return query<ExecutionRow>(
    db,
    `SELECT t.key, e.executor, e.status, e.output, e.error, e.last_run, e.duration_ms, e.attempts, e.code_hash
       FROM executions e JOIN tasks t ON t.id = e.task_id ORDER BY t.key, e.rowid`,
  );
}

/** What executions came to, in a word each and by executor, for the task with a key that ends so. */
export function statusesOf(db: string, ending: string): Record<string, string> {
  return Object.fromEntries(
    executionsOf(db).flatMap((row) => (row.key.endsWith(ending) ? [[row.executor, row.status]] : [])),
  );
}

/** The one execution of an executor on the task with a key that ends so. */
export function executionOf(db: string, ending: string, executor: string): ExecutionRow {
  const found = executionsOf(db).filter((row) => row.key.endsWith(ending) && row.executor === executor);
  if (found.length !== 1) throw new Error(`${found.length} executions of ${executor} on …${ending}`);
  return found[0] as ExecutionRow;
}

/** What it answered. */
export function outputOf(db: string, ending: string, executor: string): unknown {
  const { output, error } = executionOf(db, ending, executor);
  if (output === null) throw new Error(`${executor} on …${ending} has no output: ${error}`);
  return JSON.parse(output);
}

/** Faults that `verify` finds, with an example. */
export function faultsIn(db: string): string[] {
  const file = openForReading(db, MIGRATIONS);
  try {
    return checkInvariants(file.connection).faults.map(({ text, example }) => `${text}: ${example}`);
  } finally {
    file.close();
  }
}
