/**
 * One request for a file and its answer, which is handed on as it arrives and never held: memory is flat whatever the
 * size. Time is limited for the head and for silence, not for the whole; a drip has a bound of its own.
 */
import { FailureError } from '#src/protocol/to-failure.js';
import { DRAIN_BYTES, DRAIN_MS } from './exchange.js';
import { type Controller, OpenRequest, type ReplyHead, type ReplyHeaders } from './open-request.js';

/** Over a minute in which nobody but the server kept us waiting, a body must come at this rate at least. */
const LEAST_BYTES_PER_MINUTE = 60_000;
const MINUTE_MS = 60_000;
/** More than a head can be. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** What is done with a body: handed on, or read on only as far as keeps the connection of use. */
export type Use = 'take' | 'drain';

export interface FileExchangeOptions {
  /** Asked once, with the final status and headers. May throw; the exchange then fails with that. */
  readonly onHead: (status: number, headers: ReplyHeaders) => Use;
  /**
   * Gets the body piece by piece. A promise holds the rest of it back until it is fulfilled; `enough` closes the
   * connection, and the body counts as read. May throw or reject; the exchange then fails with that.
   */
  readonly onData: (chunk: Buffer) => Promise<void> | 'enough' | undefined;
  /** For the head, and for silence after it, ms. */
  readonly timeoutMs: number;
  readonly onStart?: () => void;
}

/** See the file's head. The answer's body has gone where it should. */
export class FileExchange extends OpenRequest<ReplyHead> {
  readonly #options: FileExchangeOptions;
  /** Pieces that it handed on and that are not done with yet. */
  #held = 0;
  #heldSince = 0;
  /** The body has ended, the last of it may be held. */
  #hasEnded = false;
  #use: Use | null = null;
  #drained = 0;
  #headBytes = 0;
  /** Since when bytes are counted for the least rate, and how many there were. */
  #since = 0;
  #bytes = 0;

  constructor(options: FileExchangeOptions) {
    super(options.timeoutMs, options.onStart);
    this.#options = options;
  }

  onBytes(count: number): void {
    if (this.status !== 0 || this.isSettled) return;
    this.#headBytes += count;
    if (this.#headBytes > MAX_HEAD_BYTES)
      this.fail(
        new FailureError({ code: 'too-large', message: `a head of more than ${MAX_HEAD_BYTES} bytes` }),
      );
  }

  onResponseStart(_controller: Controller, status: number, headers: ReplyHeaders): void {
    if (status < 200 || this.isSettled) return;
    this.status = status;
    this.headers = headers;
    this.#since = performance.now();
    try {
      this.#use = this.#options.onHead(status, headers);
    } catch (thrown) {
      return this.fail(thrown);
    }
    if (this.#use === 'take') return void this.timer.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#leave(), DRAIN_MS);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.isSettled) return;
    if (this.#use === 'drain') {
      this.#drained += chunk.length;
      if (this.#drained > DRAIN_BYTES) this.#leave();
      return;
    }
    this.timer.refresh();
    if (this.#isDrip(chunk.length)) return;
    try {
      const held = this.#options.onData(chunk);
      if (held === 'enough') this.#leave();
      else if (held !== undefined) this.#hold(held);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.isSettled) return;
    if (this.#use === 'drain') this.resolve({});
    else this.fail(this.reasonOf(error));
  }

  protected end(): void {
    if (this.#held === 0) return this.resolve({});
    this.#hasEnded = true;
    this.line?.release();
  }

  /**
   * Nothing more is read until a piece is done with; that time is ours, not the server's. What was read with it still
   * comes. The client is not paused: it throws where a connection ends meanwhile.
   */
  #hold(held: Promise<void>): void {
    if (this.#held++ === 0) this.#heldSince = performance.now();
    this.line?.hold();
    held.then(
      () => this.#release(),
      (reason: unknown) => this.fail(reason),
    );
  }

  #release(): void {
    if (--this.#held > 0 || this.isSettled) return;
    this.#since += performance.now() - this.#heldSince;
    this.timer.refresh();
    if (this.#hasEnded) this.resolve({});
    else this.line?.release();
  }

  #isDrip(bytes: number): boolean {
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#since < MINUTE_MS) return false;
    if (this.#bytes < LEAST_BYTES_PER_MINUTE) {
      const message = `only ${this.#bytes} bytes within a minute`;
      this.fail(new FailureError({ code: 'timeout', message }));
      return true;
    }
    this.#since = now;
    this.#bytes = 0;
    return false;
  }

  protected expire(): void {
    if (this.isSettled) return;
    if (this.#held > 0) return void this.timer.refresh();
    const { timeoutMs } = this.#options;
    this.fail(
      this.tooLate(
        this.status === 0 ? `no answer within ${timeoutMs} ms` : `nothing came for ${timeoutMs} ms`,
      ),
    );
  }

  /** The rest is not worth reading: the connection goes with it. */
  #leave(): void {
    if (this.isSettled) return;
    this.resolve({});
    this.hangUp();
  }
}
