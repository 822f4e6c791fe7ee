/**
 * One request and its answer: the handler that the HTTP client calls as bytes arrive. It owns the
 * deadline, the byte caps and the decision when to stop reading, and settles exactly once. It knows
 * no HTTP client; workers/fetcher.ts makes the connections.
 */
import { FailureError, toFailure } from '#src/protocol/to-failure.js';

/** Answers whose body nobody wants are read to this size, so that the connection can be used again. */
export const DRAIN_BYTES = 64 * 1024;
/** … and for this long: a body that drips is not worth a new connection. */
export const DRAIN_MS = 500;

/**
 * What the client says when a length is wrong. Before the head is through, that is a second one: its parser stops there,
 * as RFC 9112 §6.3 allows, but the client takes it for a body cut short.
 */
const LENGTH_MISMATCH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

/** Sizes of chunks and what else is no body: seldom a tenth of it. */
const WIRE_FACTOR = 2;
const WIRE_MARGIN = 1024 * 1024;

/** Header values by lower-case name, bytes as Latin-1; an array where the header came more than once. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * How much of a body is wanted: `all` of it, where more than `maxBytes` is the failure `too-large`;
 * the `start` of it, at most `maxBytes`; or `none`.
 */
export type Intake =
  { readonly take: 'all' | 'start'; readonly maxBytes: number } | { readonly take: 'none' };

/** An answer whose body was read as far as it was wanted. */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** The body as it came over the wire, content coding and all; empty if none was wanted. */
  readonly body: Buffer;
  /** Whether `body` is only the start of what the server had to say. */
  readonly cut: boolean;
  /** When the request was handed to the HTTP client, ms since epoch. */
  readonly startedAt: number;
  /** From then to the end of the body, ms. */
  readonly durationMs: number;
}

/** What we need of the client's handle on a request in flight. */
export interface Controller {
  abort(reason: Error): void;
}

/** The connection an exchange runs on. */
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

export interface ExchangeOptions {
  /** Asked once, with the final status and headers. May throw; the exchange then fails with that. */
  readonly intake: (status: number, headers: ReplyHeaders) => Intake;
  /** Deadline for the whole answer, connecting included, ms. */
  readonly timeoutMs: number;
  /** Whether the connection is worth keeping, and so a small unwanted body worth reading. */
  readonly keepAlive: boolean;
  readonly onStart?: () => void;
}

