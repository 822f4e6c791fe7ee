/**
 * The queue of URLs that may be asked for, host by host: what a claim takes from it, and what is taken out
 * unasked. Called inside a transaction of the frontier.
 */
import { type Connection, LIMIT, type Statement } from '../database/connection.js';
import {
  type Claim,
  type ClaimRequest,
  type HostFacts,
  type Lease,
  type RequestKind,
  STORED_HOST,
  type Unasked,
} from './frontier.js';
import type { HostTable } from './hosts.js';
import type { SitemapTable } from './sitemaps.js';
import type { Settled, UrlRow, UrlTable } from './urls.js';

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
  pages: number;
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
  readonly hops: number;
  readonly suspect: number;
  readonly foundOn: number | null;
}

/** The parts of the frontier that a claim changes. */
export interface QueueParts {
  readonly hosts: HostTable;
  readonly urls: UrlTable;
  readonly sitemaps: SitemapTable;
}

export class Queue {
  readonly #hosts: HostTable;
  readonly #urls: UrlTable;
  readonly #sitemaps: SitemapTable;
  #unasked: Unasked[] = [];
  readonly #candidates: Statement<[number, number], Candidate>;
  /** Those that are no pages. */
  readonly #others: Statement<[number, number], Candidate>;

  constructor(connection: Connection, { hosts, urls, sitemaps }: QueueParts) {
    this.#hosts = hosts;
    this.#urls = urls;
    this.#sitemaps = sitemaps;
    const queued = `SELECT id, kind, coalesce(url, request_key) AS url, depth, attempts, refusals, respelt, reasked, hops, suspect,
             found_on AS foundOn FROM urls WHERE host_id = ? AND state = 'queued' AND not_before IS NULL`;
    this.#candidates = connection.prepare(`${queued} ORDER BY refusals, depth, id ${LIMIT}`);
    this.#others = connection.prepare(`${queued} AND kind <> 'page' ORDER BY refusals, depth, id ${LIMIT}`);
  }

  /** See `Frontier.claim`. */
  claim(request: ClaimRequest): Claim {
    const claim: Taken = { leases: [], errands: [], refused: 0, pages: 0 };
    let cursor: HostFacts | undefined;
    for (let looks = 0; looks < MAX_LOOKS; looks += HOSTS_AT_ONCE) {
      const due = this.#hosts.due(request.now, HOSTS_AT_ONCE, cursor);
      for (const host of due) {
        if (sizeOf(claim) >= request.limit) return claim;
        this.#claimFrom(host, due.length, request, claim);
      }
      if (due.length < HOSTS_AT_ONCE) return claim;
      cursor = due.at(-1);
    }
    return claim;
  }

  /** Ends up to `limit` URLs of one host that was given up. Answers whether there was such a host. */
  endGivenUp(limit: number): boolean {
    const host = this.#hosts.nextGivenUp();
    if (host === undefined) return false;
    const end: Settled =
      host.givenUp === 'private'
        ? { state: 'skipped', error: 'private', detail: 'its host may not be connected to' }
        : { state: 'failed', error: host.givenUp, detail: 'the host was given up' };
    for (const candidate of this.#candidates.all(host.id, limit)) {
      this.#urls.settle(rowOf(candidate, host.id), end);
      this.#noteUnasked(candidate, `${end.error}: ${end.detail}`);
    }
    return true;
  }

  /** Tasks and reruns that were ended since the last call. */
  takeUnasked(): readonly Unasked[] {
    const unasked = this.#unasked;
    this.#unasked = [];
    return unasked;
  }

  #noteUnasked({ id, kind, url, foundOn }: Candidate, error: string): void {
    if (kind !== 'task' && kind !== 'rerun') return;
    this.#unasked.push({ kind, pageId: pageIdOf(id, kind, foundOn), key: url, error });
    if (kind === 'rerun') this.#urls.forget(id);
  }

  #claimFrom(host: HostFacts, dueHosts: number, request: ClaimRequest, claim: Taken): void {
    const taken = sizeOf(claim);
    const allowance = request.allow(host, taken, dueHosts);
    if (allowance.kind === 'wait') {
      if (allowance.until !== undefined) this.#hosts.advanceClock(host.id, allowance.until);
      return;
    }
    if (allowance.kind === 'robots') claim.errands.push(host);
    else this.#leaseFrom(host, Math.min(allowance.count, request.limit - taken), request, claim);
    // With no gap the clock still moves, so that hosts take turns.
    if (sizeOf(claim) > taken) this.#hosts.advanceClock(host.id, request.now + allowance.gapMs);
  }

  #leaseFrom(host: HostFacts, count: number, request: ClaimRequest, claim: Taken): void {
    const robotsText = (): string => this.#hosts.robotsText(host.id);
    let left = count;
    for (let refused = 0; left > 0 && refused < REFUSALS_PER_CLAIM;) {
      const source = claim.pages < request.pageLimit ? this.#candidates : this.#others;
      const candidates = source.all(host.id, refused === 0 ? left : CANDIDATES);
      if (candidates.length === 0) return;
      for (const candidate of candidates) {
        if (left === 0) return;
        // The rest of this helping; the next one has none.
        if (candidate.kind === 'page' && claim.pages >= request.pageLimit) continue;
        const reason = request.refuse(addressOf(candidate), host, robotsText);
        if (reason === null) {
          this.#urls.lease(candidate.id, host.id, candidate.kind);
          claim.leases.push(asLease(candidate, host));
          if (candidate.kind === 'page') claim.pages++;
          left--;
        } else {
          const row = rowOf(candidate, host.id);
          this.#urls.settle(row, { state: 'skipped', error: reason });
          this.#sitemaps.admitOf(row);
          this.#noteUnasked(candidate, `${reason}: not asked for`);
          claim.refused++;
          refused++;
        }
      }
    }
  }
}

function sizeOf({ leases, errands }: Taken): number {
  return leases.length + errands.length;
}

function rowOf(
  { id, kind, url }: Candidate,
  hostId: number,
): Pick<UrlRow, 'id' | 'kind' | 'url' | 'hostId' | 'state'> {
  return { id, kind, url, hostId, state: 'queued' };
}

/** What a robots.txt is asked about: of a file that has moved, where it is. */
function addressOf({ kind, url, respelt }: Candidate): string {
  return kind === 'file' ? (respelt ?? url) : url;
}

/** What executors are run on: a rerun is on the page it was found on. */
function pageIdOf(id: number, kind: RequestKind, foundOn: number | null): number {
  return kind === 'rerun' ? (foundOn as number) : id;
}

function asLease(candidate: Candidate, { id: hostId, host }: HostFacts): Lease {
  const { id, kind, url, depth, attempts, refusals, respelt, reasked, hops, suspect, foundOn } = candidate;
  return {
    id,
    hostId,
    kind,
    pageId: pageIdOf(id, kind, foundOn),
    isStored: host === STORED_HOST,
    key: url,
    url: respelt ?? url,
    depth,
    attempts,
    refusals,
    isRespelt: respelt !== null,
    hops,
    isReasked: reasked === 1,
    suspect,
  };
}
