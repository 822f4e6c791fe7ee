/**
 * Requests in the middle of a task, of user code or for pieces of a file: they wait here for the turn of their host, under
 * the rules that hold for all others, and are made by the thread that asked. None of them is in the file: with the task
 * that asked they are asked again.
 */
import type { MessagePort } from 'node:worker_threads';
import type { HostPatch } from '../frontier/frontier.js';
import { clockAfter, hostLimits } from '../policy/politeness.js';
import type { Ask, Asked, AskedAnswer, Grant } from '../protocol/ask.js';
import { canonicalise, originOf } from '../url/canonicalise.js';
import type { RequestParts, RequestSettings, RobotsDispatch } from './robots-dispatch.js';
import { eventOf } from './settle.js';
import type { Slot } from './slots.js';

export interface AskParts extends RequestParts {
  readonly robots: RobotsDispatch;
  readonly settings: RequestSettings;
  /** In [0, 1). */
  readonly random: () => number;
  /** Something arrived. */
  readonly onChange: () => void;
}

/** A slot may be kept for the idle connection of another thread, and nobody says when that is over. */
const LOOK_MS = 1_000;

interface Waiting {
  readonly flightId: number;
  readonly thread: number;
  readonly url: string;
  readonly country: string | null;
  readonly isBeside: boolean;
  readonly port: MessagePort;
}

interface UnderWay {
  readonly flightId: number;
  readonly url: string;
  readonly proxy: string | null;
  readonly hostId: number;
  readonly slot: Slot;
}

interface Finished {
  readonly asked: UnderWay;
  readonly answer: AskedAnswer;
}

export class Asks {
  readonly #parts: AskParts;
  readonly #waiting = new Map<string, Waiting>();
  /** Of those, the ones for each origin, in the order of asking: the first that must wait lets all others wait. */
  readonly #queues = new Map<string, Set<string>>();
  readonly #underWay = new Map<string, UnderWay>();
  #finished: Finished[] = [];

  constructor(parts: AskParts) {
    this.#parts = parts;
  }

  add({ askId, flightId, url, country, isBeside, port }: Ask): void {
    const flight = this.#parts.flights.get(flightId);
    // Its task is over, or its thread has ended: nobody waits for an answer.
    if (flight === undefined) return port.close();
    this.#waiting.set(askId, { flightId, thread: flight.slot.thread, url, country, isBeside, port });
    const origin = originOf(url);
    this.#queues.set(origin, (this.#queues.get(origin) ?? new Set()).add(askId));
    this.#parts.onChange();
  }

  /** One that was granted is over, or one that waited has been given up. */
  end({ askId, answer }: Asked): void {
    this.#leave(askId);
    const asked = this.#underWay.get(askId);
    if (asked === undefined) return;
    this.#release(askId, asked);
    if (answer !== null) this.#finished.push({ asked, answer });
    this.#parts.onChange();
  }

