/**
 * Requests that user code makes, and redirects that its tasks are sent by: each goes on the wire only with the
 * main thread's leave, and is reported to it, as all others are.
 */
import { randomUUID } from 'node:crypto';
import type { Transferable } from 'node:worker_threads';
import type { FetchRequest } from '#src/executor.js';
import { type Grant, PROXY_TRIES } from '#src/protocol/ask.js';
import type { Failure } from '#src/protocol/failure.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import { toFailure } from '#src/protocol/to-failure.js';
import { callOf } from '#src/tasks/call.js';
import { originOf, parseTarget } from '#src/url/canonicalise.js';
import { isRedirect, locationOf, refusal, unusable } from './answer.js';
import type { Reply } from './exchange.js';
import type { Fetcher } from './fetcher.js';
import { DeclinedError } from './guard.js';
import { askLeave } from './leave.js';

/** A reply and the address it came from in the end. */
export interface Followed {
  readonly url: string;
  readonly reply: Reply;
}

/** No answer, or none that may be asked for. User code may catch it; else its task fails with this code. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whose request it is. */
export interface Asking {
  readonly flightId: number;
  /** Where it should come from; two letters, null = anywhere. */
  readonly country: string | null;
}

/** A request as it goes on the wire. */
export interface PlainRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Beside those of every request, or in their place; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

/**
 * The request that user code describes.
 * @throws FetchError `url` for what is no http(s) address; TypeError for what user code got wrong
 */
export function plainRequest(url: string, base: string, request: FetchRequest): PlainRequest {
  const target = parseTarget(url, base);
  if (target === null) throw new FetchError('url', `not an http(s) address: ${url}`);
  const { body = null, headers = {} } = request;
  if (body !== null && typeof body !== 'string') throw new TypeError('the body of a request must be a text');
  // The rules of a task's request are those of any other that user code makes.
  const call = callOf(
    { headers, ...(request.method === undefined ? {} : { method: request.method }) },
    'fetch',
  );
  const method = request.method === undefined && body !== null ? 'POST' : call.method;
  if (method === 'GET' && body !== null) throw new TypeError('a GET request has no body');
  const pairs = call.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return { url: target.request, method, headers: pairs, body };
}

/** Sends a message to the main thread in mid-task. */
export type Post = (message: WorkerMessage, transfer?: readonly Transferable[]) => void;

export interface PoliteFetchOptions {
  readonly fetcher: Fetcher;
  readonly post: Post;
  readonly maxBodyBytes: number;
  /** Redirects in a row that are followed. */
  readonly maxRedirects: number;
}

export class PoliteFetch {
  readonly #options: PoliteFetchOptions;

  constructor(options: PoliteFetchOptions) {
    this.#options = options;
  }

  /**
   * Asks for an address and follows redirects.
   * @throws FetchError (rejects)
   */
  async fetch(asker: Asking, request: PlainRequest, signal: AbortSignal): Promise<Followed> {
    try {
      return await this.follow(asker, request, await this.#once(asker, request, signal), signal);
    } catch (thrown) {
      if (thrown instanceof FetchError) throw thrown;
      const { code, message } = toFailure(thrown);
      throw new FetchError(thrown instanceof DeclinedError ? 'private' : code, message, { cause: thrown });
    }
  }

  /**
   * From a reply to where its redirects lead, each hop asked for with leave.
   *
   * @param asked what the reply answers
   * @throws FailureError (rejects): `redirect` where one leads nowhere, or there are too many of them
   */
  async follow(asker: Asking, asked: PlainRequest, reply: Reply, signal: AbortSignal): Promise<Followed> {
    let request = asked;
    let answer = reply;
    for (let hops = 0; isRedirect(answer.status); hops++) {
      if (hops === this.#options.maxRedirects) throw unusable(answer.status, `more than ${hops} redirects`);
      request = redirected(request, answer);
      answer = await this.#once(asker, request, signal);
    }
    return { url: request.url, reply: answer };
  }

  /** One answer; a proxy that fails is not the end of it. */
  async #once(asker: Asking, request: PlainRequest, signal: AbortSignal): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#try(asker, request, signal);
      } catch (thrown) {
        const isProxys = !(thrown instanceof FetchError) && toFailure(thrown).code === 'proxy';
        if (!isProxys || tries === PROXY_TRIES) throw thrown;
      }
    }
  }

  /** One request, with leave. */
  async #try(asker: Asking, request: PlainRequest, signal: AbortSignal): Promise<Reply> {
    const askId = randomUUID();
    const asked = { ...asker, askId, url: request.url, isBeside: false };
    const grant = await askLeave(this.#options.post, asked, signal);
    if (grant === null)
      throw new FetchError('timeout', 'the time for this executor was up before it was its turn');
    if (grant.kind === 'refused') throw new FetchError(grant.code, grant.message);
    // The gap to the host's next request counts from when this one is on the wire, its connection made.
    let startedAt = Date.now();
    const onStart = (): void => void (startedAt = Date.now());
    let setCookies: readonly string[] = [];
    const report = (failure: Failure | null): void =>
      this.#options.post({ kind: 'asked', askId, answer: { startedAt, failure, setCookies } });
    try {
      const reply = await this.#send(request, grant, (lines) => (setCookies = lines), onStart);
      report(reply.status < 400 ? null : refusal(reply.status, reply.headers).failure);
      return reply;
    } catch (thrown) {
      // Nothing went out: the host has no part in it.
      if (thrown instanceof DeclinedError) {
        this.#options.post({ kind: 'asked', askId, answer: null });
        throw thrown;
      }
      report(toFailure(thrown));
      throw thrown;
    }
  }

  #send(
    request: PlainRequest,
    { cookie, proxy, sendHeaders }: Leave,
    onSetCookies: OnSetCookies,
    onStart: () => void,
  ): Promise<Reply> {
    return this.#options.fetcher.send({
      ...request,
      sendHeaders,
      cookie,
      proxy,
      onSetCookies,
      onStart,
      // Its slot is the host's, not this thread's: an idle connection would count against the host's limit.
      keepAlive: false,
      intake: (status) =>
        isRedirect(status) ? { take: 'none' } : { take: 'all', maxBytes: this.#options.maxBodyBytes },
    });
  }
}

type Leave = Extract<Grant, { kind: 'granted' }>;
type OnSetCookies = (lines: readonly string[]) => void;

/**
 * The request that a redirect asks for. A POST becomes a GET where browsers make it one, and what the user sends
 * to one origin does not go to another.
 *
 * @throws FailureError `redirect` where it leads nowhere
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
function redirected(request: PlainRequest, { status, headers }: Reply): PlainRequest {
  const location = locationOf(status, headers);
  const target = parseTarget(location, request.url);
  if (target === null)
    throw unusable(status, `status ${status} to an address that is not http(s): ${location}`);
  const url = target.request;
  const isSameOrigin = originOf(url) === originOf(request.url);
  const becomesGet = request.method === 'POST' && (status === 301 || status === 302 || status === 303);
  const isOfBody = ([name]: PlainRequest['headers'][number]): boolean => name.startsWith('content-');
  if (becomesGet) {
    const headers = isSameOrigin ? request.headers.filter((header) => !isOfBody(header)) : [];
    return { url, method: 'GET', headers, body: null };
  }
  // What says how to read the body goes where the body goes.
  return { ...request, url, headers: isSameOrigin ? request.headers : request.headers.filter(isOfBody) };
}
