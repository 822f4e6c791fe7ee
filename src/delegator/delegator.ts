/**
 * The main thread's loop: file what arrived, do a step of the work left over, hand out what may be
 * fetched now, wait for whichever comes first. It owns the threads; the backlog is the frontier's.
 */
import { type CrawlError, InvariantError } from '../errors.js';
import type { Frontier, Lease } from '../frontier/frontier.js';
import type { CookiesSet, WorkerMessage } from '../protocol/outcome.js';
import type { ProxyPlan } from '../proxies/plan.js';
import { Asks } from './asks.js';
import type { Cookies } from './cookies.js';
import { Dispatcher } from './dispatcher.js';
import type { FileWork } from './file-work.js';
import type { CrawlListener, RunCounters, Valve } from './events.js';
import type { ExecutionLedger } from './execution-ledger.js';
import { type AnswerStore, faultError, Filing, type FilingSettings } from './filing.js';
import { type Flight, Flights } from './flights.js';
import { LoopSleep } from './loop-sleep.js';
import type { Pool, PoolListener } from './pool.js';
import { Proxies } from './proxies.js';
import { type RequestSettings, RobotsDispatch } from './robots-dispatch.js';
import { RobotsGate } from './robots-gate.js';
import { RobotsHops } from './robots-hops.js';
import { Slots } from './slots.js';
import { StuckThreads, type StuckThreadsSettings } from './stuck-threads.js';

/** How long a stop waits for answers that are under way. */
export const DRAIN_MS = 10_000;
/** How often threads are looked at, at least. */
const LOOK_MS = 1_000;
/** Turns that are shorter ask often enough. */
const WORTH_EXCUSING_MS = 250;
/** Longest sleep, so that a wrong idea of when something is due costs no more. */
const MAX_SLEEP_MS = 30_000;

/** Why a run ended without an error. */
export type Ending = 'finished' | 'max-pages' | 'max-time' | 'stopped';

export interface DelegatorSettings extends RequestSettings, FilingSettings, StuckThreadsSettings {
  readonly workers: number;
  readonly concurrency: number;
  /** In all threads together; beside what threads and slots allow. */
  readonly maxInFlight: number;
  readonly maxPages: number | null;
  readonly maxTimeMs: number | null;
  /** Null = all requests are made directly. */
  readonly proxies: ProxyPlan | null;
}

export interface DelegatorParts {
  readonly frontier: Frontier;
  readonly store: AnswerStore;
  readonly cookies: Cookies;
  /** From here on the delegator's, which ends them. */
  readonly pool: Pool;
  readonly listener: CrawlListener;
  /** null = the run has no executors. */
  readonly executions: ExecutionLedger | null;
  /** null = the run downloads no files. */
  readonly fileWork?: FileWork | null;
  /** For a walk: called when all that came in is filed, to queue what is chosen next. */
  readonly walk?: { step(): void } | undefined;
  /** While it is closed nothing more is claimed; what is under way goes on. Absent = always open. */
  readonly valve?: Valve | undefined;
  /** Whether more may be written, asked about once a second; throws when there is nothing to write to any more. */
  readonly checkStore: () => boolean;
  /** ms since epoch; must never go back. */
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

export class Delegator implements PoolListener {
  readonly #settings: DelegatorSettings;
  readonly #frontier: Frontier;
  readonly #listener: CrawlListener;
  readonly #clock: () => number;
  readonly #slots: Slots;
  readonly #pool: Pool;
  readonly #fileWork: FileWork | null;
  readonly #proxies: Proxies;
  readonly #flights: Flights;
  readonly #robots: RobotsDispatch;
  readonly #dispatcher: Dispatcher;
  readonly #filing: Filing;
  readonly #asks: Asks;
  readonly #stuck: StuckThreads;
  readonly #cookies: Cookies;
  readonly #checkStore: () => boolean;
  readonly #valve: Valve | undefined;
  readonly #walk: DelegatorParts['walk'];
  /** No user code, no files, no walk. */
  readonly #onlyFollowsLinks: boolean;
  #broken: unknown = null;
  /** The store asks for a pause: nothing is handed out. */
  #isPaused = false;
  readonly #rest = new LoopSleep();

