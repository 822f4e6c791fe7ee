/**
 * One file from request to outcome: asks for all of it or for what is missing, streams it into its temporary file while
 * hashing, and makes sure that it is whole and on disk. Names nothing and moves nothing: that is done once, on the
 * main thread.
 */
import type { DownloadSettings } from '#src/protocol/download.js';
import type { Transferable } from 'node:worker_threads';
import type { FileOutcome, Outcome, WorkerMessage } from '#src/protocol/outcome.js';
import type { FileTask } from '#src/protocol/task.js';
import { mayFailOnParts } from '#src/downloads/range.js';
import type { PartNotes } from '#src/shelf/part-notes.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { contentTypeText } from './answer.js';
import type { Fetcher } from './fetcher.js';
import { DiskError } from './disk-error.js';
import type { ReplyHead } from './open-request.js';
import { FileHashes } from './file-hashes.js';
import { FileIntake, type IntakeParts, type Received } from './file-intake.js';
import { type Headers, restHeaders, wholeHeaders } from './file-request.js';
import { FilesMeter, type Gauge } from './files-meter.js';
import { PartFile } from './part-file.js';
import { Pieces } from './pieces.js';
import { Segments, UnfitError } from './segments.js';
import { SharedThrottle } from './throttle.js';
import { circumstances, redirectOf } from './visit.js';

type Post = (message: WorkerMessage, transfer?: readonly Transferable[]) => void;
type OnSetCookies = (lines: readonly string[]) => void;

/** After so many requests for the rest in a row that brought nothing all is asked for, once. */
const VAIN_REQUESTS = 2;

/** A try that has brought so much more of a file was not in vain. */
const PROGRESS_BYTES = 256 * 1024;

export class Downloader {
  readonly #fetcher: Fetcher;
  readonly #settings: DownloadSettings;
  readonly #post: Post;
  readonly #throttle: SharedThrottle | null;
  readonly #meter: FilesMeter;

  /** @param post sends a message to the main thread in mid-task */
  constructor(settings: DownloadSettings, fetcher: Fetcher, post: Post) {
    this.#settings = settings;
    this.#fetcher = fetcher;
    this.#post = post;
    this.#throttle = settings.throttle === null ? null : new SharedThrottle(settings.throttle);
    this.#meter = new FilesMeter(post);
  }

  /**
   * The outcome of one try. What came of the file stays in the part, to be gone on with.
   * Rejects with what made it a failure, or with a `DiskError`.
   *
   * @param onSetCookies called with the Set-Cookie lines of the answer, whatever becomes of it
   */
  async download(task: FileTask, onSetCookies: OnSetCookies): Promise<Outcome> {
    const part = new PartFile(task.part);
    const gauge = this.#meter.start(task.flightId, part.size);
    const { types, segments } = this.#settings;
    const startSegments = (pieces: Pieces): Segments => this.#segmentsOf(task, pieces, gauge);
    const parts = { task, part, gauge, types, throttle: this.#throttle, segments, startSegments };
    const { kept } = part;
    let isWhole = false;
    try {
      const outcome =
        (await this.#tryRest(parts, onSetCookies)) ??
        (await this.#whole(parts, onSetCookies)) ??
        // The server sends parts, but not of one and the same file: it is asked for all at once.
        (await this.#whole({ ...parts, segments: 1 }, onSetCookies)) ??
        unfit();
      isWhole = outcome.kind === 'file';
      return outcome;
    } catch (thrown) {
      if (thrown instanceof DiskError || part.kept - kept < PROGRESS_BYTES) throw thrown;
      throw new FailureError({ ...toFailure(thrown), hasProgress: true }, { cause: thrown });
    } finally {
      gauge.end(isWhole);
      part.close(isWhole);
    }
  }

  /** As `#goOn`. Null, too, where the server seems to fail on parts as such. */
  async #tryRest(parts: IntakeParts, onSetCookies: OnSetCookies): Promise<Outcome | null> {
    const { part } = parts;
    const { notes, kept } = part;
    if (notes === null) return null;
    const { vain = 0 } = notes;
    if (vain >= VAIN_REQUESTS) {
      // What is there stays until an answer brings all of it.
      part.note({ ...notes, vain: 0 });
      return null;
    }
    try {
      return await this.#goOn(parts, notes, onSetCookies);
    } catch (thrown) {
      const isVain = part.kept <= kept;
      if (
        part.notes !== null &&
        !(thrown instanceof DiskError) &&
        (!isVain || mayFailOnParts(toFailure(thrown)))
      )
        part.note({ ...part.notes, vain: isVain ? vain + 1 : 0 });
      throw thrown;
    }
  }

  /** Asks for what is missing. Null where nothing is there that can be gone on with. */
  async #goOn(parts: IntakeParts, notes: PartNotes, onSetCookies: OnSetCookies): Promise<Outcome | null> {
    const { size } = parts.part;
    if (notes.pieces !== undefined) return this.#goOnInPieces(parts);
    // Where nothing is missing a byte is asked for all the same, to learn whether the rest is still the same.
    const first = Math.min(size, (notes.total ?? Infinity) - 1);
    if (first <= 0) return null;
    const intake = new FileIntake(parts, first);
    await intake.readExisting();
    return this.#ask(parts, intake, restHeaders(first, notes), onSetCookies);
  }

  /** Asks for all of it. Null where parts of it did not fit. */
  async #whole(parts: IntakeParts, onSetCookies: OnSetCookies): Promise<Outcome | null> {
    try {
      return await this.#ask(parts, new FileIntake(parts, 0), wholeHeaders(parts.task.known), onSetCookies);
    } catch (thrown) {
      if (thrown instanceof UnfitError) return null;
      throw thrown;
    }
  }

  /** Null = what is there is no part of what the server has. */
  async #ask(
    parts: IntakeParts,
    intake: FileIntake,
    headers: Headers,
    onSetCookies: OnSetCookies,
  ): Promise<Outcome | null> {
    const { url, sendHeaders, cookie, proxy, spaced, flightId } = parts.task;
    const startedAt = Date.now();
    let reply: ReplyHead;
    try {
      reply = await this.#fetcher.stream({
        url,
        sendHeaders,
        cookie,
        proxy,
        headers,
        onSetCookies,
        // As for pages: a slot of a limited host stays with its thread.
        keepAlive: true,
        ...(spaced ? { onStart: () => this.#post({ kind: 'started', flightId }) } : {}),
        onHead: (status, answer) => intake.onHead(status, answer),
        onData: (chunk) => intake.onData(chunk),
      });
    } catch (thrown) {
      // Others are at work beside it, and what is missing can be asked for.
      if (intake.segmented === null || thrown instanceof DiskError) {
        await intake.segmented?.abandon();
        throw thrown;
      }
      reply = { status: 200, headers: {}, startedAt, durationMs: 0 };
    }
    switch (intake.use) {
      case 'file':
        return this.#finish(parts.part, await intake.end(), intake.wireBytes, reply);
      case 'redirect':
        return redirectOf(parts.task, reply, () => 'inside');
      case 'unchanged':
        return { kind: 'unchanged', ...circumstances(reply), status: reply.status };
      case 'other-type':
        return { kind: 'other-type', ...circumstances(reply), ...otherTypeOf(reply) };
      case 'start-over':
        return null;
    }
  }