/** See the file's head. `reply` resolves with the answer or rejects with what went wrong, once. */
export class Exchange {
  readonly reply: Promise<Reply>;
  /** Set by the client's connection when it takes the request. */
  line: Line | null = null;
  readonly #options: ExchangeOptions;
  readonly #startedAt = Date.now();
  readonly #startedTick = performance.now();
  #resolve: (reply: Reply) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #timer: NodeJS.Timeout;
  /** Whether the request is on the wire. */
  #isStarted = false;
  #hasBytes = false;
  #wireBytes = 0;
  #isSettled = false;
  #status = 0;
  #headers: ReplyHeaders = {};
  #intake: Intake = { take: 'none' };
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Another page's parsing may have held the thread: what arrived meanwhile is read before we give up.
    this.#timer = setTimeout(() => setImmediate(() => this.#expire()), options.timeoutMs);
  }

  onRequestStart(controller: Controller): void {
    this.#isStarted = true;
    this.#options.onStart?.();
    if (this.#isSettled) controller.abort(new Error('answer no longer wanted'));
  }

  /** Whether an answer, not counting interim ones, has begun. */
  get hasBytes(): boolean {
    return this.#hasBytes;
  }

  /** Bytes came in, whatever they are: heads, chunk sizes and their extensions count for nothing else. */
  onBytes(count: number): void {
    this.#wireBytes += count;
    if (this.#isSettled || this.#wireBytes <= this.#maxBytes() * WIRE_FACTOR + WIRE_MARGIN) return;
    if (this.#intake.take !== 'all' && this.#status !== 0) return this.#overflow();
    const message = `more than ${this.#wireBytes} bytes on the wire for a body of ${this.#bytes}`;
    this.#fail(new FailureError({ code: 'too-large', message, ...this.#known() }));
  }

  onResponseStarted(): void {
    this.#hasBytes = true;
  }

  onResponseStart(_controller: Controller, status: number, headers: ReplyHeaders): void {
    if (status < 200 || this.#isSettled) return;
    this.#status = status;
    this.#headers = headers;
    try {
      this.#intake = this.#options.intake(status, headers);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    this.#prepare(declaredLength(headers));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#bytes += chunk.length;
    const { take } = this.#intake;
    if (take !== 'none') this.#chunks.push(chunk);
    if (this.#bytes > this.#maxBytes()) this.#overflow();
  }

  onResponseEnd(): void {
    const cut = cutOff(this.line, this.#status, this.#headers);
    if (cut !== null) return this.onResponseError(null, cut);
    if (this.line !== null) this.line.answered += 1;
    this.#finish(false);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.#isSettled) return;
    if (this.#isDraining()) this.#finish(true);
    else if (this.#status === 0 && (error as NodeJS.ErrnoException).code === LENGTH_MISMATCH)
      this.#fail(
        new FailureError({ code: 'protocol', message: 'more than one Content-Length' }, { cause: error }),
      );
    else if (isStale(this, error))
      this.#fail(new FailureError({ ...toFailure(error), isStale: true }, { cause: error }));
    else this.#fail(error);
  }

  /** With the head in: whether there is anything to wait for. */
  #prepare(length: number | null): void {
    if (length !== null && length > this.#maxBytes() && this.#intake.take !== 'start') {
      this.#overflow();
    } else if (this.#intake.take === 'none') {
      if (!this.#options.keepAlive) return this.#overflow();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#overflow(), DRAIN_MS);
    }
  }

  #known(): { status?: number } {
    return this.#status === 0 ? {} : { status: this.#status };
  }

  #maxBytes(): number {
    return this.#intake.take === 'none' ? DRAIN_BYTES : this.#intake.maxBytes;
  }

  #isDraining(): boolean {
    return this.#status !== 0 && this.#intake.take === 'none';
  }

  /** More body than is wanted: a failure only where all of it was. */
  #overflow(): void {
    if (this.#intake.take === 'all') {
      const message = `body larger than ${this.#intake.maxBytes} bytes`;
      this.#fail(new FailureError({ code: 'too-large', message, status: this.#status }));
    } else {
      this.#finish(true);
      this.#hangUp();
    }
  }

  #expire(): void {
    const { timeoutMs } = this.#options;
    if (this.#isDraining()) return this.#overflow();
    // Not on the wire yet means: name lookup, connection or handshake took it all.
    if (!this.#isStarted) {
      this.#fail(new FailureError({ code: 'connect', message: `no connection within ${timeoutMs} ms` }));
    } else {
      this.#fail(new FailureError({ code: 'timeout', message: `no complete answer within ${timeoutMs} ms` }));
    }
  }

  #finish(isCut: boolean): void {
    if (this.#isSettled) return;
    this.#settle();
    const reply: Reply = {
      status: this.#status,
      headers: this.#headers,
      body: this.#body(),
      cut: isCut,
      startedAt: this.#startedAt,
      durationMs: Math.round(performance.now() - this.#startedTick),
    };
    this.#chunks = [];
    // The client frees a kept connection in an immediate that it queues right after telling us. Whoever
    // waits for the reply must come after that, or its next request opens a connection of its own.
    queueMicrotask(() => setImmediate(this.#resolve, reply));
  }

  #body(): Buffer {
    const [only] = this.#chunks;
    const body = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    const { take } = this.#intake;
    return take === 'start' ? body.subarray(0, this.#maxBytes()) : body;
  }

  #fail(reason: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#chunks = [];
    this.#reject(reason);
    this.#hangUp();
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }

  /**
   * Closes the connection, as the rest of the answer would be taken for the next one. Not by aborting the
   * request: the client would then open a connection in its place that nobody asked for.
   */
  #hangUp(): void {
    if (this.#isStarted) this.line?.hangUp();
  }
}

/**
 * Whether the server closed a kept connection just as we used it: no byte of an answer came, and the connection
 * had answered before. That says nothing about the URL, and it may be asked again (RFC 9112 §9.3.1); when,
 * the main thread decides, which knows the gap that the host keeps.
 */
export function isStale({ hasBytes, line }: Pick<Exchange, 'hasBytes' | 'line'>, error: Error): boolean {
  return !hasBytes && (line?.answered ?? 0) > 0 && toFailure(error).code === 'reset';
}

/**
 * What is wrong with a body that has ended with its connection, as it had no other end: null = nothing. A reset that
 * comes while we are not reading looks like an end (libuv), but leaves no connection behind.
 */
export function cutOff(line: Line | null, status: number, headers: ReplyHeaders): FailureError | null {
  const hasOwnEnd =
    status === 204 ||
    status === 304 ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined;
  if (hasOwnEnd || line?.isGone() !== true) return null;
  return new FailureError({ code: 'reset', message: 'the connection was reset while the body came' });
}

/** The body size that the server announced; null where it did not, or not in a way to rely on. */
export function declaredLength(headers: ReplyHeaders): number | null {
  const value = headers['content-length'];
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
