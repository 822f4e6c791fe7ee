/** What our own disk refuses: nothing is wrong with what was to be written. */

export class DiskError extends Error {
  override readonly name = 'DiskError';
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EACCES: 'no leave to write there',
  EPERM: 'no leave to write there',
  EROFS: 'the disk is read-only',
  ENOENT: 'the folder is gone',
  EFBIG: 'the file is larger than this disk can hold',
};

/** What a refusal of the file system means, for people. */
export function diskError(path: string, cause: unknown): DiskError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new DiskError(`${MEANINGS[code] ?? message} (${code}): ${path}`, { cause });
}
