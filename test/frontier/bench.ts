/**
 * What the contract suite works with: a frontier whose home outlives it, a clock that is a number, and a
 * switch that closes and reopens the frontier after every step in which no lease is held, so that nothing
 * can rest on memory.
 */
import { expect } from 'vitest';
import type {
  Allowance,
  Claim,
  ClaimRequest,
  Frontier,
  HostFacts,
  HostUpdate,
  Lease,
  Resumption,
  RunLimits,
  Settlement,
  StateCounts,
} from '../../dist/frontier/frontier.js';
import type { FailureCode } from '../../dist/protocol/failure.js';
import { originOf, settlementOf, type Web } from './web.js';

type Awaitable<T> = T | Promise<T>;

/** One URL as the store of the crawl tells it. */
export interface UrlFacts {
  readonly key: string;
  readonly state: string;
  readonly error: string | null;
  readonly depth: number | null;
  readonly attempts: number;
  readonly redirectTo: string | null;
}

/** What is stored, read past the frontier. */
export interface Inspection {
  readonly urls: readonly UrlFacts[];
  /** `source → target (nofollow)`, sorted. */
  readonly edges: readonly string[];
  /** Links outside the scope by host name. */
  readonly outsideHosts: Readonly<Record<string, number>>;
  /** Counted from the URLs. */
  readonly counts: StateCounts;
  /** What can never be right in a file at rest, in words. */
  readonly faults: readonly string[];
}

/** An open frontier and a look at what it stores. */
export interface OpenFrontier {
  readonly frontier: Frontier;
  /** Stores the answer to a lease, as the store would within `apply`. */
  record(lease: Lease): void;
  inspect(): Awaitable<Inspection>;
  close(): Awaitable<void>;
}

/** Where a frontier lives between runs. */
export interface FrontierHome {
  /** `sitemapsOf`: as the frontier's option; without it no sitemaps are read. */
  open(seeds: readonly string[], sitemapsOf?: SitemapsOf): Awaitable<OpenFrontier>;
  remove(): Awaitable<void>;
}

export type SitemapsOf = (origin: string, robotsText: string) => readonly string[];

export type MakeHome = () => Awaitable<FrontierHome>;

export interface BenchOptions {
  readonly seeds: readonly string[];
  readonly maxDepth?: number | null;
  readonly maxVariants?: number | null;
  readonly maxPerHost?: number | null;
  readonly sitemapsOf?: SitemapsOf;
}

/** Everything that is due is taken, with no gap. */
const ALL: Pick<ClaimRequest, 'limit' | 'pageLimit' | 'allow' | 'refuse'> = {
  pageLimit: Infinity,
  limit: 1_000,
  allow: (): Allowance => ({ kind: 'pages', count: 1_000, gapMs: 0 }),
  refuse: () => null,
};

export class Bench {
  /** ms since epoch; tests move it. */
  now = 1_000_000;
  maxDepth: number | null;
  maxVariants: number | null;
  maxPerHost: number | null;
  allowPrivate = false;
  readonly #home: FrontierHome;
  readonly #seeds: readonly string[];
  readonly #isReopening: boolean;
  readonly #sitemapsOf: SitemapsOf | undefined;
  readonly #held = new Map<number, Lease>();
  #open: OpenFrontier;

  private constructor(home: FrontierHome, open: OpenFrontier, options: BenchOptions, isReopening: boolean) {
    this.#home = home;
    this.#open = open;
    this.#seeds = options.seeds;
    this.#isReopening = isReopening;
    this.#sitemapsOf = options.sitemapsOf;
    this.maxDepth = options.maxDepth ?? null;
    this.maxVariants = options.maxVariants ?? null;
    this.maxPerHost = options.maxPerHost ?? null;
  }

