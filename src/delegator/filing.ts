/**
 * From the threads to the file: judges a batch of arrivals one by one, then files them in one go: record
 * the answers, add the links, settle the leases, move the clocks.
 */
import { InvariantError, UserCodeError } from '../errors.js';
import type { Frontier, Lease, Settlement } from '../frontier/frontier.js';
import { clockAfter, type PolitenessSettings } from '../policy/politeness.js';
import type { AnswerOutcome, FailureOutcome, Outcome, PageOutcome } from '../protocol/outcome.js';
import type { Fault } from '../protocol/work.js';
import type { Answer } from '../store/records.js';
import { Batch, stateOf } from './batch.js';
import { type Cookies, withoutCookies } from './cookies.js';
import type { CrawlListener, Filed, RunCounters } from './events.js';
import type { ExecutionLedger } from './execution-ledger.js';
import type { Arrival, Flight, Flights } from './flights.js';
import { FileFiling } from './file-filing.js';
import type { FileWork } from './file-work.js';
import { HostTrouble } from './host-trouble.js';
import type { Lost } from './pool.js';
import { type Proxies, robotsSubject } from './proxies.js';
import { RobotsFiling } from './robots-filing.js';
import type { RobotsGate } from './robots-gate.js';
import type { RobotsHops } from './robots-hops.js';
import { isUnreachable, settleOutcome } from './settle.js';
import { Losses } from './losses.js';

export interface FilingSettings extends PolitenessSettings {
  /** Whether the run goes on after a fault of user code. */
  readonly keepGoing: boolean;
  readonly retries: number;
  readonly maxRedirects: number;
  readonly obeyRobots: boolean;
}

/** Where answers are recorded; see store/records.ts. */
export interface AnswerStore {
  write(answer: Answer): void;
}

export interface FilingParts {
  readonly frontier: Frontier;
  readonly store: AnswerStore;
  readonly flights: Flights;
  readonly cookies: Cookies;
  readonly proxies: Proxies;
  readonly hops: RobotsHops;
  readonly gate: RobotsGate;
  readonly settings: FilingSettings;
  /** In [0, 1). */
  readonly random: () => number;
  readonly listener: CrawlListener;
  /** null = the run has no executors. */
  readonly executions: ExecutionLedger | null;
  /** null = the run downloads no files. */
  readonly fileWork: FileWork | null;
}

/** An exception of user code that is a fault of its own. */
export interface TaskFault extends Fault {
  /** Key of the task. */
  readonly key: string;
}

export class Filing {
  readonly #frontier: Frontier;
  readonly #store: AnswerStore;
  readonly #cookies: Cookies;
  readonly #proxies: Proxies;
  readonly #flights: Flights;
  readonly #settings: FilingSettings;
  readonly #random: () => number;
  readonly #listener: CrawlListener;
  readonly #trouble: HostTrouble;
  readonly #executions: ExecutionLedger | null;
  readonly #losses: Losses;
  readonly #files: FileFiling | null;
  #fault: TaskFault | null = null;
  readonly #robots: RobotsFiling;
  /** URLs whose request was lost with a stale connection, and is made once more at no cost. */
  readonly #resent = new Set<number>();
  readonly counters: RunCounters = { requests: 0, pages: 0, bytes: 0 };

  constructor(parts: FilingParts) {
    this.#frontier = parts.frontier;
    this.#store = parts.store;
    this.#cookies = parts.cookies;
    this.#proxies = parts.proxies;
    this.#flights = parts.flights;
    this.#settings = parts.settings;
    this.#random = parts.random;
    this.#listener = parts.listener;
    this.#executions = parts.executions;
    this.#losses = new Losses(parts.executions);
    this.#files = parts.fileWork === null ? null : new FileFiling(parts.frontier, parts.fileWork);
    this.#trouble = new HostTrouble(parts.listener);
    this.#robots = new RobotsFiling({ ...parts, trouble: this.#trouble });
  }

  /** The first exception of user code that ends the run; null while there was none. */
  get fault(): TaskFault | null {
    return this.#fault;
  }

