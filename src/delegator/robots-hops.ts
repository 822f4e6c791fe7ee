/**
 * Redirected robots.txt on their way: errands wait here for the turn of the host they lead to, and the answer
 * to one is the answer to all that lead to the same place. Where each host's errand stands is in the file too
 * (`robotsHop`), so what waits here is lost with the process and taken up again by the next.
 */
import type { RobotsOutcome } from '../protocol/outcome.js';
import type { RobotsErrand } from './robots-gate.js';

/** Text of answers remembered, characters. Many hosts of one owner point at one file. */
const REMEMBERED_TEXT = 4 * 1024 * 1024;

export class RobotsHops {
  /** By the id of the host they lead to. */
  readonly #waiting = new Map<number, RobotsErrand[]>();
  /** Hosts whose errand is among them. */
  readonly #waitingFor = new Set<number>();
  /** Places that are being asked. */
  readonly #underWay = new Set<string>();
  readonly #answers = new Map<string, RobotsOutcome>();
  #rememberedText = 0;

  /** Hosts that some errand leads to. */
  targets(): Iterable<number> {
    return this.#waiting.keys();
  }

  /** Whether this host's own robots.txt waits for another host. */
  isWaiting(hostId: number): boolean {
    return this.#waitingFor.has(hostId);
  }

  add(targetHostId: number, errand: RobotsErrand): void {
    const errands = this.#waiting.get(targetHostId);
    if (errands === undefined) this.#waiting.set(targetHostId, [errand]);
    else errands.push(errand);
    this.#waitingFor.add(errand.hostId);
  }

  /** The errand that has waited longest for this host, but for those whose answer is under way already. */
  take(targetHostId: number): RobotsErrand | null {
    const first = this.#waiting.get(targetHostId)?.find(({ url }) => !this.#underWay.has(url));
    if (first === undefined) return null;
    this.#remove(targetHostId, (errand) => errand === first);
    this.#underWay.add(first.url);
    return first;
  }

  /** All errands that lead to `url` as well, now that it has answered. */
  takeAll(targetHostId: number, url: string): RobotsErrand[] {
    return this.#remove(targetHostId, (errand) => errand.url === url);
  }

  /** The request that was taken is over, with an answer or without. */
  end(url: string): void {
    this.#underWay.delete(url);
  }

  /** What a place answered that robots.txt are redirected to; null if it has not been asked in this run. */
  answerOf(url: string): RobotsOutcome | null {
    return this.#answers.get(url) ?? null;
  }

  remember(url: string, answer: RobotsOutcome): void {
    this.#rememberedText += answer.text.length + url.length;
    if (this.#rememberedText > REMEMBERED_TEXT) {
      this.#answers.clear();
      this.#rememberedText = answer.text.length + url.length;
    }
    this.#answers.set(url, answer);
  }

  #remove(targetHostId: number, isMeant: (errand: RobotsErrand) => boolean): RobotsErrand[] {
    const errands = this.#waiting.get(targetHostId) ?? [];
    const taken = errands.filter(isMeant);
    const left = errands.filter((errand) => !isMeant(errand));
    if (left.length === 0) this.#waiting.delete(targetHostId);
    else this.#waiting.set(targetHostId, left);
    for (const { hostId } of taken) this.#waitingFor.delete(hostId);
    return taken;
  }
}
