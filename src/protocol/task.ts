/**
 * What the delegator asks of a worker thread. One message per task; plain data only.
 */
import type { Former, Known, Listing } from './download.js';
import type { KeptBody, Work } from './work.js';

interface TaskBase {
  /** The number of the thread it is for, from 0; a replacement keeps the number. */
  readonly thread: number;
  /** Unique within a run; comes back in mid-task messages. */
  readonly flightId: number;
  /** The absolute http(s) URL to put on the wire. */
  readonly url: string;
  /** Whether `WorkerSettings.headers` go with this request (seed origins only). */
  readonly sendHeaders: boolean;
  /** The host keeps a gap between request starts: post `started` when this one is made. */
  readonly spaced: boolean;
  /** The crawl's cookies for this request, bytes as Latin-1; a Cookie header of the user's own goes before them. */
  readonly cookie: string | null;
  /** The proxy to ask through, as proxies/proxy-url.ts writes it, password and all; null = directly. */
  readonly proxy: string | null;
}

/** Fetch a page, follow nothing, report its links. */
export interface FetchTask extends TaskBase {
  readonly kind: 'fetch';
  /** The identity key of the page; `url` is another spelling of it after a redirect to itself. */
  readonly key: string;
  /** The host has a limit on requests in flight: post `body-read` when the body is in. */
  readonly slotted: boolean;
  /** The scope may still grow or has grown: send links outside the seeds' scope by name, not only counted. */
  readonly keepOutside: boolean;
  /** What executors are to do with the page; absent = the run has none. */
  readonly work?: Work;
  /** The links wanted are those of files and of nested listings; absent = all. */
  readonly listing?: Listing;
}

/** Fetch a file into a temporary one; a redirect is reported, not followed. */
export interface FileTask extends TaskBase {
  readonly kind: 'file';
  /** The address that the link names; `url` is another one after redirects. */
  readonly key: string;
  readonly slotted: boolean;
  /** Absolute path of the temporary file, which may hold bytes of an earlier try. */
  readonly part: string;
  /** Of the file that lies there, which is not fetched again unchanged; null = none does. */
  readonly known: Known | null;
  /** What it was when it came last; null = it never did. */
  readonly former: Former | null;
}

/** Read a sitemap, follow nothing, report what it lists. Fields as for a page. */
export interface SitemapTask extends TaskBase {
  readonly kind: 'sitemap';
  readonly key: string;
  readonly slotted: boolean;
  readonly keepOutside: boolean;
}

/** Fetch one hop of a robots.txt; a redirect is reported, not followed. */
export interface RobotsTask extends TaskBase {
  readonly kind: 'robots';
}

/** Make a request for user code and run executors on its answer; redirects are followed, with leave. */
export interface RequestTask extends TaskBase {
  readonly kind: 'request';
  readonly slotted: boolean;
  readonly method: 'GET' | 'POST';
  /** Beside those of every request, or in their place; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
  readonly work: Work;
}

/** Run executors on a stored body. */
export interface ExecuteTask extends TaskBase {
  readonly kind: 'execute';
  readonly stored: KeptBody;
  readonly work: Work;
}

export type Task = FetchTask | FileTask | SitemapTask | RobotsTask | RequestTask | ExecuteTask;
