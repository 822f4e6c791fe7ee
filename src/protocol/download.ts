/**
 * Downloads as threads see them: which links of a listing page are files, and what one of them is fetched into. Plain data.
 */

/** How listing pages are read and files are fetched; part of the settings of every thread. */
export interface DownloadSettings {
  readonly rules: ChoiceRules;
  /** Content types to take, lower case, such as `audio/*`; empty = all. */
  readonly types: readonly string[];
  /** Requests that a large file is fetched with, side by side. */
  readonly segments: number;
  /** Where the bytes of all threads are counted; null = no limit on the rate. */
  readonly throttle: Throttle | null;
}

/** See downloads/choice.ts. */
export interface ChoiceRules {
  /** Regular expression sources, not anchored; null = everything. */
  readonly text: string | null;
  readonly match: string | null;
  /** CSS selector; null = the whole page. */
  readonly select: string | null;
  /** Lower case, without the dot; empty = all. */
  readonly extensions: readonly string[];
}

/** A rate that all threads keep together. */
export interface Throttle {
  readonly bytesPerSecond: number;
  /** One Int64: see workers/throttle.ts. */
  readonly cells: SharedArrayBuffer;
}

/** What a page is asked for where files are wanted. */
export interface Listing {
  /** The start page that it was reached from, after redirects, and all others that it lies below. */
  readonly starts: readonly string[];
  /** Nested listings are not followed any further. */
  readonly isLast: boolean;
}

/** What a listing page leads to, as keys joined by newlines; '' = nothing. */
export interface Listed {
  readonly files: string;
  /** Of these the answer says what they are: a nested listing or a file. */
  readonly either: string;
}

/** What was known of a file when it came last. */
export interface Former {
  readonly path: string;
  readonly contentType: string | null;
}

/** What a file that lies there is asked about: only what is newer is wanted. */
export interface Known {
  readonly etag: string | null;
  readonly lastModified: string | null;
}
