/**
 * What a start makes of the file that an earlier run left: leases of a dead owner, limits that have changed, failures
 * to be tried again, clocks that were wrong. All of it happens in one transaction, before anything is claimed.
 */
import type { Connection } from '../database/connection.js';
import type { FailureCode } from '../protocol/failure.js';
import type { RunLimits } from './frontier.js';
import type { LinkGraph } from './graph.js';
import type { Guards } from './guards.js';
import { type HostTable, LONGEST_WAIT_MS } from './hosts.js';
import { NO_HOPS, WON_PAGES } from './schema.js';
import type { GrowingScope } from './scope.js';
import type { SitemapTable } from './sitemaps.js';
import { SEED, type UrlRow, type UrlTable } from './urls.js';

/** URLs looked at, or links handed on, at a time. */
const HELPING = 2_000;

/** The rest of the frontier. */
export interface RestartParts {
  readonly hosts: HostTable;
  readonly urls: UrlTable;
  readonly guards: Guards;
  readonly scope: GrowingScope;
  readonly graph: LinkGraph;
  readonly sitemaps: SitemapTable;
}

export class Restart {
  readonly #connection: Connection;
  readonly #hosts: HostTable;
  readonly #urls: UrlTable;
  readonly #guards: Guards;
  readonly #scope: GrowingScope;
  readonly #graph: LinkGraph;
  readonly #sitemaps: SitemapTable;

  constructor(connection: Connection, { hosts, urls, guards, scope, graph, sitemaps }: RestartParts) {
    this.#connection = connection;
    this.#hosts = hosts;
    this.#urls = urls;
    this.#guards = guards;
    this.#scope = scope;
    this.#graph = graph;
    this.#sitemaps = sitemaps;
  }

  /** Answers how many leases were taken back. Counts of claimable URLs are wrong until they are made anew. */
  begin(now: number, limits: RunLimits, retryFailed: FailureCode | 'all' | null): number {
    const { changes } = this.#connection
      .prepare(`UPDATE urls SET state = 'queued' WHERE state = 'leased'`)
      .run();
    this.#urls.load(limits);
    this.#guards.load(limits);
    if (retryFailed !== null) this.#queueFailed(retryFailed);
    this.#applyLimits(limits);
    this.#hosts.correctClocks(now, limits.longestGapMs);
    this.#connection
      .prepare('UPDATE urls SET not_before = @latest WHERE not_before > @latest')
      .run({ latest: now + LONGEST_WAIT_MS });
    // Since a host last answered, nobody ran.
    this.#hosts.excuse(0, now);
    return changes;
  }

  /** Takes the scope in again that redirects of seeds have won. */
  winAgain(): void {
    const pages = this.#connection.prepare<[], string>(WON_PAGES).pluck().all();
    for (const url of pages) this.#scope.win(url);
  }

