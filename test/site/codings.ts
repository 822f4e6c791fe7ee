/**
 * Content coding (RFC 9110 §8.4): each coding, layers of them, streams that are broken or not what they are
 * said to be, and bombs. What cannot be unpacked whole is `decode`, since half a page would lose the links
 * of the other half; what unpacks to more than `--max-body` is `too-large`, at the price of the limit.
 */
import zlib from 'node:zlib';
import { BOMB_MIB, brotliStream, deflateStream, gzipMembers } from './bombs.js';
import { done, failed, failedTwice } from './case.js';
import type { End, Part, PathCase } from './case.js';
import type { Network } from './network.js';

const MIB = 1024 * 1024;
const PAGE = Buffer.from('<!doctype html><title>unpacked</title><a href=/unpacked>link</a>');
const UNPACKED = done({ title: 'unpacked', links: ['/unpacked'] });
const gzip = (bytes: Buffer): Buffer => zlib.gzipSync(bytes);
/** Not on every Node that runs the crawler. */
const zstd = (zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer }).zstdCompressSync;

type Coded = readonly [name: string, coding: string | string[], body: Buffer, expect: End];

const CODINGS: readonly Coded[] = [
  ['gzip', 'gzip', gzip(PAGE), UNPACKED],
  // §8.4.1.3: an older name of the same.
  ['x-gzip', 'x-gzip', gzip(PAGE), UNPACKED],
  ['br', 'br', zlib.brotliCompressSync(PAGE), UNPACKED],
  ['deflate', 'deflate', zlib.deflateSync(PAGE), UNPACKED],
  // §8.4.1.2 notes that some send it without the zlib format; browsers read it.
  ['deflate, raw', 'deflate', zlib.deflateRawSync(PAGE), UNPACKED],
  ['identity', 'identity', PAGE, UNPACKED],
  // Nobody asked for zstd, so a Node without it may say that it cannot.
  zstd === undefined
    ? ['zstd, unknown here', 'zstd', PAGE, failedTwice('decode', { http_status: 200 })]
    : ['zstd', 'zstd', zstd(PAGE), UNPACKED],
  // §8.4.1: codings are compared without regard to case.
  ['upper case', 'GZIP', gzip(PAGE), UNPACKED],
  // §8.4: listed in the order in which they were applied, on one line or several.
  ['two layers', 'br, gzip', gzip(zlib.brotliCompressSync(PAGE)), UNPACKED],
  ['two layers on two lines', ['deflate', 'gzip'], gzip(zlib.deflateSync(PAGE)), UNPACKED],
  ['gzip twice', 'gzip, gzip', gzip(gzip(PAGE)), UNPACKED],
  ['empty elements', ', gzip, ,', gzip(PAGE), UNPACKED],
  // RFC 1952 §2.2: a file is a series of members.
  ['several members', 'gzip', Buffer.concat([gzip(PAGE.subarray(0, 20)), gzip(PAGE.subarray(20))]), UNPACKED],
  ['zeros behind the end', 'gzip', Buffer.concat([gzip(PAGE), Buffer.alloc(512)]), UNPACKED],
  ['an empty body', 'gzip', Buffer.alloc(0), done({ title: null, links: [] })],
];

const BROKEN = failedTwice('decode', { http_status: 200 });

const FAULTS: readonly Coded[] = [
  ['gzip with a wrong checksum', 'gzip', flipped(gzip(PAGE), -6), BROKEN],
  ['gzip with a wrong length', 'gzip', flipped(gzip(PAGE), -1), BROKEN],
  ['corrupt in the middle', 'gzip', flipped(gzip(PAGE), 20), BROKEN],
  ['gzip cut off', 'gzip', gzip(PAGE).subarray(0, -12), BROKEN],
  ['br cut off', 'br', zlib.brotliCompressSync(PAGE).subarray(0, -4), BROKEN],
  ['deflate cut off', 'deflate', zlib.deflateSync(PAGE).subarray(0, -6), BROKEN],
  ['said to be gzip, but plain', 'gzip', PAGE, BROKEN],
  ['said to be br, but gzip', 'br', gzip(PAGE), BROKEN],
  ['said to be gzip twice, but once', 'gzip, gzip', gzip(PAGE), BROKEN],
  ['a coding nobody has', 'rot13', PAGE, BROKEN],
  ['more layers than anyone needs', 'gzip,gzip,gzip,gzip,gzip,gzip', layers(PAGE, 6), BROKEN],
];

const TOO_LARGE = failed('too-large', { http_status: 200 });

/** A GiB each, in more bytes and in fewer. */
async function bombs(): Promise<readonly Coded[]> {
  return [
    ['a bomb of 1 GiB', 'gzip', gzipMembers(BOMB_MIB), TOO_LARGE],
    ['a bomb in one stream', 'deflate', deflateStream(BOMB_MIB), TOO_LARGE],
    ['a bomb in a bomb', 'gzip, gzip', gzip(gzipMembers(BOMB_MIB)), TOO_LARGE],
    ['a bomb in br', 'br', await brotliStream(BOMB_MIB), TOO_LARGE],
  ];
}

const LARGE: readonly Coded[] = [
  ['within the limit', 'gzip', gzip(padded(4 * MIB)), UNPACKED],
  ['at the limit', 'gzip', gzip(padded(10 * MIB)), UNPACKED],
  ['a byte beyond the limit', 'gzip', gzip(padded(10 * MIB + 1)), TOO_LARGE],
];

/** Starts the host of this topic. `--max-body` must be its default, 10 MiB. */
export async function openCodings(network: Network): Promise<Part> {
  const cases = [...CODINGS, ...FAULTS, ...(await bombs()), ...LARGE].map(
    ([name, coding, body, expect]): PathCase => {
      const headers = { 'content-type': 'text/html', 'Content-Encoding': coding };
      return { name, path: `/${name.replaceAll(/\W+/g, '-')}`, answer: { headers, body }, expect };
    },
  );
  return network.topic('content coding', [...cases, UNDECLARED], {});
}

/** As in browsers: without the header these bytes are the page, and no page of ours. */
const UNDECLARED: PathCase = {
  name: 'gzip that nobody declared',
  path: '/undeclared',
  answer: { headers: { 'content-type': 'text/html' }, body: gzip(PAGE) },
  expect: done({ title: null, links: [] }),
};

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 0xff;
  return copy;
}

function layers(bytes: Buffer, count: number): Buffer {
  return count === 0 ? bytes : layers(gzip(bytes), count - 1);
}

/** The page, made so long by blanks. */
function padded(bytes: number): Buffer {
  return Buffer.concat([PAGE, Buffer.alloc(bytes - PAGE.length, ' ')]);
}
