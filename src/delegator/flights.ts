/**
 * Everything handed to a thread and not yet filed: at most threads × concurrency tasks. The queue is the
 * frontier; nothing here is a backlog.
 */
import type { Lease } from '../frontier/frontier.js';
import type { Outcome } from '../protocol/outcome.js';
import type { Task } from '../protocol/task.js';
import type { Lost, WorkerPool } from './pool.js';
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
}

export interface Arrival {
  readonly flight: Flight;
  readonly outcome: Outcome | Lost;
}

export class Flights {
  readonly #pool: WorkerPool;
  readonly #slots: Slots;
  readonly #onChange: () => void;
  readonly #aloft = new Map<number, Flight>();
  #arrived: Arrival[] = [];
  #lastId = 0;

  /** @param onChange called when something arrived or a slot became free */
  constructor(pool: WorkerPool, slots: Slots, onChange: () => void) {
    this.#pool = pool;
    this.#slots = slots;
    this.#onChange = onChange;
  }

  /** Tasks with a thread. */
  get size(): number {
    return this.#aloft.size;
  }

  /** Leases with a thread. */
  get fetches(): number {
    let count = 0;
    for (const { errand } of this.#aloft.values()) if (errand.kind === 'fetch') count++;
    return count;
  }

  get hasArrivals(): boolean {
    return this.#arrived.length > 0;
  }

  all(): Iterable<Flight> {
    return this.#aloft.values();
  }

  /** @param makeTask gets the flight's number */
  launch(errand: Errand, slot: Slot, startedAt: number, makeTask: (flightId: number) => Task): void {
    const flightId = ++this.#lastId;
    const task = makeTask(flightId);
    const flight: Flight = { flightId, errand, url: task.url, slot, startedAt };
    this.#aloft.set(flightId, flight);
    void this.#pool.run(task, slot.thread).then((outcome) => this.#land(flight, outcome));
  }

  /** The response is in: its host may have the next request while the thread is still at work. */
  freeHost(flightId: number): void {
    const flight = this.#aloft.get(flightId);
    if (flight === undefined) return;
    this.#slots.releaseHost(flight.slot);
    this.#onChange();
  }

  takeArrivals(): Arrival[] {
    const arrived = this.#arrived;
    this.#arrived = [];
    return arrived;
  }

  #land(flight: Flight, outcome: Outcome | Lost): void {
    this.#aloft.delete(flight.flightId);
    this.#slots.release(flight.slot);
    this.#arrived.push({ flight, outcome });
    this.#onChange();
  }
}