  constructor(settings: DelegatorSettings, parts: DelegatorParts) {
    this.#settings = settings;
    this.#frontier = parts.frontier;
    this.#listener = parts.listener;
    this.#clock = parts.clock;
    this.#checkStore = parts.checkStore;
    this.#valve = parts.valve;
    this.#walk = parts.walk;
    if (parts.valve !== undefined) parts.valve.onOpen = () => this.#rest.end();
    this.#slots = new Slots(settings.workers, settings.concurrency, parts.clock, settings.maxInFlight);
    this.#pool = parts.pool;
    this.#pool.listen(this);
    this.#flights = new Flights(
      this.#pool,
      this.#slots,
      parts.clock,
      () => this.#rest.end(),
      () => this.#frontier.commit(),
    );
    const gate = new RobotsGate(settings.obeyRobots);
    const hops = new RobotsHops();
    const { frontier, store, cookies, random, listener } = parts;
    this.#proxies = new Proxies(settings.proxies, settings.retryDelayMs, listener);
    const { executions, valve, fileWork = null } = parts;
    this.#fileWork = fileWork;
    this.#onlyFollowsLinks = [executions, fileWork, parts.walk].every((part) => part == null);
    const shared = {
      frontier,
      cookies,
      proxies: this.#proxies,
      gate,
      settings,
      executions,
      fileWork,
      valve,
    };
    const threads = { flights: this.#flights, slots: this.#slots };
    this.#robots = new RobotsDispatch({ ...shared, ...threads, hops, hasUserCode: executions !== null });
    const outward = { ...shared, ...threads, robots: this.#robots };
    this.#asks = new Asks({ ...outward, random, onChange: () => this.#rest.end() });
    this.#stuck = new StuckThreads(settings, {
      ...parts,
      flights: this.#flights,
      asks: this.#asks,
    });
    this.#dispatcher = new Dispatcher({ ...outward, asks: this.#asks });
    this.#filing = new Filing({ ...shared, hops, flights: this.#flights, store, random, listener });
    this.#cookies = cookies;
  }

  get counters(): Readonly<RunCounters> {
    return this.#filing.counters;
  }

  /** Tasks in hand per thread. */
  loads(): readonly number[] {
    return this.#slots.loads();
  }

  /** The request that has been under way longest. */
  oldestFlight(): Flight | null {
    let oldest: Flight | null = null;
    for (const flight of this.#flights.all()) {
      if (oldest === null || flight.startedAt < oldest.startedAt) oldest = flight;
    }
    return oldest;
  }

  /** Files that are being fetched, longest first. */
  *filesInFlight(): Iterable<{ readonly lease: Lease; readonly flight: Flight }> {
    for (const flight of this.#flights.all()) {
      const { errand } = flight;
      if (errand.kind === 'fetch' && errand.lease.kind === 'file') yield { lease: errand.lease, flight };
    }
  }

