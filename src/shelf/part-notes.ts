/**
 * What is known of a temporary file, in a small one beside it: which answer its bytes come from, and whether they can
 * be relied on. After a kill they can, since what was written is with the system; after the computer went down only
 * where they had been flushed, or it may give back what was never written.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** What the head of an answer says of a file. */
export interface FileFacts {
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Name in Content-Disposition, as sent. */
  readonly disposition: string | null;
  /** ms since epoch; null = not told. */
  readonly modifiedAt: number | null;
}

export interface PartNotes {
  /** What If-Range asks with (RFC 9110 §13.1.5). */
  readonly validator: string;
  /** Size of the whole; null = the server did not say. */
  readonly total: number | null;
  /** What the answer said that it begins with: those that carry parts of it need not say it again (RFC 9110 §15.3.7). */
  readonly facts: FileFacts;
  /** It comes in several pieces, and its size says nothing of how much there is. */
  readonly pieces?: readonly PieceNotes[] | undefined;
  /** Requests for the rest in a row that failed and brought nothing. */
  readonly vain?: number | undefined;
}

/** The first and the last byte of a piece, and how many of it are there. */
export type PieceNotes = readonly [first: number, last: number, done: number];

interface Stored extends PartNotes {
  readonly boot: string;
  readonly isFlushed?: boolean;
}

/** Where the notes of a part are. */
export function notesOf(part: string): string {
  return part.replace(/\.part$/, '.json');
}

/** What may be gone on with; null = nothing. */
export function readNotes(part: string): PartNotes | null {
  const stored = storedOf(part);
  if (stored === null || (stored.boot !== thisBoot() && stored.isFlushed !== true)) return null;
  const { validator, total, facts, pieces, vain } = stored;
  return { validator, total, facts, pieces, vain };
}

/** Writes them in the place of others; a kill leaves the one or the other. */
export function writeNotes(part: string, notes: PartNotes): void {
  store(part, { ...notes, boot: thisBoot() });
}

/** The bytes that are noted are on disk, and nobody writes any more. */
export function noteFlushed(part: string): void {
  const stored = storedOf(part);
  if (stored !== null) store(part, { ...stored, isFlushed: true });
}

export function dropNotes(part: string): void {
  rmSync(notesOf(part), { force: true });
}

function store(part: string, stored: Stored): void {
  const path = notesOf(part);
  writeFileSync(`${path}.new`, JSON.stringify(stored));
  renameSync(`${path}.new`, path);
}

function storedOf(part: string): Stored | null {
  try {
    const stored = JSON.parse(readFileSync(notesOf(part), 'utf8')) as Partial<Stored>;
    const { validator, total = null, facts, boot = '' } = stored;
    if (typeof validator !== 'string' || facts === undefined) return null;
    return { ...stored, validator, total, facts, boot };
  } catch {
    // None, or not ours: nothing is known.
    return null;
  }
}

/** Ten minutes: by so much clocks may have been set. */
const ABOUT_MS = 600_000;
let boot: string | undefined;

/** Tells apart the times between two starts of the computer. Where the system does not say, by when it started. */
function thisBoot(): string {
  try {
    boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    boot ??= `about ${Math.round((Date.now() - uptime() * 1000) / ABOUT_MS)}`;
  }
  return boot;
}
