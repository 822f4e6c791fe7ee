/**
 * From the threads to the file: judges a batch of arrivals one by one, then files them in one go: record
 * the answers, add the links, settle the leases, move the clocks.
 */
import { InvariantError } from '../errors.js';
import type { Frontier, HostFacts, Lease, Settlement } from '../frontier/frontier.js';
import { clockAfter, hostLimits, type PolitenessSettings } from '../policy/politeness.js';
import { judgeRobots } from '../policy/robots-answer.js';
import type {
  DeclinedOutcome,
  FailureOutcome,
  Outcome,
  PageOutcome,
  RobotsOutcome,
} from '../protocol/outcome.js';
import type { Answer } from '../store/records.js';
import { type Cookies, withoutCookies } from './cookies.js';
import type { CrawlListener, Filed, RunCounters } from './events.js';
import type { Arrival, Flight } from './flights.js';
import { HostLedger } from './host-ledger.js';
import { adoptRobots, withoutRobots } from './host-robots.js';
import type { Lost } from './pool.js';
import type { RobotsErrand, RobotsGate } from './robots-gate.js';
import type { RobotsHops } from './robots-hops.js';
import { isUnreachable, settleOutcome } from './settle.js';

export interface FilingSettings extends PolitenessSettings {
  readonly retries: number;
  readonly obeyRobots: boolean;
}

/** Where answers are recorded; see store/records.ts. */
export interface AnswerStore {
  write(answer: Answer): void;
}

type RobotsAnswer = RobotsOutcome | FailureOutcome | DeclinedOutcome;

/** A batch while it is being judged. */
interface Batch {
  readonly now: number;
  readonly ledger: HostLedger;
  readonly settlements: Settlement[];
  readonly answers: Answer[];
  readonly filed: Filed[];
}

export class Filing {
  readonly #frontier: Frontier;
  readonly #store: AnswerStore;
  readonly #cookies: Cookies;
  readonly #hops: RobotsHops;
  readonly #gate: RobotsGate;
  readonly #settings: FilingSettings;
  readonly #random: () => number;
  readonly #listener: CrawlListener;
  /** URLs whose request was lost with a stale connection, and is made once more at no cost. */
  readonly #resent = new Set<number>();
  readonly counters: RunCounters = { requests: 0, pages: 0, bytes: 0 };

  constructor(
    frontier: Frontier,
    store: AnswerStore,
    cookies: Cookies,
    hops: RobotsHops,
    gate: RobotsGate,
    settings: FilingSettings,
    random: () => number,
    listener: CrawlListener,
  ) {
    this.#frontier = frontier;
    this.#store = store;
    this.#cookies = cookies;
    this.#hops = hops;
    this.#gate = gate;
    this.#settings = settings;
    this.#random = random;
    this.#listener = listener;
  }

  async file(arrivals: readonly Arrival[], now: number): Promise<void> {
    if (arrivals.length === 0) return;
    const batch: Batch = {
      now,
      ledger: new HostLedger(this.#frontier),
      settlements: [],
      answers: [],
      filed: [],
    };
    for (const { flight, outcome } of arrivals) await this.#judge(batch, flight, outcome);
    await this.#frontier.apply(batch.settlements, batch.ledger.updates(), () => {
      for (const answer of batch.answers) this.#store.write(answer);
      this.#cookies.store();
    });
    for (const filed of batch.filed) this.#listener.onFiled(filed);
    for (const notice of this.#frontier.takeNotices()) this.#listener.onNotice(notice);
  }

