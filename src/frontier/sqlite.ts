/**
 * The frontier on SQLite, for one machine: every method is one transaction on the one connection, shared
 * with the store, so that a batch of results is filed whole or not at all; or all are that a turn holds together.
 */
import type { Connection } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { FailureCode } from '../protocol/failure.js';
import { linesOf } from '../protocol/joined.js';
import type { ScopeMode } from '../protocol/settings.js';
import { WalkChoices } from './choices.js';
import {
  type AdmitTask,
  type Choices,
  type Claim,
  type ClaimRequest,
  type Frontier,
  type FrontierNotice,
  type HostFacts,
  type HostUpdate,
  type Rerun,
  type Resumption,
  type RunLimits,
  type Settlement,
  type StateCounts,
  type Unasked,
} from './frontier.js';
import type { FileAdmission, ListingPage, RankedListing } from './listing.js';
import { LinkGraph } from './graph.js';
import { FileQueue } from './files.js';
import { Guards } from './guards.js';
import { HostTable } from './hosts.js';
import { listingWays } from './listing-ways.js';
import { OutsideLinks } from './outside.js';
import { Queue } from './queue.js';
import { Restart } from './restart.js';
import { NO_HOPS } from './schema.js';
import { GrowingScope, LISTED } from './scope.js';
import { SitemapTable } from './sitemaps.js';
import { Transactions } from './transactions.js';
import { SEED, type Settled, type UrlRow, UrlTable } from './urls.js';
import { TaskQueue } from './tasks.js';
import { WaitingUrls } from './waiting.js';

/** URLs, links or judgements handled in one step of `maintain`: a few milliseconds of work. */
const STEP = 2_000;
export interface SqliteFrontierOptions {
  readonly scope: ScopeMode;
  readonly seedScopeKeys: readonly string[];
  /** A redirect answered by a URL this many redirects from a link is not followed. */
  readonly maxHops: number;
  /** The sitemaps of a host, as URLs, from its origin and its robots.txt; null = none are read. */
  readonly sitemapsOf: ((origin: string, robotsText: string) => readonly string[]) | null;
}

export class SqliteFrontier implements Frontier {
  readonly #connection: Connection;
  readonly #hosts: HostTable;
  readonly #guards: Guards;
  readonly #urls: UrlTable;
  readonly #scope: GrowingScope;
  readonly #graph: LinkGraph;
  readonly #sitemaps: SitemapTable;
  readonly #restart: Restart;
  readonly #outside: OutsideLinks;
  readonly #queue: Queue;
  readonly #waiting: WaitingUrls;
  readonly #tasks: TaskQueue;
  readonly #files: FileQueue;
  readonly #choices: WalkChoices;
  readonly #transactions: Transactions;
  #isBacklinksIndexed = true;

  constructor(connection: Connection, options: SqliteFrontierOptions) {
    this.#connection = connection;
    const hosts = new HostTable(connection);
    const guards = new Guards(connection, hosts);
    const urls = new UrlTable(connection, hosts, guards);
    const scope = new GrowingScope(connection, options.scope, options.seedScopeKeys);
    const graph = new LinkGraph(connection, urls, scope, options.maxHops);
    const sitemaps = new SitemapTable(connection, { hosts, urls, scope }, options.sitemapsOf);
    this.#hosts = hosts;
    this.#guards = guards;
    this.#urls = urls;
    this.#scope = scope;
    this.#graph = graph;
    this.#sitemaps = sitemaps;
    this.#outside = new OutsideLinks(connection, { scope, graph, sitemaps });
    this.#queue = new Queue(connection, { hosts, urls, sitemaps });
    this.#tasks = new TaskQueue(connection, { hosts, urls });
    this.#files = new FileQueue(connection, { hosts, urls });
    this.#waiting = new WaitingUrls(connection, hosts);
    this.#choices = new WalkChoices(connection, urls);
    this.#restart = new Restart(connection, { hosts, urls, guards, scope, graph, sitemaps });
    this.#transactions = new Transactions(connection, [guards, hosts, this.#outside, urls]);
  }