  /**
   * Crawls until the frontier is finished, a limit is reached or `stop` is raised; then everything that
   * arrived is filed, every lease settled and every thread ended.
   *
   * @throws PoolError, StoreError, InvariantError, UserCodeError for a fault in an executor; what was filed before is safe in the file
   */
  async run(stop: AbortSignal): Promise<Ending> {
    const startedAt = this.#clock();
    const onStop = (): void => this.#rest.end();
    stop.addEventListener('abort', onStop);
    const watching = setInterval(() => this.#look(), Math.min(this.#stuck.intervalMs, LOOK_MS));
    try {
      for (;;) {
        const ending = await this.#turn(startedAt, stop);
        if (ending === null && this.#filing.fault === null) continue;
        await this.#drain();
        // Also one that came with the last answers.
        if (this.#filing.fault !== null) throw faultError(this.#filing.fault);
        if (ending !== null) return ending;
      }
    } finally {
      stop.removeEventListener('abort', onStop);
      clearInterval(watching);
      if (!(await this.#pool.close())) this.#listener.onNotice({ kind: 'threads-stuck' });
    }
  }

  onMessage(message: WorkerMessage): void {
    if ('flightId' in message) this.#stuck.hear(message.flightId);
    if (message.kind === 'files-progress')
      for (const { flightId } of message.files) this.#stuck.hear(flightId);
    switch (message.kind) {
      case 'body-read':
        return this.#flights.freeHost(message.flightId);
      case 'started':
        return this.#flights.start(message.flightId);
      case 'cookies-set':
        return this.#takeCookies(message);
      case 'ask':
        return this.#asks.add(message);
      case 'asked':
        return this.#asks.end(message);
      case 'files-progress':
        return this.#fileWork?.meter.note(message.files);
      case 'said':
        return this.#listener.onNotice(message);
      default:
        return message satisfies never;
    }
  }

  #takeCookies({ flightId, setCookies }: CookiesSet): void {
    const flight = this.#flights.get(flightId);
    // Its outcome was faster.
    if (flight === undefined) return;
    this.#flights.noteCookiesTaken(flight, this.#cookies.take(flight.url, { setCookies }, this.#clock()));
  }

  onThread(thread: number, isLive: boolean, reason: string | null): void {
    this.#slots.setLive(thread, isLive);
    if (!isLive) this.#asks.dropThread(thread);
    const wasEnded = this.#stuck.takeEnded(thread);
    if (!isLive && !wasEnded) {
      const tasks = this.#slots.loads()[thread] ?? 0;
      this.#listener.onNotice({ kind: 'thread-lost', thread, tasks, reason });
    }
    this.#rest.end();
  }

  onBroken(error: CrawlError): void {
    this.#broken = error;
    this.#rest.end();
  }

  /**
   * Whether a turn is one transaction: only where nobody is told of answers who may then change what is claimed, and
   * threads ask for nothing beside their tasks.
   */
  #isHeld(): boolean {
    return this.#onlyFollowsLinks && this.#valve?.isTaking() !== true;
  }

  async #turn(startedAt: number, stop: AbortSignal): Promise<Ending | null> {
    if (this.#broken !== null) throw this.#broken;
    if (this.#isHeld()) this.#frontier.hold();
    let next: Ending | number | null;
    try {
      next = await this.#step(startedAt, stop);
    } finally {
      this.#frontier.commit();
    }
    if (typeof next !== 'number') return next;
    await this.#sleep(next);
    return null;
  }

  /** Answers why the run ends, or for how long to sleep; null = neither. */
  async #step(startedAt: number, stop: AbortSignal): Promise<Ending | number | null> {
    const turnedAt = this.#clock();
    await this.#fileArrivals();
    if (this.#filing.fault !== null) return null;
    const now = this.#clock();
    const hasMore = await this.#frontier.maintain(now);
    if (!hasMore) this.#walk?.step();
    const ending = await this.#ending(now - startedAt, hasMore, stop);
    if (ending !== null) return ending;
    if (this.#isPaused) {
      this.#frontier.commit();
      await this.#sleep(LOOK_MS);
      await this.#excuse(turnedAt);
      return null;
    }
    const isWorthAnother = await this.#dispatcher.dispatch(now, await this.#pageBudget());
    await this.#excuse(turnedAt);
    const { maxTimeMs } = this.#settings;
    const endsAt = maxTimeMs === null ? Infinity : startedAt + maxTimeMs;
    return hasMore || isWorthAnother ? 0 : await this.#sleepMs(now, endsAt);
  }

  /** A turn that took long, because a huge page was filed or the store wanted a pause, is no host's trouble. */
  async #excuse(turnedAt: number): Promise<void> {
    const now = this.#clock();
    if (now - turnedAt >= WORTH_EXCUSING_MS) await this.#frontier.excuse(turnedAt, now);
  }

  async #fileArrivals(): Promise<void> {
    const arrivals = this.#flights.takeArrivals();
    for (const { flight, outcome } of arrivals) if (outcome.kind === 'lost') this.#asks.drop(flight.flightId);
    await this.#filing.file(arrivals, this.#clock());
    await this.#filing.fileUnasked();
    this.#filing.counters.requests += await this.#asks.file(this.#clock());
    for (const { flight, outcome } of arrivals) {
      this.#asks.forget(flight.flightId);
      this.#fileWork?.forget(flight.flightId, outcome.kind === 'file');
    }
  }

  async #ending(elapsedMs: number, hasMore: boolean, stop: AbortSignal): Promise<Ending | null> {
    const { maxPages, maxTimeMs } = this.#settings;
    if (stop.aborted) return 'stopped';
    const { queued, leased, pages, queuedTasks } = await this.#frontier.counts();
    const isIdle = !hasMore && leased === 0 && this.#flights.size === 0 && !this.#flights.hasArrivals;
    if (isIdle && queued === 0) return 'finished';
    if (isIdle && queuedTasks === 0 && maxPages !== null && pages >= maxPages) return 'max-pages';
    return maxTimeMs !== null && elapsedMs >= maxTimeMs ? 'max-time' : null;
  }

  /** How many pages may be asked for without a chance of exceeding --max-pages. */
  async #pageBudget(): Promise<number> {
    const { maxPages } = this.#settings;
    if (maxPages === null) return Infinity;
    const { pages, leasedPages } = await this.#frontier.counts();
    return maxPages - pages - leasedPages;
  }

