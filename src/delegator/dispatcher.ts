/**
 * From the frontier to the threads: claims what may be fetched now, as far as slots allow, and hands it
 * out. A slot of the host is taken before a URL is; workers never wait for a host.
 */
import { InvariantError } from '../errors.js';
import {
  type Allowance,
  type Frontier,
  type HostFacts,
  type Lease,
  STORED_HOST,
} from '../frontier/frontier.js';
import { fairShare, hostLimits } from '../policy/politeness.js';
import { countryOf } from '../protocol/work.js';
import { originOf } from '../url/canonicalise.js';
import type { Asks } from './asks.js';
import type { Cookies } from './cookies.js';
import type { Valve } from './events.js';
import type { ExecutionLedger } from './execution-ledger.js';
import type { Errand, Flights } from './flights.js';
import { DIRECTLY, type Proxies } from './proxies.js';
import type { RequestParts, RequestSettings, RobotsDispatch } from './robots-dispatch.js';
import type { RobotsGate } from './robots-gate.js';
import type { Slot, Slots } from './slots.js';
import type { FileWork } from './file-work.js';
import { type FileParts, taskFor } from './task-for.js';

export interface DispatcherParts extends RequestParts {
  readonly robots: RobotsDispatch;
  readonly asks: Asks;
  /** null = the run has no executors. */
  readonly executions: ExecutionLedger | null;
  /** null = the run downloads no files. */
  readonly fileWork: FileWork | null;
  readonly valve?: Valve | undefined;
  readonly settings: RequestSettings;
}

/** Stored bodies belong to nobody who could be asked too often. */
const UNLIMITED = { perHost: Infinity, gapMs: 0 } as const;

export class Dispatcher {
  readonly #frontier: Frontier;
  readonly #flights: Flights;
  readonly #slots: Slots;
  readonly #gate: RobotsGate;
  readonly #robots: RobotsDispatch;
  readonly #cookies: Cookies;
  readonly #asks: Asks;
  readonly #executions: ExecutionLedger | null;
  readonly #fileWork: FileWork | null;
  readonly #proxies: Proxies;
  readonly #settings: RequestSettings;
  readonly #valve: Valve | undefined;
  /** Leases that must have a thread to themselves, waiting for it. */
  #suspects: Lease[] = [];

  constructor(parts: DispatcherParts) {
    this.#frontier = parts.frontier;
    this.#flights = parts.flights;
    this.#slots = parts.slots;
    this.#gate = parts.gate;
    this.#robots = parts.robots;
    this.#cookies = parts.cookies;
    this.#asks = parts.asks;
    this.#executions = parts.executions;
    this.#fileWork = parts.fileWork;
    this.#proxies = parts.proxies;
    this.#settings = parts.settings;
    this.#valve = parts.valve;
  }

  /** Leases held without a thread. */
  get held(): readonly Lease[] {
    return this.#suspects;
  }

  /**
   * Hands out what may be fetched now, at most `pageBudget` pages of it.
   * @returns whether it pays to ask again at once: URLs were refused, so others may have come to the fore
   */
  async dispatch(now: number, pageBudget: number): Promise<boolean> {
    await this.#spaceOut();
    if (this.#proxies.readyAt(now) !== null) return false;
    await this.#launchSuspects(now);
    await this.#robots.sendHops(now);
    await this.#asks.grant(now);
    if (this.#valve?.isOpen() === false) return false;
    const limit = this.#slots.free();
    return limit > 0 && (await this.#claim(now, limit, pageBudget));
  }

  /** The gap of a host counts from when its request was really made. */
  async #spaceOut(): Promise<void> {
    for (const { hostId, at } of this.#flights.takeStarts()) {
      const host = await this.#frontier.hostById(hostId);
      const nextFetchAt = at + hostLimits(host, this.#settings).gapMs;
      if (nextFetchAt > host.nextFetchAt)
        await this.#frontier.apply([], [{ hostId, patch: { nextFetchAt } }], () => undefined);
    }
  }

  async #claim(now: number, limit: number, pageLimit: number): Promise<boolean> {
    const reserved = new Map<number, Slot[]>();
    const spaced = new Set<number>();
    const knownHosts = await this.#frontier.hostCount();
    const { leases, errands, refused } = await this.#frontier.claim({
      now,
      limit,
      pageLimit,
      allow: (host, taken, dueHosts) => {
        const allowance = this.#allow(host, now, limit - taken, dueHosts, knownHosts, reserved);
        if (allowance.kind !== 'wait' && allowance.gapMs > 0) spaced.add(host.id);
        return allowance;
      },
      refuse: (key, host, robotsText) =>
        isStored(host) ? null : this.#gate.refuse(key, host.id, robotsText),
    });
    const keepOutside = await this.#frontier.mustKeepOutside();
    for (const host of errands)
      await this.#robots.sendClaimed(host, takeFrom(reserved, host.id), spaced.has(host.id), now);
    for (const lease of leases) {
      if (lease.suspect > 0) this.#suspects.push(lease);
      else {
        const slot = takeFrom(reserved, lease.hostId);
        await this.#launchFetch(lease, slot, keepOutside, spaced.has(lease.hostId), now);
      }
    }
    for (const slots of reserved.values()) for (const slot of slots) this.#slots.release(slot);
    // Not left to the next turn: nothing else may be due for long.
    await this.#launchSuspects(now);
    return refused > 0;
  }

