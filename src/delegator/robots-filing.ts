/** Answers to requests for robots.txt: what they change for the hosts that wait for them. */
import type { Frontier, HostFacts } from '../frontier/frontier.js';
import { clockAfter, hostLimits, type PolitenessSettings } from '../policy/politeness.js';
import { judgeRobots, type RobotsVerdict } from '../policy/robots-answer.js';
import type { DeclinedOutcome, FailureOutcome, Outcome, RobotsOutcome } from '../protocol/outcome.js';
import type { Batch } from './batch.js';
import type { CrawlListener } from './events.js';
import { adoptRobots, withoutRobots } from './host-robots.js';
import type { HostTrouble } from './host-trouble.js';
import type { Lost } from './pool.js';
import type { RobotsErrand, RobotsGate } from './robots-gate.js';
import type { RobotsHops } from './robots-hops.js';

type RobotsAnswer = RobotsOutcome | FailureOutcome | DeclinedOutcome;

export interface RobotsFilingParts {
  readonly frontier: Frontier;
  readonly hops: RobotsHops;
  readonly gate: RobotsGate;
  readonly settings: PolitenessSettings & { readonly retries: number };
  /** In [0, 1). */
  readonly random: () => number;
  readonly listener: CrawlListener;
  readonly trouble: HostTrouble;
}

export class RobotsFiling {
  readonly #frontier: Frontier;
  readonly #hops: RobotsHops;
  readonly #gate: RobotsGate;
  readonly #settings: RobotsFilingParts['settings'];
  readonly #random: () => number;
  readonly #listener: CrawlListener;
  readonly #trouble: HostTrouble;

  constructor(parts: RobotsFilingParts) {
    this.#frontier = parts.frontier;
    this.#hops = parts.hops;
    this.#gate = parts.gate;
    this.#settings = parts.settings;
    this.#random = parts.random;
    this.#listener = parts.listener;
    this.#trouble = parts.trouble;
  }

  /** The request was lost by nobody's fault: it will be made again. */
  forget(errand: RobotsErrand): void {
    this.#hops.end(errand.url);
    this.#gate.end(errand.hostId);
  }

  /**
   * The answer to one redirected robots.txt is the answer to all that lead to the same place.
   * @param askedId the host that was asked, which a redirect makes another than the one it is for
   */
  async file(batch: Batch, errand: RobotsErrand, askedId: number, outcome: Outcome | Lost): Promise<void> {
    this.#hops.end(errand.url);
    const answer = asRobotsAnswer(outcome);
    if (answer.kind === 'robots') {
      if (answer.redirectTo !== null) await this.#creditAnswer(batch, askedId, errand.hostId);
      if (errand.hops > 0 && answer.status < 500 && answer.status !== 429) {
        this.#hops.remember(errand.url, answer);
        for (const other of this.#hops.takeAll(askedId, errand.url)) await this.#judge(batch, other, answer);
      }
    }
    await this.#judge(batch, errand, answer);
  }

  async #judge(batch: Batch, errand: RobotsErrand, answer: RobotsAnswer): Promise<void> {
    const host = await batch.ledger.get(errand.hostId);
    const verdict = judgeRobots(answer, errand.hops);
    if (verdict.kind === 'hop') return this.#follow(batch, errand, host, verdict.url);
    this.#gate.end(errand.hostId);
    if (verdict.kind === 'private') return this.#trouble.leaveAlone(batch, host, verdict.detail);
    if (verdict.kind === 'unknown') {
      batch.ledger.change(host, withoutRobots(verdict, host, this.#settings, batch.now, this.#random()));
      await this.#trouble.tell(batch, host, `robots.txt: ${verdict.detail}`);
      return;
    }
    this.#adopt(batch, errand, host, verdict);
  }

  /** Its turn comes with that of the host it leads to. */
  async #follow(batch: Batch, errand: RobotsErrand, host: HostFacts, url: string): Promise<void> {
    const hop = { ...errand, url, hops: errand.hops + 1 };
    batch.ledger.change(host, { robotsHop: hop.url, robotsHops: hop.hops });
    const known = this.#hops.answerOf(hop.url);
    if (known !== null) return this.#judge(batch, hop, known);
    this.#hops.add((await this.#frontier.hostOf(hop.url)).id, hop);
  }

  /** The rules are known, and with them the gap of the host. */
  #adopt(
    batch: Batch,
    errand: RobotsErrand,
    host: HostFacts,
    verdict: RobotsVerdict & { kind: 'rules' },
  ): void {
    const { now } = batch;
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
