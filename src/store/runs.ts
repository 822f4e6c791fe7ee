/** One row for every process life over the file. A row without an end was killed, or is running now. */
import type { Connection } from '../database/connection.js';

export interface RunEnd {
  readonly endedAt: number;
  /** `error`: ended by something thrown. */
  readonly outcome: 'finished' | 'held-back' | 'max-pages' | 'max-time' | 'stopped' | 'error';
  /** Null when a program, not the command line, ran it. */
  readonly exitStatus: number | null;
  /** Done in this run. */
  readonly pages: number;
  readonly requests: number;
  readonly bytes: number;
  /** Of the whole file. */
  readonly counts: Readonly<Record<'done' | 'failed' | 'skipped' | 'queued', number>>;
}

export class RunTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @param commandLine with secrets redacted already */
  begin(commandLine: string, version: string, startedAt: number): number {
    const { lastInsertRowid } = this.#connection
      .prepare('INSERT INTO runs (command_line, version, started_at) VALUES (?, ?, ?)')
      .run(commandLine, version, startedAt);
    return Number(lastInsertRowid);
  }

  end(id: number, end: RunEnd): void {
    const { counts, ...facts } = end;
    this.#connection
      .prepare(
        `UPDATE runs SET ended_at = @endedAt, outcome = @outcome, exit_status = @exitStatus, pages = @pages,
           requests = @requests, bytes = @bytes, done = @done, failed = @failed, skipped = @skipped, queued = @queued
         WHERE id = @id`,
      )
      .run({
        id,
        ...facts,
        done: counts.done,
        failed: counts.failed,
        skipped: counts.skipped,
        queued: counts.queued,
      });
  }
}
