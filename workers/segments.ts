/**
 * The requests that fetch pieces of a large file beside the one that began it, and in its place once it is over. Each
 * goes out with the main thread's leave, as limits and gap of the host are kept there; without it, or where the server
 * does not play along, the first goes on alone. They change nothing about what a file is: all pieces are of one strong validator.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transferable } from 'node:worker_threads';
import { type ExpectedDigest, expectedDigests } from '#src/downloads/digests.js';
import { isPartOfSame, mayRefuseParts, parseContentRange, rangeHeader } from '#src/downloads/range.js';
import type { Grant } from '#src/protocol/ask.js';
import type { Failure } from '#src/protocol/failure.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { FileTask } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { refusal } from './answer.js';
import { codingsOf } from './content-coding.js';
import { DiskError } from './disk-error.js';
import type { ReplyHeaders } from './open-request.js';
import type { Fetcher } from './fetcher.js';
import type { Use } from './file-exchange.js';
import { factsOf, lineOf } from './file-facts.js';
import { restHeaders } from './file-request.js';
import type { Gauge } from './files-meter.js';
import { askLeave } from './leave.js';
import { isWhole, type Piece, type Pieces } from './pieces.js';
import type { SharedThrottle } from './throttle.js';

/** A file that waits longer for leave gives its thread's place to others, and is gone on with in its turn. */
const MAX_WAIT_MS = 60_000;

export interface SegmentParts {
  readonly task: FileTask;
  readonly pieces: Pieces;
  readonly gauge: Gauge;
  readonly fetcher: Fetcher;
  readonly throttle: SharedThrottle | null;
  readonly post: (message: WorkerMessage, transfer?: readonly Transferable[]) => void;
}

/** What one request for a piece is made with. */
interface Means {
  readonly sendHeaders: boolean;
  readonly cookie: string | null;
  readonly proxy: string | null;
}

export class Segments {
  readonly #parts: SegmentParts;
  readonly #stop = new AbortController();
  #helpers: Promise<void>[] = [];
  #isAbandoned = false;
  #wireBytes = 0;
  #expected: readonly ExpectedDigest[] = [];
  /** Our own disk refused. */
  #fault: unknown = null;

  constructor(parts: SegmentParts) {
    this.#parts = parts;
  }

  get wireBytes(): number {
    return this.#wireBytes;
  }

  /** Digests that they give for the whole file. */
  get expected(): readonly ExpectedDigest[] {
    return this.#expected;
  }

  /** Sends so many out, each for one piece after another. */
  start(count: number): void {
    this.#helpers = Array.from({ length: count }, () => this.#help());
  }

