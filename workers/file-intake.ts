/**
 * The answer to a request for a file, as it comes in: what it is by its head, then its bytes into the part, through a
 * content coding that nobody asked for, past the hashes, at the rate that was set.
 */
import { createHash, type Hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectedDigests } from '#src/downloads/digests.js';
import { isNoPage } from '#src/downloads/former.js';
import {
  type ContentRange,
  isPartOfSame,
  isStrongEtag,
  mayRefuseParts,
  parseContentRange,
  resumeValidator,
} from '#src/downloads/range.js';
import type { FileFacts } from '#src/shelf/part-notes.js';
import { isTypeWanted } from '#src/downloads/types.js';
import type { FileTask } from '#src/protocol/task.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { contentTypeOf, isHtml, isRedirect, refusal } from './answer.js';
import { CodingStream } from './coding-stream.js';
import { codingsOf } from './content-coding.js';
import { declaredLength } from './exchange.js';
import type { ReplyHeaders } from './open-request.js';
import type { Use } from './file-exchange.js';
import { factsOf, lineOf } from './file-facts.js';
import { FileHashes } from './file-hashes.js';
import { isKeptCoded, namesOtherThanPage } from './file-kind.js';
import type { Gauge } from './files-meter.js';
import type { PartFile } from './part-file.js';
import { isWhole, type Piece, Pieces } from './pieces.js';
import type { Segments } from './segments.js';
import type { SharedThrottle } from './throttle.js';

/** What an answer is worth; `start-over`: what is there is no part of what the server has. */
export type FileUse = 'file' | 'redirect' | 'unchanged' | 'other-type' | 'start-over';

export interface IntakeParts {
  readonly task: FileTask;
  readonly part: PartFile;
  readonly gauge: Gauge;
  readonly types: readonly string[];
  readonly throttle: SharedThrottle | null;
  /** How many requests a large file may have, and how those beside the first are sent out. */
  readonly segments: number;
  readonly startSegments: (pieces: Pieces) => Segments;
}

/** A file that has come in. */
export interface Received {
  readonly facts: FileFacts;
  readonly bodySha256: string;
}

export class FileIntake {
  readonly #parts: IntakeParts;
  /** The byte that is asked from; those before are there. */
  readonly #first: number;
  #existing: { readonly hash: Hash; readonly bytes: number } | null = null;
  #use: FileUse = 'file';
  #facts: FileFacts | null = null;
  #hashes: FileHashes | null = null;
  #coding: CodingStream | null = null;
  #pieces: Pieces | null = null;
  #piece: Piece | null = null;
  #segments: Segments | null = null;
  /** What the size must be in the end; null = nobody knows. */
  #total: number | null = null;
  #wireBytes = 0;

  constructor(parts: IntakeParts, first: number) {
    this.#parts = parts;
    this.#first = first;
  }

  get use(): FileUse {
    return this.#use;
  }

  /** Bytes that came over the wire for it. */
  get wireBytes(): number {
    return this.#wireBytes + (this.#segments?.wireBytes ?? 0);
  }

  /** The requests beside this one; null = there are none. */
  get segmented(): Segments | null {
    return this.#segments;
  }

