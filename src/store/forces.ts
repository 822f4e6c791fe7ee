/**
 * What --force asks for, until it is complete: a run that is interrupted, or killed, is gone on with by the next one
 * that forces the same executors, with the same code, on the same tasks.
 */
import { createHash } from 'node:crypto';
import type { Connection, Statement } from '../database/connection.js';

/** An executor that is forced, and the code it is to be run with. */
export interface Forced {
  readonly executor: string;
  readonly codeHash: string;
}

/** Since when a success of it counts, ms since epoch, and whether an earlier run had begun it. */
export interface Force {
  readonly executor: string;
  readonly since: number;
  readonly isResumed: boolean;
}

interface ForceRow extends Forced {
  readonly tasks: string;
  readonly since: number;
}

export class ForceTable {
  readonly #tasks: string;
  readonly #since: Statement<[Omit<ForceRow, 'since'>], number>;
  readonly #begin: Statement<[ForceRow]>;
  readonly #end: Statement<[string]>;

  /** @param keys of the list; null = a crawl */
  constructor(connection: Connection, keys: readonly string[] | null) {
    this.#tasks = keys === null ? '' : digestOf(keys);
    this.#since = connection
      .prepare<[Omit<ForceRow, 'since'>], number>(
        'SELECT since FROM forces WHERE executor = @executor AND tasks = @tasks AND code_hash = @codeHash',
      )
      .pluck();
    this.#begin = connection.prepare(
      `INSERT OR REPLACE INTO forces (executor, tasks, code_hash, since)
       VALUES (@executor, @tasks, @codeHash, @since)`,
    );
    this.#end = connection.prepare('DELETE FROM forces WHERE tasks = ?');
  }

  /** Goes on with what was begun, and begins the rest now. */
  begin(forced: readonly Forced[], now: number): readonly Force[] {
    return forced.map(({ executor, codeHash }) => {
      const row = { executor, codeHash, tasks: this.#tasks };
      const since = this.#since.get(row);
      if (since === undefined) this.#begin.run({ ...row, since: now });
      return { executor, since: since ?? now, isResumed: since !== undefined };
    });
  }

  /** All that these tasks were forced to is done. */
  end(): void {
    this.#end.run(this.#tasks);
  }
}

function digestOf(keys: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...keys].sort()))
    .digest('hex');
}
