/**
 * Who must read a robots.txt before anything else, and what the stored ones say. Rules are matched when
 * a URL is handed out, because they may not be known when it is found.
 */
import type { HostFacts } from '../frontier/frontier.js';
import { ROBOTS_MAX_AGE_MS } from '../policy/politeness.js';
import { parseRobots, type RobotsRules } from '../policy/robots.js';
import type { SkipReason } from '../protocol/failure.js';
import { ROBOTS_TOKEN } from '../protocol/robots.js';
import { pathAndQuery } from '../url/canonicalise.js';

/** Text of the parsed rules kept in memory, characters; a host beyond them is parsed again from the file. */
const CACHED_TEXT = 4 * 1024 * 1024;

/** A robots.txt to be fetched; `url` differs from the host's own after a redirect. */
export interface RobotsErrand {
  readonly hostId: number;
  readonly url: string;
  readonly hops: number;
}

export class RobotsGate {
  readonly #isObeyed: boolean;
  readonly #rules = new Map<number, RobotsRules>();
  #cachedText = 0;
  /** Hosts whose robots.txt is being asked for. */
  readonly #underWay = new Set<number>();

  constructor(isObeyed: boolean) {
    this.#isObeyed = isObeyed;
  }

  /** Whether nothing of this host may be fetched before its robots.txt has been read (again). */
  isMissing(host: HostFacts, now: number): boolean {
    if (!this.#isObeyed) return false;
    return host.robotsFetchedAt === null || now - host.robotsFetchedAt >= ROBOTS_MAX_AGE_MS;
  }

  isUnderWay(hostId: number): boolean {
    return this.#underWay.has(hostId);
  }

  /** What is to be asked next: the host's own file, or where that was found to be redirected to. */
  begin({ id, host, robotsHop, robotsHops }: HostFacts): RobotsErrand {
    this.#underWay.add(id);
    return { hostId: id, url: robotsHop ?? `${host}/robots.txt`, hops: robotsHops };
  }

  /** The errand is over, with or without an answer. */
  end(hostId: number): void {
    this.#underWay.delete(hostId);
    this.#rules.delete(hostId);
  }

  refuse(key: string, hostId: number, robotsText: () => string): SkipReason | null {
    if (!this.#isObeyed) return null;
    return this.#rulesOf(hostId, robotsText).isAllowed(pathAndQuery(key)) ? null : 'robots';
  }

  #rulesOf(hostId: number, robotsText: () => string): RobotsRules {
    const known = this.#rules.get(hostId);
    if (known !== undefined) return known;
    const text = robotsText();
    const rules = parseRobots(text, ROBOTS_TOKEN);
    // An entry costs something even when its text is empty.
    this.#cachedText += text.length + 1024;
    if (this.#cachedText > CACHED_TEXT) {
      this.#rules.clear();
      this.#cachedText = text.length + 1024;
    }
    this.#rules.set(hostId, rules);
    return rules;
  }
}