  /** Brings back what a raised limit had cut, and cuts what a lowered depth forbids. */
  #applyLimits(limits: RunLimits): void {
    if (limits.allowPrivate) this.#hosts.reopenPrivate();
    if (!limits.isOfTasks) this.#applyPageLimits(limits);
    // Which of those that an earlier limit had cut belong to this run is known to those who queue reruns.
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'skipped', error = 'depth', not_before = NULL
          WHERE state = 'queued' AND kind = 'task' AND depth > ?`,
      )
      .run(limits.maxFollowDepth ?? Number.MAX_SAFE_INTEGER);
  }

  #applyPageLimits({ maxDepth, maxVariants, maxPerHost, allowPrivate, chosen }: RunLimits): void {
    if (chosen !== undefined) this.#leaveUnchosen(chosen);
    if (allowPrivate) {
      this.#reopen(`kind <> 'task' AND state = 'skipped' AND error = 'private'`, []);
    }
    const wasUnchosen = chosen === undefined ? `error = 'unchosen' OR` : '';
    this.#reopen(`kind <> 'task' AND state = 'skipped' AND (${wasUnchosen} error = 'depth' AND depth <= ?)`, [
      maxDepth ?? Number.MAX_SAFE_INTEGER,
    ]);
    this.#reopen(
      `id IN (SELECT h.url_id FROM held h LEFT JOIN patterns p ON p.id = h.pattern_id JOIN hosts o ON o.id = h.host_id
               WHERE (p.id IS NULL OR p.admitted < ?) AND (p.id IS NOT NULL OR o.admitted < ?))`,
      [maxVariants ?? Number.MAX_SAFE_INTEGER, maxPerHost ?? Number.MAX_SAFE_INTEGER],
    );
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'skipped', error = 'depth', not_before = NULL
          WHERE state = 'queued' AND kind = 'page' AND depth > ?`,
      )
      .run(maxDepth ?? Number.MAX_SAFE_INTEGER);
  }

  /** Takes out of the queue what no walker has chosen, but for seeds, where they lead to, and what is asked once more. */
  #leaveUnchosen(chosen: ReadonlySet<number>): void {
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'skipped', error = 'unchosen', error_detail = NULL, not_before = NULL
          WHERE state = 'queued' AND kind = 'page' AND seed_hops = ${NO_HOPS} AND reasked = 0
            AND id NOT IN (SELECT value FROM json_each(?))`,
      )
      .run(JSON.stringify([...chosen]));
  }

  /** Judges skipped URLs anew, lowest depth first, in helpings. */
  #reopen(condition: string, parameters: readonly number[]): void {
    const helping = this.#connection.prepare<unknown[], UrlRow>(
      `SELECT id, kind, coalesce(url, request_key) AS url, host_id AS hostId, depth, seed_hops AS seedHops FROM urls
        WHERE (${condition}) AND (depth, id) > (?, ?) ORDER BY depth, id LIMIT ${HELPING}`,
    );
    let last: Pick<UrlRow, 'id' | 'depth'> | undefined = { id: 0, depth: -1 };
    while (last !== undefined) {
      const rows: UrlRow[] = helping.all(...parameters, last.depth, last.id);
      for (const row of rows) this.#urls.reopen(row);
      last = rows.at(-1);
    }
  }

  /** Tasks are left to those who know what has still to be run on them (`Frontier.queueReruns`). */
  #queueFailed(code: FailureCode | 'all'): void {
    this.#hosts.forgive(code);
    let forgotten = 0;
    for (const table of ['redirects', 'detours']) {
      forgotten += this.#connection
        .prepare(
          `DELETE FROM ${table} WHERE source_id IN
             (SELECT id FROM urls WHERE state = 'failed' AND (@code = 'all' OR error = @code))`,
        )
        .run({ code }).changes;
    }
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'queued', error = NULL, error_detail = NULL, attempts = 0, refusals = 0, suspect = 0,
           respelt = NULL, reasked = 0, not_before = NULL
          WHERE state = 'failed' AND kind <> 'task' AND (@code = 'all' OR error = @code)`,
      )
      .run({ code });
    if (forgotten > 0) this.#rebuildDepths();
  }

  /**
   * Computes depths and hops anew from the seeds, after redirects were forgotten that some came through. What
   * then has no way to it is left out until there is one.
   */
  #rebuildDepths(): void {
    this.winAgain();
    const seeds = this.#connection
      .prepare<[], string>('SELECT request_key FROM urls WHERE seed_hops = 0')
      .pluck()
      .all();
    this.#connection.exec(
      `UPDATE urls SET depth = NULL, hops = ${NO_HOPS}, seed_hops = ${NO_HOPS} WHERE kind = 'page'; DELETE FROM relaxations;`,
    );
    for (const key of seeds) this.#urls.reach(key, SEED);
    this.#sitemaps.reachAgain();
    while (this.#graph.relax(HELPING));
    this.#urls.takeNearerSeed();
    this.#connection.exec(
      `UPDATE urls SET state = 'skipped', error = 'nofollow', not_before = NULL WHERE state = 'queued' AND depth IS NULL AND kind = 'page'`,
    );
    this.#hosts.flush();
  }
}