  /** How long nothing will happen by itself; arrivals cut it short. */
  async #sleepMs(now: number, endsAt: number): Promise<number> {
    // They have ended it already.
    if (this.#flights.hasArrivals) return LOOK_MS;
    const dueAt = await this.#frontier.nextDueAt(now);
    const hopAt = await this.#robots.nextHopAt(now);
    const askAt = await this.#asks.nextAt(now);
    const proxyAt = this.#proxies.readyAt(now);
    const isWaitingForTime = dueAt !== null || hopAt !== null || proxyAt !== null;
    const isWaitingForThreads =
      this.#slots.free() < this.#slots.capacity ||
      this.#dispatcher.held.length > 0 ||
      // Of an executor that did not wait for it, and whose page is long filed.
      this.#asks.areUnderWay;
    const isWaitingForReader = this.#valve?.isOpen() === false;
    if (!isWaitingForTime && !isWaitingForThreads && !isWaitingForReader && !this.#rest.isOver) {
      const { queued } = await this.#frontier.counts();
      throw new InvariantError(`${queued} URLs are queued but none will ever be due`);
    }
    const times = [dueAt, hopAt, askAt, proxyAt].filter((time) => time !== null);
    const wakeAt = Math.min(...times, endsAt);
    return Math.min(Math.max(wakeAt - now, 1), MAX_SLEEP_MS);
  }

  /** Answers under way are waited for and filed; what is left is let go without cost. */
  async #drain(): Promise<void> {
    const until = this.#clock() + DRAIN_MS;
    while (this.#hasAnswersToCome() && this.#clock() < until) {
      await this.#sleep(until - this.#clock());
      if (this.#broken !== null) throw this.#broken;
      await this.#fileArrivals();
    }
    await this.#fileArrivals();
    const leases = [...this.#dispatcher.held];
    for (const { errand } of this.#flights.all()) if (errand.kind === 'fetch') leases.push(errand.lease);
    // The last batches must have gone into the file that is there.
    this.#checkStore();
    await this.#frontier.apply(
      leases.map(({ id, suspect }) => ({ kind: 'release', id, suspect })),
      [],
      () => undefined,
    );
  }

  /** What waits for leave to ask for something gets none any more: it is let go. */
  #hasAnswersToCome(): boolean {
    for (const { flightId } of this.#flights.all()) if (!this.#asks.isWaitedFor(flightId)) return true;
    return false;
  }

  /** Once a second or more often, also while the loop sleeps. */
  #look(): void {
    this.#stuck.endAll();
    try {
      const isPaused = !this.#checkStore();
      if (isPaused === this.#isPaused) return;
      this.#isPaused = isPaused;
      this.#listener.onNotice({ kind: 'paused', isPaused });
    } catch (error) {
      this.#broken = error;
    }
    this.#rest.end();
  }

  /** Sleeps until something changes, `ms` at most. */
  #sleep(ms: number): Promise<void> {
    return this.#rest.for(ms, () => ms > 0 && this.#flights.mayGather);
  }
}
