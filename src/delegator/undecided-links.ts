/**
 * Links that the rules take for files and that may as well be listings: they are asked for as listings, and files for
 * the pages that link to them so where they turn out to be none. In whatever order pages, redirects and answers come.
 */
import type { FileAdmission, ListingPage } from '../frontier/listing.js';

/** Files a link of a page as a file. */
type List = (url: string, page: ListingPage) => void;

export class UndecidedLinks {
  /** By the address that is asked for them, redirects followed. */
  readonly #waiting = new Map<string, ListingPage[]>();
  readonly #targets = new Map<string, string>();

  add(url: string, page: ListingPage, known: Pick<FileAdmission, 'isNoPage'>, list: List): void {
    const asked = this.#targetOf(url);
    if (known.isNoPage(asked)) return list(asked, page);
    const waiting = this.#waiting.get(asked);
    if (waiting === undefined) this.#waiting.set(asked, [page]);
    else waiting.push(page);
  }

  redirect(from: string, to: string, known: Pick<FileAdmission, 'isNoPage'>, list: List): void {
    this.#targets.set(from, to);
    for (const page of this.#take(from)) this.add(to, page, known, list);
  }

  /** What was asked for there is no page. */
  end(url: string, list: List): void {
    for (const page of this.#take(url)) list(url, page);
  }

  #take(url: string): readonly ListingPage[] {
    const pages = this.#waiting.get(url) ?? [];
    this.#waiting.delete(url);
    return pages;
  }

  #targetOf(url: string): string {
    const seen = new Set<string>();
    let at = url;
    for (
      let next = this.#targets.get(at);
      next !== undefined && !seen.has(at);
      next = this.#targets.get(at)
    ) {
      seen.add(at);
      at = next;
    }
    return at;
  }
}
