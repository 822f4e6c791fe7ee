/** Files on their way to another file system, where they cannot be moved to. */
import { closeSync, copyFileSync, fsyncSync, openSync, type Stats, utimesSync } from 'node:fs';

/** Copies a file, what it is dated included, and makes sure that it is on disk. @throws what the file system says */
export function copyWhole(from: string, to: string, { atimeMs, mtimeMs }: Stats): void {
  copyFileSync(from, to);
  utimesSync(to, atimeMs / 1000, mtimeMs / 1000);
  const file = openSync(to, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whether it is said that two paths are of two file systems. */
export function isAcross(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EXDEV';
}