  /** The task that asked for them was lost. */
  drop(flightId: number): void {
    this.#parts.proxies.forget(subjectOf(flightId));
    for (const [askId, waiting] of this.#waiting) if (waiting.flightId === flightId) this.#leave(askId);
    for (const [askId, asked] of this.#underWay) if (asked.flightId === flightId) this.#release(askId, asked);
  }

  /** A thread is gone, and with it what it asked for, also for tasks that were over already. */
  dropThread(thread: number): void {
    for (const [askId, waiting] of this.#waiting) if (waiting.thread === thread) this.#leave(askId);
    for (const [askId, asked] of this.#underWay)
      if (asked.slot.thread === thread) this.#release(askId, asked);
  }

  /** Whether a task waits for leave to ask for something, and does nothing else meanwhile. */
  isWaitedFor(flightId: number): boolean {
    for (const waiting of this.#waiting.values())
      if (waiting.flightId === flightId && !waiting.isBeside) return true;
    return false;
  }

  /** Whether any request was granted that is not known to be over. */
  get areUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Whether a request to this host has been granted and is not known to be over. */
  isUnderWay(hostId: number): boolean {
    for (const asked of this.#underWay.values()) if (asked.hostId === hostId) return true;
    return false;
  }

  /** A task is over: which proxies failed what it asked for is of no use any more. */
  forget(flightId: number): void {
    this.#parts.proxies.forget(subjectOf(flightId));
  }

  /** What finished requests say of their hosts. Answers how many there were. */
  async file(now: number): Promise<number> {
    const finished = this.#finished;
    this.#finished = [];
    const { frontier, cookies, settings, random } = this.#parts;
    for (const { asked, answer } of finished) {
      const host = await frontier.hostById(asked.hostId);
      this.#parts.proxies.note(asked.proxy, subjectOf(asked.flightId), answer.failure, answer.startedAt, now);
      const event = eventOf(answer.failure);
      const patch: HostPatch = event === null ? {} : clockAfter(host, event, settings, now, random());
      cookies.take(asked.url, answer, now);
      const nextFetchAt = Math.max(
        patch.nextFetchAt ?? host.nextFetchAt,
        answer.startedAt + hostLimits(host, settings).gapMs,
      );
      await frontier.apply([], [{ hostId: host.id, patch: { ...patch, nextFetchAt } }], () =>
        cookies.store(),
      );
    }
    return finished.length;
  }

  /** Grants what may be asked for now, in the order of asking; a robots.txt that must be read first is sent for. */
  async grant(now: number): Promise<void> {
    for (const queue of this.#queues.values()) {
      for (const askId of queue) {
        const waiting = this.#waiting.get(askId) as Waiting;
        // It can be done without: the task behind it may wait for one that cannot.
        if (waiting.isBeside && this.#parts.slots.areAllTaken) continue;
        const grant = await this.#judge(askId, waiting, now);
        if (grant === null) break;
        this.#leave(askId);
        waiting.port.postMessage(grant);
        waiting.port.close();
      }
    }
  }

  /** The earliest moment at which a host that is waited for may be asked; null when time changes nothing. */
  async nextAt(now: number): Promise<number | null> {
    const isAnyBeside = [...this.#waiting.values()].some(({ isBeside }) => isBeside);
    let next = isAnyBeside ? now + LOOK_MS : null;
    for (const origin of this.#queues.keys()) {
      const { nextFetchAt } = await this.#parts.frontier.hostOf(`${origin}/`);
      if (nextFetchAt > now) next = Math.min(next ?? Infinity, nextFetchAt);
    }
    return next;
  }

  #leave(askId: string): void {
    const waiting = this.#waiting.get(askId);
    if (waiting === undefined) return;
    this.#waiting.delete(askId);
    const origin = originOf(waiting.url);
    const queue = this.#queues.get(origin);
    queue?.delete(askId);
    if (queue?.size === 0) this.#queues.delete(origin);
  }

  #release(askId: string, { slot }: UnderWay): void {
    this.#underWay.delete(askId);
    this.#parts.slots.release(slot);
  }

  /** Null = not yet. */
  async #judge(
    askId: string,
    { url, country, flightId, thread, isBeside }: Waiting,
    now: number,
  ): Promise<Grant | null> {
    const { frontier, gate, robots, cookies, proxies, settings, slots, flights } = this.#parts;
    const host = await frontier.hostOf(url);
    if (host.givenUp !== null) return refused(host.givenUp, `${host.host} was given up`);
    if (robots.waitOf(host.id, now) !== null || host.nextFetchAt > now) return null;
    if (gate.isMissing(host, now)) {
      await robots.sendAwaited(host, now);
      return null;
    }
    const { perHost, gapMs } = hostLimits(host, settings);
    const text = await frontier.robotsText(host.id);
    if (gate.refuse(canonicalise(url) ?? url, host.id, () => text) !== null)
      return refused('robots', `robots.txt of ${host.host} does not allow ${url}`);
    if (gapMs > 0 && (flights.isStarting(host.id) || this.isUnderWay(host.id))) return null;
    const slot = isBeside
      ? slots.acquireBeside(host.id, perHost, thread)
      : slots.acquireHost(host.id, perHost, thread);
    if (slot === null) return null;
    // Only now: each choice is a proxy's turn.
    const choice = proxies.choose(url, country, subjectOf(flightId), now);
    if (choice.failure !== null) {
      slots.release(slot);
      return refused(choice.failure.code, choice.failure.message);
    }
    await frontier.apply([], [{ hostId: host.id, patch: { nextFetchAt: now + gapMs } }], () => undefined);
    const { proxy } = choice;
    this.#underWay.set(askId, { flightId, url, proxy, hostId: host.id, slot });
    const sendHeaders = settings.seedOrigins.has(originOf(url));
    return { kind: 'granted', sendHeaders, cookie: cookies.headerFor(url, now), proxy };
  }
}

/** What a flight asked for beside its own request, as far as proxies are concerned. */
function subjectOf(flightId: number): string {
  return `ask ${flightId}`;
}

function refused(code: Extract<Grant, { kind: 'refused' }>['code'], message: string): Grant {
  return { kind: 'refused', code, message };
}
