/**
 * Undoes content codings: bytes on the wire → bytes of the body. Every layer is capped while it is
 * inflated, so a bomb costs its cap and no more. What is corrupt, cut off or of an unknown coding is
 * the failure `decode`: half a page would silently lose the links of the other half.
 */
import { once } from 'node:events';
import zlib from 'node:zlib';
import { pipeline, Readable, type Transform } from 'node:stream';
import { FailureError } from '#src/protocol/to-failure.js';
import type { ReplyHeaders } from './open-request.js';

/** Real answers have one layer, seldom two; more is an attempt to make us work. */
const MAX_LAYERS = 5;
/** A body that is read in pieces comes in such, where no coding makes others. */
const PIECE_BYTES = 256 * 1024;

/** What most pages unpack to fits into this: then nothing is joined. */
const PAGE_BYTES = 64 * 1024;

/** How one coding is undone. */
export interface Coding {
  readonly whole: (bytes: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Buffer;
  readonly stream: (bytes: Buffer) => Transform;
}

const GZIP: Coding = { whole: zlib.gunzipSync, stream: () => zlib.createGunzip() };
const DEFLATE: Coding = {
  whole: (bytes, options) => (hasZlibHeader(bytes) ? zlib.inflateSync : zlib.inflateRawSync)(bytes, options),
  stream: (bytes) => (hasZlibHeader(bytes) ? zlib.createInflate() : zlib.createInflateRaw()),
};
const BROTLI: Coding = { whole: zlib.brotliDecompressSync, stream: () => zlib.createBrotliDecompress() };

/** Node's zlib where it knows zstd: from 22.15 and 23.8 on. The types we build with are Node 20's. */
interface ZstdPart {
  readonly zstdDecompressSync?: Coding['whole'];
  readonly createZstdDecompress?: () => Transform;
}

/** The codings we undo, by name; `null` changes nothing. RFC 9110 §8.4.1, RFC 7932, RFC 8878. */
const CODINGS: ReadonlyMap<string, Coding | null> = new Map<string, Coding | null>([
  ['identity', null],
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', DEFLATE],
  ['br', BROTLI],
  ...zstdIn(zlib as ZstdPart),
]);

/** What may be asked for: every coding we undo, once, by its registered name. */
export const ACCEPT_ENCODING = [...CODINGS.keys()]
  .filter((name) => name !== 'identity' && !name.startsWith('x-'))
  .join(', ');

/**
 * What an answer's body is wrapped in, as the `header` of the functions below: its content codings, and
 * around them transfer codings that nobody asked for. The HTTP client undoes chunks only.
 *
 * @see RFC 9112 §6.1, §7
 */
export function codingsOf(headers: ReplyHeaders): string[] {
  const transfer = [headers['transfer-encoding'] ?? []].flat().join(',').split(',');
  const others = transfer.filter((name) => !['', 'chunked'].includes(name.trim().toLowerCase()));
  return [headers['content-encoding'] ?? [], others].flat(2);
}

/**
 * The whole body. Gzip may have several members and zero padding after the last; an empty body is empty
 * in any coding.
 *
 * @param header   Content-Encoding as received; several lines and several codings mean several layers
 * @param maxBytes cap on the output of each layer
 * @throws FailureError `decode`, or `too-large` where a layer goes beyond the cap
 */
export function decodeContent(
  bytes: Buffer,
  header: string | readonly string[] | undefined,
  maxBytes: number,
): Buffer {
  let body = bytes;
  for (const coding of layersOf(header)) {
    if (body.length > 0) body = inflateWhole(coding, body, maxBytes);
  }
  return body;
}

/**
 * The start of a body, at most `maxBytes` of it, for what is read only so far (robots.txt).
 *
 * @param isCut whether `bytes` already are only the start: then an abrupt end is expected
 * @returns the bytes, and whether they are only the start
 * @throws FailureError `decode`
 */
export async function decodeStart(
  bytes: Buffer,
  header: string | readonly string[] | undefined,
  maxBytes: number,
  isCut: boolean,
): Promise<{ readonly body: Buffer; readonly cut: boolean }> {
  let state = { body: bytes, cut: isCut };
  for (const coding of layersOf(header)) {
    if (state.body.length > 0) state = await inflateStart(coding, state.body, maxBytes, state.cut);
  }
  const { body, cut } = state;
  return body.length > maxBytes ? { body: body.subarray(0, maxBytes), cut: true } : { body, cut };
}

/**
 * A body in pieces, for what is read as it comes: memory stays flat, where the garbage of a whole one would lie about
 * until the next collection.
 *
 * @param maxBytes cap on the output of each layer
 * @throws FailureError as `decodeContent`, when the reader gets there
 */
export function decodePieces(
  bytes: Buffer,
  header: string | readonly string[] | undefined,
  maxBytes: number,
): AsyncIterable<Buffer> {
  const wire: AsyncIterable<Buffer> = Readable.from(slices(bytes));
  return layersOf(header).reduce((pieces, coding) => inflatePieces(coding, pieces, maxBytes), wire);
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** The codings to undo, outermost first: a server lists them in the order it applied them. */
export function layersOf(header: string | readonly string[] | undefined): Coding[] {
  if (header === undefined) return [];
  const names = [header].flat().join(',').toLowerCase().split(',');
  const layers: Coding[] = [];
  for (const name of names.map((text) => text.trim()).filter((text) => text !== '')) {
    const coding = CODINGS.get(name);
    if (coding === undefined) throw undecodable(`unknown content coding "${name}"`);
    if (coding !== null) layers.unshift(coding);
  }
  if (layers.length > MAX_LAYERS) throw undecodable(`${layers.length} layers of content coding`);
  return layers;
}

function inflateWhole(coding: Coding, bytes: Buffer, maxBytes: number): Buffer {
  try {
    return coding.whole(bytes, { maxOutputLength: maxBytes, chunkSize: PAGE_BYTES });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(maxBytes, thrown);
    }
    throw undecodable(`content coding: ${(thrown as Error).message}`, thrown);
  }
}

async function* inflatePieces(
  coding: Coding,
  pieces: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const source = pieces[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done === true) return;
  const stream = coding.stream(first.value);
  // What goes wrong is seen by who reads the other end.
  pipeline(Readable.from(chained(first.value, source)), stream, () => undefined);
  let size = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield piece;
    }
  } catch (thrown) {
    if (thrown instanceof FailureError) throw thrown;
    throw undecodable(`content coding: ${(thrown as Error).message}`, thrown);
  }
}