  start(now: number, limits: RunLimits, retryFailed: FailureCode | 'all' | null): Resumption {
    const reclaimed = this.#connection.transaction(() => {
      this.#tasks.dropReruns();
      const leases = this.#restart.begin(now, limits, retryFailed);
      this.#guards.flush();
      this.#hosts.flush();
      this.#hosts.recount();
      return leases;
    })();
    this.#urls.load(limits);
    this.#restart.winAgain();
    // What was won in an earlier run was said then.
    this.#scope.takeNotices();
    return { reclaimed, counts: this.counts() };
  }

  finish(): void {
    const index = 'CREATE INDEX IF NOT EXISTS links_by_target ON links(target_id, source_id)';
    try {
      // Where it may use files SQLite sorts rows in one piece of memory, not in one each: a third less time.
      this.#connection.pragma('temp_store = FILE');
      this.#connection.exec(index);
    } catch {
      // There may be no folder for them, or no room in it.
      this.#connection.pragma('temp_store = MEMORY');
      this.#connection.exec(index);
    }
  }

  admitSeeds(keys: readonly string[]): void {
    this.#transactions.run(() => {
      for (const key of keys) this.#urls.reach(key, SEED);
    });
  }

  claim(request: ClaimRequest): Claim {
    return this.#transactions.run(() => this.#queue.claim(request));
  }

  apply(
    settlements: readonly Settlement[],
    hosts: readonly HostUpdate[],
    record: (admitTask: AdmitTask, files: FileAdmission) => void,
    onStored?: () => void,
  ): void {
    this.#transactions.run(() => {
      // Kept up to date edge by edge it would cost more than making it anew at the end.
      if (this.#isBacklinksIndexed && settlements.some(({ kind }) => kind === 'page')) {
        this.#connection.exec('DROP INDEX IF EXISTS links_by_target');
        this.#isBacklinksIndexed = false;
      }
      record((key, url, followedBy) => this.#tasks.admit(key, url, followedBy), this.#files);
      for (const settlement of settlements) this.#settle(settlement);
      for (const { hostId, patch } of hosts) {
        this.#hosts.patch(hostId, patch);
        if (patch.givenUp != null) this.#waiting.wakeAllOf(hostId);
      }
    });
    if (onStored !== undefined) this.#transactions.whenStored(onStored);
  }

  hold(): void {
    this.#transactions.hold();
  }

  commit(): void {
    this.#transactions.commit();
  }

  queueReruns(reruns: Iterable<Rerun>): number {
    return this.#connection.transaction(() => {
      const count = this.#tasks.queueReruns(reruns);
      this.#hosts.flush();
      this.#hosts.recount();
      this.#urls.recount();
      return count;
    })();
  }

  beginListing(again: readonly string[] | null): void {
    this.#connection.transaction(() => {
      this.#files.begin(again);
      this.#hosts.flush();
      this.#hosts.recount();
      this.#urls.recount();
    })();
  }

  listingOf(pageId: number): ListingPage {
    return this.#files.listingOf(pageId);
  }

  /** How each listing page was reached, when all are read: see `listing-ways.ts`. */
  listingWays(
    seeds: readonly string[],
    isBelow: (page: string, start: string) => boolean,
  ): ReadonlyMap<number, RankedListing> {
    return listingWays(this.#connection, seeds, isBelow);
  }

  /** Lets a walk look at what became of URLs and choose, in one transaction with what it writes itself. */
  choosing<T>(work: (choices: Choices) => T): T {
    return this.#transactions.run(() => work(this.#choices));
  }

  maintain(now: number): boolean {
    return this.#transactions.run(() => {
      const woken = this.#waiting.wakeDue(now, STEP);
      const isRelaxing = this.#graph.relax(STEP);
      const isJudging = this.#outside.judgeDeferred(STEP);
      return woken === STEP || isRelaxing || isJudging || this.#queue.endGivenUp(STEP);
    });
  }

  excuse(from: number, now: number): void {
    this.#transactions.run(() => this.#hosts.excuse(from, now));
  }

  mustKeepOutside(): boolean {
    return this.#scope.hasGrown() || this.#scope.isOpen();
  }

  nextDueAt(now: number): number | null {
    const times = [this.#hosts.nextDueAt(now), this.#waiting.nextAt()].filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  counts(): StateCounts {
    return this.#urls.counts();
  }

  hostOf(key: string): HostFacts {
    return this.#hosts.facts(this.#hosts.idOf(key));
  }

  hostById(id: number): HostFacts {
    return this.#hosts.facts(id);
  }

  robotsText(hostId: number): string {
    return this.#hosts.robotsText(hostId);
  }

  hostCount(): number {
    return this.#hosts.count();
  }

  takeUnasked(): readonly Unasked[] {
    return this.#queue.takeUnasked();
  }

  takeNotices(): readonly FrontierNotice[] {
    return [...this.#scope.takeNotices(), ...this.#guards.takeNotices(), ...this.#tasks.takeNotices()];
  }

  #settle(settlement: Settlement): void {
    const row = this.#urls.row(settlement.id);
    if (row.state !== 'leased')
      throw new InvariantError(`URL ${row.id} is settled as ${settlement.kind} but is ${row.state}`);
    this.#settleAs(row, settlement);
    const isFinal = !['retry', 'respell', 'release', 'moved'].includes(settlement.kind);
    if (isFinal) this.#sitemaps.admitOf(row);
    if (isFinal && row.kind === 'rerun') this.#urls.forget(row.id);
  }

  #settleAs(row: UrlRow, settlement: Settlement): void {
    switch (settlement.kind) {
      case 'page':
        return this.#settlePage(row, settlement);
      case 'sitemap':
        return this.#settleSitemap(row, settlement);
      case 'answer':
        return this.#urls.settle(row, { state: 'done', attempts: 1, linkCount: 0 });
      case 'file':
        return this.#urls.settle(row, { state: 'done', attempts: 1 });
      case 'moved':
        return this.#files.move(row, settlement.url);
      case 'redirect':
        this.#urls.settle(row, { state: 'done', attempts: 1 });
        return this.#graph.addRedirect(row, settlement.targetKey, settlement.verdict, settlement.withCookies);
      default:
        return this.#urls.settle(row, settledAs(settlement));
    }
  }

  #settlePage(row: UrlRow, page: Settlement & { kind: 'page' }): void {
    let linkCount = this.#graph.addLinks(row, page.links);
    for (const [nofollow, keys] of page.outside.entries()) {
      linkCount += this.#outside.judge(row.id, keys, nofollow, (key) =>
        this.#graph.addEdges(row, key, nofollow),
      );
    }
    this.#outside.count(page.outsideHosts);
    this.#urls.settle(row, { state: 'done', attempts: 1, linkCount });
    if (row.seedHops < NO_HOPS && this.#scope.win(row.url)) this.#sitemaps.admitSettled();
  }

  #settleSitemap(row: UrlRow, sitemap: Settlement & { kind: 'sitemap' }): void {
    const list = (url: string): number => this.#sitemaps.list(row.id, url);
    for (const url of linesOf(sitemap.inside)) list(url);
    this.#outside.judge(row.id, sitemap.outside, LISTED, list);
    this.#outside.count(sitemap.outsideHosts);
    for (const url of linesOf(sitemap.sitemaps)) this.#sitemaps.admit(url, row.id);
    this.#urls.settle(row, { state: 'done', attempts: 1 });
  }
}

function settledAs(
  settlement: Exclude<Settlement, { kind: 'page' | 'sitemap' | 'answer' | 'file' | 'moved' | 'redirect' }>,
): Settled {
  switch (settlement.kind) {
    case 'failed':
      return { state: 'failed', error: settlement.code, detail: settlement.detail, attempts: 1 };
    case 'skipped':
      return settlement.detail === undefined
        ? { state: 'skipped', error: settlement.reason, attempts: 1 }
        : { state: 'skipped', error: settlement.reason, detail: settlement.detail };
    case 'retry':
      return {
        state: 'queued',
        notBefore: settlement.notBefore,
        detail: settlement.detail,
        attempts: settlement.charge === 'attempt' ? 1 : 0,
        refusals: settlement.charge === 'refusal' ? 1 : 0,
      };
    case 'respell':
      return { state: 'queued', respelt: settlement.url };
    case 'reask':
      return { state: 'queued', isReasked: true };
    case 'release':
      return { state: 'queued', suspect: settlement.suspect };
  }
}
