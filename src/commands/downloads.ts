/** The files of a run that downloads some: opened with its database, watched, and counted in the end. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { CrawlConfig } from '../config/config.js';
import type { DownloadPlan } from '../config/download-config.js';
import type { Connection } from '../database/connection.js';
import type { Delegator, Ending } from '../delegator/delegator.js';
import {
  type FileCounters,
  FileWork,
  type FoundFile,
  type NumberedFile,
  type RenamedFile,
} from '../delegator/file-work.js';
import { isBelow } from '../downloads/choice.js';
import { Layout } from '../downloads/layout.js';
import type { SqliteFrontier } from '../frontier/sqlite.js';
import type { DownloadSnapshot } from '../observe/download-progress.js';
import { Shelf } from '../shelf/shelf.js';
import { type DownloadEnds, DownloadTable, readDownloadEnds } from '../store/downloads.js';
import { SettingsTable } from '../store/settings.js';

/** How files came out. */
export interface FilesResult extends FileCounters, DownloadEnds {
  /** Bytes of files that are not whole, kept to be gone on with. */
  readonly unfinished: { readonly files: number; readonly bytes: number };
  /** Files that have another name now than they were filed under, by this run or an earlier one. */
  readonly renamed: readonly RenamedFile[];
  /** Files that came to other names than their own, as these were taken. */
  readonly numbered: readonly NumberedFile[];
}

/** The files of one run. */
export interface Downloads {
  readonly work: FileWork;
  snapshot(delegator: Delegator): DownloadSnapshot;
  /** The run is over: what it has listed gets its final names, if it has listed all. @throws StoreError */
  settle(ending: Ending): void;
  result(): FilesResult;
}

/**
 * Prepares a run: the folder is there, what was whole has its name, and the queue holds the listing pages only.
 * @throws StoreError where the folder cannot be made
 */
export function openDownloads(
  connection: Connection,
  frontier: SqliteFrontier,
  plan: DownloadPlan,
  { seeds, maxDepth, databasePath }: Pick<CrawlConfig, 'seeds' | 'maxDepth' | 'databasePath'>,
  onFound: (file: FoundFile) => void,
): Downloads {
  const settings = new SettingsTable(connection);
  const token = tokenOf(settings, databasePath);
  const shelf = new Shelf(plan.into, token);
  const isByPage = plan.layout === 'by-page';
  const work = new FileWork(new DownloadTable(connection), shelf, {
    // Folders of pages are numbered where several have one name, over all runs; a tree stands for itself.
    layout: new Layout(plan.layout, isByPage ? rememberPages(settings, seeds) : seeds),
    starts: seeds,
    isByPage,
    types: plan.types,
    refresh: plan.refresh,
    isDryRun: plan.isDryRun,
    maxDepth: maxDepth ?? Infinity,
    onFound,
  });
  // What a start is, for whoever checks the file.
  settings.write({ seeds: JSON.stringify(seeds) });
  work.open();
  frontier.beginListing(plan.refresh ? null : seeds);
  const startedAt = Date.now();
  return {
    work,
    settle: (ending) => {
      if (ending === 'finished' || plan.isDryRun) work.settle(frontier.listingWays(seeds, isBelow));
    },
    snapshot: (delegator) => snapshotOf(work, delegator, frontier, startedAt),
    result: () => ({
      ...work.counters,
      received: work.received(),
      renamed: work.renamed,
      numbered: work.numbered,
      ...readDownloadEnds(connection),
      unfinished: shelf.unfinished(),
    }),
  };
}

/** Tells the temporary files of this database from those of others. */
function tokenOf(settings: SettingsTable, databasePath: string): string {
  const { downloadToken, downloadFile } = settings.read() ?? {};
  const { dev, ino } = statSync(databasePath);
  // A copy of a database goes ways of its own.
  const file = `${dev}:${ino}`;
  if (downloadToken !== undefined && downloadFile === file) return downloadToken;
  const token = randomBytes(4).toString('hex');
  settings.write({ downloadToken: token, downloadFile: file });
  return token;
}

/** All start pages of the file, in the order in which they came. */
function rememberPages(settings: SettingsTable, seeds: readonly string[]): readonly string[] {
  const before = JSON.parse(settings.read()?.['downloadPages'] ?? '[]') as string[];
  const pages = [...new Set([...before, ...seeds])];
  settings.write({ downloadPages: JSON.stringify(pages) });
  return pages;
}

function snapshotOf(
  work: FileWork,
  delegator: Delegator,
  frontier: SqliteFrontier,
  startedAt: number,
): DownloadSnapshot {
  const { listed, kept, unchanged, fetched, bytes } = work.counters;
  const { queued, leased, queuedTasks } = frontier.counts();
  const inFlight = [...delegator.filesInFlight()].map(({ lease, flight }) => {
    const progress = work.meter.progressOf(flight.flightId);
    return {
      id: flight.flightId,
      name: work.nameOf(lease.id) ?? lease.key,
      bytes: progress?.bytes ?? null,
      total: progress?.total ?? null,
    };
  });
  return {
    now: Date.now(),
    startedAt,
    listed,
    kept,
    fetched,
    unchanged,
    filesLeft: queuedTasks + inFlight.length,
    pagesLeft: queued - queuedTasks + leased - inFlight.length,
    bytes,
    received: work.received(),
    inFlight,
  };
}