  /** What one host may be asked for now; the slots it takes are put into `reserved`. */
  #allow(
    host: HostFacts,
    now: number,
    limit: number,
    dueHosts: number,
    knownHosts: number,
    reserved: Map<number, Slot[]>,
  ): Allowance {
    const wait = this.#robots.waitOf(host.id, now);
    if (wait !== null) return wait;
    const { perHost, gapMs } = isStored(host) ? UNLIMITED : hostLimits(host, this.#settings);
    if (gapMs > 0 && (this.#flights.isStarting(host.id) || this.#asks.isUnderWay(host.id)))
      return { kind: 'wait' };
    // It needs the host's first slot to itself, and would wait for it as long as there are other pages.
    if (perHost !== Infinity && this.#isHeld(host.id)) return { kind: 'wait' };
    const isMissing = !isStored(host) && this.#gate.isMissing(host, now);
    const activeHosts = Math.max(dueHosts, this.#slots.busyHosts());
    const share = fairShare(perHost, this.#slots.capacity, activeHosts, knownHosts);
    const wanted = Math.min(isMissing || gapMs > 0 ? 1 : limit, limit, share - this.#slots.inFlight(host.id));
    const slots: Slot[] = [];
    while (slots.length < wanted) {
      const slot = this.#slots.acquire(host.id, perHost);
      if (slot === null) break;
      slots.push(slot);
    }
    if (slots.length === 0) return { kind: 'wait' };
    reserved.set(host.id, slots);
    return isMissing ? { kind: 'robots', gapMs } : { kind: 'pages', count: slots.length, gapMs };
  }

  /** Whether a lease of this host still waits for a thread to itself. */
  #isHeld(hostId: number): boolean {
    return this.#suspects.some((lease) => lease.hostId === hostId);
  }

  async #launchFetch(
    lease: Lease,
    slot: Slot,
    keepOutside: boolean,
    spaced: boolean,
    now: number,
  ): Promise<void> {
    const errand: Errand = { kind: 'fetch', lease };
    const work = lease.kind === 'sitemap' ? null : (this.#executions?.workFor(lease) ?? null);
    const choice = lease.isStored
      ? DIRECTLY
      : this.#proxies.choose(lease.url, work === null ? null : countryOf(work), lease.id, now);
    if (choice.failure !== null) return this.#flights.fail(errand, lease.url, slot, now, choice.failure);
    const base = {
      thread: slot.thread,
      url: lease.url,
      slotted: slot.index !== null,
      keepOutside,
      // A file may have moved to another site, which is not to get them.
      sendHeaders: this.#settings.seedOrigins.has(originOf(lease.url)),
      spaced,
      cookie: lease.isStored ? null : this.#cookies.headerFor(lease.url, now),
      proxy: choice.proxy,
    };
    const files = await this.#filePartsOf(lease);
    this.#flights.launch(errand, slot, now, (flightId) =>
      taskFor(lease, work, this.#executions, files, { ...base, flightId }),
    );
  }

  async #filePartsOf(lease: Lease): Promise<FileParts | null> {
    const files = this.#fileWork;
    if (files === null) return null;
    if (lease.kind === 'file')
      return {
        listing: null,
        part: files.partOf(lease.id),
        known: files.knownOf(lease.id),
        former: files.formerOf(lease.id),
      };
    const starts = files.startsOf(await this.#frontier.listingOf(lease.id));
    return { listing: { starts, isLast: files.isLast(lease) }, part: '', known: null, former: null };
  }

  async #launchSuspects(now: number): Promise<void> {
    // An answer that came in meanwhile may be a rest asked for: it is filed first.
    if (this.#flights.hasArrivals) return;
    const suspects = this.#suspects;
    this.#suspects = [];
    this.#slots.stopEmptying();
    for (const lease of suspects) {
      const { blockedUntil, givenUp } = await this.#frontier.hostById(lease.hostId);
      // While it waited for its thread the host may have asked for a rest: back into the queue with it.
      if (givenUp !== null || (blockedUntil ?? 0) > now) {
        await this.#frontier.apply(
          [{ kind: 'release', id: lease.id, suspect: lease.suspect }],
          [],
          () => undefined,
        );
        continue;
      }
      const slot = this.#slots.acquireAlone(lease.hostId);
      // Links outside are kept to be on the safe side: the delegator judges them again.
      if (slot === null) this.#suspects.push(lease);
      else await this.#launchFetch(lease, slot, true, true, now);
    }
  }
}

function takeFrom(reserved: Map<number, Slot[]>, hostId: number): Slot {
  const slot = reserved.get(hostId)?.pop();
  if (slot === undefined) throw new InvariantError(`host ${hostId} was claimed without a slot`);
  return slot;
}

function isStored({ host }: HostFacts): boolean {
  return host === STORED_HOST;
}
