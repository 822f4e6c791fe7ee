/** The files that are downloaded: bytes that no compression makes smaller, the same in every run, with their digests. */
import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface CorpusSize {
  readonly files: number;
  readonly fileBytes: number;
  /** Of the one large file; 0 for none. */
  readonly largeBytes: number;
}

export interface Corpus {
  readonly folder: string;
  /** Hex SHA-256 by file name, in the order of an index: the large one first. */
  readonly digests: ReadonlyMap<string, string>;
  readonly bytes: number;
  /** What `sha256sum -c` reads. */
  readonly sumsFile: string;
}

const CHUNK = 2 ** 20;

/** Makes the files below `root`, and `SHA256SUMS` beside their folder. */
export function makeCorpus(root: string, { files, fileBytes, largeBytes }: CorpusSize): Corpus {
  const folder = join(root, 'files');
  mkdirSync(folder, { recursive: true });
  const sizes: [name: string, bytes: number][] = Array.from({ length: files }, (_, i) => [
    `file-${String(i + 1).padStart(4, '0')}.bin`,
    fileBytes,
  ]);
  if (largeBytes > 0) sizes.unshift(['a-large.bin', largeBytes]);
  const digests = new Map(
    sizes.map(([name, bytes], seed) => [name, writeNoise(join(folder, name), bytes, seed)]),
  );
  const sumsFile = join(root, 'SHA256SUMS');
  writeFileSync(sumsFile, [...digests].map(([name, digest]) => `${digest}  ${name}\n`).join(''));
  return { folder, digests, bytes: sizes.reduce((sum, [, bytes]) => sum + bytes, 0), sumsFile };
}

/** Files of the corpus that are in a folder byte for byte; and whether nothing else is there. */
export function compareWith(
  corpus: Corpus,
  folder: string,
): { readonly got: number; readonly isEqual: boolean } {
  let got = 0;
  for (const [name, digest] of corpus.digests) {
    if (digestOf(join(folder, name)) === digest) got++;
  }
  const entries = readdirSync(folder).length;
  return { got, isEqual: got === corpus.digests.size && entries === corpus.digests.size };
}

/** Null where there is no such file. */
function digestOf(file: string): string | null {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null; // A program that did not bring a file is a result, not an error.
  }
  try {
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** The key stream of a cipher: noise as fast as it can be written. Answers its digest. */
function writeNoise(file: string, bytes: number, seed: number): string {
  const key = createHash('sha256').update(`orbweaver ${seed}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'w');
  try {
    for (let left = bytes; left > 0; left -= CHUNK) {
      const chunk = cipher.update(Buffer.alloc(Math.min(CHUNK, left)));
      hash.update(chunk);
      writeSync(descriptor, chunk);
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
