/**
 * Bytes of an HTML page → text, by the order of the HTML standard: byte order mark, charset of the
 * Content-Type header, `<meta>` within the first 1,024 bytes, windows-1252. Decoding never fails:
 * invalid bytes become U+FFFD, as in browsers. And the one way back: the queries of a page's links are
 * written in the page's encoding.
 */
import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import type { TextDecoder as Decoder } from 'node:util';
import type { MIMEType } from 'whatwg-mimetype';
import type * as Encodings from './encodings.js';
import { saysUtf8 } from './says-utf8.js';

/** Loaded with the first page that is not plainly UTF-8. */
let loaded: typeof Encodings | undefined;
const encodings = (): typeof Encodings =>
  (loaded ??= createRequire(import.meta.url)('../workers/encodings.js') as typeof Encodings);

/** How far the standard looks for a `<meta>`. */
const PRESCAN_BYTES = 1024;

/** Encodings whose pages have the queries of their links in UTF-8 (URL standard, "get an output encoding"). */
const UTF8_QUERY: ReadonlySet<string> = new Set(['UTF-8', 'UTF-16LE', 'UTF-16BE', 'replacement']);

/** A page's text, of which the fast lane needs the bytes only: most pages are never decoded as a whole. */
export class PageText {
  /** The encoding it was read in, by its name in the Encoding standard. */
  readonly encoding: string;
  /** The text in UTF-8, valid and without a byte order mark. */
  readonly utf8: Buffer;
  #text: string | null = null;

  constructor(utf8: Buffer, encoding: string) {
    this.utf8 = utf8;
    this.encoding = encoding;
  }

  get text(): string {
    return (this.#text ??= this.utf8.toString('utf8'));
  }
}

/**
 * The text of a page.
 *
 * @param type the Content-Type header, parsed; null where there is none
 * @see https://html.spec.whatwg.org/#determining-the-character-encoding
 */
export function decodeText(body: Uint8Array, type: MIMEType | null): PageText {
  return textIn(encodingOf(body, type), body);
}

/** A byte order mark in UTF-8. */
const MARK = Buffer.from('\uFEFF');

function textIn(encoding: string, body: Uint8Array): PageText {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (encoding !== 'UTF-8' || !isUtf8(bytes))
    return new PageText(Buffer.from(encodings().legacyHookDecode(body, encoding)), encoding);
  return new PageText(bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes, encoding);
}

/** Encodings that must not be read, where the platform has no decoder that says so. */
const UNREADABLE: Pick<Decoder, 'decode'> = { decode: (bytes) => (bytes?.byteLength ? '\uFFFD' : '') };

/** The same text in pieces, for what is read as it comes. */
export class TextPieces {
  readonly #type: MIMEType;
  #start: Buffer = Buffer.alloc(0);
  #decoder: Pick<Decoder, 'decode'> | null = null;

  /** @param type as for `decodeText` */
  constructor(type: MIMEType) {
    this.#type = type;
  }

  /** The text of the next bytes, as far as it is certain; the first kilobyte is kept back until it is whole. */
  write(bytes: Buffer): string {
    if (this.#decoder !== null) return this.#decoder.decode(bytes, { stream: true });
    this.#start = Buffer.concat([this.#start, bytes]);
    return this.#start.length < PRESCAN_BYTES ? '' : this.#begin().decode(this.#start, { stream: true });
  }

  /** What was still kept back. */
  end(): string {
    return this.#decoder === null ? this.#begin().decode(this.#start) : this.#decoder.decode();
  }

  #begin(): Pick<Decoder, 'decode'> {
    const encoding = encodingOf(this.#start, this.#type);
    return (this.#decoder =
      encoding === 'replacement' ? UNREADABLE : new (encodings().TextDecoder)(encoding));
  }
}

/** The text of an answer that is no page: in the charset that its type or a byte order mark names, else UTF-8. */
export function decodeOther(body: Uint8Array, type: MIMEType): PageText {
  const label = type.parameters.get('charset');
  return textIn((label === undefined ? null : encodings().encodingNamed(label)) ?? 'UTF-8', body);
}

/**
 * An address as a page spells it, its query percent-encoded from the page's encoding as browsers send it;
 * the rest is left to the URL parser. Tabs and newlines, which that drops, must go from the query first,
 * or they would be encoded.
 *
 * @param encoding by its name in the Encoding standard
 * @see https://url.spec.whatwg.org/#query-state
 */
export function encodeQuery(address: string, encoding: string): string {
  if (UTF8_QUERY.has(encoding) || /^\p{ASCII}*$/u.test(address)) return address;
  const [, head, query, rest] = /^([^?#]*\?)([^#]*)(.*)$/s.exec(address) ?? [];
  if (query === undefined) return address;
  const text = query.replace(/[\t\n\r]+/g, '');
  return `${head}${encodings().percentEncodeAfterEncoding(encoding, text, '')}${rest}`;
}

function encodingOf(body: Uint8Array, type: MIMEType | null): string {
  const start = body.subarray(0, PRESCAN_BYTES);
  const transportLayerEncodingLabel = type?.parameters.get('charset');
  if (saysUtf8(start, transportLayerEncodingLabel)) return 'UTF-8';
  const defaultEncoding = xmlEncoding(start) ?? (type?.isXML() === true ? 'UTF-8' : 'windows-1252');
  return encodings().sniff(start, { defaultEncoding, transportLayerEncodingLabel });
}

/** The encoding of an XML declaration at the very start, as the HTML standard's prescan takes it. */
function xmlEncoding(start: Uint8Array): string | null {
  if (start[0] !== 0x3c || start[1] !== 0x3f || start[2] !== 0x78) return null;
  const text = Buffer.from(start).toString('latin1');
  const label = /^<\?xml[^>]*?encoding\s*=\s*(["'])([^"'>]*)\1/.exec(text)?.[2];
  return label === undefined ? null : encodings().encodingNamed(label);
}
