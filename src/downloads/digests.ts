/**
 * The digests that a server gives for what it sends: which of them we verify, and of which bytes they are. Says
 * nothing about whether they hold. What is malformed or unknown is left out, as the standards ask.
 */
import { parseDictionary, type Dictionary } from 'structured-headers';

/** An algorithm by the name that `node:crypto` has for it. */
export type DigestAlgorithm = 'sha512' | 'sha256' | 'sha1' | 'md5';

/** One digest to be held against what arrived. */
export interface ExpectedDigest {
  readonly algorithm: DigestAlgorithm;
  /** Lower case. */
  readonly hex: string;
  /**
   * The bytes it is of, both as on the wire, before a content coding is undone: those of this answer, or those of the
   * whole file, which after a resume is all parts together.
   */
  readonly of: 'message' | 'representation';
  /** The header it stands in, as people write it. */
  readonly field: 'Content-Digest' | 'Repr-Digest' | 'Digest' | 'Content-MD5';
}

/** Headers by their names in lower case, as HTTP clients give them. */
export type HeaderLines = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Names in the registry of RFC 9530 and of RFC 3230, which are compared without case. CRCs and sums are too weak to tell. */
const ALGORITHMS: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['sha-512', 'sha512'],
  ['sha-256', 'sha256'],
  ['sha', 'sha1'],
  ['md5', 'md5'],
]);

const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha512: 128, sha256: 64, sha1: 40, md5: 32 };

/**
 * All digests of an answer that can be verified; several may be of the same bytes.
 *
 * @param status of the answer: a part (206) is another message than the whole, and answers without the file
 *   (304, 416, errors) have nothing to verify
 * @see RFC 9530 (Content-Digest, Repr-Digest), RFC 3230 (Digest), RFC 1864 (Content-MD5)
 */
export function expectedDigests(headers: HeaderLines, status: number): ExpectedDigest[] {
  if (status !== 200 && status !== 203 && status !== 206) return [];
  return [
    ...structured(headers['content-digest'], 'Content-Digest', 'message'),
    ...structured(headers['repr-digest'], 'Repr-Digest', 'representation'),
    ...legacy(headers['digest']),
    // Of a part, some servers send that of the whole file: RFC 2616 meant the part, and who wrote it cannot be told.
    ...(status === 206 ? [] : contentMd5(headers['content-md5'])),
  ];
}

function structured(
  lines: HeaderLines[string],
  field: ExpectedDigest['field'],
  of: ExpectedDigest['of'],
): ExpectedDigest[] {
  return [...dictionaryIn(lines)].flatMap(([name, [value]]) =>
    value instanceof ArrayBuffer ? digest(name, Buffer.from(value), field, of) : [],
  );
}

function dictionaryIn(lines: HeaderLines[string]): Dictionary {
  try {
    return parseDictionary(joined(lines));
  } catch {
    // RFC 9651 §4.2: a field that does not parse is ignored as a whole.
    return new Map();
  }
}

/** `SHA-256=base64,MD5=base64`; the digest is of the instance, which today is the representation. */
function legacy(lines: HeaderLines[string]): ExpectedDigest[] {
  return joined(lines)
    .split(',')
    .flatMap((part) => {
      const [, name = '', value = ''] = /^\s*([\w-]+)=(\S+)\s*$/.exec(part) ?? [];
      return digest(name.toLowerCase(), octetsIn(value), 'Digest', 'representation');
    });
}

function contentMd5(lines: HeaderLines[string]): ExpectedDigest[] {
  return digest('md5', octetsIn(joined(lines).trim()), 'Content-MD5', 'message');
}

function digest(
  name: string,
  octets: Buffer,
  field: ExpectedDigest['field'],
  of: ExpectedDigest['of'],
): ExpectedDigest[] {
  const algorithm = ALGORITHMS.get(name);
  const hex = octets.toString('hex');
  return algorithm === undefined || hex.length !== HEX_LENGTH[algorithm]
    ? []
    : [{ algorithm, hex, of, field }];
}

/** Base64, or the hexadecimal digits that some servers write instead; nothing where it is neither. */
function octetsIn(text: string): Buffer {
  if (/^(?:[0-9a-f]{2}){16,}$/i.test(text) && [32, 40, 64, 128].includes(text.length))
    return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

function joined(lines: HeaderLines[string]): string {
  return typeof lines === 'string' ? lines : (lines ?? []).join(', ');
}
