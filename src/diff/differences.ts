/** What differs between two crawls: shapes only. Texts may come from the web: escape before printing. */

/** What is compared of a page that is in both. */
export const FIELDS = ['title', 'body', 'status', 'redirect', 'state'] as const;
export type Field = (typeof FIELDS)[number];

/** A page as one of the crawls has it. */
export interface PageFacts {
  /** Its identity; of an entry of a task list `task:` and its key. */
  readonly url: string;
  readonly state: 'queued' | 'leased' | 'done' | 'failed' | 'skipped';
  /** Failure code or skip reason. */
  readonly error: string | null;
  readonly status: number | null;
  readonly title: string | null;
  /** Where it redirects to. */
  readonly redirect: string | null;
  /** SHA-256 of the body. */
  readonly body: string | null;
}

/** `state` is written with its reason: `failed: timeout`. */
export interface Change {
  readonly field: Field;
  readonly old: string | number | null;
  readonly new: string | number | null;
}

/** One line of a comparison. */
export type Difference =
  | { readonly kind: 'page-added' | 'page-gone'; readonly page: PageFacts }
  | { readonly kind: 'page-changed'; readonly url: string; readonly changes: readonly Change[] }
  /** In both, but in one of them not crawled yet: nothing can be said of it, or of its links. */
  | {
      readonly kind: 'page-open';
      readonly url: string;
      readonly isOpenIn: 'old' | 'new' | 'both';
      /** Links of it in each crawl, 0 where links are not compared at all. */
      readonly oldLinks: number;
      readonly newLinks: number;
    }
  | {
      readonly kind: 'link-added' | 'link-gone';
      readonly from: string;
      readonly to: string;
      /** The page it stands on was read in both crawls, and was edited; else the link came or went with its page. */
      readonly isEdit: boolean;
    };
