/** The frontier's transactions: each call of it is one, or all calls between `hold` and `commit` together are. */
import { InvariantError } from '../errors.js';
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
  /** Whether it has begun one that is not over; SQLite may have ended it. */
  #isOpen = false;
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
      if (this.#isOpen) this.#end();
    });
    this.#isHeld = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const then of waiting) then();
  }

  run<T>(work: () => T): T {
    return this.#guarded(() => {
      this.#beginUnlessOpen();
      const result = work();
      for (const participant of this.#participants) participant.flush?.();
      if (!this.#isHeld) this.#end();
      return result;
    });
  }

  #beginUnlessOpen(): void {
    if (this.#isOpen && this.#isHeld) return;
    if (this.#connection.inTransaction) throw new InvariantError('a transaction inside another one');
    this.#begin.run();
    this.#isOpen = true;
  }

  /** Fails where SQLite has ended it already, as it may when the disk is full: nothing of it is stored then. */
  #end(): void {
    this.#commit.run();
    this.#isOpen = false;
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
      this.#isOpen = false;
      this.#waiting = [];
      // A full disk may have ended it already.
      if (this.#connection.inTransaction) this.#rollback.run();
      for (const participant of this.#participants) participant.undo?.();
      throw error;
    }
  }
}