  /** Reads what is there already: the hash of the file goes on from it. */
  async readExisting(): Promise<void> {
    const { part } = this.#parts;
    part.cut(this.#first);
    // What comes now is not flushed yet, whatever was.
    if (part.notes !== null) part.note(part.notes);
    const hash = createHash('sha256');
    await part.hash(hash);
    this.#existing = { hash, bytes: this.#first };
  }

  /** @throws FailureError for what is no file */
  onHead(status: number, headers: ReplyHeaders): Use {
    this.#use = this.#judge(status, headers);
    if (this.#use !== 'file') return 'drain';
    this.#facts = this.#factsOf(status, headers);
    this.#prepare(status, headers, this.#facts);
    return 'take';
  }

  onData(chunk: Buffer): Promise<void> | 'enough' | undefined {
    this.#wireBytes += chunk.length;
    this.#hashes?.onWire(chunk);
    const waitMs = this.#parts.throttle?.take(chunk.length) ?? 0;
    const wait = waitMs === 0 ? undefined : sleep(waitMs);
    if (this.#coding !== null) return Promise.all([this.#coding.write(chunk), wait]).then(() => undefined);
    if (this.#pieces !== null) return this.#storePiece(chunk, this.#pieces) ?? wait;
    this.#store(chunk);
    return wait;
  }

  /**
   * The body has ended.
   * @throws (rejects) FailureError where it is not what the server says it is
   */
  async end(): Promise<Received> {
    const { part } = this.#parts;
    await this.#coding?.end();
    if (this.#piece !== null) this.#pieces?.leave(this.#piece);
    await this.#segments?.finish(true);
    if (this.#total !== null && part.size !== this.#total) {
      const message = `${part.size} of ${this.#total} bytes came`;
      if (part.size > this.#total) part.begin(null);
      throw new FailureError({ code: 'reset', message });
    }
    try {
      const bodySha256 = await (this.#hashes as FileHashes).finish(part);
      return { facts: this.#facts as FileFacts, bodySha256 };
    } catch (thrown) {
      // Which of its bytes are wrong nobody knows.
      part.begin(null);
      throw thrown;
    }
  }

  #judge(status: number, headers: ReplyHeaders): FileUse {
    const { task, types } = this.#parts;
    const isRest = this.#first > 0;
    if (isRedirect(status)) return 'redirect';
    if (!isRest && task.known !== null && (status === 304 || this.#isKnown(status, headers)))
      return 'unchanged';
    if (isRest && (mayRefuseParts(status) || (status === 206 && !this.#fits(headers)))) return 'start-over';
    if (status !== 200 && (status !== 206 || !isRest)) throw refusal(status, headers);
    const { contentType, disposition } = this.#factsOf(status, headers);
    const type = contentTypeOf({ 'content-type': contentType ?? undefined });
    if (types.length > 0) return isTypeWanted(type?.essence ?? null, types) ? 'file' : 'other-type';
    if (type !== null && isHtml(type) && this.#wantsNoPage(disposition)) {
      const message = `an HTML page in the place of the file: a login or an error page`;
      throw new FailureError({ code: 'validation', message, status, isFinal: true });
    }
    return 'file';
  }

  /** Whether all of the file comes, though it is the one that lies there: some servers do not look at If-None-Match. */
  #isKnown(status: number, headers: ReplyHeaders): boolean {
    const etag = this.#parts.task.known?.etag ?? null;
    return status === 200 && etag !== null && isStrongEtag(etag) && factsOf(headers).etag === etag;
  }

  /** Of the file: what comes with the rest of it, if anything does, need not be what came with its start. */
  #factsOf(status: number, headers: ReplyHeaders): FileFacts {
    const noted = status === 206 ? this.#parts.part.notes : null;
    return noted?.facts ?? factsOf(headers);
  }

  #wantsNoPage(disposition: string | null): boolean {
    const { key, former } = this.#parts.task;
    return namesOtherThanPage(key) || (former !== null && isNoPage(former, disposition));
  }

  /** Whether part of an answer is the part that was asked for. */
  #fits(headers: ReplyHeaders): boolean {
    const range = rangeOf(headers);
    const { notes } = this.#parts.part;
    if (notes === null || range?.first !== this.#first || codingsOf(headers).length > 0) return false;
    const { facts, total } = notes;
    // Some servers do not look at If-Range.
    if (!isPartOfSame(facts, factsOf(headers))) return false;
    // Without a size, or with another one than before, nobody could tell when it is whole.
    return range.size !== null && range.last === range.size - 1 && (total === null || total === range.size);
  }

  #prepare(status: number, headers: ReplyHeaders, facts: FileFacts): void {
    const { part, gauge, task } = this.#parts;
    const isRest = status === 206;
    const codings = codingsOf(headers);
    const isCoded = codings.length > 0 && !isKeptCoded(task.key, contentTypeOf(headers), codings);
    if (isCoded) this.#coding = new CodingStream(codings, (bytes) => this.#store(bytes));
    const length = declaredLength(headers);
    if (isRest) this.#total = rangeOf(headers)?.size ?? null;
    else {
      this.#total = isCoded ? null : length;
      const validator = isCoded ? null : resumeValidator({ ...facts, date: lineOf(headers, 'date') });
      part.begin(validator === null ? null : { validator, total: length, facts });
    }
    const expected = expectedDigests(headers, status);
    if (!isRest && !isCoded && this.#cut(headers)) {
      // Of all that this answer was to carry it may bring only the start.
      const ofAll = expected.map((digest) => ({ ...digest, of: 'representation' as const }));
      this.#hashes = new FileHashes(ofAll, { isRest: true, isCoded }, null);
    } else {
      this.#hashes = new FileHashes(expected, { isRest, isCoded }, isRest ? this.#existing : null);
    }
    gauge.set(part.size, this.#total);
  }

  /** Whether others fetch parts of it meanwhile: it is large, the server can send parts, and they can be told apart. */
  #cut(headers: ReplyHeaders): boolean {
    const { part, segments, startSegments } = this.#parts;
    const { notes } = part;
    const isAble = /^\s*bytes\s*$/i.test(lineOf(headers, 'accept-ranges') ?? '');
    if (segments < 2 || !isAble || notes?.total == null) return false;
    this.#pieces = Pieces.cut(part, notes, notes.total, segments);
    if (this.#pieces === null) return false;
    this.#piece = this.#pieces.takeFirst();
    this.#segments = startSegments(this.#pieces);
    return true;
  }

  /** Goes on from piece to piece, until one that somebody else is at. */
  #storePiece(chunk: Buffer, pieces: Pieces): 'enough' | undefined {
    let rest = chunk;
    while (rest.length > 0 && this.#piece !== null) {
      const taken = pieces.write(this.#piece, rest);
      this.#hashes?.onFile(rest.subarray(0, taken));
      rest = rest.subarray(taken);
      if (!isWhole(this.#piece)) break;
      const next = pieces.takeNext(this.#piece);
      pieces.leave(this.#piece);
      this.#piece = next;
    }
    this.#parts.gauge.set(pieces.done, pieces.total);
    // What comes behind, others have fetched or are at; unless it was all there is, nobody needs the connection to end.
    return this.#piece === null && this.#wireBytes < pieces.total ? 'enough' : undefined;
  }

  #store(bytes: Buffer): void {
    const { part, gauge } = this.#parts;
    this.#hashes?.onFile(bytes);
    part.append(bytes);
    gauge.set(part.size, this.#total);
  }
}

function rangeOf(headers: ReplyHeaders): Extract<ContentRange, { kind: 'part' }> | null {
  const range = parseContentRange(lineOf(headers, 'content-range') ?? '');
  return range?.kind === 'part' ? range : null;
}
