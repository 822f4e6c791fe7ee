/**
 * Finished pages on their way to a loop that takes them one by one. What waits is bounded: at 64 pages the crawl hands
 * out no more until 32 are left, so that at most 64 and what is under way are held in memory.
 */
import type { PageSink } from '../commands/crawl-run.js';
import type { FinishedPage } from '../status/finished-page.js';

const FULL = 64;
const LOW = FULL / 2;

interface Taker {
  readonly resolve: (result: IteratorResult<FinishedPage, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

export class PageStream implements PageSink, AsyncIterableIterator<FinishedPage, undefined, undefined> {
  onOpen: () => void = () => undefined;
  readonly #leave: () => Promise<void>;
  #isTaking = false;
  #isFull = false;
  #waiting: FinishedPage[] = [];
  #takers: Taker[] = [];
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

  /** From now on pages are kept until they are taken. */
  begin(): void {
    this.#isTaking = true;
  }

  take(page: FinishedPage): void {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker.resolve({ done: false, value: page });
    this.#waiting.push(page);
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

  next(): Promise<IteratorResult<FinishedPage, undefined>> {
    const page = this.#waiting.shift();
    if (page !== undefined) {
      if (this.#waiting.length <= LOW) this.#open();
      return Promise.resolve({ done: false, value: page });
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
  async return(): Promise<IteratorResult<FinishedPage, undefined>> {
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
