/**
 * One file from request to outcome: asks for all of it or for what is missing, streams it into its temporary file while
 * hashing, and makes sure that it is whole and on disk. Names nothing and moves nothing: that is done once, on the
 * main thread.
 */
import type { DownloadSettings } from '#src/protocol/download.js';
import type { FileOutcome, Outcome, WorkerMessage } from '#src/protocol/outcome.js';
import type { FileTask } from '#src/protocol/task.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { contentTypeText } from './answer.js';
import type { Fetcher } from './fetcher.js';
import type { FileReply } from './file-exchange.js';
import { FileIntake, type IntakeParts } from './file-intake.js';
import { type Headers, restHeaders, wholeHeaders } from './file-request.js';
import { FilesMeter } from './files-meter.js';
import { PartFile } from './part-file.js';
import { SharedThrottle } from './throttle.js';
import { circumstances, redirectOf } from './visit.js';

type OnSetCookies = (lines: readonly string[]) => void;

export class Downloader {
  readonly #fetcher: Fetcher;
  readonly #settings: DownloadSettings;
  readonly #post: (message: WorkerMessage) => void;
  readonly #throttle: SharedThrottle | null;
  readonly #meter: FilesMeter;

  /** @param post sends a message to the main thread in mid-task */
  constructor(settings: DownloadSettings, fetcher: Fetcher, post: (message: WorkerMessage) => void) {
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
    const { types } = this.#settings;
    const parts = { task, part, gauge, types, throttle: this.#throttle };
    let isWhole = false;
    try {
      const outcome =
        (await this.#goOn(parts, onSetCookies)) ??
        (await this.#ask(parts, new FileIntake(parts, 0), wholeHeaders(task.known), onSetCookies)) ??
        unfit();
      isWhole = outcome.kind === 'file';
      return outcome;
    } finally {
      gauge.end();
      part.close(isWhole);
    }
  }

  /** Asks for what is missing. Null where nothing is there that can be gone on with. */
  async #goOn(parts: IntakeParts, onSetCookies: OnSetCookies): Promise<Outcome | null> {
    const { notes, size } = parts.part;
    if (notes === null) return null;
    // Where nothing is missing a byte is asked for all the same, to learn whether the rest is still the same.
    const first = Math.min(size, (notes.total ?? Infinity) - 1);
    if (first <= 0) return null;
    const intake = new FileIntake(parts, first);
    await intake.readExisting();
    return this.#ask(parts, intake, restHeaders(first, notes), onSetCookies);
  }

  /** Null = what is there is no part of what the server has. */
  async #ask(
    parts: IntakeParts,
    intake: FileIntake,
    headers: Headers,
    onSetCookies: OnSetCookies,
  ): Promise<Outcome | null> {
    const { url, sendHeaders, cookie, proxy, spaced, flightId } = parts.task;
    const reply = await this.#fetcher.stream({
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
    switch (intake.use) {
      case 'file':
        return this.#finish(parts.part, intake, reply);
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

  async #finish(part: PartFile, intake: FileIntake, reply: FileReply): Promise<FileOutcome> {
    const { facts, bodySha256 } = await intake.end();
    await part.flush(facts.modifiedAt);
    const { status } = reply;
    const { contentType, etag, lastModified, disposition } = facts;
    return {
      kind: 'file',
      ...circumstances(reply),
      // The flush is part of what it took.
      durationMs: Math.max(reply.durationMs, Date.now() - reply.startedAt),
      status,
      contentType,
      bodyBytes: part.size,
      bodySha256,
      etag,
      lastModified,
      disposition,
      wireBytes: intake.wireBytes,
    };
  }
}

function otherTypeOf({ status, headers }: FileReply): { status: number; contentType: string } {
  return { status, contentType: contentTypeText(headers, null) };
}

function unfit(): never {
  throw new FailureError({
    code: 'protocol',
    message: 'a part of the file came, though all of it was asked for',
  });
}
