/**
 * What a run is finished with on its way to a loop that takes it one by one: pages, files, steps. What waits is bounded:
 * at 64 items the run hands out no more until 32 are left, so that at most 64 and what is under way are held in memory. A
 * dry run tells of its files when it has ended: all of them wait at once.
 */
import type { Sink } from '../commands/sinks.js';

const FULL = 64;
const LOW = FULL / 2;

interface Taker<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

export class ItemStream<Item> implements Sink<Item>, AsyncIterableIterator<Item, undefined, undefined> {
  onOpen: () => void = () => undefined;
  readonly #leave: () => Promise<void>;
  #isTaking = false;
  #isFull = false;
  #waiting: Item[] = [];
  #takers: Taker<Item>[] = [];
  #hasEnded = false;
  /** What ended the run, until somebody was told. */
  #failure: { readonly error: unknown } | null = null;

  /** @param leave called when a loop is left early: stops the run, resolves at its end */
  constructor(leave: () => Promise<void>) {
    this.#leave = leave;
  }

  isOpen(): boolean {
    return !this.#isFull;
  }

  isTaking(): boolean {
    return this.#isTaking;
  }

  /** From now on items are kept until they are taken. */
  begin(): void {
    this.#isTaking = true;
  }

  take(item: Item): void {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker.resolve({ done: false, value: item });
    this.#waiting.push(item);
    if (this.#waiting.length >= FULL) this.#isFull = true;
  }

  /** No more will come. */
  end(): void {
    this.#hasEnded = true;
    for (const { resolve } of this.#takers.splice(0)) resolve({ done: true, value: undefined });
  }

  /** The same, by an error: the next that asks when nothing waits any more is told. */
  fail(error: unknown): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#failure = { error };
    else taker.reject(error);
    this.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#waiting.shift();
    if (item !== undefined) {
      if (this.#waiting.length <= LOW) this.#open();
      return Promise.resolve({ done: false, value: item });
    }
    const failure = this.#failure;
    if (failure !== null) {
      this.#failure = null;
      return Promise.reject(failure.error);
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  /** Stops the run in an orderly way, and waits for its end. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#isTaking = false;
    this.#waiting = [];
    this.#open();
    await this.#leave();
    return { done: true, value: undefined };
  }

  #open(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.onOpen();
  }
}
