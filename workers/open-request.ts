/**
 * A request that is open, as the HTTP client tells of it: whether it is on the wire, whether an answer has begun, on which
 * connection it runs. It settles exactly once. What is done with the answer is for those who extend it.
 */
import { FailureError, toFailure } from '#src/protocol/to-failure.js';

/** Header values by lower-case name, bytes as Latin-1; an array where the header came more than once. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What we need of the client's handle on a request in flight. */
export interface Controller {
  abort(reason: Error): void;
}

/** The connection a request runs on. */
export interface Line {
  /** Answers received on the connection in use. */
  answered: number;
  /** Nothing more is read from the connection in use, until `release`. */
  hold(): void;
  release(): void;
  /** Whether the connection in use is gone, where one that the other side has closed in good order would still be there. */
  isGone(): boolean;
  /** Closes the connection in use; the request on it fails, and no other is opened in its place. */
  hangUp(): void;
}

/** What a connection needs of the exchange on it. */
export interface LineUser {
  /** Set by the connection when it takes the request. */
  line: Line | null;
  /** Whether an answer, not counting interim ones, has begun. */
  readonly hasBytes: boolean;
  /** Bytes came in, whatever they are. */
  onBytes(count: number): void;
}

/** What is known of every answer. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** When the request was handed to the HTTP client, ms since epoch. */
  readonly startedAt: number;
  /** From then to the end of the body, ms. */
  readonly durationMs: number;
}

/** `reply` resolves with the answer or rejects with what went wrong, once. */
export abstract class OpenRequest<Reply extends ReplyHead> implements LineUser {
  readonly reply: Promise<Reply>;
  /** Set by the client's connection when it takes the request. */
  line: Line | null = null;
  protected status = 0;
  protected headers: ReplyHeaders = {};
  protected timer: NodeJS.Timeout;
  readonly #timeoutMs: number;
  readonly #onStart: (() => void) | undefined;
  readonly #startedAt = Date.now();
  readonly #startedTick = performance.now();
  #resolve: (reply: Reply) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  /** Whether the request is on the wire: not yet means that name lookup, connection or handshake take their time. */
  #isStarted = false;
  #hasBytes = false;
  #isSettled = false;

  constructor(timeoutMs: number, onStart: (() => void) | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#onStart = onStart;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Another page's parsing may have held the thread: what arrived meanwhile is read before we give up.
    this.timer = setTimeout(() => setImmediate(() => this.expire()), timeoutMs);
  }

  /** Whether an answer, not counting interim ones, has begun. */
  get hasBytes(): boolean {
    return this.#hasBytes;
  }

  protected get isSettled(): boolean {
    return this.#isSettled;
  }

  abstract onBytes(count: number): void;

  onRequestStart(controller: Controller): void {
    this.#isStarted = true;
    this.#onStart?.();
    if (this.#isSettled) controller.abort(new Error('answer no longer wanted'));
  }

  onResponseStarted(): void {
    this.#hasBytes = true;
  }

  onResponseEnd(): void {
    if (this.#isCutOff()) {
      const message = 'the connection was reset while the body came';
      return this.onResponseError(null, new FailureError({ code: 'reset', message }));
    }
    if (this.line !== null) this.line.answered += 1;
    this.end();
  }

  abstract onResponseError(controller: Controller | null, error: Error): void;

  /** All of the answer is in. */
  protected abstract end(): void;

  /** The time is up. */
  protected abstract expire(): void;

  protected resolve(own: Omit<Reply, keyof ReplyHead>): void {
    if (this.#isSettled) return;
    this.#settle();
    const { status, headers } = this;
    const durationMs = Math.round(performance.now() - this.#startedTick);
    // Sound: the two parts are all that a reply has.
    const reply = { ...own, status, headers, startedAt: this.#startedAt, durationMs } as Reply;
    // The client frees a kept connection in an immediate that it queues right after telling us. Whoever
    // waits for the reply must come after that, or its next request opens a connection of its own.
    queueMicrotask(() => setImmediate(this.#resolve, reply));
  }

  /** Also closes the connection. */
  protected fail(reason: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#reject(reason);
    this.hangUp();
  }

  /**
   * Closes the connection, as the rest of the answer would be taken for the next one. Not by aborting the
   * request: the client would then open a connection in its place that nobody asked for.
   */
  protected hangUp(): void {
    if (this.#isStarted) this.line?.hangUp();
  }

  /** What a request fails with that the client has given up: its word, or that its connection was stale. */
  protected reasonOf(error: Error): unknown {
    return this.#isStale(error)
      ? new FailureError({ ...toFailure(error), isStale: true }, { cause: error })
      : error;
  }

  /** What a request fails with whose time is up. @param message for one that is on the wire */
  protected tooLate(message: string): FailureError {
    return this.#isStarted
      ? new FailureError({ code: 'timeout', message })
      : new FailureError({ code: 'connect', message: `no connection within ${this.#timeoutMs} ms` });
  }

  /**
   * Whether the server closed a kept connection just as we used it: no byte of an answer came, and the connection
   * had answered before. That says nothing about the URL, and it may be asked again (RFC 9112 §9.3.1); when,
   * the main thread decides, which knows the gap that the host keeps.
   */
  #isStale(error: Error): boolean {
    return !this.#hasBytes && (this.line?.answered ?? 0) > 0 && toFailure(error).code === 'reset';
  }

  /**
   * Whether a body that had no other end than that of its connection was broken off. A reset that comes while we are not
   * reading looks like an end (libuv), but leaves no connection behind.
   */
  #isCutOff(): boolean {
    const { status, headers } = this;
    const hasOwnEnd =
      status === 204 ||
      status === 304 ||
      headers['content-length'] !== undefined ||
      headers['transfer-encoding'] !== undefined;
    return !hasOwnEnd && this.line?.isGone() === true;
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.timer);
  }
}
