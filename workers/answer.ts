/**
 * What an answer's status line and headers say it is: a page, a redirect, a refusal or something else.
 * Facts only; what follows from them is decided on the main thread.
 */
import { computedMIMEType, MIMEType } from 'whatwg-mimetype';
import { PAGE_TYPES } from '#src/protocol/page-types.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { parseRetryAfter } from '#src/protocol/retry-after.js';
import type { ReplyHeaders } from './open-request.js';

/** The statuses that RFC 9110 §15.4 has a client follow by Location; 300 and 304 are none of them. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Longer than any real type with its parameters; headers may be 64 KiB. */
const MAX_TYPE_CHARS = 200;

/** Types that name none: MIME Sniffing standard §7 has the bytes tell. */
const UNKNOWN_TYPES: ReadonlySet<string> = new Set(['unknown/unknown', 'application/unknown', '*/*']);

/** `sniff`: a 2xx that names no type: its bytes tell it. */
export type AnswerKind = 'html' | 'sniff' | 'other-type' | 'redirect' | 'refusal';

/**
 * The kind of an answer. A 2xx with no content of its own (204, 205) is of another type; part of a page
 * that nobody asked to have in parts (206) is a refusal, since half a page is no page.
 */
export function kindOf(status: number, headers: ReplyHeaders): AnswerKind {
  if (status >= 300 && status < 400) return 'redirect';
  if (status < 200 || status > 299 || status === 206) return 'refusal';
  if (status === 204 || status === 205) return 'other-type';
  const type = contentTypeOf(headers);
  if (type === null) return 'sniff';
  return isHtml(type) ? 'html' : 'other-type';
}

/**
 * Content-Type, parsed; null where it is missing, makes no sense or says that it is not known. Of several
 * lines the last counts.
 */
export function contentTypeOf(headers: ReplyHeaders): MIMEType | null {
  const type = writtenType(lastOf(headers['content-type']));
  return type === null || UNKNOWN_TYPES.has(type.essence) ? null : type;
}

/** Content-Type for the record: as received where it makes sense, else `type`'s own name. */
export function contentTypeText(headers: ReplyHeaders, type: MIMEType | null): string {
  const value = lastOf(headers['content-type']) ?? '';
  const text = type === null || writtenType(value) !== null ? value : type.essence;
  return text.trim().slice(0, MAX_TYPE_CHARS);
}

function lastOf(value: ReplyHeaders[string]): string | undefined {
  return typeof value === 'string' ? value : value?.at(-1);
}

/** The pages of a site mostly have one type, which each of them is asked for a few times. */
let lastType: { readonly written: string; readonly type: MIMEType | null } = { written: '', type: null };

function writtenType(written: string | undefined): MIMEType | null {
  if (written === undefined) return null;
  if (lastType.written !== written) lastType = { written, type: MIMEType.parse(written) };
  return lastType.type;
}

/** Whether a type is that of a page. */
export function isHtml(type: MIMEType): boolean {
  return PAGE_TYPES.includes(type.essence);
}

/**
 * The type of a body that came without one.
 * @see https://mimesniff.spec.whatwg.org/#determining-the-computed-mime-type-of-a-resource
 */
export function sniffType(body: Uint8Array): MIMEType {
  return computedMIMEType(body);
}

/**
 * Location as a string to resolve. Header bytes are UTF-8 if they can be, as browsers read them.
 *
 * @throws FailureError `redirect` without one usable Location
 */
export function locationOf(status: number, headers: ReplyHeaders): string {
  const values = new Set([headers['location'] ?? []].flat().filter((value) => value.trim() !== ''));
  const [value] = values;
  if (!REDIRECTS.has(status)) throw unusable(status, `status ${status} is no redirect to follow`);
  if (value === undefined) throw unusable(status, `status ${status} without Location`);
  if (values.size > 1) throw unusable(status, `status ${status} with ${values.size} different Locations`);
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? value : text;
}

/** Whether a status asks for another request, by Location. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** A redirect that leads nowhere. */
export function unusable(status: number, message: string): FailureError {
  return new FailureError({ code: 'redirect', message, status });
}

/** A 4xx, a 5xx or a status that no page has. */
export function refusal(status: number, headers: ReplyHeaders): FailureError {
  const retryAfterMs = retryAfterOf(headers);
  const message = `status ${status}`;
  return new FailureError({
    code: 'status',
    message,
    status,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

/** Retry-After as a wait from now in ms; null where there is none to be understood. */
export function retryAfterOf(headers: ReplyHeaders): number | null {
  return parseRetryAfter([headers['retry-after'] ?? []].flat()[0] ?? null, Date.now());
}
