/** The library: what `import … from 'orbweaver'` gives. Options are named as the flags are. */
export { crawl, type CrawlRun, run, type TaskRunResult } from './library/crawl.js';
export { download, type DownloadRun, type DownloadRunResult } from './library/download.js';
export { walk, type WalkRun, type WalkRunResult } from './library/walk.js';
export type { Run, RunControls, Stoppable } from './library/start.js';
export type { FinishedFile } from './status/finished-file.js';
export type { FinishedPage } from './status/finished-page.js';
export type { DownloadOptions } from './config/download-options.js';
export type { CrawlOptions, TaskOptions, WalkOptions } from './config/options.js';
export type { TaskList } from './tasks/list.js';
export type { Filed, Notice } from './delegator/events.js';
export type { RunResult } from './commands/run-result.js';
export type { FilesResult } from './commands/downloads.js';
export type { RenamedFile } from './delegator/file-work.js';
export type { WalkerStand, WalkStand, WalkStep } from './walk/events.js';
export { readStatus, statusSummary } from './commands/read-status.js';
export { compareCrawls, type CompareOptions, type CrawlComparison } from './commands/compare-crawls.js';
export type { CrawlFacts } from './diff/crawl-facts.js';
export type { Change, Difference, PageFacts } from './diff/differences.js';
export type { SettingDifference } from './config/fixed-settings.js';
export { type PathOptions, shortestPaths } from './commands/find-path.js';
export type { PathAnswer, Step as PathStep } from './graph/shortest-paths.js';
export type { Place as PathPlace } from './graph/places.js';
export { readReport, type ReportOptions } from './commands/read-report.js';
export type { Report } from './report/report.js';
export type { StatusRow } from './status/rows.js';
export type { DownloadCounts } from './status/downloads.js';
export type { FailureCount, HostFailures } from './status/failures.js';
export type { ExecutorCounts, StatusSummary } from './status/summary.js';
export * from './executor.js';
export type { CheckOptions, ProxyCheck } from './proxies/check.js';
export { type ProxyProvider, proxyProvider } from './proxies/provider.js';
export { ipRoyal, type ProviderOptions, proxyScrape, webshare } from './proxies/providers.js';
export type { ProxyMap } from './proxies/proxy-map.js';
export {
  CrawlError,
  type CrawlErrorCode,
  InvariantError,
  PoolError,
  StoreError,
  UsageError,
  UserCodeError,
} from './errors.js';
export type { Failure, FailureCode, SkipReason } from './protocol/failure.js';
