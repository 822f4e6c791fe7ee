/** Undoes the content codings of a body that is handed on as it comes: see workers/content-coding.ts for one that is held. */
import { type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Coding, layersOf, undecodable } from './content-coding.js';

/**
 * Undoes codings piece by piece. Gzip may have several members here, too.
 *
 * @param header as for the functions above
 * @param onData gets what comes out
 * @throws FailureError `decode` for a coding that is not known
 */
export class CodingStream {
  readonly #codings: readonly Coding[];
  readonly #onData: (bytes: Buffer) => void;
  #streams: Transform[] | null = null;
  #failed: Promise<never> | null = null;
  #done: Promise<void> = Promise.resolve();

  constructor(header: string | readonly string[] | undefined, onData: (bytes: Buffer) => void) {
    this.#codings = layersOf(header);
    this.#onData = onData;
  }

  /** Fulfilled when more may come. Rejects with a FailureError `decode`, or with what `onData` threw. */
  async write(bytes: Buffer): Promise<void> {
    const [first] = (this.#streams ??= this.#open(bytes));
    const written = new Promise<void>((resolve) => first?.write(bytes, () => resolve()));
    await Promise.race([written, this.#failed ?? written]);
  }

  /** Fulfilled when all has come out. Rejects as `write`. */
  async end(): Promise<void> {
    this.#streams?.[0]?.end();
    await this.#done;
  }

  #open(bytes: Buffer): Transform[] {
    const streams = this.#codings.map((coding, layer) => coding.stream(layer === 0 ? bytes : Buffer.of(8)));
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        try {
          this.#onData(chunk);
          done();
        } catch (thrown) {
          done(thrown as Error);
        }
      },
    });
    this.#done = pipeline([...streams, sink]).catch((thrown: unknown) => {
      const { code = '' } = thrown as NodeJS.ErrnoException;
      const isCoding = /^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_ZSTD|ERR_STREAM_PREMATURE)/.test(code);
      throw isCoding ? undecodable(`content coding: ${(thrown as Error).message}`, thrown) : thrown;
    });
    this.#failed = this.#done.then(() => new Promise<never>(() => undefined));
    this.#failed.catch(() => undefined);
    this.#done.catch(() => undefined);
    return streams;
  }
}
