/**
 * The thread's HTTP client: one dispatcher, HTTP/1.1, connections kept alive, certificates checked,
 * redirects reported and never followed. It bounds each answer in time and bytes; how many run at
 * once the main thread decides, so inside a thread requests in flight = connections at most.
 */
import type { Socket } from 'node:net';
import type { Agent, buildConnector, Client, Dispatcher } from 'undici';
import type { WorkerSettings } from '#src/protocol/settings.js';
import { SET_COOKIE_LINES } from '#src/protocol/outcome.js';
import { type AddressRule, bareHost } from '#src/url/addresses.js';
import { originOf, pathAndQuery } from '#src/url/canonicalise.js';
import { ACCEPT_ENCODING } from './content-coding.js';
import { Exchange } from './exchange.js';
import type { Line, Reply, ReplyHeaders, Intake } from './exchange.js';
import { declineLiteral, guardLookup } from './guard.js';
import { InterimFilter } from './interim.js';
import { trusting } from './trust.js';
import { undici } from './undici.js';

/**
 * How long an idle connection is kept, ms, whatever longer time a server offers. The main thread's slots
 * (delegator/slots.ts) count on an idle connection being closed soon after.
 */
const KEEP_ALIVE_MS = 4_000;
/** Generous beside Node's 16 KiB (sites with many cookies and policies need it), still bounded. */
const MAX_HEADER_BYTES = 64 * 1024;
const ACCEPT = 'text/html,application/xhtml+xml,*/*;q=0.5';

/** What to ask for, and how much of the answer. */
export interface Ask {
  /** Absolute http(s) URL without fragment or credentials. */
  readonly url: string;
  /** Whether the user's extra headers go along. */
  readonly sendHeaders: boolean;
  /** False closes the connection after the answer, so that no thread sits on an idle one. */
  readonly keepAlive: boolean;
  readonly intake: (status: number, headers: ReplyHeaders) => Intake;
  /** Called when the request goes on the wire. */
  readonly onStart?: () => void;
  /** Cookie header, where there is one. */
  readonly cookie?: string | null;
  /** Called with the answer's Set-Cookie lines where it has any, before `intake`. */
  readonly onSetCookies?: (lines: readonly string[]) => void;
}

/** Sends GET requests from one thread. Close it when the thread is done with it. */
export class Fetcher {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  readonly #ownHeaders: string[];
  readonly #allHeaders: string[];
  /** The user sends a Cookie header by hand: nothing may be added to it. */
  readonly #hasOwnCookie: boolean;

  constructor(settings: WorkerSettings) {
    this.#timeoutMs = settings.timeoutMs;
    const own = [
      ['user-agent', settings.userAgent],
      ['accept', ACCEPT],
      ['accept-encoding', ACCEPT_ENCODING],
    ] as const;
    const given = new Set(settings.headers.map(([name]) => name.toLowerCase()));
    this.#hasOwnCookie = given.has('cookie');
    this.#ownHeaders = own.flat();
    this.#allHeaders = [...own.filter(([name]) => !given.has(name)), ...settings.headers].flat();
    this.#agent = makeAgent(settings);
  }

  /**
   * Asks once and reads the answer as far as `ask.intake` wants it. Rejects with what went wrong: pass it
   * to `toFailure`, unless it is a `DeclinedError` (guard.ts). Takes at most `timeoutMs` in all.
   */
  get(ask: Ask): Promise<Reply> {
    const { keepAlive, onStart, onSetCookies } = ask;
    const exchange = new Exchange({
      intake: (status, headers) => {
        const lines = [headers['set-cookie'] ?? []].flat().slice(0, SET_COOKIE_LINES);
        if (lines.length > 0) onSetCookies?.(lines);
        return ask.intake(status, headers);
      },
      keepAlive,
      timeoutMs: this.#timeoutMs,
      ...(onStart === undefined ? {} : { onStart }),
    });
    const request: ExchangeRequest = {
      origin: originOf(ask.url),
      // Not the parser's `search`, which is empty for a lone question mark.
      path: pathAndQuery(ask.url),
      method: 'GET',
      headers: this.#headersFor(ask),
      // `reset` makes the client say `connection: close`; null leaves it to HTTP/1.1's default.
      ...(keepAlive ? {} : { reset: true }),
      exchange,
    };
    this.#agent.dispatch(request, exchange);
    return exchange.reply;
  }

  #headersFor({ sendHeaders, cookie = null }: Ask): string[] {
    const headers = sendHeaders ? this.#allHeaders : this.#ownHeaders;
    return cookie === null || (sendHeaders && this.#hasOwnCookie) ? headers : [...headers, 'cookie', cookie];
  }

  /** Closes every connection; requests in flight fail. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** The client hands request options down to the connection as they are, so the exchange rides along. */
interface ExchangeRequest extends Dispatcher.DispatchOptions {
  readonly exchange: Exchange;
}

type Connector = buildConnector.connector;

/**
 * One connection at a time. It counts the answers on it, so that an exchange can tell a stale connection
 * from a broken host, and keeps hold of its socket, the only clean way to end a running request.
 */
class LineClient extends undici.Client implements Line {
  answered = 0;
  #socket: Socket | null = null;
  /** What runs on it, or ran last. */
  #exchange: Exchange | null = null;

  constructor(origin: string | URL, options: Client.Options, connect: Connector) {
    const connectLine: Connector = (target, done) =>
      connect(target, (...[error, socket]) => {
        this.answered = 0;
        this.#socket = socket;
        if (error === null) done(null, this.#listening(socket));
        else done(error, null);
      });
    super(origin, { ...options, connect: connectLine });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if ('exchange' in options) {
      this.#exchange = (options as ExchangeRequest).exchange;
      this.#exchange.line = this;
    }
    return super.dispatch(options, handler);
  }

  /** The socket, its bytes seen by us before the parser has them. */
  #listening(socket: Socket): Socket {
    const filter = new InterimFilter();
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number) => {
      const chunk = read(size);
      const exchange = this.#exchange;
      if (chunk === null || exchange === null) return chunk;
      exchange.onBytes(chunk.length);
      return filter.pass(chunk, !exchange.hasBytes);
    };
    return socket;
  }

  hangUp(): void {
    this.#socket?.destroy(new Error('answer no longer wanted'));
  }
}

function makeAgent(settings: WorkerSettings): Agent {
  const options: Client.Options = {
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The exchange has one deadline for everything; idle time-outs never fire on a drip anyway.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const connect = makeConnector(settings);
  const makeClient = (origin: URL): Client => new LineClient(origin, options, connect);
  return new undici.Agent({
    factory: (origin) => new undici.Pool(origin, { ...options, factory: makeClient }),
  });
}

/** One for all origins: TLS sessions outlive the connection that made them. */
function makeConnector(settings: WorkerSettings): Connector {
  const { openHosts, allowPrivate } = settings;
  const rule: AddressRule = { openHosts: new Set(openHosts.map(bareHost)), allowPrivate };
  const connect = undici.buildConnector({
    timeout: settings.timeoutMs,
    allowH2: false,
    lookup: guardLookup(rule),
    ...(settings.ca.length === 0 ? {} : { secureContext: trusting(settings.ca) }),
  });
  return (target, done) => {
    const refusal = declineLiteral(target.hostname, rule);
    if (refusal === null) connect(target, done);
    // The client does not expect an answer while it is still asking.
    else setImmediate(() => done(refusal, null));
  };
}
