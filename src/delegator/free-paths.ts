/**
 * Which paths are free for a file: not another one's of ours in any spelling that a file system may take for the same,
 * not anybody else's on disk, and no folder where a file is, or a file where a folder is.
 */
import { clashKey, numbered, numberedFolder } from '../downloads/file-name.js';
import type { Place } from '../downloads/layout.js';
import type { Shelf } from '../shelf/shelf.js';
import type { DownloadTable, PlacePath } from '../store/downloads.js';

/** What tells which paths are taken. */
type Table = Pick<DownloadTable, 'ownerOf' | 'isFolder'>;
type Disk = Pick<Shelf, 'has' | 'hasFile'>;

export class FreePaths {
  readonly #table: Table;
  readonly #shelf: Disk;
  /** The last number given to a name, by its key: thousands of files of one name are no search each. */
  readonly #numbers = new Map<string, number>();
  /** Folders that were looked at, by the path wanted for them. */
  readonly #folders = new Map<string, string>();

  constructor(table: Table, shelf: Disk) {
    this.#table = table;
    this.#shelf = shelf;
  }

  /** Somebody else is at work in the folder, too: what was seen there is to be looked at again. */
  forget(): void {
    this.#folders.clear();
  }

  /** The first free path for a place, its name numbered where need be, and any of its folders. */
  find({ folders, name }: Place): PlacePath {
    const folder = this.#folderFor(folders);
    const base = clashKey(joinPath(folder, name));
    for (let n = this.#numbers.get(base) ?? 1; ; n++) {
      const path = joinPath(folder, n === 1 ? name : numbered(name, n));
      const key = clashKey(path);
      if (this.#table.ownerOf(key) !== undefined || this.#table.isFolder(key) || this.#shelf.has(path))
        continue;
      if (n > 1) this.#numbers.set(base, n);
      return { path, key };
    }
  }

  /** Folders as they are wanted, but for those that a file has the name of. */
  #folderFor(folders: readonly string[]): string {
    let folder = '';
    for (const name of folders) {
      const wanted = joinPath(folder, name);
      const known = this.#folders.get(wanted);
      if (known !== undefined) {
        folder = known;
        continue;
      }
      let free = wanted;
      for (let n = 2; this.#isFile(free); n++) free = joinPath(folder, numberedFolder(name, n));
      this.#folders.set(wanted, free);
      folder = free;
    }
    return folder;
  }

  #isFile(path: string): boolean {
    return this.#table.ownerOf(clashKey(path)) !== undefined || this.#shelf.hasFile(path);
  }
}

/** A name in a folder; '' is the folder of all. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
