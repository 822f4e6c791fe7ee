/**
 * The frontier on SQLite, for one machine: every method is one transaction on the one connection, shared
 * with the store, so that a batch of results is filed whole or not at all.
 */
import type { Connection, Statement } from '../database.js';
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
  MAX_HOPS,
  type Resumption,
  type RunLimits,
  type Settlement,
  type StateCounts,
} from './frontier.js';
import { LinkGraph } from './graph.js';
import { HostTable, LONGEST_WAIT_MS } from './hosts.js';
import { GrowingScope, REDIRECT } from './scope.js';
import { NO_HOPS, type Settled, type UrlRow, UrlTable } from './urls.js';

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
  readonly key: string;
  readonly depth: number;
  readonly attempts: number;
  readonly refusals: number;
  readonly respelt: string | null;
  readonly reasked: 0 | 1;
  readonly seedHops: number;
  readonly suspect: number;
}

export interface SqliteFrontierOptions {
  readonly scope: ScopeMode;
  readonly seedScopeKeys: readonly string[];
}

export class SqliteFrontier implements Frontier {
  readonly #connection: Connection;
  readonly #hosts: HostTable;
  readonly #urls: UrlTable;
  readonly #scope: GrowingScope;
  readonly #graph: LinkGraph;
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
    this.#urls = new UrlTable(connection, this.#hosts);
    this.#scope = new GrowingScope(connection, options.scope, options.seedScopeKeys);
    this.#graph = new LinkGraph(connection, this.#urls, this.#scope);
    this.#candidates = connection.prepare(
      `SELECT id, request_key AS key, depth, attempts, refusals, respelt, reasked, seed_hops AS seedHops, suspect FROM urls
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
      const { changes } = this.#connection
        .prepare(`UPDATE urls SET state = 'queued' WHERE state = 'leased'`)
        .run();
      if (retryFailed !== null) this.#queueFailed(retryFailed, limits);
      this.#applyDepthLimit(limits.maxDepth ?? Number.MAX_SAFE_INTEGER);
      this.#hosts.correctClocks(now, limits.longestGapMs);
      this.#connection
        .prepare('UPDATE urls SET not_before = @latest WHERE not_before > @latest')
        .run({ latest: now + LONGEST_WAIT_MS });
      this.#hosts.excuseAbsence(now);
      this.#hosts.recount();
      return changes;
    })();
    this.#urls.load(this.#connection, limits.maxDepth);
    for (const key of this.#wonPages()) this.#scope.win(key);
    // What was won in an earlier run was said then.
    this.#scope.takeNotices();
    return { reclaimed, counts: this.counts() };
  }

  finish(): void {
    this.#connection.exec('CREATE INDEX IF NOT EXISTS links_by_target ON links(target_id, source_id)');
  }

  admitSeeds(keys: readonly string[]): void {
    this.#transact(() => {
      for (const key of keys) {
        this.#urls.reach(key, { depth: 0, hops: 0, foundOn: null, seedHops: 0, inScope: true });
      }
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
      return due.length === STEP || isRelaxing || isJudging || this.#failGivenUp();
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
    return this.#scope.takeNotices();
  }

  #transact<T>(work: () => T): T {
    return this.#connection.transaction(() => {
      const result = work();
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
        const reason = request.refuse(candidate.key, host, robotsText);
        if (reason === null) {
          this.#urls.lease(candidate.id, host.id);
          claim.leases.push(asLease(candidate, host.id));
          left--;
        } else {
          const url = { id: candidate.id, hostId: host.id, state: 'queued' } as const;
          this.#urls.settle(url, { state: 'skipped', error: reason });
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
    switch (settlement.kind) {
      case 'page':
        return this.#settlePage(row, settlement);
      case 'redirect':
        this.#urls.settle(row, { state: 'done', attempts: 1 });
        return this.#graph.addRedirect(row, settlement.targetKey, settlement.verdict, settlement.withCookies);
      default:
        return this.#urls.settle(row, settledAs(settlement));
    }
  }

  #settlePage(row: UrlRow, page: Settlement & { kind: 'page' }): void {
    let linkCount = this.#graph.addLinks(row, page.links);
    const isOpen = this.#scope.isOpen();
    for (const [nofollow, keys] of page.outside.entries()) {
      if (keys === '') continue;
      for (const key of keys.split('\n')) {
        if (this.#scope.has(key)) linkCount += this.#graph.addLink(row, key, nofollow);
        else if (isOpen) this.#scope.defer(row.id, key, nofollow);
        else this.#countOutside.run(hostnameOf(key), 1);
      }
    }
    for (const line of page.outsideHosts.split('\n')) {
      const [host, count] = line.split(' ');
      if (host !== undefined && host !== '') this.#countOutside.run(host, Number(count));
    }
    this.#urls.settle(row, { state: 'done', attempts: 1, linkCount });
    if (row.seedHops <= MAX_HOPS) this.#scope.win(row.key);
  }

  #judgeDeferred(): boolean {
    const { isInside, links } = this.#scope.takeJudged(STEP);
    for (const { sourceId, target, nofollow } of links) {
      if (nofollow === REDIRECT) this.#graph.followRedirect(sourceId);
      else if (isInside) this.#graph.addLateLink(sourceId, target, nofollow);
      else this.#countOutside.run(hostnameOf(target), 1);
    }
    return links.length > 0;
  }

  #failGivenUp(): boolean {
    const host = this.#hosts.nextGivenUp();
    if (host === undefined) return false;
    for (const { id } of this.#candidates.all(host.id, STEP)) {
      this.#urls.settle(
        { id, hostId: host.id, state: 'queued' },
        { state: 'failed', error: host.givenUp, detail: 'the host was given up' },
      );
    }
    return true;
  }

  #wake(waiting: readonly { id: number; hostId: number }[]): void {
    for (const { id, hostId } of waiting) {
      this.#stopWaiting.run(id);
      this.#hosts.countClaimable(hostId, 1);
    }
  }

  #applyDepthLimit(maxDepth: number): void {
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'queued', error = NULL WHERE state = 'skipped' AND error = 'depth' AND depth <= ?`,
      )
      .run(maxDepth);
    this.#connection
      .prepare(
        `UPDATE urls SET state = 'skipped', error = 'depth', not_before = NULL WHERE state = 'queued' AND depth > ?`,
      )
      .run(maxDepth);
  }

  #queueFailed(code: FailureCode | 'all', limits: RunLimits): void {
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
           respelt = NULL, reasked = 0, not_before = NULL WHERE state = 'failed' AND (@code = 'all' OR error = @code)`,
      )
      .run({ code });
    if (forgotten > 0) this.#rebuildDepths(limits);
  }

  /**
   * Computes depths and hops anew from the seeds, after redirects were forgotten that some came through. What
   * then has no way to it is left out until there is one.
   */
  #rebuildDepths(limits: RunLimits): void {
    this.#urls.load(this.#connection, limits.maxDepth);
    for (const key of this.#wonPages()) this.#scope.win(key);
    const seeds = this.#connection
      .prepare<[], string>('SELECT request_key FROM urls WHERE seed_hops = 0')
      .pluck()
      .all();
    this.#connection.exec(
      `UPDATE urls SET depth = NULL, hops = ${NO_HOPS}, seed_hops = ${NO_HOPS}; DELETE FROM relaxations;`,
    );
    this.admitSeeds(seeds);
    while (this.#graph.relax(STEP));
    this.#urls.takeNearerSeed();
    this.#connection.exec(
      `UPDATE urls SET state = 'skipped', error = 'nofollow', not_before = NULL WHERE state = 'queued' AND depth IS NULL`,
    );
    this.#hosts.flush();
  }

  #wonPages(): string[] {
    return this.#connection
      .prepare<[], string>(
        `SELECT request_key FROM urls WHERE seed_hops <= ${MAX_HOPS} AND state = 'done' AND link_count IS NOT NULL`,
      )
      .pluck()
      .all();
  }
}

function asLease(candidate: Candidate, hostId: number): Lease {
  const { id, key, depth, attempts, refusals, respelt, reasked, seedHops, suspect } = candidate;
  return {
    id,
    hostId,
    key,
    url: respelt ?? key,
    depth,
    attempts,
    refusals,
    isRespelt: respelt !== null,
    isReasked: reasked === 1,
    isSeedChain: seedHops <= MAX_HOPS,
    suspect,
  };
}

function settledAs(settlement: Exclude<Settlement, { kind: 'page' | 'redirect' }>): Settled {
  switch (settlement.kind) {
    case 'failed':
      return { state: 'failed', error: settlement.code, detail: settlement.detail, attempts: 1 };
    case 'skipped':
      return { state: 'skipped', error: settlement.reason, attempts: 1 };
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
