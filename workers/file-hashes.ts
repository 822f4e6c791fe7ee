/** The hashes of a file as it comes in: its own, which is recorded, and those that the server says it has. */
import { createHash, type Hash } from 'node:crypto';
import { type ExpectedDigest } from '#src/downloads/digests.js';
import { FailureError } from '#src/protocol/to-failure.js';
import type { PartFile } from './part-file.js';

type Algorithm = ExpectedDigest['algorithm'];

/** How the bytes on the wire relate to the file. */
export interface WireForm {
  /** Only the end of it comes; the start is there. */
  readonly isRest: boolean;
  /** A content coding is undone on the way. */
  readonly isCoded: boolean;
}

export class FileHashes {
  readonly #file: Hash;
  /** Bytes that it has been over. */
  #hashed: number;
  readonly #expected: readonly ExpectedDigest[];
  readonly #form: WireForm;
  /** Of what comes over the wire, by algorithm, where the file's own does not say it. */
  readonly #wire = new Map<Algorithm, Hash>();

  /** @param existing sha256 of the bytes that are there, which it goes on from, and how many they are */
  constructor(
    expected: readonly ExpectedDigest[],
    form: WireForm,
    existing: { readonly hash: Hash; readonly bytes: number } | null,
  ) {
    this.#file = existing?.hash ?? createHash('sha256');
    this.#hashed = existing?.bytes ?? 0;
    this.#expected = expected;
    this.#form = form;
    for (const { algorithm, of } of expected) {
      const isOfWire = of === 'message' || !form.isRest;
      if (isOfWire && !this.#isFiles(algorithm, of)) this.#wire.set(algorithm, createHash(algorithm));
    }
  }

  /** Bytes as they came. */
  onWire(bytes: Uint8Array): void {
    for (const hash of this.#wire.values()) hash.update(bytes);
  }

  /** Bytes as they are written, from the start of the file on; those behind are read again in the end. */
  onFile(bytes: Uint8Array): void {
    this.#file.update(bytes);
    this.#hashed += bytes.length;
  }

  /**
   * The file's SHA-256, hex, once all is in.
   * @throws (rejects) FailureError `decode` where a digest of the server's is another one
   */
  async finish(part: PartFile): Promise<string> {
    if (this.#hashed < part.size) await part.hash(this.#file, this.#hashed);
    const own = this.#file.digest('hex');
    const wire = new Map([...this.#wire].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
    for (const { algorithm, hex, of, field } of this.#expected) {
      const isOwn = this.#isFiles(algorithm, of);
      const isOfWire = of === 'message' || !this.#form.isRest;
      const actual = isOwn ? own : isOfWire ? wire.get(algorithm) : await hashOf(part, algorithm);
      if (actual === hex) continue;
      const message = `the file is not what ${field} says it is: ${algorithm} ${actual}, expected ${hex}`;
      throw new FailureError({ code: 'decode', message });
    }
    return own;
  }

  /** Whether the file's own hash is the one that is asked about. */
  #isFiles(algorithm: Algorithm, of: ExpectedDigest['of']): boolean {
    const { isRest, isCoded } = this.#form;
    return algorithm === 'sha256' && !isCoded && (of === 'representation' || !isRest);
  }
}

/** Seldom needed: a file that was gone on with, and a digest of an algorithm that was not run over its first bytes. */
async function hashOf(part: PartFile, algorithm: Algorithm): Promise<string> {
  const hash = createHash(algorithm);
  await part.hash(hash);
  return hash.digest('hex');
}
