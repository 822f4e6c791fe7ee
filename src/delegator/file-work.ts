/**
 * Files between listing pages and the disk: which of those that are listed are fetched, what each is called, and that
 * each comes to its name once it is whole and recorded. On the main thread, since all of that must be done once.
 *
 * The order is what a kill cannot break: bytes flushed into the temporary file, then the row, then the name.
 */
import { StoreError } from '../errors.js';
import { isBelow } from '../downloads/choice.js';
import { isPageType } from '../downloads/former.js';
import type { Layout, Place } from '../downloads/layout.js';
import { essenceOf, isTypeWanted } from '../downloads/types.js';
import type { Lease } from '../frontier/frontier.js';
import type { FileAdmission, ListingPage, RankedListing } from '../frontier/listing.js';
import type { Former, Known } from '../protocol/download.js';
import type { FileOutcome } from '../protocol/outcome.js';
import type { Shelf } from '../shelf/shelf.js';
import type { Download, DownloadTable } from '../store/downloads.js';
import { FileMeter } from './file-meter.js';
import { settleNames, type Unnamed } from './final-names.js';
import { FreePaths, joinPath } from './free-paths.js';

/** Names that are tried for one file: another one is only needed where somebody else writes there, too. */
const MAX_PLACES = 100;

/** What a dry run would do with a file. */
export interface FoundFile {
  readonly url: string;
  /** The listing page. */
  readonly page: string;
  readonly path: string;
  /** `kept`: it lies there from an earlier run; `refused`: it is of no type that is wanted, as an earlier run learnt. */
  readonly fate: 'fetch' | 'ask' | 'kept' | 'refused';
}

export interface NumberedFile {
  readonly url: string;
  readonly path: string;
}

export interface FileWorkOptions {
  readonly layout: Layout;
  /** Keys of the start pages, as given. */
  readonly starts: readonly string[];
  /** Each listing page has files of its own, whatever others list. */
  readonly isByPage: boolean;
  /** Content types that are kept; empty = all. */
  readonly types: readonly string[];
  /** Files that lie there are asked for if they have changed. */
  readonly refresh: boolean;
  /** Nothing is fetched but listing pages. */
  readonly isDryRun: boolean;
  readonly maxDepth: number;
  /** Called for each file when a dry run has ended. */
  readonly onFound: (file: FoundFile) => void;
}

/** What a run has come to so far. */
export interface FileCounters {
  /** Files that are listed. */
  listed: number;
  /** Of these, those that lay there, or are whole and wait for their folder, and were left alone. */
  kept: number;
  /** Of these, those that an earlier run has found to be of a type that is not wanted. */
  refused: number;
  unchanged: number;
  fetched: number;
  /** Of the fetched, size on disk. */
  bytes: number;
  /** What came over the wire for them in their last tries. */
  wireBytes: number;
  /** What came over the wire for all files that are not under way. */
  received: number;
}

/** A file that has another name than it was filed under: which of several has the plain one is known in the end. */
export interface RenamedFile {
  readonly url: string;
  /** Below the folder of all, as `path`. */
  readonly from: string;
  readonly path: string;
}

export class FileWork {
  readonly #table: DownloadTable;
  readonly #shelf: Shelf;
  readonly #options: FileWorkOptions;
  /** Files that were listed in this run. */
  readonly #seen = new Set<number>();
  /** The pages that list one, but for the first. */
  readonly #alsoOn = new Map<number, number[]>();
  /** Of a dry run: what would be done. */
  readonly #found = new Map<number, FoundFile['fate']>();
  readonly #paths: FreePaths;
  /** Of what is under way. */
  readonly meter = new FileMeter();
  readonly counters: FileCounters = {
    listed: 0,
    kept: 0,
    refused: 0,
    unchanged: 0,
    fetched: 0,
    bytes: 0,
    wireBytes: 0,
    received: 0,
  };
  readonly renamed: RenamedFile[] = [];
  /** Files that have come to their final names, and to others than they would have had alone. */
  readonly numbered: NumberedFile[] = [];
  #completed: number[] = [];
  /** A folder that is closed: what belongs there, or lies there, is kept, and the run goes on with the others. */
  #closed: StoreError | null = null;

  constructor(table: DownloadTable, shelf: Shelf, options: FileWorkOptions) {
    this.#table = table;
    this.#shelf = shelf;
    this.#options = options;
    this.#paths = new FreePaths(table, shelf);
  }

