/** Where exported text goes: a stream that may be slow or go away, or a file that is there once it is whole. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes to a stream that stays open. Reads on only when the stream has taken what it was given; ends quietly when
 * nobody reads any more (EPIPE) or after `stop`.
 *
 * @throws what the stream meets otherwise
 */
export async function writeToStream(
  stream: NodeJS.WritableStream,
  chunks: Iterable<string>,
  stop: AbortSignal,
): Promise<void> {
  try {
    for (const chunk of chunks) {
      if (stop.aborted) return;
      if (!stream.write(chunk)) await once(stream, 'drain', { signal: stop });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE' && !stop.aborted) throw error;
  }
}

/**
 * Writes a file beside its place and moves it there when it is whole: whoever looks finds the old one or the new one,
 * and an end in between leaves the old one.
 *
 * @throws what the file system meets; an AbortError after `stop`
 */
export async function writeWhole(
  file: string,
  content: string | Iterable<string>,
  stop: AbortSignal,
): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx', signal: stop });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