  /**
   * Fetches what is still missing, piece after piece, then waits for the others.
   * @param isOver whether the task's own request has been made; if not, the first piece is fetched with it
   * @throws (rejects) what kept it from being whole; what has come stays noted
   */
  async finish(isOver: boolean): Promise<void> {
    const { pieces } = this.#parts;
    let failure: unknown = null;
    try {
      if (!isOver) await this.#fetchWithOwn();
      while (pieces.areLeft && (await this.#fetchNext(false)));
    } catch (thrown) {
      failure = thrown;
    }
    this.#stop.abort();
    await Promise.all(this.#helpers);
    pieces.note();
    if (this.#fault !== null) throw this.#fault;
    if (failure !== null && !pieces.isWhole) throw failure;
    // One that failed beside us left its piece; nobody was there to take it up.
    if (!pieces.isWhole)
      throw new FailureError({ code: 'reset', message: `${pieces.done} of ${pieces.total} bytes came` });
  }

  /** Lets go of all, as soon as they have anything to say. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#stop.abort();
    await Promise.all(this.#helpers);
  }

  async #help(): Promise<void> {
    try {
      while (await this.#fetchNext(true));
    } catch (thrown) {
      // Anything else leaves the piece to the others.
      if (thrown instanceof DiskError) this.#fault = thrown;
    }
  }

  async #fetchWithOwn(): Promise<void> {
    const { task, pieces, post } = this.#parts;
    const { spaced, flightId } = task;
    const piece = pieces.takeLast();
    const onStart = (): void => (spaced ? post({ kind: 'started', flightId }) : undefined);
    if (piece !== null) await this.#fetch(piece, task, onStart);
  }

  /**
   * Fetches one more piece, with leave. Answers whether there may be another.
   * @param isBeside the task's own request goes on meanwhile, or another one in its place
   * @throws (rejects) FailureError, UnfitError, DiskError
   */
  async #fetchNext(isBeside: boolean): Promise<boolean> {
    const { pieces, post } = this.#parts;
    const askId = randomUUID();
    const grant = await this.#leave(askId, isBeside);
    if (grant === null || grant.kind === 'refused') return false;
    const piece = this.#isAbandoned ? null : pieces.takeLast();
    if (piece === null) {
      post({ kind: 'asked', askId, answer: null });
      return false;
    }
    let startedAt = Date.now();
    let failure: Failure | null = null;
    try {
      await this.#fetch(piece, grant, () => void (startedAt = Date.now()));
    } catch (thrown) {
      // These say nothing of the host.
      if (!(thrown instanceof DiskError || thrown instanceof UnfitError)) failure = toFailure(thrown);
      throw thrown;
    } finally {
      post({ kind: 'asked', askId, answer: { startedAt, failure, setCookies: [] } });
    }
    // Those that still wait for leave have nothing left to do.
    if (pieces.isWhole) this.#stop.abort();
    return isWhole(piece);
  }

  #leave(askId: string, isBeside: boolean): Promise<Grant | null> {
    const { task, post } = this.#parts;
    const { flightId, url } = task;
    const asked = { flightId, askId, url, country: null, isBeside };
    const leave = askLeave(post, asked, this.#stop.signal, isBeside ? undefined : MAX_WAIT_MS);
    // After it, so that the place of the task's own request at the host is taken by this one first.
    if (!isBeside) post({ kind: 'body-read', flightId });
    return leave;
  }

  /** @throws (rejects) FailureError, UnfitError, DiskError */
  async #fetch(piece: Piece, { sendHeaders, cookie, proxy }: Means, onStart: () => void): Promise<void> {
    const { task, pieces, fetcher } = this.#parts;
    const first = piece.first + piece.done;
    const headers = restHeaders(first, pieces.notes).map((header) =>
      header[0] === 'range' ? (['range', rangeHeader(first, piece.last)] as const) : header,
    );
    try {
      await fetcher.stream({
        url: task.url,
        sendHeaders,
        cookie,
        proxy,
        // As for pages: slots stay with their thread.
        keepAlive: true,
        headers,
        onStart,
        onHead: (code, answer) => this.#look(piece, code, answer),
        onData: (chunk) => this.#take(piece, chunk),
      });
    } finally {
      pieces.leave(piece);
    }
  }

  #look(piece: Piece, status: number, headers: ReplyHeaders): Use {
    const { notes, total } = this.#parts.pieces;
    if (status >= 400 && !mayRefuseParts(status)) throw refusal(status, headers);
    const range = parseContentRange(lineOf(headers, 'content-range') ?? '');
    const fits =
      status === 206 &&
      range?.kind === 'part' &&
      range.first === piece.first + piece.done &&
      range.size === total &&
      codingsOf(headers).length === 0 &&
      isPartOfSame(notes.facts, factsOf(headers));
    if (!fits) throw new UnfitError();
    this.#expected = expectedDigests(headers, status).filter((digest) => digest.of === 'representation');
    return 'take';
  }

  #take(piece: Piece, chunk: Buffer): Promise<void> | 'enough' | undefined {
    const { pieces, gauge, throttle } = this.#parts;
    if (this.#isAbandoned) return 'enough';
    this.#wireBytes += chunk.length;
    const taken = pieces.write(piece, chunk);
    gauge.set(pieces.done, pieces.total);
    if (taken < chunk.length) return 'enough';
    const waitMs = throttle?.take(chunk.length) ?? 0;
    return waitMs === 0 ? undefined : sleep(waitMs);
  }
}

/** The answer is no part of the file that the others are part of. */
export class UnfitError extends FailureError {
  constructor() {
    super({ code: 'reset', message: 'the answer is no part of the same file' });
  }
}
