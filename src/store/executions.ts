/**
 * What user code was run on and what came of it: tasks, the last word of each executor on each of them, kept
 * bodies. Stores facts, and answers which of them are missing; what is run is decided elsewhere.
 */
import type { Connection, Statement } from '../database/connection.js';
import type { Execution, KeptBody } from '../protocol/work.js';

/** A task as it is stored. */
export interface TaskRow {
  readonly id: number;
  readonly key: string;
  /** JSON object. */
  readonly params: string;
}

/** What is known of one executor on one task. */
export interface ExecutionRow {
  readonly executor: string;
  readonly status: Execution['status'];
  readonly output: string | null;
  readonly lastRun: number | null;
}

interface Upsert {
  readonly taskId: number;
  readonly executor: string;
  readonly status: Execution['status'];
  readonly output: string | null;
  readonly error: string | null;
  readonly startedAt: number | null;
  readonly durationMs: number | null;
  readonly codeHash: string | null;
}

export class ExecutionTable {
  readonly #taskOf: Statement<[number], TaskRow>;
  readonly #addTask: Statement<[string, number, string]>;
  readonly #addPage: Statement<[string, number, string]>;
  readonly #taskId: Statement<[string], number>;
  readonly #setParams: Statement<[{ readonly key: string; readonly params: string }]>;
  readonly #dropBody: Statement<[number]>;
  readonly #of: Statement<[number], ExecutionRow>;
  readonly #write: Statement<[Upsert]>;
  readonly #skip: Statement<[Upsert]>;
  readonly #keep: Statement<[{ readonly pageId: number } & KeptBody]>;
  readonly #stored: Statement<[number], KeptBody>;

  constructor(connection: Connection) {
    this.#taskOf = connection.prepare('SELECT id, key, params FROM tasks WHERE page_id = ?');
    this.#addTask = connection.prepare('INSERT OR IGNORE INTO tasks (key, page_id, params) VALUES (?, ?, ?)');
    this.#addPage = connection.prepare('INSERT INTO tasks (key, page_id, params) VALUES (?, ?, ?)');
    this.#taskId = connection.prepare<[string], number>('SELECT id FROM tasks WHERE key = ?').pluck();
    this.#setParams = connection.prepare(
      'UPDATE tasks SET params = @params WHERE key = @key AND params <> @params',
    );
    this.#dropBody = connection.prepare('DELETE FROM bodies WHERE page_id = ?');
    this.#of = connection.prepare(
      'SELECT executor, status, output, last_run AS lastRun FROM executions WHERE task_id = ?',
    );
    this.#write = connection.prepare(
      `INSERT INTO executions (task_id, executor, status, output, error, last_run, duration_ms, attempts, code_hash)
       VALUES (@taskId, @executor, @status, @output, @error, @startedAt, @durationMs, @startedAt IS NOT NULL, @codeHash)
       ON CONFLICT (task_id, executor) DO UPDATE SET status = @status, output = @output, error = @error,
         last_run = coalesce(@startedAt, last_run), duration_ms = @durationMs,
         attempts = attempts + (@startedAt IS NOT NULL), code_hash = coalesce(@codeHash, code_hash)
       -- What could not even be run takes nothing from what was come to before.
       WHERE @startedAt IS NOT NULL OR status <> 'success'`,
    );
    // Not run: whatever it came to before stands.
    this.#skip = connection.prepare(
      `INSERT OR IGNORE INTO executions (task_id, executor, status, attempts) VALUES (@taskId, @executor, 'skipped', 0)`,
    );
    this.#keep = connection.prepare(
      'INSERT OR REPLACE INTO bodies (page_id, url, status, headers, body) VALUES (@pageId, @url, @status, @headers, @body)',
    );
    this.#stored = connection.prepare('SELECT url, status, headers, body FROM bodies WHERE page_id = ?');
  }

  /** The task that a page is; undefined while no executor was run on it. */
  taskOf(pageId: number): TaskRow | undefined {
    return this.#taskOf.get(pageId);
  }

  /** The key that a crawled page has or will have: its address, unless that is the key of a task of a list. */
  keyOf(url: string): string {
    let key = url;
    for (let n = 1; this.#taskId.get(key) !== undefined; n++)
      key = `${url} (crawled${n === 1 ? '' : ` ${n}`})`;
    return key;
  }

  /** Adds a task, unless its key is known. */
  addTask(key: string, pageId: number, params: string): void {
    this.#addTask.run(key, pageId, params);
  }

  /** Adds the task that a crawled page is, which has none yet. Answers its number. */
  addPage(url: string, pageId: number, params: string): number {
    return Number(this.#addPage.run(this.keyOf(url), pageId, params).lastInsertRowid);
  }

  /** Adds a task; one that is known gets new params, and what was kept for the old ones goes. */
  setTask(key: string, pageId: number, params: string): void {
    const { changes } = this.#addTask.run(key, pageId, params);
    if (changes === 0 && this.#setParams.run({ key, params }).changes > 0) this.#dropBody.run(pageId);
  }

  executionsOf(taskId: number): readonly ExecutionRow[] {
    return this.#of.all(taskId);
  }

  /** Stores the last word of an executor on a task. One that was skipped changes nothing that is there. */
  write(taskId: number, execution: Execution, codeHash: string | null): void {
    const { executor, status, output, error, startedAt, durationMs } = execution;
    const row = { taskId, executor, status, output, error, startedAt, durationMs, codeHash };
    (status === 'skipped' ? this.#skip : this.#write).run(row);
  }

  keepBody(pageId: number, { url, status, headers, body }: KeptBody): void {
    this.#keep.run({ pageId, url, status, headers, body });
  }

  /** An answer whose body was kept; undefined where it was not. */
  storedAnswer(pageId: number): KeptBody | undefined {
    return this.#stored.get(pageId);
  }
}
