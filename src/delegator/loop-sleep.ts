/** The sleep of the delegator's loop: until a time, or until something has changed. */

/** How long what came in may wait for more, while most requests are still under way. */
const GATHER_MS = 4;

export class LoopSleep {
  #wake: () => void = () => undefined;
  #hasChanged = false;

  /** Whether something has changed since the last sleep, so that the next one is none. */
  get isOver(): boolean {
    return this.#hasChanged;
  }

  /** Ends the sleep, or keeps the next one from beginning. */
  end(): void {
    this.#hasChanged = true;
    this.#wake();
  }

  /**
   * Sleeps for `ms` at most; always lets messages in.
   * @param mayGather asked again and again: whether what came in may still wait for more
   */
  async for(ms: number, mayGather: () => boolean): Promise<void> {
    if (ms > 0 && !this.#hasChanged) await this.#until(ms, () => true);
    // One turn of the event loop, so that answers that came in together are filed together.
    await new Promise((resolve) => setImmediate(resolve));
    // A turn costs several times what one answer adds to it; no thread runs dry meanwhile.
    if (mayGather()) await this.#until(GATHER_MS, () => !mayGather());
    this.#wake = () => undefined;
    this.#hasChanged = false;
  }

  /** Waits for `ms`, or for a change with which it is enough. */
  async #until(ms: number, isEnough: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (!isEnough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
