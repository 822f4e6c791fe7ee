/**
 * The file name in a Content-Disposition header. The grammar is the package's matter, which takes what servers get
 * wrong as browsers do; what octets, escapes and encoded words mean is this file's.
 */
import { decodeExtended, parse } from 'content-disposition';
import { headerText, percentDecoded, textOfOctets } from './octets.js';

/** RFC 2047 in a header of HTTP is no standard, but mail programs that serve files write it. */
const ENCODED_WORD = /=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi;
/** Blanks between two encoded words belong to neither (RFC 2047 §6.2). */
const BETWEEN_WORDS = /(\?=)[ \t]+(?==\?)/g;

/**
 * The name a server gives to what it sends, raw: it may hold a path, and must be made safe. `filename*` goes before
 * `filename`; `inline` names count too. Never throws.
 *
 * @param header one character an octet, as HTTP clients give it; of several, the first with a name
 * @returns      null where there is no name in it, or an empty one
 * @see RFC 6266 §4.3, RFC 8187; plain names with `%20` are decoded as browsers do, against the RFC
 */
export function dispositionName(header: string | readonly string[] | undefined): string | null {
  for (const line of typeof header === 'string' ? [header] : (header ?? [])) {
    const name = nameIn(line);
    if (name !== null && name.trim() !== '') return name;
  }
  return null;
}

function nameIn(line: string): string | null {
  // Without a type, which some leave out, the first parameter would be taken for it.
  const whole = /^[^;"]*=/.test(line) ? `attachment; ${line}` : line;
  const { parameters } = parse(whole, { extended: false });
  const extended = parameters['filename*'];
  const plain = parameters['filename'];
  const exact = extended === undefined ? undefined : extendedText(extended);
  if (exact !== undefined && exact !== '') return exact;
  return plain === undefined ? null : plainText(plain);
}

/** RFC 8187, and servers that leave out charset and language. */
function extendedText(value: string): string | undefined {
  const [, charset = 'utf-8', encoded = value] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? [];
  // Through the octets where the charset is Latin-1, which is Windows-1252 in practice, and where UTF-8 is wrong.
  if (/^(?:utf-?8|iso-8859-1|windows-1252|us-ascii|)$/i.test(charset)) {
    const text = headerText(encoded);
    return decodeExtended(`utf-8''${text}`) ?? percentDecoded(text);
  }
  return decodedBy(charset, Buffer.from(octetsOf(encoded, '%'), 'latin1')) ?? undefined;
}

function plainText(value: string): string {
  if (value.includes('=?')) {
    const joined = value.replace(BETWEEN_WORDS, '$1');
    const decoded = joined.replace(ENCODED_WORD, (word, charset: string, kind: string, text: string) => {
      const octets =
        kind.toLowerCase() === 'b'
          ? Buffer.from(text, 'base64')
          : Buffer.from(octetsOf(text.replaceAll('_', ' '), '='), 'latin1');
      return decodedBy(charset, octets) ?? word;
    });
    if (decoded !== joined) return decoded;
  }
  return percentDecoded(headerText(value));
}

/** Text whose escapes, `mark` and two hex digits, are octets: one character an octet. */
function octetsOf(text: string, mark: '%' | '='): string {
  return text.replace(new RegExp(`${mark}([0-9A-Fa-f]{2})`, 'g'), (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Null where nobody knows the charset. */
function decodedBy(charset: string, octets: Uint8Array): string | null {
  if (/^(?:utf-?8|us-ascii|iso-8859-1)$/i.test(charset)) return textOfOctets(octets);
  try {
    return new TextDecoder(charset).decode(octets);
  } catch {
    // A label that is none, in a header from the web.
    return null;
  }
}