async function* chained(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function inflateStart(
  coding: Coding,
  bytes: Buffer,
  maxBytes: number,
  isCut: boolean,
): Promise<{ body: Buffer; cut: boolean }> {
  const stream = coding.stream(bytes);
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    // Inflating on would only cost time; the end of the stream is then of no interest either.
    if (size > maxBytes) stream.destroy();
  });
  try {
    // Ended apart: a last write that ends too soon is an error without its output.
    stream.write(bytes, (error) => {
      if (!error) stream.end();
    });
    await once(stream, 'close');
  } catch (thrown) {
    if (!isCut) throw undecodable(`content coding: ${(thrown as Error).message}`, thrown);
  }
  return { body: Buffer.concat(chunks), cut: isCut || size > maxBytes };
}

function zstdIn({ zstdDecompressSync, createZstdDecompress }: ZstdPart): [string, Coding][] {
  if (zstdDecompressSync === undefined || createZstdDecompress === undefined) return [];
  return [['zstd', { whole: zstdDecompressSync, stream: () => createZstdDecompress() }]];
}

/**
 * "deflate" means a zlib stream (RFC 9110 §8.4.1.2), but raw deflate is sent under that name too, and
 * browsers read it. A zlib stream says method 8 in the low half of its first byte.
 */
function hasZlibHeader(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 0x0f) === 8;
}

function tooLarge(maxBytes: number, cause?: unknown): FailureError {
  const message = `decoded body larger than ${maxBytes} bytes`;
  return new FailureError({ code: 'too-large', message }, { cause });
}

/** @param cause what the decoder threw */
export function undecodable(message: string, cause?: unknown): FailureError {
  return new FailureError({ code: 'decode', message }, { cause });
}
