/** What the head of an answer says of a file. */
import { dispositionName } from '#src/downloads/disposition.js';
import type { FileFacts } from '#src/shelf/part-notes.js';
import { contentTypeText } from './answer.js';
import type { ReplyHeaders } from './open-request.js';

/** Longest validator that is kept; a header may be 64 KiB. */
const MAX_CHARS = 1000;

export function factsOf(headers: ReplyHeaders): FileFacts {
  const lastModified = validatorOf(headers, 'last-modified');
  const modifiedAt = lastModified === null ? NaN : Date.parse(lastModified);
  return {
    contentType: contentTypeText(headers, null) || null,
    etag: validatorOf(headers, 'etag'),
    lastModified,
    disposition: dispositionName(headers['content-disposition']),
    modifiedAt: Number.isNaN(modifiedAt) ? null : modifiedAt,
  };
}

/** The first line of a header; null where there is none. */
export function lineOf(headers: ReplyHeaders, name: string): string | null {
  return [headers[name] ?? []].flat()[0] ?? null;
}

function validatorOf(headers: ReplyHeaders, name: string): string | null {
  const line = lineOf(headers, name);
  return line === null || line.length > MAX_CHARS ? null : line;
}
