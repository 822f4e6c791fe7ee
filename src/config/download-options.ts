/** What may be asked of a download: the crawl's options that are about requests, and its own. */
import type { LayoutKind } from '../downloads/layout.js';
import type { CrawlOptions } from './options.js';

export interface DownloadOptions extends Pick<
  CrawlOptions,
  | 'workers'
  | 'perHost'
  | 'delay'
  | 'maxTime'
  | 'maxRedirects'
  | 'maxBody'
  | 'robots'
  | 'allowPrivate'
  | 'userAgent'
  | 'headers'
  | 'ca'
  | 'proxy'
  | 'proxies'
  | 'cookies'
  | 'loadCookies'
  | 'timeout'
  | 'retries'
  | 'retryDelay'
  | 'giveUp'
> {
  /** SQLite file; an unfinished download in it is continued. @default 'downloads.db' */
  readonly db?: string | undefined;
  /** Regular expression, not anchored, matched against the text of a link. @default null */
  readonly text?: string | null | undefined;
  /** CSS selector of links, or of what they stand in. @default null */
  readonly select?: string | null | undefined;
  /** Regular expression, not anchored, matched against the address of a link. @default null */
  readonly match?: string | null | undefined;
  /** Endings of file names. @default [] */
  readonly ext?: readonly string[] | undefined;
  /** Content types of answers, such as `audio/*`. @default [] */
  readonly type?: readonly string[] | undefined;
  /** Levels of nested listings that are followed. @default 0 */
  readonly depth?: number | undefined;
  /** Folder for the files. @default 'downloads' */
  readonly into?: string | undefined;
  /** @default 'tree' */
  readonly layout?: LayoutKind | undefined;
  /** Whether files that lie there are asked for if they have changed. @default false */
  readonly refresh?: boolean | undefined;
  /** Whether only listing pages are asked for. @default false */
  readonly dryRun?: boolean | undefined;
  /** Requests at once. @default 16 */
  readonly maxParallelism?: number | undefined;
  /** Requests at once for one large file. @default 1 */
  readonly segments?: number | undefined;
  /** Bytes per second, all files together. @default null */
  readonly limitRate?: number | null | undefined;
}
