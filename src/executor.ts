/**
 * What a module of executors gets and may throw: the types to write one against, and `TaskError`. Light to
 * import, because every worker thread that loads such a module may load this, too.
 */
import type { JsonObject, JsonValue } from './protocol/json.js';

export type { JsonObject, JsonValue } from './protocol/json.js';

/** Header values by name in lower case; a list where a header came more than once. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/**
 * An executor: a named export of a module given with --executors, run on each page in the thread that fetched
 * it. What it answers is stored as JSON (nothing is null); what it throws is judged as `TaskError` says.
 */
export type Executor = (page: Page, context: Context) => unknown;

/**
 * An export called `validate`, which looks at every answer before the executors do and throws when it is not
 * the page that was asked for (a captcha, a missing marker). The page is then asked for again, through another
 * proxy where there are any, and at last fails with the code `validation`.
 */
export type Validator = (page: Page, context: Context) => Promise<void> | void;

/** An answer with a 2xx status. */
export interface Page {
  /** The address that answered, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Content codings undone. */
  readonly body: Uint8Array;
  /** `body` decoded as the HTML standard says. */
  readonly text: string;
  /** parse5's document, built when it is first asked for. */
  readonly document: unknown;
  /** Every address that the page links to, absolute and canonical, each once; inside the crawl's scope or not. */
  readonly links: readonly string[];
  /** What executors before this one answered, in this run or an earlier one. */
  readonly results: Readonly<Record<string, JsonValue>>;
  /** The first element that a CSS selector matches, in document order; null when none does. */
  select(selector: string): PageElement | null;
  selectAll(selector: string): readonly PageElement[];
}

/** An element of a page. */
export interface PageElement {
  /** All text in it, as it stands in the document. */
  text(): string;
  /** null where it has no such attribute. */
  attr(name: string): string | null;
  /** The HTML inside it. */
  html(): string;
  select(selector: string): PageElement | null;
  selectAll(selector: string): readonly PageElement[];
  /** parse5's node. */
  readonly node: unknown;
}

/** What a thread lends to an executor for one page. */
export interface Context {
  /** Key of the task: the page's address, or the key in a task list. */
  readonly key: string;
  readonly params: JsonObject;
  /** Raised when the executor's time is up. */
  readonly signal: AbortSignal;
  /**
   * Asks for another address, with the manners of the crawl: robots.txt, gaps, limits, proxies, cookies. It may
   * wait for its turn for as long as `signal` lets it. Redirects are followed.
   *
   * @throws FetchError (rejects) where no answer comes or it may not be asked for; any status is an answer
   */
  fetch(url: string | URL, request?: FetchRequest): Promise<FetchedPage>;
  /**
   * The absolute path of a file in the run's folder; folders on the way are made.
   * @throws TypeError for a name that leads out of it
   */
  file(name: string): string;
  /** Adds a task, once for each address and params; it is fetched, and executors are run on it. */
  follow(url: string | URL, params?: JsonObject): void;
  readonly log: Logger;
}

export interface FetchRequest {
  /** @default 'GET', 'POST' with a body */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer of any status; what was read of it as for a page. */
export type FetchedPage = Omit<Page, 'results'>;

/** Lines on the run's standard error, with the key of the task. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * Thrown by user code to say that this task cannot be done: it is recorded as failed and the run goes on. Any
 * other exception, a TypeError for instance, is taken for a fault in the code and ends the run. Known by its
 * name, so that copies of this package do not matter.
 */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}
