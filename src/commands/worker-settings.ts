/** The part of a configuration that threads are started with. */
import type { CrawlConfig } from '../config/config.js';
import type { DownloadSettings } from '../protocol/download.js';
import type { WorkerSettings } from '../protocol/settings.js';
import type { ExecutorSettings } from '../protocol/work.js';
import { scopeKeyOf } from '../url/scope.js';

/** What every thread of a run gets, once. */
export function workerSettings(config: CrawlConfig): WorkerSettings {
  const { profile, scope, include, exclude, within, userAgent, headers, timeoutMs, maxBodyBytes } = config;
  const { openHosts, allowPrivate, ca } = config;
  const scopeKeys = [...new Set(config.seeds.map((seed) => scopeKeyOf(seed, scope)))];
  return {
    rule: { profile, scope, scopeKeys, include, exclude },
    stripParams: config.stripParams,
    within,
    obeyNofollow: config.obeyRobots,
    userAgent,
    headers,
    openHosts,
    allowPrivate,
    ca,
    timeoutMs,
    maxBodyBytes,
    maxRedirects: config.maxRedirects,
    executors: executorSettings(config),
    downloads: downloadSettings(config),
  };
}

function downloadSettings({ downloads }: CrawlConfig): DownloadSettings | null {
  if (downloads === null) return null;
  const { rules, types, segments, bytesPerSecond } = downloads;
  const cells = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  return { rules, types, segments, throttle: bytesPerSecond === null ? null : { bytesPerSecond, cells } };
}

function executorSettings(config: CrawlConfig): ExecutorSettings | null {
  const { modules, executorTimeoutMs: timeoutMs, folder, keepBodies } = config;
  return modules.length === 0 && !keepBodies ? null : { modules, timeoutMs, folder, keepBodies };
}
