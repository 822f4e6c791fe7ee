import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFailure } from '../../dist/protocol/to-failure.js';
import {
  ACCEPT_ENCODING,
  codingsOf,
  decodeContent,
  decodePieces,
  decodeStart,
} from '../../dist/workers/content-coding.js';

const CAP = 100_000;
const PAGE = Buffer.from('<p>Grüße, Kevin Bacon</p>'.repeat(200));
const GZIP = zlib.gzipSync(PAGE);
const BROTLI = zlib.brotliCompressSync(PAGE);
/** Undefined on a Node without it. */
const ZSTD = (zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer }).zstdCompressSync?.(PAGE);

function failureOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return toFailure(thrown);
  }
}

/** A body that is read in pieces, put together again. */
async function inPieces(bytes: Buffer, header: string | string[] | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of decodePieces(bytes, header, CAP)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('what is asked for is what can be undone, here and now', () => {
  const offered = ACCEPT_ENCODING.split(', ');
  expect(offered.slice(0, 3)).toEqual(['gzip', 'deflate', 'br']);
  for (const name of ['gzip', 'deflate', 'br', 'zstd', 'compress', 'dcb']) {
    const failure = failureOf(() => decodeContent(Buffer.from('x'), name, CAP)) as { message: string };
    expect(!failure.message.startsWith('unknown content coding'), name).toBe(offered.includes(name));
  }
});

describe('a whole body', () => {
  test.each<[string, Buffer, string | string[] | undefined]>([
    ['no header', PAGE, undefined],
    ['an empty header', PAGE, ''],
    ['identity', PAGE, 'identity'],
    ['gzip', GZIP, 'gzip'],
    ['upper case and blanks', GZIP, '  GZip '],
    ['x-gzip', GZIP, 'x-gzip'],
    ['br', BROTLI, 'br'],
    ['deflate as a zlib stream', zlib.deflateSync(PAGE), 'deflate'],
    ['raw deflate', zlib.deflateRawSync(PAGE), 'deflate'],
    ['two layers in one line', zlib.brotliCompressSync(GZIP), 'gzip, br'],
    ['two layers in two lines', zlib.brotliCompressSync(GZIP), ['gzip', 'br']],
    [
      'several gzip members',
      Buffer.concat([zlib.gzipSync(PAGE.subarray(0, 99)), zlib.gzipSync(PAGE.subarray(99))]),
      'gzip',
    ],
    ['zero padding after gzip', Buffer.concat([GZIP, Buffer.alloc(512)]), 'gzip'],
    ...(ZSTD === undefined ? [] : [['zstd', ZSTD, 'zstd'] as [string, Buffer, string]]),
  ])('is decoded: %s', async (_name, bytes, header) => {
    expect(decodeContent(bytes, header, CAP).equals(PAGE)).toBe(true);
    expect((await inPieces(bytes, header)).equals(PAGE)).toBe(true);
  });

  test('comes out of transfer codings first, then of content codings', () => {
    const codings = codingsOf({ 'content-encoding': 'br', 'transfer-encoding': ['gzip', 'Chunked'] });
    expect(decodeContent(zlib.gzipSync(BROTLI), codings, CAP).equals(PAGE)).toBe(true);
    expect(codingsOf({ 'transfer-encoding': 'chunked' })).toEqual([]);
    expect(codingsOf({})).toEqual([]);
  });

  test('is empty in any coding when it is empty', async () => {
    expect(decodeContent(Buffer.alloc(0), 'gzip, br', CAP)).toHaveLength(0);
    expect(await inPieces(Buffer.alloc(0), 'gzip, br')).toHaveLength(0);
  });

  test.each<[string, Buffer, string]>([
    ['truncated gzip', GZIP.subarray(0, GZIP.length - 9), 'gzip'],
    ['gzip without its trailer', GZIP.subarray(0, GZIP.length - 8), 'gzip'],
    ['truncated br', BROTLI.subarray(0, BROTLI.length - 1), 'br'],
    ['corrupt gzip', Buffer.concat([GZIP.subarray(0, 40), randomBytes(40)]), 'gzip'],
    ['plain text said to be gzip', PAGE, 'gzip'],
    ['plain text said to be deflate', PAGE, 'deflate'],
    ['an unknown coding', PAGE, 'rot13'],
    ['an unknown layer', GZIP, 'gzip, exi'],
    ['too many layers', PAGE, 'gzip,gzip,gzip,gzip,gzip,gzip'],
  ])('is a decode failure: %s', async (_name, bytes, header) => {
    expect(failureOf(() => decodeContent(bytes, header, CAP))).toMatchObject({ code: 'decode' });
    const reading = (async () => inPieces(bytes, header))();
    expect(toFailure(await reading.catch((thrown: unknown) => thrown))).toMatchObject({ code: 'decode' });
  });

  test('costs a bomb its cap and no more', async () => {
    const zeros = Buffer.alloc(30_000_000);
    const nested = zlib.gzipSync(zlib.gzipSync(zeros));
    expect(nested.length).toBeLessThan(1000);
    for (const [bytes, header] of [
      [zlib.gzipSync(zeros), 'gzip'],
      [nested, 'gzip, gzip'],
      [zlib.brotliCompressSync(zeros), 'br'],
      [zlib.deflateSync(zeros), 'deflate'],
    ] as const) {
      const before = process.memoryUsage().arrayBuffers;
      expect(failureOf(() => decodeContent(bytes, header, CAP))).toMatchObject({ code: 'too-large' });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
      const reading = inPieces(bytes, header);
      expect(toFailure(await reading.catch((thrown: unknown) => thrown))).toMatchObject({
        code: 'too-large',
      });
    }
  });

  test('of any bytes at all is decoded or a failure with a code', () => {
    const header = fc.constantFrom('gzip', 'deflate', 'br', 'gzip, br', 'br, deflate');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), header, (bytes, coding) => {
        const result = failureOf(() => decodeContent(Buffer.from(bytes), coding, CAP));
        expect(
          Buffer.isBuffer(result) || ['decode', 'too-large'].includes((result as { code: string }).code),
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the start of a body', () => {
  const start = async (bytes: Buffer, header: string, isCut = false) => {
    const { body, cut } = await decodeStart(bytes, header, 1000, isCut);
    return { isStart: PAGE.subarray(0, body.length).equals(body), length: body.length, cut };
  };

  test('is read to the cap and no further', async () => {
    expect(await start(PAGE, 'identity')).toEqual({ isStart: true, length: 1000, cut: true });
    expect(await start(GZIP, 'gzip')).toEqual({ isStart: true, length: 1000, cut: true });
    expect(await start(zlib.gzipSync(BROTLI), 'br, gzip')).toEqual({
      isStart: true,
      length: 1000,
      cut: true,
    });
    const short = zlib.gzipSync(PAGE.subarray(0, 999));
    expect(await start(short, 'gzip')).toEqual({ isStart: true, length: 999, cut: false });
  });

  test('may end abruptly only where we cut it ourselves', async () => {
    // Stored, not compressed, so that half the bytes hold half the text.
    const stored = zlib.gzipSync(PAGE.subarray(0, 900), { level: 0 });
    const half = await start(stored.subarray(0, 500), 'gzip', true);
    expect(half).toMatchObject({ isStart: true, cut: true });
    expect(half.length).toBeGreaterThan(400);
    await expect(start(stored.subarray(0, 500), 'gzip')).rejects.toThrow('unexpected end of file');
  });

  test('of a bomb is as cheap as any', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(30_000_000));
    expect((await decodeStart(bomb, 'gzip', 1000, false)).body).toHaveLength(1000);
  });
});
