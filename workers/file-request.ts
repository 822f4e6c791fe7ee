/** What a file is asked for with: all of it, the rest of it, or only if it has changed. */
import type { Known } from '#src/protocol/download.js';
import { rangeHeader } from '#src/downloads/range.js';
import type { PartNotes } from '#src/shelf/part-notes.js';

export type Headers = readonly (readonly [name: string, value: string])[];

/** A file is wanted as it lies on the server: no other form that reads better, no coding that cannot be resumed. */
const PLAIN: Headers = [
  ['accept', '*/*'],
  ['accept-encoding', 'identity'],
];

/** The headers of a request for all of a file, or for what is newer than `known`. */
export function wholeHeaders(known: Known | null): Headers {
  return [
    ...PLAIN,
    ...(known?.etag == null ? [] : [['if-none-match', known.etag] as const]),
    ...(known?.lastModified == null ? [] : [['if-modified-since', known.lastModified] as const]),
  ];
}

/** The headers of a request for what is missing, from byte `first` on: all of it where it is another file by now. */
export function restHeaders(first: number, { validator }: Pick<PartNotes, 'validator'>): Headers {
  return [...PLAIN, ['range', rangeHeader(first)], ['if-range', validator]];
}
