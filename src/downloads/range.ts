/**
 * Parts of files: which are asked for, under which condition, and what the answer says it holds. Pure; who asks and
 * writes is elsewhere.
 */
import type { Failure } from '../protocol/failure.js';

/** What a Content-Range says. Positions are of bytes, from 0, both ends included. */
export type ContentRange =
  | { readonly kind: 'part'; readonly first: number; readonly last: number; readonly size: number | null }
  | { readonly kind: 'unsatisfied'; readonly size: number };

/** A piece of a file, both ends included. */
export interface Segment {
  readonly first: number;
  readonly last: number;
}

/** What an earlier answer said of the file it carried; null where it said nothing. As in the headers. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly date: string | null;
}

const CONTENT_RANGE = /^bytes[ \t]+(?:(\d+)-(\d+)|\*)\/(\d+|\*)$/i;

/** An entity tag (RFC 9110 §8.8.3); octets above ASCII are allowed. */
const ETAG = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/**
 * Reads a Content-Range; null where it is none that makes sense, such as one whose end is before its start or beyond
 * the size, or of another unit than bytes.
 *
 * @see RFC 9110 §14.4
 */
export function parseContentRange(value: string): ContentRange | null {
  const [whole, from, to, of] = CONTENT_RANGE.exec(value.trim()) ?? [];
  if (whole === undefined) return null;
  const size = of === '*' ? null : Number(of);
  if (size !== null && !Number.isSafeInteger(size)) return null;
  if (from === undefined) return size === null ? null : { kind: 'unsatisfied', size };
  const [first, last] = [Number(from), Number(to)];
  if (!Number.isSafeInteger(last) || last < first || (size !== null && last >= size)) return null;
  return { kind: 'part', first, last, size };
}

/**
 * Whether an entity tag is well formed and strong: equal ones then mean equal bytes.
 *
 * @see RFC 9110 §8.8.1
 */
export function isStrongEtag(etag: string): boolean {
  const [whole, weak] = ETAG.exec(etag) ?? [];
  return whole !== undefined && weak === undefined;
}

/**
 * What to send as If-Range, so that a server sends the rest of a file only if it is still the same one; null where
 * nothing of the earlier answer can prove that, and the file must be fetched from its start. A strong ETag, else a
 * Last-Modified that was at least a second old when it was given: before, the file may have changed twice within it.
 *
 * @see RFC 9110 §13.1.5, §8.8.2.2
 */
export function resumeValidator({ etag, lastModified, date }: Validators): string | null {
  if (etag !== null && isStrongEtag(etag)) return etag;
  // A weak ETag says that bytes may differ, whatever the date is.
  if (etag !== null || lastModified === null || date === null) return null;
  return Date.parse(date) - Date.parse(lastModified) >= 1000 ? lastModified : null;
}

/**
 * Whether a part may be put behind the bytes that are there: not where it says itself that it is of another file. Some
 * servers do not look at If-Range and send a part of whatever lies there now.
 *
 * @param noted of the answer that what is there came with
 * @param part  of the answer that carries the part
 * @see RFC 9110 §15.3.7.3
 */
export function isPartOfSame(noted: Omit<Validators, 'date'>, part: Omit<Validators, 'date'>): boolean {
  if (noted.etag !== null && part.etag !== null) return part.etag === noted.etag;
  if (noted.lastModified !== null && part.lastModified !== null)
    return part.lastModified === noted.lastModified;
  // A part need not repeat what the condition has named (§15.3.7): then the condition held.
  return true;
}

/** Statuses that say nothing for good, of those below 500. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether a server may have refused a part as such, and would give the whole: some do not say so by 416 or 200. */
export function mayRefuseParts(status: number): boolean {
  return (status >= 400 && status < 500 && !PASSING.has(status)) || status === 501;
}

/** Whether a server may fail on parts as such: a program behind it that breaks on Range, and not for being busy. */
export function mayFailOnParts({
  code,
  status,
  isStale,
}: Pick<Failure, 'code' | 'status' | 'isStale'>): boolean {
  if (isStale === true) return false;
  return code === 'reset' || (code === 'status' && status !== undefined && status >= 500 && status !== 503);
}

/** The value of a Range header from a byte on, to another (included) or to the end. */
export function rangeHeader(first: number, last?: number): string {
  return `bytes=${first}-${last ?? ''}`;
}

/**
 * Cuts a file into pieces of nearly one size, in order, none of them empty and none overlapping.
 *
 * @param size     bytes
 * @param count    pieces at most
 * @param minBytes no piece is smaller, unless the file is
 */
export function segmentsOf(size: number, count: number, minBytes = 1): Segment[] {
  const pieces = Math.max(1, Math.min(count, Math.floor(size / Math.max(1, minBytes))));
  if (size <= 0) return [];
  // Exact while size × count is; a product beyond 2^53 would need a file of terabytes in thousands of pieces.
  const cut = (i: number): number => Math.floor((size * i) / pieces);
  return Array.from({ length: pieces }, (_, i) => ({ first: cut(i), last: cut(i + 1) - 1 }));
}