  async #judge(batch: Batch, flight: Flight, answered: Outcome | Lost): Promise<void> {
    if (answered.kind !== 'declined') this.counters.requests++;
    const { errand } = flight;
    const hasSet = answered.kind !== 'lost' && this.#cookies.take(flight.url, answered, batch.now);
    const outcome = answered.kind === 'lost' ? answered : withoutCookies(answered);
    if (errand.kind === 'robots' && isNobodysFault(outcome)) {
      this.#hops.end(errand.robots.url);
      this.#gate.end(errand.robots.hostId);
      return;
    }
    if (errand.kind === 'robots')
      return this.#fileRobots(batch, errand.robots, flight.slot.hostId, asRobotsAnswer(outcome));
    if (outcome.kind === 'lost' && outcome.endedFor === flight.flightId)
      return this.#failHeld(batch, errand.lease, flight, outcome);
    if (outcome.kind === 'lost') {
      const settlement = this.#settleLost(errand.lease, flight.slot.isAlone, outcome);
      note(batch, errand.lease, settlement, lostAnswer(flight, outcome, batch.now));
      return;
    }
    if (outcome.kind === 'robots') throw new InvariantError(`${flight.url} was answered as a robots.txt`);
    if (this.#mustResend(errand.lease, outcome)) {
      const { id, suspect } = errand.lease;
      note(batch, errand.lease, { kind: 'release', id, suspect }, outcome);
      return;
    }
    await this.#judgeFetch(batch, errand.lease, flight, outcome, flight.hasCookie || hasSet);
  }

  async #judgeFetch(
    batch: Batch,
    lease: Lease,
    flight: Flight,
    outcome: Filed['outcome'],
    withCookies: boolean,
  ): Promise<void> {
    const host = await batch.ledger.get(lease.hostId);
    const { settlement, event } = settleOutcome(
      lease,
      outcome,
      host,
      this.#settings,
      batch.now,
      this.#random(),
      withCookies,
    );
    note(batch, lease, settlement, outcome);
    batch.filed.push({ lease, thread: flight.slot.thread, outcome, state: stateOf(settlement) });
    if (event !== null)
      batch.ledger.change(host, clockAfter(host, event, this.#settings, batch.now, this.#random()));
    if (outcome.kind === 'page') this.#countPage(lease, outcome);
    // Without robots.txt the first page is what shows that a host is none to be asked.
    if (outcome.kind === 'declined' && !this.#settings.obeyRobots && host.lastSuccessAt === null)
      this.#leaveAlone(batch, host, outcome.detail);
    if (outcome.kind === 'failure') {
      const { code, message } = outcome.failure;
      // Without robots.txt the first page is what shows that a host cannot be reached at all.
      const isHopeless =
        !this.#settings.obeyRobots && settlement.kind === 'failed' && isUnreachable(code, host);
      if (isHopeless) batch.ledger.change(await batch.ledger.get(host.id), { givenUp: code });
      await this.#sayTrouble(batch, host, message);
    }
  }

  /** The answer to one redirected robots.txt is the answer to all that lead to the same place. */
  async #fileRobots(
    batch: Batch,
    errand: RobotsErrand,
    askedId: number,
    answer: RobotsAnswer,
  ): Promise<void> {
    this.#hops.end(errand.url);
    if (answer.kind === 'robots') {
      if (answer.redirectTo !== null) await this.#creditAnswer(batch, askedId, errand.hostId);
      if (errand.hops > 0 && answer.status < 500 && answer.status !== 429) {
        this.#hops.remember(errand.url, answer);
        for (const other of this.#hops.takeAll(askedId, errand.url))
          await this.#judgeRobots(batch, other, answer);
      }
    }
    await this.#judgeRobots(batch, errand, answer);
  }

  async #judgeRobots(batch: Batch, errand: RobotsErrand, answer: RobotsAnswer): Promise<void> {
    const host = await batch.ledger.get(errand.hostId);
    const verdict = judgeRobots(answer, errand.hops);
    const { now } = batch;
    if (verdict.kind === 'hop') {
      const hop = { ...errand, url: verdict.url, hops: errand.hops + 1 };
      batch.ledger.change(host, { robotsHop: hop.url, robotsHops: hop.hops });
      const known = this.#hops.answerOf(hop.url);
      if (known !== null) return this.#judgeRobots(batch, hop, known);
      this.#hops.add((await this.#frontier.hostOf(hop.url)).id, hop);
      return;
    }
    this.#gate.end(errand.hostId);
    if (verdict.kind === 'private') return this.#leaveAlone(batch, host, verdict.detail);
    if (verdict.kind === 'unknown') {
      batch.ledger.change(host, withoutRobots(verdict, host, this.#settings, now, this.#random()));
      await this.#sayTrouble(batch, host, `robots.txt: ${verdict.detail}`);
      return;
    }
    const { patch, askedDelayMs } = adoptRobots(verdict, now);
    const success = clockAfter(host, { kind: 'success' }, this.#settings, now, 0);
    // A Crawl-delay holds for the next request already; the answer is a safe moment to count from.
    const { gapMs } = hostLimits({ ...host, ...patch }, this.#settings);
    // While it waited for another host's answer its clock stood for that wait alone.
    const atLeast = errand.hops > 0 ? 0 : host.nextFetchAt;
    const nextFetchAt =
      patch.crawlDelayMs == null && errand.hops === 0 ? host.nextFetchAt : Math.max(atLeast, now + gapMs);
    batch.ledger.change(host, { ...success, ...patch, nextFetchAt });
    if (askedDelayMs !== null && askedDelayMs > 0 && patch.crawlDelayMs != null) {
      this.#listener.onNotice({
        kind: 'crawl-delay',
        host: host.host,
        askedMs: askedDelayMs,
        usedMs: patch.crawlDelayMs,
      });
    }
  }

  /**
   * A host that redirects a robots.txt elsewhere has answered. The trouble of the host it is for lasts until
   * there is a definite answer: or it would never be given up.
   */
  async #creditAnswer(batch: Batch, id: number, askedFor: number): Promise<void> {
    const host = await batch.ledger.get(id);
    const answered = { lastSuccessAt: batch.now, lastAnswerAt: batch.now };
    const success = clockAfter(host, { kind: 'success' }, this.#settings, batch.now, 0);
    batch.ledger.change(host, id === askedFor ? answered : success);
  }

  /** Only once in a row, or a server that closes on one URL would be asked for it without end. */
  #mustResend(lease: Lease, outcome: Outcome): boolean {
    const isStale = outcome.kind === 'failure' && outcome.failure.isStale === true;
    if (this.#resent.delete(lease.id) || !isStale) return false;
    this.#resent.add(lease.id);
    return true;
  }

  /** All tasks of a dead thread are suspects; each is tried again alone, and fails if that kills a thread twice. */
  #settleLost(lease: Lease, wasAlone: boolean, lost: Lost): Settlement {
    const { id } = lease;
    // Ended for another page's sake: nobody is a suspect.
    if (lost.endedFor !== null) return { kind: 'release', id, suspect: lease.suspect };
    if (!wasAlone) return { kind: 'release', id, suspect: Math.max(1, lease.suspect) };
    if (lease.suspect < 2) return { kind: 'release', id, suspect: 2 };
    return { kind: 'failed', id, code: 'worker-lost', detail: `ended its thread twice: ${lost.message}` };
  }

  /** A page that held its thread is not tried again: it would hold the next one. */
  #failHeld(batch: Batch, lease: Lease, { slot, startedAt }: Flight, { message }: Lost): void {
    const outcome: FailureOutcome = {
      kind: 'failure',
      startedAt,
      durationMs: batch.now - startedAt,
      failure: { code: 'decode', message },
    };
    note(batch, lease, { kind: 'failed', id: lease.id, code: 'decode', detail: message }, outcome);
    batch.filed.push({ lease, thread: slot.thread, outcome, state: 'failed' });
  }

  /** Nothing of a host at an address we do not connect to is asked for any more. */
  #leaveAlone(batch: Batch, host: HostFacts, detail: string): void {
    if (host.givenUp !== null) return;
    batch.ledger.change(host, { givenUp: 'private' });
    this.#listener.onNotice({ kind: 'host-private', host: host.host, detail });
  }

  #countPage(lease: Lease, page: PageOutcome): void {
    if (this.counters.pages === 0 && !page.withinFound) {
      this.#listener.onNotice({ kind: 'within-missing', url: lease.key });
    }
    this.counters.pages++;
    this.counters.bytes += page.bodyBytes;
  }

  /** Says aloud what an answer did to its host, where it did something new. */
  async #sayTrouble(batch: Batch, before: HostFacts, detail: string): Promise<void> {
    const after = await batch.ledger.get(before.id);
    const { host } = after;
    if (after.givenUp !== null && after.givenUp !== 'private' && before.givenUp === null) {
      this.#listener.onNotice({ kind: 'host-given-up', host, code: after.givenUp, detail });
    } else if ((after.blockedUntil ?? 0) > Math.max(before.blockedUntil ?? 0, batch.now)) {
      const forMs = (after.blockedUntil ?? 0) - batch.now;
      this.#listener.onNotice({ kind: 'host-blocked', host, forMs, detail });
    }
  }
}

