/** Whether what was downloaded lies on disk as it was recorded: size and SHA-256 of every file, one after the other. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../database/connection.js';
import { sha256OfFile } from '../shelf/file-digest.js';
import type { Finding } from './invariants.js';

interface Recorded {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

type Fault = 'missing' | 'unreadable' | 'size' | 'content';

const TEXTS: Readonly<Record<Fault, readonly [one: string, many: string]>> = {
  missing: ['file is not there', 'files are not there'],
  unreadable: ['file cannot be read', 'files cannot be read'],
  size: ['file has another size than was downloaded', 'files have another size than was downloaded'],
  content: ['file holds something else than was downloaded', 'files hold something else than was downloaded'],
};

/** Those that should lie there. */
export function recordedFiles(connection: Connection): readonly Recorded[] {
  return connection
    .prepare<[], Recorded>(
      `SELECT path, bytes, sha256 FROM download_files WHERE state = 'done' ORDER BY path`,
    )
    .all();
}

/** Reads all of them. @param folder what they were downloaded into */
export function checkFiles(files: readonly Recorded[], folder: string): readonly Finding[] {
  const found = new Map<Fault, { readonly count: number; readonly example: string }>();
  for (const file of files) {
    const fault = faultOf(file, join(folder, file.path));
    if (fault === null) continue;
    const { count, example } = found.get(fault) ?? { count: 0, example: file.path };
    found.set(fault, { count: count + 1, example });
  }
  return [...found].map(([fault, { count, example }]) => {
    const [one, many] = TEXTS[fault];
    return { text: count === 1 ? one : many, count, example };
  });
}

function faultOf({ bytes, sha256 }: Recorded, path: string): Fault | null {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.isFile() !== true) return 'missing';
    if (there.size !== bytes) return 'size';
    return sha256OfFile(path) === sha256 ? null : 'content';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? 'missing' : 'unreadable';
  }
}
