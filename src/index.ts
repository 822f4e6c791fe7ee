/** The library: what `import … from 'orbweaver'` gives. Options are named as the flags are. */
import { resolveConfig } from './config/config.js';
import type { CrawlOptions } from './config/options.js';
import { type RunResult, runCrawl } from './commands/crawl-run.js';
import type { Filed, Notice } from './delegator/events.js';

export type { CrawlOptions } from './config/options.js';
export type { Filed, Notice } from './delegator/events.js';
export type { RunResult } from './commands/crawl-run.js';
export { readStatus, statusSummary } from './commands/read-status.js';
export type { StatusRow } from './status/rows.js';
export type { ExecutorCounts, FailureCount, HostFailures, StatusSummary } from './status/summary.js';
export type { JsonObject, JsonValue } from './protocol/json.js';
export type { CheckOptions, ProxyCheck } from './proxies/check.js';
export { type ProxyProvider, proxyProvider } from './proxies/provider.js';
export { ipRoyal, type ProviderOptions, proxyScrape, webshare } from './proxies/providers.js';
export type { ProxyMap } from './proxies/proxy-map.js';
export { CrawlError, InvariantError, PoolError, StoreError, UsageError } from './errors.js';
export type { Failure, FailureCode, SkipReason } from './protocol/failure.js';

export interface CrawlControls {
  /** Stops the crawl in an orderly way; it can be resumed. */
  readonly signal?: AbortSignal;
  /**
   * Called for every request that came back and was filed. What it or `onNotice` throws ends the crawl and
   * rejects it; nothing that was filed is lost, and the same call goes on.
   */
  readonly onFiled?: (filed: Filed) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * Crawls a site into `options.db`, continuing what is in the file already.
 *
 * @throws UsageError (rejects) for refused options; StoreError, PoolError, InvariantError for a run
 *         that cannot go on. What was filed before is safe in the file.
 */
export async function crawl(options: CrawlOptions, controls: CrawlControls = {}): Promise<RunResult> {
  const config = await resolveConfig(options);
  return runCrawl({
    config,
    commandLine: 'library',
    stop: controls.signal ?? new AbortController().signal,
    exitStatus: () => null,
    errorStatus: () => null,
    hooks: {
      onStart: () => undefined,
      onFiled: (filed) => controls.onFiled?.(filed),
      onNotice: (notice) => controls.onNotice?.(notice),
    },
  });
}
