/**
 * Where a file goes: folders below the target directory and a name, by one of three layouts. A function of addresses
 * alone, so that the same command puts the same files in the same places; every component is safe. Two files may be
 * given one place: numbering them is for whoever knows which places are taken.
 */
import { createHash } from 'node:crypto';
import { originOf } from '../url/canonicalise.js';
import { clashKey, numberedFolder, safeFileName } from './file-name.js';
import { below, directoryOf, fileNameIn, hostFolder, pageNameIn, partsOf } from './url-names.js';

/**
 * `tree` keeps the path of a file below its listing; `flat` is one folder; `by-page` is a folder for each listing
 * page, named after it.
 */
export type LayoutKind = 'tree' | 'flat' | 'by-page';

/** A place below the target directory. */
export interface Place {
  /** From the outermost on; empty for the directory itself. */
  readonly folders: readonly string[];
  readonly name: string;
}

/** A file to be placed. Addresses are keys. */
export interface Placed {
  readonly url: string;
  /** The listing page that links to it. */
  readonly page: string;
  /** The start page that this listing was reached from, where its redirects ended; the page itself, mostly. */
  readonly start: string;
  /** That start page as it was given, if redirects led away from it. */
  readonly typed?: string | undefined;
  /** The name that the server gave, raw; null without. */
  readonly disposition: string | null;
}

/** Bytes of all folders together. macOS takes 1,024 for a whole path: there must be room for the target and the name. */
const MAX_FOLDERS_BYTES = 500;

/** The places of one set of start pages. */
export class Layout {
  readonly #kind: LayoutKind;
  /** The folder of each start page as given. */
  readonly #startFolders: ReadonlyMap<string, string>;

  /**
   * @param starts keys of the start pages in the order they were given, which numbers folders of one name. Pages added
   *   at the end change no folder of those before
   */
  constructor(kind: LayoutKind, starts: readonly string[]) {
    this.#kind = kind;
    this.#startFolders = foldersOf(starts);
  }

  /** Where a file goes. Never throws, whatever the addresses hold. */
  place(file: Placed): Place {
    const name = safeFileName(file.disposition ?? '', safeFileName(fileNameIn(file.url)));
    return { folders: bounded(this.#foldersOf(file)), name };
  }

  #foldersOf(file: Placed): readonly string[] {
    switch (this.#kind) {
      case 'flat':
        return [];
      case 'tree':
        return this.#treeFolders(file);
      case 'by-page':
        return this.#pageFolders(file);
    }
  }

  /**
   * As below the directory of the start page there; with several start pages, each has a folder for that. What lies
   * elsewhere – on another host, or above – is below a folder of its host, with its whole path.
   */
  #treeFolders(file: Placed): string[] {
    const isSameSite = originOf(file.url) === originOf(file.start);
    const inner = isSameSite ? below(file.url, directoryOf(file.start)) : null;
    if (inner === null) return [hostFolder(file.url), ...partsOf(file.url)].map(safeFolder);
    const folders = inner.map(safeFolder);
    return this.#startFolders.size === 1 ? folders : [this.#startFolderOf(file), ...folders];
  }

  #pageFolders(file: Placed): string[] {
    const { page, start } = file;
    const folder = this.#startFolders.get(page);
    if (folder !== undefined || page === start) return [folder ?? this.#startFolderOf(file)];
    const inner = (below(page, directoryOf(start)) ?? []).map(safeFolder);
    const last = safeFolder(pageNameIn(page));
    // A page has a folder of its own in that of its directory: `a/list.html` is `a/list`.
    return [this.#startFolderOf(file), ...inner, ...(inner.at(-1) === last ? [] : [last])];
  }

  #startFolderOf({ start, typed }: Placed): string {
    return this.#startFolders.get(typed ?? start) ?? safeFolder(pageNameIn(start));
  }
}

/** Deep paths keep their first folders; the others are one, whose name is a digest of them all. */
function bounded(folders: readonly string[]): readonly string[] {
  const path = folders.join('/');
  if (Buffer.byteLength(path) <= MAX_FOLDERS_BYTES) return folders;
  const rest = `deeper ${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  let room = MAX_FOLDERS_BYTES - rest.length;
  const end = folders.findIndex((folder) => (room -= Buffer.byteLength(folder) + 1) < 0);
  return [...folders.slice(0, end), rest];
}

function safeFolder(name: string): string {
  return safeFileName(name, '_');
}

/** Folders named after pages, numbered in their order where several have one name. */
function foldersOf(starts: readonly string[]): Map<string, string> {
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const start of starts) {
    if (folders.has(start)) continue;
    const wanted = safeFolder(pageNameIn(start));
    let folder = wanted;
    for (let n = 2; taken.has(clashKey(folder)); n++) folder = numberedFolder(wanted, n);
    taken.add(clashKey(folder));
    folders.set(start, folder);
  }
  return folders;
}
