/**
 * How many URLs are in which state: read from the file once, and kept in step with every change of a state, as are the
 * hosts' counts of what could be claimed.
 */
import type { Connection } from '../database/connection.js';
import type { RequestKind, StateCounts } from './frontier.js';
import type { AdmittedFile } from './listing.js';
import type { HostTable } from './hosts.js';

export type State = AdmittedFile['state'];

const NOTHING: StateCounts = {
  queued: 0,
  leased: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  pages: 0,
  answers: 0,
  leasedPages: 0,
  queuedTasks: 0,
};

export class StateTally {
  readonly #connection: Connection;
  readonly #hosts: HostTable;
  readonly #counts: { -readonly [count in keyof StateCounts]: number } = { ...NOTHING };

  /** Whether the counts are to be read before they are told. */
  #isStale = false;

  constructor(connection: Connection, hosts: HostTable) {
    this.#connection = connection;
    this.#hosts = hosts;
  }

  /** Reads the counts from the file. */
  recount(): void {
    this.#isStale = false;
    Object.assign(this.#counts, NOTHING);
    const rows = this.#connection
      .prepare<[], { state: State; kind: RequestKind; n: number; answered: number }>(
        `SELECT state, kind, count(*) AS n, count(link_count) AS answered FROM urls
          WHERE kind IN ('page', 'task', 'file') OR state IN ('queued', 'leased') GROUP BY state, kind`,
      )
      .all();
    for (const { state, kind, n, answered } of rows) {
      this.#count(kind, state, n);
      this.addAnswered(kind, answered);
    }
  }

  /** To be called when a transaction has come to nothing. */
  undo(): void {
    this.#isStale = true;
  }

  /** A copy, for others to keep. */
  counts(): StateCounts {
    if (this.#isStale) this.recount();
    return { ...this.#counts };
  }

  /** A new row. */
  add(hostId: number, kind: RequestKind, state: State): void {
    this.#count(kind, state, 1);
    if (state === 'queued') this.#hosts.countClaimable(hostId, 1);
  }

  /** A row that changes its state. @param isWaiting queued, and not to be claimed yet */
  change(hostId: number, kind: RequestKind, from: State, to: State, isWaiting = false): void {
    this.#count(kind, from, -1);
    this.#count(kind, to, 1);
    // A waiting URL is never settled: it stops waiting first (`maintain`), so `from` queued means claimable.
    const change = (to === 'queued' && !isWaiting ? 1 : 0) - (from === 'queued' ? 1 : 0);
    if (change !== 0) this.#hosts.countClaimable(hostId, change);
  }

  /** A queued row that changes its host. */
  changeHost(fromHost: number, toHost: number): void {
    this.#hosts.countClaimable(fromHost, -1);
    this.#hosts.countClaimable(toHost, 1);
  }

  /** So many more of a kind have an answer. What came for a rerun was counted when it came first. */
  addAnswered(kind: RequestKind, count: number): void {
    if (kind === 'page') this.#counts.pages += count;
    if (kind === 'task') this.#counts.answers += count;
  }

  #count(kind: RequestKind, state: State, change: number): void {
    if (!isCounted(kind, state)) return;
    this.#counts[state] += change;
    if (state === 'leased' && kind === 'page') this.#counts.leasedPages += change;
    if (state === 'queued' && kind !== 'page' && kind !== 'sitemap') this.#counts.queuedTasks += change;
  }
}

/** Sitemaps and reruns are work as long as they are to be done; what became of them is told apart. */
function isCounted(kind: RequestKind, state: State): boolean {
  return kind === 'page' || kind === 'task' || kind === 'file' || state === 'queued' || state === 'leased';
}
