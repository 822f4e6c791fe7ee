/** What answers mean for files, from judging a batch to the names on disk. */
import type { Frontier, Lease } from '../frontier/frontier.js';
import type { FileAdmission, ListingPage } from '../frontier/listing.js';
import type { Listed } from '../protocol/download.js';
import type { FileOutcome } from '../protocol/outcome.js';
import type { Filed } from './events.js';
import { diskFault, type FileWork } from './file-work.js';
import { UndecidedLinks } from './undecided-links.js';

export class FileFiling {
  readonly #frontier: Frontier;
  readonly #work: FileWork;
  #listed: { readonly page: ListingPage; readonly listed: Listed }[] = [];
  readonly #undecided = new UndecidedLinks();
  /** Of pages. */
  #redirects: { readonly from: string; readonly to: string }[] = [];
  #noPages: string[] = [];
  #files: { readonly lease: Lease; readonly outcome: FileOutcome; readonly page: ListingPage }[] = [];
  #fault: string | null = null;

  constructor(frontier: Frontier, work: FileWork) {
    this.#frontier = frontier;
    this.#work = work;
  }

  /** Takes down what is to be stored of an answer. */
  async note(lease: Lease, outcome: Filed['outcome']): Promise<void> {
    switch (outcome.kind) {
      case 'page':
        if (outcome.listed !== undefined)
          this.#listed.push({ page: await this.#frontier.listingOf(lease.id), listed: outcome.listed });
        return;
      case 'other-type':
        if (lease.kind === 'page') this.#noPages.push(lease.key);
        return;
      case 'redirect':
        if (lease.kind === 'page') this.#redirects.push({ from: lease.key, to: outcome.targetKey });
        return;
      case 'file':
        this.#files.push({
          lease,
          outcome,
          page: await this.#frontier.listingOf(this.#work.pageOf(lease.id)),
        });
        return;
      case 'unchanged':
        this.#work.counters.unchanged++;
        return;
      case 'disk':
        this.#fault ??= outcome.message;
        return;
      default:
    }
  }

  /** Called inside the transaction that files the answers. */
  store(files: FileAdmission): void {
    const list = (url: string, page: ListingPage): void => this.#work.listOne(url, page, files);
    for (const { page, listed } of this.#listed) {
      for (const url of linesOf(listed.files)) list(url, page);
      for (const url of linesOf(listed.either))
        if (this.#work.isLast(page)) list(url, page);
        else this.#undecided.add(url, page, files, list);
    }
    for (const { from, to } of this.#redirects) this.#undecided.redirect(from, to, files, list);
    for (const url of this.#noPages) this.#undecided.end(url, list);
    for (const { lease, outcome, page } of this.#files) this.#work.complete(lease, outcome, page);
    this.#listed = [];
    this.#redirects = [];
    this.#noPages = [];
    this.#files = [];
  }

  /** Called after it. @throws StoreError where our own disk refuses */
  end(): void {
    this.#work.place();
    if (this.#fault !== null) throw diskFault(this.#fault);
  }
}

function linesOf(lines: string): readonly string[] {
  return lines === '' ? [] : lines.split('\n');
}