  /** Makes the folder, and gives those their names that were whole when an earlier run ended. @throws StoreError */
  open(): void {
    if (this.#options.isDryRun) return;
    this.#shelf.open();
    this.#relocate();
  }

  close(): void {
    if (!this.#options.isDryRun) this.#shelf.close(() => this.#table.completed().map(({ id }) => id));
  }

  /**
   * Gives all files that are listed their final names, now that all listings are read and all answers are in.
   * @param ways how each listing was reached, by the number of its page
   * @throws StoreError
   */
  settle(ways: ReadonlyMap<number, RankedListing>): void {
    this.#table.atOnce(() => {
      this.#settlePages(ways);
      const unnamed = [...this.#table.unnamed()].flatMap((file) => {
        const page = this.#seen.has(file.id) ? ways.get(file.pageId) : undefined;
        return page === undefined
          ? []
          : [{ file, page, place: this.#placeOf(file.url, page, file.disposition) }];
      });
      unnamed.sort((a, b) => byWay(a.page, b.page) || compare(a.file.url, b.file.url));
      const files = unnamed.map(({ file, place }) => ({ ...file, place }));
      for (const { id, path } of settleNames(files, this.#table, this.#shelf)) {
        if (!this.#options.isDryRun) this.#shelf.discard(id);
        this.#table.moveAway(id, path);
      }
      for (const { id } of files) this.#table.setNamed(id);
      this.#noteNumbered(files);
    });
    if (!this.#options.isDryRun) this.#relocate();
    this.#tellFound(ways);
    if (this.#closed !== null) throw this.#closed;
  }

  #noteNumbered(files: readonly Unnamed[]): void {
    for (const { id, url, state, place } of files) {
      const path = this.nameOf(id) as string;
      if (state !== 'wanted' && path !== joinPath(place.folders.join('/'), place.name))
        this.numbered.push({ url, path });
    }
  }

  /** Of all pages that list a file, the one that it belongs to. */
  #settlePages(ways: ReadonlyMap<number, RankedListing>): void {
    for (const [id, others] of this.#alsoOn) {
      const pages = [this.pageOf(id), ...others].flatMap((page) => ways.get(page) ?? []);
      const [first] = pages.sort(byWay);
      if (first !== undefined) this.#table.setPage(id, first.id);
    }
  }

  #tellFound(ways: ReadonlyMap<number, RankedListing>): void {
    const found = [...this.#found].flatMap(([id, fate]) => {
      const { url, path, pageId } = this.#table.get(id) as Download;
      const page = ways.get(pageId);
      return page === undefined ? [] : [{ url, path, page, fate }];
    });
    found.sort((a, b) => byWay(a.page, b.page) || compare(a.url, b.url));
    for (const { page, ...file } of found) this.#options.onFound({ ...file, page: page.key });
  }

  /** From the names that they had to those that they have now; goes on where a kill ended it. @throws StoreError */
  #relocate(): void {
    this.#closed = null;
    const away = this.#table.moving().filter(({ id, movedFrom, ...known }) => {
      const taking = this.#shelf.takeAway(id, movedFrom as string, known);
      if (taking.kind === 'closed') this.#closed ??= taking.error;
      return taking.kind === 'away';
    });
    // Before any is placed: its new name may be one that another had.
    this.#table.movedAway(away.map(({ id }) => id));
    const placeable = this.#table.completed().filter(({ movedFrom }) => movedFrom === null);
    this.#completed = placeable.map(({ id }) => id);
    this.place();
    for (const { id, movedFrom } of away) {
      const { url, path, state } = this.#table.get(id) as Download;
      if (state === 'done') this.renamed.push({ url, from: movedFrom as string, path });
    }
  }

  /** Whether nested listings of this page are followed no further. */
  isLast({ depth }: Pick<Lease, 'depth'>): boolean {
    return depth >= this.#options.maxDepth;
  }

  /**
   * The start pages that a listing is read for: the one that it was reached from, and all others that it lies below, so
   * that it makes no difference which of them came first.
   */
  startsOf({ key, start }: ListingPage): readonly string[] {
    return [...new Set([start, ...this.#options.starts.filter((other) => isBelow(key, other))])];
  }

  partOf(id: number): string {
    return this.#shelf.partOf(id);
  }

  /** What lies there of a file that is to be asked for again; null where all of it is wanted. */
  knownOf(id: number): Known | null {
    const file = this.#table.get(id);
    if (file?.state !== 'done' || !this.#shelf.isFile(file.path)) return null;
    return { etag: file.etag, lastModified: file.lastModified };
  }

  /** What a file was when it came last, wherever it is now; null = it never did. */
  formerOf(id: number): Former | null {
    const file = this.#table.get(id);
    if (file === undefined || file.sha256 === null) return null;
    return { path: file.path, contentType: file.contentType };
  }

  /** The page that lists a file. */
  pageOf(id: number): number {
    return this.#table.get(id)?.pageId ?? id;
  }

  nameOf(id: number): string | null {
    return this.#table.get(id)?.path ?? null;
  }

  /** All of a file is in its temporary one. Called as `listOne`. */
  complete({ id }: Pick<Lease, 'id'>, outcome: FileOutcome, page: ListingPage): void {
    const file = this.#table.get(id);
    if (file === undefined) return;
    // A name once given stays, but for that of a login page where the file was to be.
    const wasPage = isPageType(file.contentType) && !isPageType(outcome.contentType);
    if (file.sha256 === null && outcome.disposition !== null) this.#rename(file, outcome.disposition, page);
    this.#table.complete(id, outcome, file.sha256 === null || wasPage);
    this.#completed.push(id);
    this.counters.fetched++;
    this.counters.bytes += outcome.bodyBytes;
    this.counters.wireBytes += outcome.wireBytes;
    this.counters.received += outcome.wireBytes;
  }

  /** Gives what was completed its name, now that its row is in the file. @throws StoreError */
  place(): void {
    const completed = this.#completed;
    if (completed.length === 0) return;
    this.#completed = [];
    const placed: { id: number; modifiedAt: number }[] = [];
    try {
      for (const id of completed) {
        const modifiedAt = this.#placeOne(id);
        if (modifiedAt !== null) placed.push({ id, modifiedAt });
      }
    } finally {
      this.#table.place(placed);
    }
    for (const { id } of placed) this.#shelf.discard(id);
  }

  /** What has come over the wire so far in this run, as far as it is known. */
  received(): number {
    return this.counters.received + this.meter.received();
  }

  /** A flight is over, and filed. @param isWhole what it brought is counted already */
  forget(flightId: number, isWhole: boolean): void {
    if (!isWhole) this.counters.received += this.meter.progressOf(flightId)?.received ?? 0;
    this.meter.forget(flightId);
  }

  /** Files a link of a page as a file. Called inside a transaction of the frontier's. */
  listOne(url: string, page: ListingPage, files: FileAdmission): void {
    const key = this.#options.isByPage ? `${page.id} ${url}` : url;
    const { id, state, error } = files.admit({ key, url, depth: page.depth + 1, foundOn: page.id });
    if (this.#seen.has(id)) {
      const also = this.#alsoOn.get(id);
      if (also === undefined) this.#alsoOn.set(id, [page.id]);
      else also.push(page.id);
      return;
    }
    this.#seen.add(id);
    this.counters.listed++;
    const file = this.#table.get(id) ?? this.#add(id, url, page);
    if (file.pageId !== page.id) this.#table.setPage(id, page.id);
    // Whole, but its folder takes nothing: its bytes are in the temporary file that a new try would write to.
    const isWhole = file.state === 'complete';
    const isThere = isWhole || (file.state === 'done' && state === 'done' && this.#shelf.isFile(file.path));
    const isRefused = error === 'content-type' && !this.#isOfWantedType(id);
    const known = isThere ? 'kept' : isRefused ? 'refused' : null;
    const fate = known === null ? 'fetch' : this.#options.refresh && !isWhole ? 'ask' : known;
    if (fate === 'kept' || fate === 'refused') this.counters[fate]++;
    else if (!this.#options.isDryRun) files.queue(id);
    if (this.#options.isDryRun) this.#found.set(id, fate);
  }

  /** By what it was when it was asked for last. */
  #isOfWantedType(id: number): boolean {
    return isTypeWanted(essenceOf(this.#table.answeredType(id)), this.#options.types);
  }

  #add(id: number, url: string, page: ListingPage): Download {
    this.#table.add({ id, pageId: page.id, url }, this.#paths.find(this.#placeOf(url, page, null)));
    return this.#table.get(id) as Download;
  }

  #rename(file: Download, disposition: string, page: ListingPage): void {
    const place = this.#placeOf(file.url, page, disposition);
    // What stands there may be numbered; it is right all the same.
    if (place.name !== this.#placeOf(file.url, page, null).name)
      this.#table.move(file.id, this.#paths.find(place));
  }

  #placeOf(url: string, { key, start, typed }: ListingPage, disposition: string | null): Place {
    return this.#options.layout.place({ url, page: key, start, typed, disposition });
  }

  /** When it was put there; null where there is nothing to be put. */
  #placeOne(id: number): number | null {
    for (let tries = 0; tries < MAX_PLACES; tries++) {
      const { path, ...known } = this.#table.get(id) as Download;
      const placing = this.#shelf.place(id, path, known);
      switch (placing.kind) {
        case 'placed':
          return placing.modifiedAt;
        case 'gone':
          this.#table.want(id);
          return null;
        case 'closed':
          this.#closed ??= placing.error;
          return null;
        case 'taken':
          this.#paths.forget();
          this.#table.move(id, this.#paths.find(splitPath(path)));
          break;
      }
    }
    throw new StoreError(
      `cannot put ${this.nameOf(id)} anywhere: each name is taken as soon as it is chosen`,
    );
  }
}

/** @throws StoreError for what a thread said of our own disk */
export function diskFault(message: string): StoreError {
  return new StoreError(message, {
    hint: 'nothing is lost; once it can be written, the same command goes on',
  });
}

function splitPath(path: string): Place {
  const folders = path.split('/');
  const name = folders.pop() as string;
  return { folders, name };
}

/** The start page that was given first, then the shallowest listing. */
function byWay(a: RankedListing, b: RankedListing): number {
  return a.rank - b.rank || a.depth - b.depth || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
