/** What can be seen of a run while it is under way. */
import type { CrawlConfig } from '../config/config.js';
import { type HostLimit, isPolitenessBound } from '../observe/politeness-lines.js';
import type { Snapshot } from '../observe/snapshot.js';
import { hostLimits } from '../policy/politeness.js';
import { originOf } from '../url/canonicalise.js';
import type { OpenRun } from './open-run.js';

/** The seeds' hosts with the limits they start under. */
export function seedHosts(config: CrawlConfig): HostLimit[] {
  return config.origins.map((host) => ({ host, ...hostLimits({ host, crawlDelayMs: null }, config) }));
}

/** Looks at a run each time it is called. */
export function snapshotsOf({ config, delegator, frontier, startedAt }: OpenRun): () => Snapshot {
  const { maxPages, maxTimeMs, concurrency } = config;
  const isBound = isPolitenessBound(seedHosts(config), config);
  return () => {
    const now = Date.now();
    const counts = frontier.counts();
    const { pages, bytes } = delegator.counters;
    const loads = delegator.loads();
    const oldest = delegator.oldestFlight();
    return {
      now,
      startedAt,
      counts,
      pagesInFile: counts.pages,
      pagesThisRun: pages,
      bytesThisRun: bytes,
      inFlight: loads,
      slowestHost: oldest === null ? null : { host: originOf(oldest.url), waitedMs: now - oldest.startedAt },
      limits: { maxPages, maxTimeMs },
      politenessBound: isBound && counts.queued > 0 && loads.every((load) => load < concurrency),
    };
  };
}
