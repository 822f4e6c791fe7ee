/** What a verdict on a robots.txt changes for the host it is of. Pure. */
import type { HostFacts, HostPatch } from '../frontier/frontier.js';
import {
  type ClockChange,
  clockAfter,
  type PolitenessSettings,
  restAfterRobots,
} from '../policy/politeness.js';
import type { RobotsVerdict } from '../policy/robots-answer.js';
import { CRAWL_DELAY_CAP_MS, parseRobots } from '../policy/robots.js';
import { ROBOTS_TOKEN } from '../protocol/robots.js';
import { isUnreachable } from './settle.js';

/** The next time is the host's own file again. */
const NO_HOP = { robotsHop: null, robotsHops: 0 } as const;

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
      ...NO_HOP,
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
  if (verdict.isFinal === true) return { givenUp: verdict.code };
  const robotsAttempts = host.robotsAttempts + 1;
  const change: ClockChange = verdict.isRefusal
    ? clockAfter(host, { kind: 'refusal', retryAfterMs: verdict.retryAfterMs }, settings, now, random)
    : restAfterRobots(host, robotsAttempts, settings, now, random);
  const isHopeless = robotsAttempts > settings.retries && isUnreachable(verdict.code, host);
  return { ...change, robotsAttempts, ...NO_HOP, ...(isHopeless ? { givenUp: verdict.code } : {}) };
}
