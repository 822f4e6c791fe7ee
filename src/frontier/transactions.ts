/** The frontier's transactions: each call of it is one, or all calls between `hold` and `commit` together are. */
import type { Connection, Statement } from '../database/connection.js';

/** A part of the frontier that keeps in memory what a transaction changes. */
export interface Participant {
  /** Writes what was counted; the last thing in every transaction. */
  flush?(): void;
  /** Called when a transaction has come to nothing. */
  undo?(): void;
}

export class Transactions {
  readonly #connection: Connection;
  readonly #participants: readonly Participant[];
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  #isHeld = false;
  /** What waits for the commit. */
  #waiting: (() => void)[] = [];

  constructor(connection: Connection, participants: readonly Participant[]) {
    this.#connection = connection;
    this.#participants = participants;
    this.#begin = connection.prepare('BEGIN');
    this.#commit = connection.prepare('COMMIT');
    this.#rollback = connection.prepare('ROLLBACK');
  }

  /** What is run from now on is stored by `commit`, all of it or nothing. */
  hold(): void {
    this.#isHeld = true;
  }

  commit(): void {
    if (!this.#isHeld) return;
    this.#guarded(() => {
      if (this.#connection.inTransaction) this.#commit.run();
    });
    this.#isHeld = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const then of waiting) then();
  }

  run<T>(work: () => T): T {
    return this.#guarded(() => {
      if (!this.#connection.inTransaction) this.#begin.run();
      const result = work();
      for (const participant of this.#participants) participant.flush?.();
      if (!this.#isHeld) this.#commit.run();
      return result;
    });
  }

  /** Calls this as soon as what was run is stored; never, when it comes to nothing. */
  whenStored(then: () => void): void {
    if (this.#isHeld) this.#waiting.push(then);
    else then();
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#isHeld = false;
      this.#waiting = [];
      // A full disk may have ended it already.
      if (this.#connection.inTransaction) this.#rollback.run();
      for (const participant of this.#participants) participant.undo?.();
      throw error;
    }
  }
}
