/**
 * Compressed bytes that unpack to far more than anyone would keep. Made piece by piece and once only: nobody
 * holds what they unpack to.
 */
import { once } from 'node:events';
import { constants, createBrotliCompress, deflateRawSync, gzipSync } from 'node:zlib';

const MIB = 1024 * 1024;
/** As much as a bomb of the site unpacks to. */
export const BOMB_MIB = 1024;

/** So many MiB of nothing, a gzip member each. */
export function gzipMembers(count: number, fill = '\0'): Buffer {
  return Buffer.concat(new Array<Buffer>(count).fill(gzipSync(Buffer.alloc(MIB, fill))));
}

/** So many MiB of nothing in one raw deflate stream: the same flushed block again and again. */
export function deflateStream(count: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(MIB), { finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(Buffer.alloc(0));
  return Buffer.concat([...new Array<Buffer>(count).fill(block), end]);
}

/** So many MiB of nothing in one Brotli stream: a kilobyte or two. */
export async function brotliStream(count: number): Promise<Buffer> {
  const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } });
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  const block = Buffer.alloc(MIB);
  for (let written = 0; written < count; written++) {
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'end');
  return Buffer.concat(pieces);
}
