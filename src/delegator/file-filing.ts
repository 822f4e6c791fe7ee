/** What answers mean for files, from judging a batch to the names on disk. */
import type { FileAdmission, Frontier, Lease, ListingPage } from '../frontier/frontier.js';
import type { Listed } from '../protocol/download.js';
import type { FileOutcome } from '../protocol/outcome.js';
import type { Filed } from './events.js';
import { diskFault, type FileWork } from './file-work.js';

export class FileFiling {
  readonly #frontier: Frontier;
  readonly #work: FileWork;
  #listed: { readonly page: ListingPage; readonly listed: Listed }[] = [];
  #late: { readonly url: string; readonly page: ListingPage }[] = [];
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
        return lease.kind === 'page' ? this.#noteLate(lease) : undefined;
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
    for (const { page, listed } of this.#listed) this.#work.list(page, listed, files);
    for (const { url, page } of this.#late) this.#work.listLate(url, page, files);
    for (const { lease, outcome, page } of this.#files) this.#work.complete(lease, outcome, page);
    this.#listed = [];
    this.#late = [];
    this.#files = [];
  }

  /** Called after it. @throws StoreError where our own disk refuses */
  end(): void {
    this.#work.place();
    if (this.#fault !== null) throw diskFault(this.#fault);
  }

  /** A page that is none, listed by another: a start page is what it is. */
  async #noteLate(lease: Lease): Promise<void> {
    const { foundOn } = await this.#frontier.listingOf(lease.id);
    if (foundOn === null) return;
    this.#late.push({ url: lease.key, page: await this.#frontier.listingOf(foundOn) });
  }
}
