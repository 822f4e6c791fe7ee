/**
 * The names that files have in the end. Until all listings are read and all answers are in, a name is given to who comes
 * first; then they are given once more, in an order that time has no part in. Who is alone in wanting a name has it
 * already, as nearly all have, and is not looked at again.
 */
import { clashKey } from '../downloads/file-name.js';
import type { Place } from '../downloads/layout.js';
import type { Shelf } from '../shelf/shelf.js';
import type { Download, DownloadTable } from '../store/downloads.js';
import { FreePaths, joinPath } from './free-paths.js';

type Disk = Pick<Shelf, 'has' | 'hasFile' | 'hasOwn'>;

/** A file whose name is not final. */
export interface Unnamed extends Download {
  /** Where it would be if it were alone. */
  readonly place: Place;
}

/**
 * Gives all files their final names, in the table. A plain name goes to the first that wants it, whoever else was given
 * it as a numbered one; then the others are numbered. Names that are final already, and files of others, stay.
 *
 * @param files in the order in which they come to their names
 * @returns those that lie under another name now than they have in the table
 */
export function settleNames(
  files: readonly Unnamed[],
  table: DownloadTable,
  shelf: Disk,
): readonly Unnamed[] {
  const isThere = ({ path, state, ...known }: Unnamed): boolean =>
    state === 'done' && shelf.hasOwn(path, known);
  // What its user has changed is theirs, and keeps its name.
  const contested = contestedOf(files).filter(
    (file) => isThere(file) || file.state !== 'done' || !shelf.has(file.path),
  );
  const there = new Set(contested.filter(isThere));
  for (const { id } of contested) table.release(id);
  const disk = without(shelf, [...there]);
  const moved: Unnamed[] = [];
  /** Answers those that get another name than they want. */
  const give = (wanting: readonly Unnamed[], isNumbered: boolean): Unnamed[] => {
    const paths = new FreePaths(table, disk);
    return wanting.filter((file) => {
      const free = paths.find(file.place);
      if (free.path !== pathOf(file.place) && !isNumbered) return true;
      table.move(file.id, free);
      if (free.path !== file.path && there.has(file)) moved.push(file);
      return false;
    });
  };
  give(give(contested, false), true);
  return moved;
}

/** Those that are not where they would be if they were alone, or that others want to be in the place of. */
function contestedOf(files: readonly Unnamed[]): Unnamed[] {
  const wanted = new Map<string, number>();
  const folders = new Map<string, readonly string[]>();
  for (const { place } of files) {
    const key = clashKey(pathOf(place));
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
    const folder = place.folders.join('/');
    if (!folders.has(folder)) folders.set(folder, foldersAbove(pathOf(place)).map(clashKey));
  }
  const folderKeys = new Set([...folders.values()].flat());
  return files.filter(({ place, path }) => {
    const key = clashKey(pathOf(place));
    return (
      path !== pathOf(place) ||
      wanted.get(key) !== 1 ||
      folderKeys.has(key) ||
      folders.get(place.folders.join('/'))?.some((above) => wanted.has(above)) === true
    );
  });
}

/**
 * The disk as if some of our own files were not there, under any spelling of their names: a file system that takes two
 * for one says that there is something under both.
 */
function without(shelf: Disk, files: readonly Unnamed[]): Pick<Disk, 'has' | 'hasFile'> {
  const own = new Map(files.map((file) => [clashKey(file.path), file]));
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(clashKey(path))));
  const isOwn = (path: string): boolean => {
    const file = own.get(clashKey(path));
    return file !== undefined && shelf.hasOwn(path, file);
  };
  return {
    has: (path) => !isOwn(path) && !folders.has(clashKey(path)) && shelf.has(path),
    hasFile: (path) => !isOwn(path) && shelf.hasFile(path),
  };
}

function pathOf({ folders, name }: Place): string {
  return joinPath(folders.join('/'), name);
}

/** `a/b/c` lies in `a` and `a/b`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