/** What became of a lease, and the answer it rests on. */
function note(batch: Batch, lease: Lease, settlement: Settlement, outcome: Filed['outcome']): void {
  const { id, key, url } = lease;
  batch.settlements.push(settlement);
  // Nothing was asked, so nothing was answered.
  if (outcome.kind === 'declined') return;
  batch.answers.push({ id, key, url, outcome, isLast: stateOf(settlement) !== 'retry' });
}

/** The request was lost with a thread that was ended for another's sake, or with a stale connection. */
function isNobodysFault(outcome: Outcome | Lost): boolean {
  if (outcome.kind === 'lost') return outcome.endedFor !== null;
  return outcome.kind === 'failure' && outcome.failure.isStale === true;
}

/** A request that was lost with its thread, as an answer to remember. */
function lostAnswer({ startedAt }: Flight, { message }: Lost, now: number): FailureOutcome {
  const failure = { code: 'worker-lost', message } as const;
  return { kind: 'failure', startedAt, durationMs: Math.max(0, now - startedAt), failure };
}

/** A thread that died under a robots.txt counts as no answer. */
function asRobotsAnswer(outcome: Outcome | Lost): RobotsAnswer {
  if (outcome.kind === 'robots' || outcome.kind === 'failure' || outcome.kind === 'declined') return outcome;
  const message = outcome.kind === 'lost' ? outcome.message : `answered as ${outcome.kind}`;
  return {
    kind: 'failure',
    startedAt: 0,
    durationMs: 0,
    failure: { code: 'worker-lost', message },
  };
}

function stateOf(settlement: Settlement): Filed['state'] {
  switch (settlement.kind) {
    case 'page':
    case 'sitemap':
    case 'redirect':
      return 'done';
    case 'failed':
    case 'skipped':
      return settlement.kind;
    default:
      return 'retry';
  }
}
