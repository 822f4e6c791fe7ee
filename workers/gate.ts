/**
 * The turns of a thread's tasks to ask. It gets more of them than it may have requests in flight, so that it has something
 * to do while the main thread files what it has done: those wait here, in their order, for one before them to have its
 * answer. They are handed back when the main thread recalls them, or at once when an answer asks for a rest.
 */
import type { Holder, Held } from '#src/protocol/holding.js';
import type { Reply } from './exchange.js';

/** It was not the task's turn yet, and will not be here. */
export class HandedBackError extends Error {
  override readonly name = 'HandedBackError';
}

interface Waiting {
  readonly task: Held;
  readonly go: () => void;
  readonly handBack: (reason: HandedBackError) => void;
}

export class Gate {
  readonly #places: number;
  readonly #holder: Holder;
  #taken = 0;
  #waiting: Waiting[] = [];

  /** @param places requests in flight at most */
  constructor(places: number, holder: Holder) {
    this.#places = places;
    this.#holder = holder;
  }

  /**
   * Asks when it is the task's turn, and answers what `ask` does.
   * @throws HandedBackError (rejects); then nothing was asked for
   */
  async pass(task: Held, ask: () => Promise<Reply>): Promise<Reply> {
    if (this.#taken >= this.#places) {
      // The place of the one before comes with the turn.
      await new Promise<void>((go, handBack) => this.#waiting.push({ task, go, handBack }));
    } else if (this.#holder.isRecalled(task)) throw new HandedBackError('recalled');
    else this.#taken++;
    this.#holder.begin(task);
    try {
      const reply = await ask();
      if (reply.status === 429 || reply.status === 503) this.#handBack(this.#waiting.splice(0));
      return reply;
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const due = this.#waiting.findIndex(({ task }) => !this.#holder.isRecalled(task));
    this.#handBack(this.#waiting.splice(0, due === -1 ? Infinity : due));
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken--;
    else next.go();
  }

  /** Not before the answer that is the reason is on its way: the main thread would hand them out again. */
  #handBack(waiting: readonly Waiting[]): void {
    if (waiting.length === 0) return;
    setImmediate(() => {
      for (const { handBack } of waiting) handBack(new HandedBackError('not begun'));
    });
  }
}