  /** A frontier that was started and has its seeds. */
  static async start(home: FrontierHome, options: BenchOptions, isReopening = false): Promise<Bench> {
    const bench = new Bench(home, await home.open(options.seeds, options.sitemapsOf), options, isReopening);
    await bench.frontier.start(bench.now, bench.#limits(), null);
    await bench.frontier.admitSeeds(options.seeds);
    await bench.#rest();
    return bench;
  }

  get frontier(): Frontier {
    return this.#open.frontier;
  }

  /** Lets the frontier go as a killed process would, and starts a new one. */
  async restart(retryFailed: FailureCode | 'all' | null = null): Promise<Resumption> {
    await this.#open.close();
    this.#held.clear();
    this.#open = await this.#home.open(this.#seeds, this.#sitemapsOf);
    const resumption = await this.frontier.start(this.now, this.#limits(), retryFailed);
    await this.frontier.admitSeeds(this.#seeds);
    return resumption;
  }

  /** Claims all that is due, unless told otherwise. */
  async claim(request: Partial<ClaimRequest> = {}): Promise<Claim> {
    const claim = await this.frontier.claim({ now: this.now, ...ALL, ...request });
    for (const lease of claim.leases) this.#held.set(lease.id, lease);
    return claim;
  }

  #limits(): RunLimits {
    const { maxDepth, maxVariants, maxPerHost, allowPrivate } = this;
    return {
      maxDepth,
      maxFollowDepth: null,
      maxVariants,
      maxPerHost,
      allowPrivate,
      longestGapMs: 60_000,
      isOfTasks: false,
    };
  }

  /** As `claim`, the leases by key. */
  async lease(request: Partial<ClaimRequest> = {}): Promise<Map<string, Lease>> {
    const { leases } = await this.claim(request);
    return new Map(leases.map((lease) => [lease.key, lease]));
  }

  /** Leases and keys, in the order in which they were claimed. */
  async claimKeys(request: Partial<ClaimRequest> = {}): Promise<string[]> {
    return (await this.claim(request)).leases.map(({ key }) => key);
  }

  async apply(settlements: readonly Settlement[], hosts: readonly HostUpdate[] = []): Promise<void> {
    await this.frontier.apply(settlements, hosts, () => {
      for (const { id, kind } of settlements) {
        const lease = this.#held.get(id);
        if (lease !== undefined && kind !== 'release') this.#open.record(lease);
      }
    });
    for (const { id } of settlements) this.#held.delete(id);
    await this.#rest();
  }

  /** Files the answers that a web gives to these leases, in this order. */
  async answer(web: Web, leases: readonly (Lease | undefined)[]): Promise<void> {
    const keepOutside = await this.frontier.mustKeepOutside();
    await this.apply(
      leases.map((lease) => {
        if (lease === undefined) throw new Error('this URL was not leased');
        return settlementOf(web, lease, keepOutside);
      }),
    );
  }

  /** Answers one URL; it must be claimable, everything else is let go again at no cost. */
  async visit(web: Web, key: string): Promise<void> {
    await this.settled();
    const leases = await this.lease();
    const others = [...leases.values()].filter((lease) => lease.key !== key);
    await this.frontier.apply(
      others.map(({ id }) => ({ kind: 'release', id, suspect: 0 })),
      [],
      () => undefined,
    );
    await this.answer(web, [leases.get(key)]);
  }

  /** Does all the work that is left over. */
  async settled(): Promise<void> {
    while (await this.frontier.maintain(this.now));
  }

  /** Crawls a web to its end. */
  async crawl(web: Web, onLease: (key: string) => void = () => undefined): Promise<Inspection> {
    const refuse: ClaimRequest['refuse'] = (key) =>
      web.answers.get(key)?.kind === 'forbidden' ? 'robots' : null;
    for (;;) {
      await this.settled();
      const { leases } = await this.claim({ refuse });
      if (leases.length === 0) return this.inspect();
      for (const { key } of leases) onLease(key);
      await this.answer(web, leases);
    }
  }

  async host(key: string): Promise<HostFacts> {
    return this.frontier.hostOf(originOf(key) + '/');
  }

  /** Reads what is stored, and holds the frontier's own counts against it. */
  async inspect(): Promise<Inspection> {
    const inspection = await this.#open.inspect();
    expect(await this.frontier.counts()).toEqual(inspection.counts);
    return inspection;
  }

  /** Every URL as `state`, `state: error`, with its depth: `done 2`. */
  async states(): Promise<Record<string, string>> {
    const { urls } = await this.inspect();
    return Object.fromEntries(urls.map((url) => [url.key, stateText(url)]));
  }

  async close(): Promise<void> {
    await this.#open.close();
    await this.#home.remove();
  }

  async #rest(): Promise<void> {
    if (this.#isReopening && this.#held.size === 0) await this.restart();
  }
}

/** `done 2`, `failed:redirect 0`, `skipped:nofollow –`. */
export function stateText({ state, error, depth }: Pick<UrlFacts, 'state' | 'error' | 'depth'>): string {
  return `${error === null ? state : `${state}:${error}`} ${depth ?? '–'}`;
}
