/**
 * A large file in pieces that are fetched side by side into one temporary file. The answer that began it goes on from
 * piece to piece until it comes to one that another request is at; the others take pieces from the end. What has come
 * of each is noted down, never more than is written, so that any of it can be gone on with.
 */
import { segmentsOf } from '#src/downloads/range.js';
import type { PartNotes, PieceNotes } from '#src/shelf/part-notes.js';
import type { PartFile } from './part-file.js';

/** A piece is worth a request of its own from here on. */
const MIN_BYTES = 4 * 1024 * 1024;
/** How often it is noted down how far they are. */
const NOTE_MS = 250;

/** One of them. Bytes from `first` on to `last`, both included, `done` of which are written. */
export interface Piece {
  readonly first: number;
  readonly last: number;
  done: number;
  /** Some request is at it. */
  isTaken: boolean;
}

export class Pieces {
  readonly #part: PartFile;
  readonly #notes: PartNotes;
  readonly total: number;
  readonly #pieces: readonly Piece[];
  #notedAt = 0;

  private constructor(part: PartFile, notes: PartNotes, total: number, pieces: readonly Piece[]) {
    this.#part = part;
    this.#notes = notes;
    this.total = total;
    this.#pieces = pieces;
  }

  /** Cuts a file; null where that is not worth it. */
  static cut(part: PartFile, notes: PartNotes, total: number, count: number): Pieces | null {
    const segments = segmentsOf(total, count, MIN_BYTES);
    if (segments.length < 2) return null;
    const pieces = new Pieces(
      part,
      notes,
      total,
      segments.map(({ first, last }) => ({ first, last, done: 0, isTaken: false })),
    );
    pieces.note();
    return pieces;
  }

  /** Those of an earlier try; null where none were noted. */
  static of(part: PartFile): Pieces | null {
    const { notes } = part;
    if (notes?.total == null || notes.pieces === undefined) return null;
    const { total, pieces } = notes;
    const all = pieces.map(([first, last, done]): Piece => ({ first, last, done, isTaken: false }));
    const end = all.at(-1);
    // Where nothing is missing a byte is asked for all the same, to learn whether the rest is still the same.
    if (end !== undefined && all.every(isWhole)) end.done -= 1;
    return new Pieces(part, notes, total, all);
  }

  /** What is known of the file that they are pieces of. */
  get notes(): PartNotes {
    return this.#notes;
  }

  /** Bytes that are written. */
  get done(): number {
    return this.#pieces.reduce((sum, { done }) => sum + done, 0);
  }

  get isWhole(): boolean {
    return this.done === this.total;
  }

  /** Whether any is not whole that nobody is at. */
  get areLeft(): boolean {
    return this.#pieces.some(isOpen);
  }

  /** The first one, for the answer that brings the file from its start. */
  takeFirst(): Piece | null {
    return this.#take(this.#pieces[0]);
  }

  /** The one behind this, if nobody is at it yet and nothing of it is there. */
  takeNext(piece: Piece): Piece | null {
    const next = this.#pieces[this.#pieces.indexOf(piece) + 1];
    return next?.done === 0 ? this.#take(next) : null;
  }

  /** The last one that is not whole, and that nobody is at. */
  takeLast(): Piece | null {
    return this.#take(this.#pieces.findLast(isOpen));
  }

  /** Writes what came of a piece. Answers how many bytes of the chunk belonged to it. */
  write(piece: Piece, chunk: Uint8Array): number {
    const own = chunk.subarray(0, sizeOf(piece) - piece.done);
    this.#part.writeAt(own, piece.first + piece.done);
    piece.done += own.length;
    if (performance.now() - this.#notedAt >= NOTE_MS) this.note();
    return own.length;
  }

  /** A request is done with a piece, however much of it came. */
  leave(piece: Piece): void {
    piece.isTaken = false;
  }

  /** Notes down how far all are. */
  note(): void {
    this.#notedAt = performance.now();
    const pieces = this.#pieces.map(({ first, last, done }): PieceNotes => [first, last, done]);
    this.#part.note({ ...this.#notes, pieces });
  }

  #take(piece: Piece | undefined): Piece | null {
    if (piece === undefined || !isOpen(piece)) return null;
    piece.isTaken = true;
    return piece;
  }
}

/** Bytes a piece has in the end. */
export function sizeOf({ first, last }: Piece): number {
  return last - first + 1;
}

export function isWhole(piece: Piece): boolean {
  return piece.done === sizeOf(piece);
}

function isOpen(piece: Piece): boolean {
  return !piece.isTaken && !isWhole(piece);
}
