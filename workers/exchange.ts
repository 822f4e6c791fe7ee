/**
 * One request and its answer, held in memory: it owns the deadline, the byte caps and the decision when to stop reading.
 * It knows no HTTP client; workers/fetcher.ts makes the connections.
 */
import { FailureError } from '#src/protocol/to-failure.js';
import { type Controller, OpenRequest, type ReplyHead, type ReplyHeaders } from './open-request.js';

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

/**
 * How much of a body is wanted: `all` of it, where more than `maxBytes` is the failure `too-large`;
 * the `start` of it, at most `maxBytes`; or `none`.
 */
export type Intake =
  { readonly take: 'all' | 'start'; readonly maxBytes: number } | { readonly take: 'none' };

/** An answer whose body was read as far as it was wanted. */
export interface Reply extends ReplyHead {
  /** The body as it came over the wire, content coding and all; empty if none was wanted. */
  readonly body: Buffer;
  /** Whether `body` is only the start of what the server had to say. */
  readonly cut: boolean;
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

/** See the file's head. */
export class Exchange extends OpenRequest<Reply> {
  readonly #options: ExchangeOptions;
  #wireBytes = 0;
  #intake: Intake = { take: 'none' };
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(options: ExchangeOptions) {
    super(options.timeoutMs, options.onStart);
    this.#options = options;
  }

  /** Heads, chunk sizes and their extensions count for nothing else. */
  onBytes(count: number): void {
    this.#wireBytes += count;
    if (this.isSettled || this.#wireBytes <= this.#maxBytes() * WIRE_FACTOR + WIRE_MARGIN) return;
    if (this.#intake.take !== 'all' && this.status !== 0) return this.#overflow();
    const message = `more than ${this.#wireBytes} bytes on the wire for a body of ${this.#bytes}`;
    this.#fail(new FailureError({ code: 'too-large', message, ...this.#known() }));
  }

  onResponseStart(_controller: Controller, status: number, headers: ReplyHeaders): void {
    if (status < 200 || this.isSettled) return;
    this.status = status;
    this.headers = headers;
    try {
      this.#intake = this.#options.intake(status, headers);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    this.#prepare(declaredLength(headers));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.isSettled) return;
    this.#bytes += chunk.length;
    const { take } = this.#intake;
    if (take !== 'none') this.#chunks.push(chunk);
    if (this.#bytes > this.#maxBytes()) this.#overflow();
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.isSettled) return;
    if (this.#isDraining()) this.#finish(true);
    else if (this.status === 0 && (error as NodeJS.ErrnoException).code === LENGTH_MISMATCH)
      this.#fail(
        new FailureError({ code: 'protocol', message: 'more than one Content-Length' }, { cause: error }),
      );
    else this.#fail(this.reasonOf(error));
  }

  protected end(): void {
    this.#finish(false);
  }

  protected expire(): void {
    if (this.#isDraining()) this.#overflow();
    else this.#fail(this.tooLate(`no complete answer within ${this.#options.timeoutMs} ms`));
  }

  /** With the head in: whether there is anything to wait for. */
  #prepare(length: number | null): void {
    if (length !== null && length > this.#maxBytes() && this.#intake.take !== 'start') {
      this.#overflow();
    } else if (this.#intake.take === 'none') {
      if (!this.#options.keepAlive) return this.#overflow();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#overflow(), DRAIN_MS);
    }
  }

  #known(): { status?: number } {
    return this.status === 0 ? {} : { status: this.status };
  }

  #maxBytes(): number {
    return this.#intake.take === 'none' ? DRAIN_BYTES : this.#intake.maxBytes;
  }

  #isDraining(): boolean {
    return this.status !== 0 && this.#intake.take === 'none';
  }

  /** More body than is wanted: a failure only where all of it was. */
  #overflow(): void {
    if (this.#intake.take === 'all') {
      const message = `body larger than ${this.#intake.maxBytes} bytes`;
      this.#fail(new FailureError({ code: 'too-large', message, status: this.status }));
    } else {
      this.#finish(true);
      this.hangUp();
    }
  }

  #finish(isCut: boolean): void {
    if (this.isSettled) return;
    this.resolve({ body: this.#body(), cut: isCut });
    this.#chunks = [];
  }

  #body(): Buffer {
    const [only] = this.#chunks;
    const body = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    const { take } = this.#intake;
    return take === 'start' ? body.subarray(0, this.#maxBytes()) : body;
  }

  #fail(reason: unknown): void {
    this.#chunks = [];
    this.fail(reason);
  }
}

/** The body size that the server announced; null where it did not, or not in a way to rely on. */
export function declaredLength(headers: ReplyHeaders): number | null {
  const value = headers['content-length'];
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
