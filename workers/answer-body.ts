/** An answer that was read whole, its content codings undone and its type known. */
import type { MIMEType } from 'whatwg-mimetype';
import { contentTypeOf, sniffType } from './answer.js';
import { codingsOf, decodeContent } from './content-coding.js';
import type { Reply } from './exchange.js';
import type { ReplyHeaders } from './open-request.js';

export interface Answer {
  /** The address that answered. */
  readonly url: string;
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: Buffer;
  /** As the header says, or as the bytes tell. */
  readonly type: MIMEType;
}

/** @throws FailureError `decode`, or `too-large` where a coding inflates to more than `maxBytes` */
export function readAnswer(url: string, { status, headers, body: wire }: Reply, maxBytes: number): Answer {
  const body = decodeContent(wire, codingsOf(headers), maxBytes);
  return { url, status, headers, body, type: contentTypeOf(headers) ?? sniffType(body) };
}
