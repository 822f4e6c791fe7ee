/**
 * How a thread asks for pages and sitemaps, and tells the main thread in mid-task how far it is: that the request is
 * on the wire, that the body is in.
 */
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { FetchTask, RequestTask, SitemapTask } from '#src/protocol/task.js';
import type { Intake, Reply } from './exchange.js';
import type { ReplyHeaders } from './open-request.js';
import type { Fetcher } from './fetcher.js';

export class Asker {
  readonly #fetcher: Fetcher;
  readonly #post: (message: WorkerMessage) => void;

  /** @param post sends a message to the main thread in mid-task */
  constructor(fetcher: Fetcher, post: (message: WorkerMessage) => void) {
    this.#fetcher = fetcher;
    this.#post = post;
  }

  /**
   * Makes the one request of a task. Rejects with what made it fail.
   *
   * @param onSetCookies called with the Set-Cookie lines of the answer, whatever becomes of it
   * @param intake       what is read of an answer
   */
  ask(
    task: FetchTask | SitemapTask | RequestTask,
    onSetCookies: (lines: readonly string[]) => void,
    intake: (status: number, headers: ReplyHeaders) => Intake,
  ): Promise<Reply> {
    const { url, sendHeaders, cookie, proxy, spaced, flightId } = task;
    return this.#fetcher.send({
      url,
      sendHeaders,
      cookie,
      proxy,
      ...(task.kind === 'request' ? ownPartsOf(task) : {}),
      onSetCookies: (setCookies) => {
        if ('work' in task) this.#post({ kind: 'cookies-set', flightId, setCookies });
        onSetCookies(setCookies);
      },
      // A slot of a limited host stays with its thread, so the idle connection is the next request's.
      keepAlive: true,
      ...(spaced ? { onStart: () => this.#post({ kind: 'started', flightId }) } : {}),
      intake,
    });
  }

  /** The body is in: the host may be asked for something else. */
  freeHost({ slotted, flightId }: FetchTask | SitemapTask | RequestTask): void {
    if (slotted) this.#post({ kind: 'body-read', flightId });
  }
}

/** What only user code's requests say. */
function ownPartsOf({
  method,
  headers,
  body,
}: RequestTask): Pick<RequestTask, 'method' | 'headers' | 'body'> {
  return { method, headers, body };
}
