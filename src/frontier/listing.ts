/** What runs that download files have in the frontier besides pages: listing pages, and the files that they list. */

/** A file that a listing page leads to. */
export interface ListedFile {
  /** What tells it from all others, beside its kind. */
  readonly key: string;
  /** Absolute http(s) URL. */
  readonly url: string;
  readonly depth: number;
  /** The number of the listing page. */
  readonly foundOn: number;
}

/** A page that lists files. */
export interface ListingPage {
  readonly id: number;
  readonly key: string;
  readonly depth: number;
  /** The page that it was found on; null = it is a seed. */
  readonly foundOn: number | null;
  /** The seed that it was reached from: where its redirects ended, … */
  readonly start: string;
  /** … and as it was given. */
  readonly typed: string;
}

/** A page that lists files, when all are read: reached on a shortest way, from the first start page that has one. */
export interface RankedListing extends ListingPage {
  /** Of that start page in the order given. */
  readonly rank: number;
}

export interface AdmittedFile {
  readonly id: number;
  /** What became of it in an earlier run, or where it stands in this one. */
  readonly state: 'queued' | 'leased' | 'done' | 'failed' | 'skipped';
  readonly error: string | null;
}

/** Admits files that are listed. One that is new is in no queue yet. */
export interface FileAdmission {
  admit(file: ListedFile): AdmittedFile;
  /** Queues one of them that is not, whatever became of it in an earlier run. */
  queue(id: number): void;
  /** Whether what a page links to was asked for, and is no page. */
  isNoPage(key: string): boolean;
}
