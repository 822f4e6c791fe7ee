/**
 * Threads that are ended because no answer will come of them: held by a page or by user code (`Watchdog`), or silent
 * about a flight (`Overdue`). Ends them and says so; what becomes of their flights is decided where losses are filed.
 */
import type { Lease } from '../frontier/frontier.js';
import type { Asks } from './asks.js';
import type { CrawlListener } from './events.js';
import type { ExecutionLedger } from './execution-ledger.js';
import type { Flights } from './flights.js';
import { Overdue } from './overdue.js';
import type { Pool } from './pool.js';
import { Watchdog } from './watchdog.js';

export interface StuckThreadsSettings {
  /** How long one page may hold its thread, ms. */
  readonly parseTimeoutMs: number;
  /** How long user code may hold a thread, ms; null = there is none. */
  readonly executorTimeoutMs: number | null;
  /** How long a thread may be silent about a flight, ms; null = for ever: no user code is in it. */
  readonly longestSilenceMs: number | null;
}

export interface StuckThreadsParts {
  readonly pool: Pool;
  readonly flights: Flights;
  readonly asks: Asks;
  readonly executions: ExecutionLedger | null;
  readonly listener: CrawlListener;
  /** ms; must never go back. */
  readonly clock: () => number;
}

export class StuckThreads {
  readonly #parts: StuckThreadsParts;
  readonly #watchdog: Watchdog;
  readonly #overdue: Overdue | null;
  /** Threads that are being ended on purpose. */
  readonly #ended = new Set<number>();

  constructor(settings: StuckThreadsSettings, parts: StuckThreadsParts) {
    this.#parts = parts;
    const { parseTimeoutMs, executorTimeoutMs, longestSilenceMs } = settings;
    const { pool, clock } = parts;
    this.#watchdog = new Watchdog({ holding: pool.holding, parseTimeoutMs, executorTimeoutMs, clock });
    this.#overdue = longestSilenceMs === null ? null : new Overdue(longestSilenceMs, clock);
  }

  /** How often to look at least, ms. */
  get intervalMs(): number {
    return this.#watchdog.intervalMs;
  }

  /** A message of the flight came in. */
  hear(flightId: number): void {
    this.#overdue?.hear(flightId);
  }

  /** Whether a thread was ended here; forgets it, since it is gone or replaced. */
  takeEnded(thread: number): boolean {
    return this.#ended.delete(thread);
  }

  /** Ends the threads that are stuck. */
  endAll(): void {
    this.#endHeld();
    this.#endSilent();
  }

  #endHeld(): void {
    const { flights, listener, pool } = this.#parts;
    for (const { thread, flightId, afterMs } of this.#watchdog.look()) {
      const inThread = [...flights.all()].filter(({ slot }) => slot.thread === thread);
      // One that has its thread to itself is the one that holds it; of others it may have been an earlier one.
      const [only] = inThread;
      const flight = flightId === null && only?.slot.isAlone === true ? only : flights.get(flightId ?? 0);
      // Its answer came in while we looked. A thread without any is held by what user code left behind.
      if (flight === undefined && flightId !== null) continue;
      if (flight !== undefined) this.#ended.add(thread);
      const url = flight?.url ?? null;
      const key = flight?.errand.kind === 'fetch' ? this.#keyOf(flight.errand.lease) : null;
      listener.onNotice({ kind: 'thread-ended', thread, url, key, afterMs });
      pool.end(thread, flight?.flightId ?? null);
    }
  }

  /** Alone in its thread it is to blame; of several any may be, or one before them. */
  #endSilent(): void {
    const { flights, asks, listener, pool } = this.#parts;
    const isWaiting = (flightId: number): boolean => asks.isWaitedFor(flightId);
    for (const { flightId, slot, url } of this.#overdue?.look(flights.all(), isWaiting) ?? []) {
      this.#ended.add(slot.thread);
      listener.onNotice({ kind: 'thread-silent', thread: slot.thread, url });
      pool.end(slot.thread, slot.isAlone ? flightId : null);
    }
  }

  /** Of the task that user code knows a page as. */
  #keyOf(lease: Lease): string | null {
    return this.#parts.executions?.workFor(lease).key ?? null;
  }
}
