/**
 * One request for a file and its answer, which is handed on as it arrives and never held: memory is flat whatever the
 * size. Time is limited for the head and for silence, not for the whole; a drip has a bound of its own.
 */
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import {
  type Controller,
  cutOff,
  DRAIN_BYTES,
  DRAIN_MS,
  isStale,
  type Line,
  type ReplyHeaders,
} from './exchange.js';
import type { LineUser } from './lines.js';

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

/** An answer whose body has gone where it should. */
export interface FileReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** ms since epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** See the file's head. `reply` settles once. */
export class FileExchange implements LineUser {
  readonly reply: Promise<FileReply>;
  line: Line | null = null;
  readonly #options: FileExchangeOptions;
  readonly #startedAt = Date.now();
  readonly #startedTick = performance.now();
  #resolve: (reply: FileReply) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #timer: NodeJS.Timeout;
  #isStarted = false;
  #hasBytes = false;
  #isSettled = false;
  /** Pieces that it handed on and that are not done with yet. */
  #held = 0;
  #heldSince = 0;
  /** The body has ended, the last of it may be held. */
  #hasEnded = false;
  #use: Use | null = null;
  #status = 0;
  #headers: ReplyHeaders = {};
  #drained = 0;
  #headBytes = 0;
  /** Since when bytes are counted for the least rate, and how many there were. */
  #since = 0;
  #bytes = 0;

  constructor(options: FileExchangeOptions) {
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // What arrived while the thread was busy is read before we give up.
    this.#timer = setTimeout(() => setImmediate(() => this.#expire()), options.timeoutMs);
  }

  get hasBytes(): boolean {
    return this.#hasBytes;
  }

  onBytes(count: number): void {
    if (this.#status !== 0 || this.#isSettled) return;
    this.#headBytes += count;
    if (this.#headBytes > MAX_HEAD_BYTES)
      this.#fail(
        new FailureError({ code: 'too-large', message: `a head of more than ${MAX_HEAD_BYTES} bytes` }),
      );
  }

  onRequestStart(controller: Controller): void {
    this.#isStarted = true;
    this.#options.onStart?.();
    if (this.#isSettled) controller.abort(new Error('answer no longer wanted'));
  }

  onResponseStarted(): void {
    this.#hasBytes = true;
  }

  onResponseStart(_controller: Controller, status: number, headers: ReplyHeaders): void {
    if (status < 200 || this.#isSettled) return;
    this.#status = status;
    this.#headers = headers;
    this.#since = performance.now();
    try {
      this.#use = this.#options.onHead(status, headers);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    if (this.#use === 'take') return void this.#timer.refresh();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#leave(), DRAIN_MS);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#isSettled) return;
    if (this.#use === 'drain') {
      this.#drained += chunk.length;
      if (this.#drained > DRAIN_BYTES) this.#leave();
      return;
    }
    this.#timer.refresh();
    if (this.#isDrip(chunk.length)) return;
    try {
      const held = this.#options.onData(chunk);
      if (held === 'enough') this.#leave();
      else if (held !== undefined) this.#hold(held);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  onResponseEnd(): void {
    const cut = cutOff(this.line, this.#status, this.#headers);
    if (cut !== null) return this.onResponseError(null, cut);
    if (this.line !== null) this.line.answered += 1;
    if (this.#held === 0) return this.#finish();
    this.#hasEnded = true;
    this.line?.release();
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.#isSettled) return;
    if (this.#use === 'drain') this.#finish();
    else if (isStale(this, error))
      this.#fail(new FailureError({ ...toFailure(error), isStale: true }, { cause: error }));
    else this.#fail(error);
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
      (reason: unknown) => this.#fail(reason),
    );
  }

  #release(): void {
    if (--this.#held > 0 || this.#isSettled) return;
    this.#since += performance.now() - this.#heldSince;
    this.#timer.refresh();
    if (this.#hasEnded) this.#finish();
    else this.line?.release();
  }

  #isDrip(bytes: number): boolean {
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#since < MINUTE_MS) return false;
    if (this.#bytes < LEAST_BYTES_PER_MINUTE) {
      const message = `only ${this.#bytes} bytes within a minute`;
      this.#fail(new FailureError({ code: 'timeout', message }));
      return true;
    }
    this.#since = now;
    this.#bytes = 0;
    return false;
  }

  #expire(): void {
    if (this.#isSettled) return;
    if (this.#held > 0) return void this.#timer.refresh();
    const { timeoutMs } = this.#options;
    if (!this.#isStarted)
      this.#fail(new FailureError({ code: 'connect', message: `no connection within ${timeoutMs} ms` }));
    else if (this.#status === 0)
      this.#fail(new FailureError({ code: 'timeout', message: `no answer within ${timeoutMs} ms` }));
    else this.#fail(new FailureError({ code: 'timeout', message: `nothing came for ${timeoutMs} ms` }));
  }

  /** The rest is not worth reading: the connection goes with it. */
  #leave(): void {
    if (this.#isSettled) return;
    this.#finish();
    this.line?.hangUp();
  }

  #finish(): void {
    if (this.#isSettled) return;
    this.#settle();
    const reply: FileReply = {
      status: this.#status,
      headers: this.#headers,
      startedAt: this.#startedAt,
      durationMs: Math.round(performance.now() - this.#startedTick),
    };
    // As in `Exchange`: whoever waits must come after the client has freed the connection.
    queueMicrotask(() => setImmediate(this.#resolve, reply));
  }

  #fail(reason: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#reject(reason);
    if (this.#isStarted) this.line?.hangUp();
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }
}
