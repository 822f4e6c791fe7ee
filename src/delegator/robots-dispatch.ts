/**
 * Which robots.txt is asked for next, and on which slot: those of hosts that are claimed, those that a request of user
 * code waits for, and those that are redirected to another host. There is no other way out for one.
 */
import type { Allowance, Frontier, HostFacts } from '../frontier/frontier.js';
import { hostLimits, type PolitenessSettings } from '../policy/politeness.js';
import { originOf } from '../url/canonicalise.js';
import type { Cookies } from './cookies.js';
import type { Errand, Flights } from './flights.js';
import { type Proxies, robotsSubject } from './proxies.js';
import type { RobotsErrand, RobotsGate } from './robots-gate.js';
import type { RobotsHops } from './robots-hops.js';
import type { Slot, Slots } from './slots.js';

/** What holds for every request. */
export interface RequestSettings extends PolitenessSettings {
  /** Origins that get the user's extra headers. */
  readonly seedOrigins: ReadonlySet<string>;
}

/** What it takes to make a request. */
export interface RequestParts {
  readonly frontier: Frontier;
  readonly flights: Flights;
  readonly slots: Slots;
  readonly gate: RobotsGate;
  readonly cookies: Cookies;
  readonly proxies: Proxies;
}

export interface RobotsDispatchParts extends RequestParts {
  readonly hops: RobotsHops;
  /** Tasks may hold all room there is, and wait for the answer. */
  readonly hasUserCode: boolean;
  readonly settings: RequestSettings;
}

/** A host whose robots.txt waits for another host is not looked at for so long, unless the answer comes. */
const HOP_LOOK_MS = 5_000;

export class RobotsDispatch {
  readonly #parts: RobotsDispatchParts;

  constructor(parts: RobotsDispatchParts) {
    this.#parts = parts;
  }

  /** Null, or how long nothing of a host is asked for because its robots.txt is on its way. */
  waitOf(hostId: number, now: number): Extract<Allowance, { readonly kind: 'wait' }> | null {
    const { gate, hops } = this.#parts;
    if (hops.isWaiting(hostId)) return { kind: 'wait', until: now + HOP_LOOK_MS };
    return gate.isUnderWay(hostId) ? { kind: 'wait' } : null;
  }

  /**
   * For a host that was claimed for it, so that its clock has moved already.
   * @param slot     taken for it; released where it is not needed
   * @param isSpaced whether the host keeps a gap
   */
  async sendClaimed(host: HostFacts, slot: Slot, isSpaced: boolean, now: number): Promise<void> {
    const errand = await this.#ownErrand(host, slot);
    if (errand !== null) this.#launch(errand, slot, isSpaced, now);
  }

  /** For a host that user code waits for: on a thread's reserve, since all else may be taken by those who wait for this very answer. */
  async sendAwaited(host: HostFacts, now: number): Promise<void> {
    const { perHost, gapMs } = hostLimits(host, this.#parts.settings);
    const slot = this.#parts.slots.acquireReserve(host.id, perHost);
    if (slot === null) return;
    const errand = await this.#ownErrand(host, slot);
    if (errand !== null) await this.#launchAndSpace(errand, slot, host.id, gapMs, now);
  }

  /** Those that were redirected, to hosts whose turn it is. */
  async sendHops(now: number): Promise<void> {
    const { frontier, hops, flights, slots, hasUserCode, settings } = this.#parts;
    for (const targetId of hops.targets()) {
      const host = await frontier.hostById(targetId);
      if (host.nextFetchAt > now) continue;
      const { perHost, gapMs } = hostLimits(host, settings);
      // All room may be taken by tasks whose user code waits for this very answer.
      const slot =
        slots.acquire(host.id, perHost) ?? (hasUserCode ? slots.acquireReserve(host.id, perHost) : null);
      if (slot === null) continue;
      const hop = hops.take(targetId);
      if (hop === null) {
        slots.release(slot);
        continue;
      }
      const known = hops.answerOf(hop.url);
      if (known === null) await this.#launchAndSpace(hop, slot, host.id, gapMs, now);
      else flights.answer({ kind: 'robots', robots: hop }, hop.url, slot, now, known);
    }
  }

  /** The earliest moment a redirected one may be asked for; null when none waits. ms since epoch. */
  async nextHopAt(now: number): Promise<number | null> {
    let next: number | null = null;
    for (const targetId of this.#parts.hops.targets()) {
      const { nextFetchAt } = await this.#parts.frontier.hostById(targetId);
      // One whose time has come waits for a slot, and an arrival says when there is one.
      if (nextFetchAt > now) next = Math.min(next ?? Infinity, nextFetchAt);
    }
    return next;
  }

  /** Null where it is known to be redirected: its turn comes with that of the host it leads to. */
  async #ownErrand(host: HostFacts, slot: Slot): Promise<RobotsErrand | null> {
    const { frontier, gate, hops, slots } = this.#parts;
    const errand = gate.begin(host);
    if (originOf(errand.url) === host.host) return errand;
    slots.release(slot);
    hops.add((await frontier.hostOf(errand.url)).id, errand);
    return null;
  }

  async #launchAndSpace(
    errand: RobotsErrand,
    slot: Slot,
    hostId: number,
    gapMs: number,
    now: number,
  ): Promise<void> {
    const patch = { nextFetchAt: now + gapMs };
    await this.#parts.frontier.apply([], [{ hostId, patch }], () => undefined);
    this.#launch(errand, slot, gapMs > 0, now);
  }

  #launch(robots: RobotsErrand, slot: Slot, isSpaced: boolean, now: number): void {
    const { cookies, flights, proxies, settings } = this.#parts;
    const errand: Errand = { kind: 'robots', robots };
    const choice = proxies.choose(robots.url, null, robotsSubject(robots), now);
    if (choice.failure !== null) return flights.fail(errand, robots.url, slot, now, choice.failure);
    flights.launch(errand, slot, now, (flightId) => ({
      kind: 'robots',
      thread: slot.thread,
      flightId,
      url: robots.url,
      sendHeaders: settings.seedOrigins.has(originOf(robots.url)),
      spaced: isSpaced,
      // A wall that sends everybody round until its cookie is there would hide the rules, and none means all allowed.
      cookie: cookies.headerFor(robots.url, now),
      proxy: choice.proxy,
    }));
  }
}
