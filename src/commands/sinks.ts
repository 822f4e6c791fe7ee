/** Where what a run is finished with goes, one by one: to whoever takes it, and may hold the run back. */
import type { Connection } from '../database/connection.js';
import type { CrawlListener, Filed, Valve } from '../delegator/events.js';
import type { FoundFile } from '../delegator/file-work.js';
import { type FinishedFile, FinishedFiles, wantedFile } from '../status/finished-file.js';
import { type FinishedPage, FinishedPages } from '../status/finished-page.js';
import type { WalkEvent, WalkStep } from '../walk/events.js';

/** Whoever takes, and closes when there is too much. */
export interface Sink<Item> extends Valve {
  /** To be called only while it is taking: some cost a look into the file. */
  take(item: Item): void;
}

/** A run fills one of them at most. */
export interface Sinks {
  readonly pages?: Sink<FinishedPage>;
  readonly files?: Sink<FinishedFile>;
  /** Files that a dry run would ask for. */
  readonly wanted?: Sink<FinishedFile>;
  readonly steps?: Sink<WalkStep>;
}

/** What a run tells of what it is finished with. */
export interface Telling extends CrawlListener {
  onFound?(file: FoundFile): void;
  onWalk?(event: WalkEvent): void;
}

export function valveOf({ pages, files, wanted, steps }: Sinks): Valve | undefined {
  return pages ?? files ?? wanted ?? steps;
}

/** Tells those who listen, and fills the sinks behind them. */
export function filling(
  { pages, files, wanted, steps }: Sinks,
  connection: Connection,
  listener: Telling,
): Required<Telling> {
  const finishedPages = new FinishedPages(connection);
  const finishedFiles = new FinishedFiles(connection);
  return {
    onNotice: (notice) => listener.onNotice(notice),
    onFiled: (filed) => {
      listener.onFiled(filed);
      if (pages?.isTaking() && isFinishedPage(filed)) pages.take(finishedPages.read(filed.lease.pageId));
      if (files?.isTaking() && filed.lease.kind === 'file') takeFile(files, filed);
    },
    onFound: (file) => {
      listener.onFound?.(file);
      if (wanted?.isTaking() && (file.fate === 'fetch' || file.fate === 'ask')) wanted.take(wantedFile(file));
    },
    onWalk: (event) => {
      listener.onWalk?.(event);
      if (steps?.isTaking() && event.kind === 'step') steps.take(event);
    },
  };

  function takeFile(sink: Sink<FinishedFile>, { lease }: Filed): void {
    const file = finishedFiles.read(lease.id);
    if (file !== null) sink.take(file);
  }
}

/** A redirect leads to the page, and a sitemap is none. */
function isFinishedPage({ lease, outcome, state }: Filed): boolean {
  return state !== 'retry' && lease.kind !== 'sitemap' && outcome.kind !== 'redirect';
}
