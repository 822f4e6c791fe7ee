/**
 * Whose turn it is to ask. A thread gets more tasks than it may have requests in flight, so that it has something to do
 * while the main thread files what it has done: those wait here, in their order, for one before them to have its answer.
 * They are handed back when the main thread recalls them, or at once when answers show that they should not be asked for now.
 */
import type { Held, Holder } from '#src/protocol/holding.js';
import { FAILURES_BEFORE_REST, isRefusal } from '#src/protocol/failure.js';

interface Waiting {
  readonly task: Held;
  /** @param isTurn false = it is handed back */
  readonly tell: (isTurn: boolean) => void;
}

export class Turns {
  readonly #places: number;
  readonly #holder: Holder;
  /** Flights that have their turn and no answer yet. */
  readonly #asking = new Set<number>();
  #waiting: Waiting[] = [];
  /** In a row. */
  #failures = 0;
  #isClosed = false;

  /** @param places requests in flight at most */
  constructor(places: number, holder: Holder) {
    this.#places = places;
    this.#holder = holder;
  }

  /** Waits for the task's turn, which is to be ended; false = it is handed back, and nothing may be asked for. */
  async take(task: Held): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#asking.size < this.#places) return !this.#holder.isRecalled(task) && this.#begin(task);
    return new Promise((tell) => this.#waiting.push({ task, tell }));
  }

  /**
   * The task's answer is in, or there will be none: the next one's turn. Ended already, or without a turn, it is nothing.
   * @param status of the answer; null = there is none
   */
  end({ flightId }: Held, status: number | null): void {
    if (!this.#asking.delete(flightId)) return;
    this.#failures = status === null || status >= 500 ? this.#failures + 1 : 0;
    if (isRefusal(status ?? 0) || this.#failures >= FAILURES_BEFORE_REST)
      this.#handBack(this.#waiting.splice(0));
    const due = this.#waiting.findIndex(({ task }) => !this.#holder.isRecalled(task));
    this.#handBack(this.#waiting.splice(0, due === -1 ? Infinity : due));
    const next = this.#waiting.shift();
    if (next !== undefined) next.tell(this.#begin(next.task));
  }

  /** Whatever waits or comes to wait is handed back from now on: an answer has set cookies, which it lacks. */
  close(): void {
    this.#isClosed = true;
    this.#handBack(this.#waiting.splice(0));
  }

  #begin(task: Held): true {
    this.#asking.add(task.flightId);
    this.#holder.begin(task);
    return true;
  }

  /** Not before the answer that is the reason is on its way: the main thread would hand them out again. */
  #handBack(waiting: readonly Waiting[]): void {
    if (waiting.length === 0) return;
    setImmediate(() => {
      for (const { tell } of waiting) tell(false);
    });
  }
}
