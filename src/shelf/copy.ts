/** Files on their way to another file system, where they cannot be moved to. */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
  utimesSync,
} from 'node:fs';

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

/** Moves a file, to another file system where need be: there it is whole before it has its name. @throws as above */
export function moveWhole(from: string, to: string, there: Stats): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isAcross(error)) throw error;
    copyWhole(from, `${to}.new`, there);
    renameSync(`${to}.new`, to);
    unlinkSync(from);
  }
}

/** Whether it is said that two paths are of two file systems. */
export function isAcross(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EXDEV';
}
