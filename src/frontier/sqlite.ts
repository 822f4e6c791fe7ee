/**
 * The frontier on SQLite, for one machine: every method is one transaction on the one connection, shared
 * with the store, so that a batch of results is filed whole or not at all.
 */
import type { Connection, Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { FailureCode } from '../protocol/failure.js';
import type { ScopeMode } from '../protocol/settings.js';
import { hostnameOf } from '../url/scope.js';
import {
  type Claim,
  type ClaimRequest,
  type Frontier,
  type FrontierNotice,
  type HostFacts,
  type HostUpdate,
  type Lease,
  type RequestKind,
  type Resumption,
  type RunLimits,
  type Settlement,
  type StateCounts,
} from './frontier.js';
import { LinkGraph } from './graph.js';
import { Guards } from './guards.js';
import { HostTable } from './hosts.js';
import { Restart } from './restart.js';
import { NO_HOPS } from './schema.js';
import { GrowingScope, LISTED, REDIRECT } from './scope.js';
import { SitemapTable } from './sitemaps.js';
import { SEED, type Settled, type UrlRow, UrlTable } from './urls.js';

/** URLs, links or judgements handled in one step of `maintain`: a few milliseconds of work. */
const STEP = 2_000;
/** Refused URLs settled for one host in one claim, so that a site closed to robots does not stall the others. */
const REFUSALS_PER_CLAIM = 2_000;
const CANDIDATES = 64;
/** Due hosts are looked at in helpings of this many … */
const HOSTS_AT_ONCE = 64;
/** … and at most so many in one claim: those passed over are waiting for a thread of their own. */
const MAX_LOOKS = 2_048;

/** A claim as it grows. */
interface Taken {
  readonly leases: Lease[];
  readonly errands: HostFacts[];
  refused: number;
}

interface Candidate {
  readonly id: number;
  readonly kind: RequestKind;
  readonly url: string;
  readonly depth: number;
  readonly attempts: number;
  readonly refusals: number;
  readonly respelt: string | null;
  readonly reasked: 0 | 1;
  readonly suspect: number;
}

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
  readonly #candidates: Statement<[number, number], Candidate>;
  readonly #due: Statement<[number, number], { id: number; hostId: number }>;
  readonly #stopWaiting: Statement<[number]>;
  readonly #wakeHost: Statement<[number], { id: number; hostId: number }>;
  readonly #nextWaiting: Statement<[], number | null>;
  readonly #countOutside: Statement<[string, number]>;
  #isBacklinksIndexed = true;

  constructor(connection: Connection, options: SqliteFrontierOptions) {
    this.#connection = connection;
    this.#hosts = new HostTable(connection);
    this.#guards = new Guards(connection, this.#hosts);
    this.#urls = new UrlTable(connection, this.#hosts, this.#guards);
    this.#scope = new GrowingScope(connection, options.scope, options.seedScopeKeys);
    this.#graph = new LinkGraph(connection, this.#urls, this.#scope, options.maxHops);
    this.#sitemaps = new SitemapTable(connection, this.#urls, this.#hosts, options.sitemapsOf);
    this.#restart = new Restart(connection, {
      hosts: this.#hosts,
      urls: this.#urls,
      guards: this.#guards,
      scope: this.#scope,
      graph: this.#graph,
      sitemaps: this.#sitemaps,
    });
    this.#candidates = connection.prepare(
      `SELECT id, kind, coalesce(url, request_key) AS url, depth, attempts, refusals, respelt, reasked, suspect FROM urls
        WHERE host_id = ? AND state = 'queued' AND not_before IS NULL ORDER BY refusals, depth, id LIMIT ?`,
    );
    this.#due = connection.prepare('SELECT id, host_id AS hostId FROM urls WHERE not_before <= ? LIMIT ?');
    this.#stopWaiting = connection.prepare('UPDATE urls SET not_before = NULL WHERE id = ?');
    this.#wakeHost = connection.prepare(
      'SELECT id, host_id AS hostId FROM urls WHERE not_before IS NOT NULL AND host_id = ?',
    );
    this.#nextWaiting = connection
      .prepare<[], number | null>('SELECT min(not_before) FROM urls WHERE not_before IS NOT NULL')
      .pluck();
    this.#countOutside = connection.prepare(
      `INSERT INTO outside_hosts (host, links) VALUES (?, ?)
       ON CONFLICT (host) DO UPDATE SET links = links + excluded.links`,
    );
  }

  start(now: number, limits: RunLimits, retryFailed: FailureCode | 'all' | null): Resumption {
    const reclaimed = this.#connection.transaction(() => {
      const leases = this.#restart.begin(now, limits, retryFailed);
      this.#guards.flush();
      this.#hosts.flush();
      this.#hosts.recount();
      return leases;
    })();
    this.#urls.load(this.#connection, limits.maxDepth ?? Infinity);
    this.#restart.winAgain();
    // What was won in an earlier run was said then.
    this.#scope.takeNotices();
    return { reclaimed, counts: this.counts() };
  }

  finish(): void {
    this.#connection.exec('CREATE INDEX IF NOT EXISTS links_by_target ON links(target_id, source_id)');
  }

  admitSeeds(keys: readonly string[]): void {
    this.#transact(() => {
      for (const key of keys) this.#urls.reach(key, SEED);
    });
  }

  claim(request: ClaimRequest): Claim {
    const claim: Taken = { leases: [], errands: [], refused: 0 };
    this.#transact(() => {
      let cursor: HostFacts | undefined;
      for (let looks = 0; looks < MAX_LOOKS; looks += HOSTS_AT_ONCE) {
        const due = this.#hosts.due(request.now, HOSTS_AT_ONCE, cursor);
        for (const host of due) {
          if (claim.leases.length + claim.errands.length >= request.limit) return;
          this.#claimFrom(host, due.length, request, claim);
        }
        if (due.length < HOSTS_AT_ONCE) return;
        cursor = due.at(-1);
      }
    });
    return claim;
  }

  apply(settlements: readonly Settlement[], hosts: readonly HostUpdate[], record: () => void): void {
    // Kept up to date edge by edge it would cost more than making it anew at the end.
    if (this.#isBacklinksIndexed && settlements.some(({ kind }) => kind === 'page')) {
      this.#connection.exec('DROP INDEX IF EXISTS links_by_target');
      this.#isBacklinksIndexed = false;
    }
    this.#transact(() => {
      record();
      for (const settlement of settlements) this.#settle(settlement);
      for (const { hostId, patch } of hosts) {
        this.#hosts.patch(hostId, patch);
        if (patch.givenUp != null) this.#wake(this.#wakeHost.all(hostId));
      }
    });
  }

  maintain(now: number): boolean {
    return this.#transact(() => {
      const due = this.#due.all(now, STEP);
      this.#wake(due);
      const isRelaxing = this.#graph.relax(STEP);
      const isJudging = this.#judgeDeferred();
      return due.length === STEP || isRelaxing || isJudging || this.#endGivenUp();
    });
  }

  mustKeepOutside(): boolean {
    return this.#scope.hasGrown() || this.#scope.isOpen();
  }

  nextDueAt(now: number): number | null {
    const times = [this.#hosts.nextDueAt(now), this.#nextWaiting.get() ?? null].filter(
      (time) => time !== null,
    );
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

  hostCount(): number {
    return this.#hosts.count();
  }

  takeNotices(): readonly FrontierNotice[] {
    return [...this.#scope.takeNotices(), ...this.#guards.takeNotices()];
  }

  #transact<T>(work: () => T): T {
    return this.#connection.transaction(() => {
      const result = work();
      this.#guards.flush();
      this.#hosts.flush();
      return result;
    })();
  }

  #claimFrom(host: HostFacts, dueHosts: number, request: ClaimRequest, claim: Taken): void {
    const taken = claim.leases.length + claim.errands.length;
    const allowance = request.allow(host, taken, dueHosts);
    if (allowance.kind === 'wait') {
      if (allowance.until !== undefined) this.#hosts.advanceClock(host.id, allowance.until);
      return;
    }
    if (allowance.kind === 'robots') claim.errands.push(host);
    else this.#leaseFrom(host, Math.min(allowance.count, request.limit - taken), request, claim);
    // With no gap the clock still moves, so that hosts take turns.
    if (claim.leases.length + claim.errands.length > taken) {
      this.#hosts.advanceClock(host.id, request.now + allowance.gapMs);
    }
  }

  #leaseFrom(host: HostFacts, count: number, request: ClaimRequest, claim: Taken): void {
    const robotsText = (): string => this.#hosts.robotsText(host.id);
    let left = count;
    for (let refused = 0; left > 0 && refused < REFUSALS_PER_CLAIM;) {
      const candidates = this.#candidates.all(host.id, refused === 0 ? left : CANDIDATES);
      if (candidates.length === 0) return;
      for (const candidate of candidates) {
        if (left === 0) return;
        const reason = request.refuse(candidate.url, host, robotsText);
        if (reason === null) {
          this.#urls.lease(candidate.id, host.id);
          claim.leases.push(asLease(candidate, host.id));
          left--;
        } else {
          const { id, kind, url } = candidate;
          const row = { id, kind, hostId: host.id, state: 'queued' } as const;
          this.#urls.settle(row, { state: 'skipped', error: reason });
          if (this.#sitemaps.mayLack(row) && this.#scope.has(url)) this.#sitemaps.admitOf(row);
          claim.refused++;
          refused++;
        }
      }
    }
  }

  #settle(settlement: Settlement): void {
    const row = this.#urls.row(settlement.id);
    if (row.state !== 'leased')
      throw new InvariantError(`URL ${row.id} is settled as ${settlement.kind} but is ${row.state}`);
    this.#settleAs(row, settlement);
    const isFinal =
      settlement.kind !== 'retry' && settlement.kind !== 'respell' && settlement.kind !== 'release';
    if (isFinal && this.#sitemaps.mayLack(row) && this.#scope.has(row.url)) this.#sitemaps.admitOf(row);
  }

  #settleAs(row: UrlRow, settlement: Settlement): void {
    switch (settlement.kind) {
      case 'page':
        return this.#settlePage(row, settlement);
      case 'sitemap':
        return this.#settleSitemap(row, settlement);
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
      linkCount += this.#judgeOutside(row, keys, nofollow, (key) => this.#graph.addLink(row, key, nofollow));
    }
    this.#countOutsideHosts(page.outsideHosts);
    this.#urls.settle(row, { state: 'done', attempts: 1, linkCount });
    if (row.seedHops < NO_HOPS && this.#scope.win(row.url))
      this.#sitemaps.admitSettled((url) => this.#scope.has(url));
  }

  #settleSitemap(row: UrlRow, sitemap: Settlement & { kind: 'sitemap' }): void {
    const list = (url: string): number => this.#sitemaps.list(row.id, url);
    for (const url of linesOf(sitemap.inside)) list(url);
    this.#judgeOutside(row, sitemap.outside, LISTED, list);
    this.#countOutsideHosts(sitemap.outsideHosts);
    for (const url of linesOf(sitemap.sitemaps)) this.#sitemaps.admit(url, row.id);
    this.#urls.settle(row, { state: 'done', attempts: 1 });
  }

  /** Takes in what lies outside the seeds' scope but inside one that was won, and keeps the rest or counts it. */
  #judgeOutside(row: UrlRow, keys: string, mark: number, take: (key: string) => number): number {
    let taken = 0;
    const isOpen = keys !== '' && this.#scope.isOpen();
    for (const key of linesOf(keys)) {
      if (this.#scope.has(key)) taken += take(key);
      else if (isOpen) this.#scope.defer(row.id, key, mark);
      else this.#countOutside.run(hostnameOf(key), 1);
    }
    return taken;
  }

  #countOutsideHosts(lines: string): void {
    for (const line of linesOf(lines)) {
      const [host, count] = line.split(' ');
      if (host !== undefined && host !== '') this.#countOutside.run(host, Number(count));
    }
  }

  #judgeDeferred(): boolean {
    const { isInside, links } = this.#scope.takeJudged(STEP);
    for (const { sourceId, target, nofollow } of links) {
      if (nofollow === REDIRECT) this.#graph.followRedirect(sourceId);
      else if (!isInside) this.#countOutside.run(hostnameOf(target), 1);
      else if (nofollow === LISTED) this.#sitemaps.list(sourceId, target);
      else this.#graph.addLateLink(sourceId, target, nofollow);
    }
    return links.length > 0;
  }

  #endGivenUp(): boolean {
    const host = this.#hosts.nextGivenUp();
    if (host === undefined) return false;
    const end: Settled =
      host.givenUp === 'private'
        ? { state: 'skipped', error: 'private', detail: 'its host may not be connected to' }
        : { state: 'failed', error: host.givenUp, detail: 'the host was given up' };
    for (const { id, kind } of this.#candidates.all(host.id, STEP)) {
      this.#urls.settle({ id, kind, hostId: host.id, state: 'queued' }, end);
    }
    return true;
  }

  #wake(waiting: readonly { id: number; hostId: number }[]): void {
    for (const { id, hostId } of waiting) {
      this.#stopWaiting.run(id);
      this.#hosts.countClaimable(hostId, 1);
    }
  }
}

/** The lines of a joined list; none for ''. */
function linesOf(joined: string): readonly string[] {
  return joined === '' ? [] : joined.split('\n');
}

function asLease(candidate: Candidate, hostId: number): Lease {
  const { id, kind, url, depth, attempts, refusals, respelt, reasked, suspect } = candidate;
  return {
    id,
    hostId,
    kind,
    key: url,
    url: respelt ?? url,
    depth,
    attempts,
    refusals,
    isRespelt: respelt !== null,
    isReasked: reasked === 1,
    suspect,
  };
}

function settledAs(settlement: Exclude<Settlement, { kind: 'page' | 'sitemap' | 'redirect' }>): Settled {
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
        [settlement.charge === 'attempt' ? 'attempts' : 'refusals']: 1,
      };
    case 'respell':
      return { state: 'queued', respelt: settlement.url };
    case 'reask':
      return { state: 'queued', isReasked: true };
    case 'release':
      return { state: 'queued', suspect: settlement.suspect };
  }
}
