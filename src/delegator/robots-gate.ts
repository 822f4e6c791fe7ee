/**
 * Who must read a robots.txt before anything else, and what the stored ones say. Rules are matched when
 * a URL is handed out, because they may not be known when it is found.
 */
import type { HostFacts, HostPatch } from '../frontier/frontier.js';
import {
  type ClockChange,
  clockAfter,
  type PolitenessSettings,
  restAfterRobots,
  ROBOTS_MAX_AGE_MS,
} from '../policy/politeness.js';
import type { RobotsVerdict } from '../policy/robots-answer.js';
import { CRAWL_DELAY_CAP_MS, parseRobots, ROBOTS_TOKEN, type RobotsRules } from '../policy/robots.js';
import type { SkipReason } from '../protocol/failure.js';
import { pathAndQuery } from '../url/canonicalise.js';
import { isUnreachable } from './settle.js';

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

  begin(host: HostFacts): RobotsErrand {
    this.#underWay.add(host.id);
    return { hostId: host.id, url: `${host.host}/robots.txt`, hops: 0 };
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

/** What a definite robots.txt changes for its host. `askedDelayMs` is what it asked for, before our cap. */
export function adoptRobots(
  verdict: RobotsVerdict & { kind: 'rules' },
  now: number,
): { readonly patch: HostPatch; readonly askedDelayMs: number | null } {
  const { crawlDelayMs } = parseRobots(verdict.text, ROBOTS_TOKEN);
  return {
    askedDelayMs: crawlDelayMs,
    patch: {
      robotsStatus: verdict.status,
      robotsFetchedAt: now,
      robotsAttempts: 0,
      robotsText: verdict.text,
      crawlDelayMs: crawlDelayMs === null ? null : Math.min(crawlDelayMs, CRAWL_DELAY_CAP_MS),
    },
  };
}

/** What an indefinite answer does to its host: it rests, or is given up. */
export function withoutRobots(
  verdict: RobotsVerdict & { kind: 'unknown' },
  host: HostFacts,
  settings: PolitenessSettings & { readonly retries: number },
  now: number,
  random: number,
): HostPatch {
  const robotsAttempts = host.robotsAttempts + 1;
  const change: ClockChange = verdict.isRefusal
    ? clockAfter(host, { kind: 'refusal', retryAfterMs: verdict.retryAfterMs }, settings, now, random)
    : restAfterRobots(host, robotsAttempts, settings, now, random);
  const isHopeless = robotsAttempts > settings.retries && isUnreachable(verdict.code, host);
  return { ...change, robotsAttempts, ...(isHopeless ? { givenUp: verdict.code } : {}) };
}
