/**
 * Everything handed to a thread and not yet filed: at most threads × concurrency tasks. The queue is the
 * frontier; nothing here is a backlog.
 */
import type { Lease } from '../frontier/frontier.js';
import type { Failure } from '../protocol/failure.js';
import type { Outcome } from '../protocol/outcome.js';
import type { Task } from '../protocol/task.js';
import type { Lost, Pool } from './pool.js';
import type { RobotsErrand } from './robots-gate.js';
import type { Slot, Slots } from './slots.js';

export type Errand =
  | { readonly kind: 'fetch'; readonly lease: Lease }
  | { readonly kind: 'robots'; readonly robots: RobotsErrand };

export interface Flight {
  readonly flightId: number;
  readonly errand: Errand;
  readonly url: string;
  readonly slot: Slot;
  readonly startedAt: number;
  /** The crawl's cookies went with it; which, only the thread knows. */
  readonly hasCookie: boolean;
  /** It went through this one, password and all; null = directly. */
  readonly proxy: string | null;
  /** False for what was answered without a request. */
  readonly isSent: boolean;
}

export interface Arrival {
  readonly flight: Flight;
  readonly outcome: Outcome | Lost;
}

/** A request of a host with a gap that is on its way. */
export interface Start {
  readonly hostId: number;
  /** ms since epoch. */
  readonly at: number;
}

export class Flights {
  readonly #pool: Pool;
  readonly #slots: Slots;
  readonly #onChange: () => void;
  readonly #beforeLaunch: () => void;
  readonly #aloft = new Map<number, Flight>();
  #arrived: Arrival[] = [];
  /** Hosts by flights that keep a gap and whose request is not known to be made: their thread may be busy, or still starting. */
  readonly #starting = new Map<number, number>();
  /** Flights whose cookies were taken before they landed, and whether any was valid. */
  readonly #cookiesTaken = new WeakMap<Flight, boolean>();
  #starts: Start[] = [];
  #lastId = 0;
  readonly #clock: () => number;

  /**
   * @param clock        ms since epoch
   * @param onChange     called when something arrived or a slot became free
   * @param beforeLaunch called before a thread is told anything
   */
  constructor(pool: Pool, slots: Slots, clock: () => number, onChange: () => void, beforeLaunch: () => void) {
    this.#clock = clock;
    this.#pool = pool;
    this.#slots = slots;
    this.#onChange = onChange;
    this.#beforeLaunch = beforeLaunch;
  }

  /** Tasks with a thread. */
  get size(): number {
    return this.#aloft.size;
  }

  get hasArrivals(): boolean {
    return this.#arrived.length > 0;
  }

  /** Whether answers have come in that may wait for more: the threads still have twice as much in hand. */
  get mayGather(): boolean {
    return this.hasArrivals && this.#aloft.size > 2 * this.#arrived.length;
  }

  get(flightId: number): Flight | undefined {
    return this.#aloft.get(flightId);
  }

  all(): Iterable<Flight> {
    return this.#aloft.values();
  }

  /** @param makeTask gets the flight's number */
  launch(errand: Errand, slot: Slot, startedAt: number, makeTask: (flightId: number) => Task): void {
    this.#beforeLaunch();
    const flightId = ++this.#lastId;
    const task = makeTask(flightId);
    const flight: Flight = {
      flightId,
      errand,
      url: task.url,
      slot,
      startedAt,
      hasCookie: task.cookie !== null,
      proxy: task.proxy,
      isSent: true,
    };
    this.#aloft.set(flightId, flight);
    if (task.spaced) this.#starting.set(flightId, slot.hostId);
    void this.#pool.run(task, slot.thread).then((outcome) => this.#land(flight, outcome));
  }

  /** An errand whose answer is known already: it arrives without a request. */
  answer(errand: Errand, url: string, slot: Slot, now: number, outcome: Outcome): void {
    this.#slots.release(slot);
    const flightId = ++this.#lastId;
    const unsent = { hasCookie: false, proxy: null, isSent: false };
    const flight: Flight = { flightId, errand, url, slot, startedAt: now, ...unsent };
    this.#arrived.push({ flight, outcome });
    this.#onChange();
  }

  /** An errand that nothing can be asked for: it arrives as failed, without a request. */
  fail(errand: Errand, url: string, slot: Slot, now: number, failure: Failure): void {
    this.answer(errand, url, slot, now, { kind: 'failure', startedAt: now, durationMs: 0, failure });
  }

  /** Whether a request to this host was handed out that is not known to be made yet. */
  isStarting(hostId: number): boolean {
    for (const host of this.#starting.values()) if (host === hostId) return true;
    return false;
  }

  /** A request of a host with a gap is on its way. */
  start(flightId: number): void {
    const hostId = this.#starting.get(flightId);
    if (hostId === undefined) return;
    this.#starting.delete(flightId);
    this.#starts.push({ hostId, at: this.#clock() });
    this.#onChange();
  }

  takeStarts(): Start[] {
    const starts = this.#starts;
    this.#starts = [];
    return starts;
  }

  /** The response is in: its host may have the next request while the thread is still at work. */
  freeHost(flightId: number): void {
    const flight = this.#aloft.get(flightId);
    if (flight === undefined) return;
    this.#slots.releaseHost(flight.slot);
    this.#onChange();
  }

  /** The cookies of its answer are in the jar; they are not to be taken once more. */
  noteCookiesTaken(flight: Flight, isAnyValid: boolean): void {
    this.#cookiesTaken.set(flight, isAnyValid);
  }

  /** Whether any of the cookies that were taken was valid; undefined = none were taken yet. */
  cookiesTaken(flight: Flight): boolean | undefined {
    return this.#cookiesTaken.get(flight);
  }

  takeArrivals(): Arrival[] {
    const arrived = this.#arrived;
    this.#arrived = [];
    return arrived;
  }

  #land(flight: Flight, outcome: Outcome | Lost): void {
    this.#aloft.delete(flight.flightId);
    this.#endStart(flight);
    this.#slots.release(flight.slot);
    this.#arrived.push({ flight, outcome });
    this.#onChange();
  }

  /** An answer, or the end of the thread, may overtake the word that a request is on its way: now is then a safe moment to count from. */
  #endStart({ flightId, slot }: Flight): void {
    if (!this.#starting.delete(flightId)) return;
    this.#starts.push({ hostId: slot.hostId, at: this.#clock() });
  }
}
