/**
 * The requests that fetch pieces of a large file beside the one that began it. Each goes out with the main thread's
 * leave, as the host's limits are kept there; without it, or where the server does not play along, the first goes on
 * alone. They change nothing about what a file is: all pieces are of one strong validator.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transferable } from 'node:worker_threads';
import { type ExpectedDigest, expectedDigests } from '#src/downloads/digests.js';
import { isPartOfSame, mayRefuseParts, parseContentRange, rangeHeader } from '#src/downloads/range.js';
import type { AskedAnswer } from '#src/protocol/ask.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { FileTask } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { isRedirect, refusal } from './answer.js';
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
   * Fetches what is still missing, in the place of the request that is over, then waits for the others.
   * @throws (rejects) what kept it from being whole; what has come stays noted
   */
  async finish(): Promise<void> {
    const { task, pieces } = this.#parts;
    let failure: unknown = null;
    try {
      for (let piece = pieces.takeLast(); piece !== null; piece = pieces.takeLast())
        await this.#fetch(piece, task);
    } catch (thrown) {
      failure = thrown;
    }
    // Those that still wait for leave have nothing left to do.
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
    const { task, pieces, post } = this.#parts;
    const { url, flightId } = task;
    for (;;) {
      const askId = randomUUID();
      const asked = { flightId, askId, url, country: null, isBeside: true };
      const grant = await askLeave(post, asked, this.#stop.signal);
      if (grant === null || grant.kind === 'refused') return;
      const piece = this.#isAbandoned ? null : pieces.takeLast();
      if (piece === null) return post({ kind: 'asked', askId, answer: null });
      const answer = await this.#try(piece, grant);
      post({ kind: 'asked', askId, answer });
      if (answer.failure !== null || !isWhole(piece)) return;
    }
  }

  async #try(piece: Piece, means: Means): Promise<AskedAnswer> {
    const startedAt = Date.now();
    const answer = (status: number | null, failure: AskedAnswer['failure']): AskedAnswer => ({
      startedAt,
      durationMs: Date.now() - startedAt,
      status,
      failure,
      setCookies: [],
    });
    try {
      return answer(await this.#fetch(piece, means), null);
    } catch (thrown) {
      if (thrown instanceof DiskError) this.#fault = thrown;
      // About the file, not about the host.
      if (thrown instanceof DiskError || thrown instanceof UnfitError) return answer(206, null);
      const failure = toFailure(thrown);
      return answer(failure.status ?? null, failure);
    }
  }

  /** Answers the status. @throws (rejects) FailureError, UnfitError, DiskError */
  async #fetch(piece: Piece, { sendHeaders, cookie, proxy }: Means): Promise<number> {
    const { task, pieces, fetcher } = this.#parts;
    const first = piece.first + piece.done;
    const headers = restHeaders(first, pieces.notes).map((header) =>
      header[0] === 'range' ? (['range', rangeHeader(first, piece.last)] as const) : header,
    );
    try {
      const { status } = await fetcher.stream({
        url: task.url,
        sendHeaders,
        cookie,
        proxy,
        // As for pages: slots stay with their thread.
        keepAlive: true,
        headers,
        onHead: (code, answer) => this.#look(piece, code, answer),
        onData: (chunk) => this.#take(piece, chunk),
      });
      return status;
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
      !isRedirect(status) &&
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