  /** All of what is missing of a file that came in pieces. Null where they are of no use any more. */
  async #goOnInPieces(parts: IntakeParts): Promise<Outcome | null> {
    const { part, task, gauge, segments: count } = parts;
    const pieces = Pieces.of(part);
    if (pieces === null) return null;
    const startedAt = Date.now();
    const segments = this.#segmentsOf(task, pieces, gauge, count - 1);
    try {
      await segments.finish(false);
    } catch (thrown) {
      if (thrown instanceof UnfitError) return null;
      throw thrown;
    }
    const bodySha256 = await this.#hashOf(part, segments);
    const reply = { status: 206, headers: {}, startedAt, durationMs: 0 };
    return this.#finish(part, { facts: pieces.notes.facts, bodySha256 }, segments.wireBytes, reply);
  }

  /** Of a file that was read by nobody from its start on. */
  async #hashOf(part: PartFile, { expected }: Segments): Promise<string> {
    try {
      return await new FileHashes(expected, { isRest: true, isCoded: false }, null).finish(part);
    } catch (thrown) {
      part.begin(null);
      throw thrown;
    }
  }

  #segmentsOf(task: FileTask, pieces: Pieces, gauge: Gauge, count = this.#settings.segments - 1): Segments {
    const segments = new Segments({
      task,
      pieces,
      gauge,
      fetcher: this.#fetcher,
      throttle: this.#throttle,
      post: this.#post,
    });
    segments.start(count);
    return segments;
  }

  async #finish(
    part: PartFile,
    { facts, bodySha256 }: Received,
    wireBytes: number,
    reply: ReplyHead,
  ): Promise<FileOutcome> {
    await part.flush(facts.modifiedAt);
    const { status, startedAt } = reply;
    const { contentType, etag, lastModified, disposition } = facts;
    return {
      kind: 'file',
      startedAt,
      // The flush is part of what it took.
      durationMs: Math.max(reply.durationMs, Date.now() - startedAt),
      status,
      contentType,
      bodyBytes: part.size,
      bodySha256,
      etag,
      lastModified,
      disposition,
      wireBytes,
    };
  }
}

function otherTypeOf({ status, headers }: ReplyHead): { status: number; contentType: string } {
  return { status, contentType: contentTypeText(headers, null) };
}

function unfit(): never {
  throw new FailureError({
    code: 'protocol',
    message: 'a part of the file came, though all of it was asked for',
  });
}