  async file(arrivals: readonly Arrival[], now: number): Promise<void> {
    if (arrivals.length === 0) return;
    const batch = new Batch(this.#frontier, now);
    for (const { flight, outcome } of arrivals) await this.#judge(batch, flight, outcome);
    await this.#frontier.apply(
      batch.settlements,
      batch.ledger.updates(),
      (admitTask, files) => {
        for (const answer of batch.answers) this.#store.write(answer);
        for (const done of batch.done) this.#executions?.store(done, admitTask);
        this.#files?.store(files);
        this.#cookies.store();
      },
      () => this.#tell(batch),
    );
  }

  #tell({ filed }: Batch): void {
    try {
      // First: who is told of a file finds it under its name.
      this.#files?.end();
    } finally {
      for (const one of filed) this.#listener.onFiled(one);
      for (const notice of this.#frontier.takeNotices()) this.#listener.onNotice(notice);
    }
  }

  /** Nothing comes back of what was ended without being asked for, but executors wait for it. */
  async fileUnasked(): Promise<void> {
    const unasked = this.#frontier.takeUnasked();
    const executions = this.#executions;
    if (unasked.length === 0 || executions === null) return;
    await this.#frontier.apply([], [], (admitTask) => {
      for (const { error, ...lease } of unasked)
        executions.store({ lease, report: executions.reportOfFailure(lease, error), kept: null }, admitTask);
    });
  }

  async #judge(batch: Batch, flight: Flight, answered: Outcome | Lost): Promise<void> {
    const { errand } = flight;
    const isOfStored = errand.kind === 'fetch' && errand.lease.isStored;
    if (answered.kind !== 'declined' && flight.isSent && !isOfStored) this.counters.requests++;
    const hasSet = answered.kind !== 'lost' && this.#takeCookies(flight, answered, batch.now);
    const outcome = answered.kind === 'lost' ? answered : withoutCookies(answered);
    if (errand.kind === 'robots') {
      const subject = robotsSubject(errand.robots);
      const isProxys = this.#proxies.land(flight, subject, outcome, batch.now);
      if (isProxys || isNobodysFault(outcome)) return this.#robots.forget(errand.robots);
      this.#proxies.forget(subject);
      return this.#robots.file(batch, errand.robots, flight.slot.hostId, outcome);
    }
    if (outcome.kind === 'lost') return this.#fileLost(batch, errand.lease, flight, outcome);
    if (outcome.kind === 'robots') throw new InvariantError(`${flight.url} was answered as a robots.txt`);
    const isProxys = this.#proxies.land(flight, errand.lease.id, outcome, batch.now);
    if (isProxys || this.#mustResend(errand.lease, outcome)) {
      const { id, suspect } = errand.lease;
      batch.note(errand.lease, { kind: 'release', id, suspect }, outcome, flight);
      return;
    }
    await this.#judgeFetch(batch, errand.lease, flight, outcome, flight.hasCookie || hasSet);
  }

  /** Whether the answer set any. */
  #takeCookies(flight: Flight, outcome: Outcome, now: number): boolean {
    return this.#flights.cookiesTaken(flight) ?? this.#cookies.take(flight.url, outcome, now);
  }

  async #judgeFetch(
    batch: Batch,
    lease: Lease,
    flight: Flight,
    outcome: Filed['outcome'],
    withCookies: boolean,
  ): Promise<void> {
    const host = await batch.ledger.get(lease.hostId);
    const { settlement, event } = settleOutcome(lease, outcome, {
      host,
      settings: this.#settings,
      now: batch.now,
      random: this.#random(),
      withCookies,
    });
    batch.note(lease, settlement, outcome, flight);
    if (stateOf(settlement) !== 'retry') this.#proxies.forget(lease.id);
    batch.filed.push({ lease, thread: flight.slot.thread, outcome, state: stateOf(settlement) });
    if (event !== null)
      batch.ledger.change(host, clockAfter(host, event, this.#settings, batch.now, this.#random()));
    this.#fileWork(batch, lease, outcome, settlement);
    await this.#files?.note(lease, outcome);
    if (outcome.kind === 'page') this.#countPage(lease, outcome);
    if (outcome.kind === 'answer') this.#countAnswer(outcome);
    // Without robots.txt the first page is what shows that a host is none to be asked.
    if (outcome.kind === 'declined' && !this.#settings.obeyRobots && host.lastSuccessAt === null)
      this.#trouble.leaveAlone(batch, host, outcome.detail);
    if (outcome.kind === 'failure') {
      const { code, message } = outcome.failure;
      // Without robots.txt the first page is what shows that a host cannot be reached at all.
      const isHopeless =
        !this.#settings.obeyRobots && settlement.kind === 'failed' && isUnreachable(code, host);
      if (isHopeless || this.#isOutOfReach(outcome))
        batch.ledger.change(await batch.ledger.get(host.id), { givenUp: code });
      await this.#trouble.tell(batch, host, message);
    }
  }

  /** Nothing of this host can be asked for any more: there is no proxy left. */
  #isOutOfReach({ failure }: FailureOutcome): boolean {
    return failure.isFinal === true && this.#proxies.isSpent;
  }

  /** Only once in a row, or a server that closes on one URL would be asked for it without end. */
  #mustResend(lease: Lease, outcome: Outcome): boolean {
    const isStale = outcome.kind === 'failure' && outcome.failure.isStale === true;
    if (this.#resent.delete(lease.id) || !isStale) return false;
    this.#resent.add(lease.id);
    return true;
  }

  /** A task whose thread ended under it. */
  #fileLost(batch: Batch, lease: Lease, flight: Flight, lost: Lost): void {
    const { settlement, failure } = this.#losses.judge(lease, flight, lost);
    const { startedAt, slot } = flight;
    const durationMs = Math.max(0, batch.now - startedAt);
    const outcome: FailureOutcome = { kind: 'failure', startedAt, durationMs, failure };
    batch.note(lease, settlement, outcome, flight);
    this.#fileWork(batch, lease, outcome, settlement);
    if (settlement.kind === 'failed')
      batch.filed.push({ lease, thread: slot.thread, outcome, state: 'failed' });
  }

  /** What user code came to, or that it had nothing to come to. */
  #fileWork(batch: Batch, lease: Lease, outcome: Filed['outcome'], settlement: Settlement): void {
    if ('report' in outcome && outcome.report !== undefined) {
      const { report } = outcome;
      batch.done.push({ lease, report, kept: 'kept' in outcome ? (outcome.kept ?? null) : null });
      if (report.fault !== null && !this.#settings.keepGoing)
        this.#fault ??= { key: this.#executions?.workFor(lease).key ?? lease.key, ...report.fault };
      return;
    }
    const error = lease.kind === 'task' || lease.kind === 'rerun' ? errorOf(settlement) : null;
    if (error === null || this.#executions === null) return;
    batch.done.push({ lease, report: this.#executions.reportOfFailure(lease, error), kept: null });
  }

  #countPage(lease: Lease, page: PageOutcome): void {
    if (this.counters.pages === 0 && !page.withinFound) {
      this.#listener.onNotice({ kind: 'within-missing', url: lease.key });
    }
    this.#countAnswer(page);
  }

  #countAnswer({ bodyBytes }: PageOutcome | AnswerOutcome): void {
    this.counters.pages++;
    this.counters.bytes += bodyBytes;
  }
}

/** The request was lost with a thread that was ended for another's sake, or with a stale connection. */
function isNobodysFault(outcome: Outcome | Lost): boolean {
  if (outcome.kind === 'lost') return outcome.endedFor !== null;
  return outcome.kind === 'failure' && outcome.failure.isStale === true;
}

/** Why nothing came of a task: a code, a colon, a text; null where it is not over. */
function errorOf(settlement: Settlement): string | null {
  switch (settlement.kind) {
    case 'failed':
      return settlement.code === 'status'
        ? settlement.detail.replace(' ', ': ')
        : `${settlement.code}: ${settlement.detail}`;
    case 'skipped':
      return `${settlement.reason}: ${settlement.detail ?? 'not asked for'}`;
    default:
      return null;
  }
}

/** What a run ends with. */
export function faultError({ key, executor, message, stack }: TaskFault): UserCodeError {
  const advice = 'What was done before is stored: mend the code and give the same command, or --keep-going';
  const error = new UserCodeError(`${executor} failed on ${key}: ${message}`, {
    hint: stack === '' ? advice : `${stack}\n${advice}`,
  });
  // Where it was thrown is in the user's code, not here.
  error.stack = [`${error.name}: ${error.message}`, stack].join('\n').trimEnd();
  return error;
}
