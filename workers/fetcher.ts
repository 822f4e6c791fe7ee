/**
 * The thread's HTTP client: HTTP/1.1, directly or through a proxy, connections kept alive, certificates checked,
 * redirects reported and never followed. It bounds each answer in time and bytes; how many run at
 * once the main thread decides, so inside a thread requests in flight = connections at most.
 */
import type { Agent, Dispatcher } from 'undici';
import type { WorkerSettings } from '#src/protocol/settings.js';
import { SET_COOKIE_LINES } from '#src/protocol/outcome.js';
import { trusting } from '#src/trust.js';
import { type AddressRule, bareHost } from '#src/url/addresses.js';
import { originOf, pathAndQuery } from '#src/url/canonicalise.js';
import { ACCEPT_ENCODING } from './content-coding.js';
import { Exchange } from './exchange.js';
import type { Reply, Intake } from './exchange.js';
import type { LineUser, ReplyHead, ReplyHeaders } from './open-request.js';
import { FileExchange, type FileExchangeOptions } from './file-exchange.js';
import { declineLiteral } from './guard.js';
import { type ExchangeRequest, guarded, makeAgent, makeConnector } from './lines.js';
import { ProxyRoutes, type ProxyRoute } from './proxy-route.js';

const ACCEPT = 'text/html,application/xhtml+xml,*/*;q=0.5';

/** What to ask for. */
interface AskBase {
  /** Absolute http(s) URL without fragment or credentials. */
  readonly url: string;
  /** Whether the user's extra headers go along. */
  readonly sendHeaders: boolean;
  /** False closes the connection after the answer, so that no thread sits on an idle one. */
  readonly keepAlive: boolean;
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST';
  /** Beside the thread's own headers, or in their place; names in lower case. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | null;
  /** Called when the request goes on the wire. */
  readonly onStart?: () => void;
  /** Cookie header, where there is one. */
  readonly cookie?: string | null;
  /** The proxy to ask through (src/proxies/proxy-url.ts); null = directly. */
  readonly proxy?: string | null;
  /** Called with the answer's Set-Cookie lines where it has any, before anything is read of it. */
  readonly onSetCookies?: (lines: readonly string[]) => void;
}

/** … and how much of the answer. */
export interface Ask extends AskBase {
  readonly intake: (status: number, headers: ReplyHeaders) => Intake;
}

/** … and what becomes of the answer, piece by piece. */
export interface FileAsk extends AskBase, Pick<FileExchangeOptions, 'onHead' | 'onData'> {}

/** How a request reaches its host. */
interface Way {
  readonly origin: string;
  /** null = directly. */
  readonly route: ProxyRoute | null;
  /** The proxy that the request itself is made of, where it is not only passed through. */
  readonly asked: ProxyRoute | null;
  /** Looks at the head of the answer before anybody else does. */
  readonly look: (status: number, headers: ReplyHeaders) => void;
}

/** Sends requests from one thread. Close it when the thread is done with it. */
export class Fetcher {
  readonly #direct: Agent;
  readonly #routes: ProxyRoutes;
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
    const rule = ruleOf(settings);
    const trust = settings.ca.length === 0 ? null : trusting(settings.ca);
    const connect = makeConnector(rule, settings.timeoutMs, trust);
    this.#direct = makeAgent(guarded(connect, (hostname) => declineLiteral(hostname, rule)));
    this.#routes = new ProxyRoutes(connect, rule, settings.timeoutMs, trust);
  }

  /**
   * Asks once and reads the answer as far as `ask.intake` wants it. Rejects with what went wrong: pass it
   * to `toFailure`, unless it is a `DeclinedError` (guard.ts). Takes at most `timeoutMs` in all.
   */
  send(ask: Ask): Promise<Reply> {
    const { keepAlive, onStart } = ask;
    const way = this.#wayOf(ask);
    const exchange = new Exchange({
      intake: (status, headers) => {
        way.look(status, headers);
        return ask.intake(status, headers);
      },
      keepAlive,
      timeoutMs: this.#timeoutMs,
      ...(onStart === undefined ? {} : { onStart }),
    });
    this.#dispatch(ask, way, exchange);
    return exchange.reply;
  }

  /**
   * Asks once and hands the answer on as it arrives. Rejects as `send`. `timeoutMs` is for the head, and for silence
   * after it.
   */
  stream(ask: FileAsk): Promise<ReplyHead> {
    const { onHead, onData, onStart } = ask;
    const way = this.#wayOf(ask);
    const exchange = new FileExchange({
      onHead: (status, headers) => {
        way.look(status, headers);
        return onHead(status, headers);
      },
      onData,
      timeoutMs: this.#timeoutMs,
      ...(onStart === undefined ? {} : { onStart }),
    });
    this.#dispatch(ask, way, exchange);
    return exchange.reply;
  }

  #wayOf({ url, proxy = null, onSetCookies }: AskBase): Way {
    const origin = originOf(url);
    const route = proxy === null ? null : this.#routes.to(proxy);
    const asked = route?.asksItself(origin) === true ? route : null;
    return {
      origin,
      route,
      asked,
      look: (status, headers) => {
        asked?.check(status);
        const lines = [headers['set-cookie'] ?? []].flat().slice(0, SET_COOKIE_LINES);
        if (lines.length > 0) onSetCookies?.(lines);
      },
    };
  }

  #dispatch(
    ask: AskBase,
    { origin, route, asked }: Way,
    exchange: LineUser & Dispatcher.DispatchHandler,
  ): void {
    const { keepAlive, method = 'GET', body = null } = ask;
    const request: ExchangeRequest = {
      origin,
      // Not the parser's `search`, which is empty for a lone question mark.
      path: `${asked === null ? '' : origin}${pathAndQuery(ask.url)}`,
      method,
      body,
      headers: this.#headersFor(ask, asked),
      // `reset` makes the client say `connection: close`; null leaves it to HTTP/1.1's default.
      ...(keepAlive ? {} : { reset: true }),
      exchange,
    };
    (route?.agent ?? this.#direct).dispatch(request, exchange);
  }

  /** @param asked the proxy that the request itself is made of, where it is not only passed through */
  #headersFor(
    { sendHeaders, cookie = null, headers: extra = [] }: AskBase,
    asked: ProxyRoute | null,
  ): string[] {
    const base = sendHeaders ? this.#allHeaders : this.#ownHeaders;
    const headers = extra.length === 0 ? base : withHeaders(base, extra);
    const hasOwn = (sendHeaders && this.#hasOwnCookie) || extra.some(([name]) => name === 'cookie');
    const isPlain = cookie === null || hasOwn;
    const all = isPlain ? headers : [...headers, 'cookie', cookie];
    return asked === null ? all : [...all, ...asked.headers];
  }

  /** Closes every connection; requests in flight fail. */
  async close(): Promise<void> {
    await Promise.all([this.#direct.destroy(), this.#routes.close()]);
  }
}

function ruleOf({ openHosts, allowPrivate }: WorkerSettings): AddressRule {
  return { openHosts: new Set(openHosts.map(bareHost)), allowPrivate };
}

/** A flat list of names and values with some of them replaced, and others added. */
function withHeaders(base: readonly string[], extra: readonly (readonly [string, string])[]): string[] {
  const given = new Set(extra.map(([name]) => name));
  const kept = base.filter((_, at) => !given.has((base[at - (at % 2)] as string).toLowerCase()));
  return [...kept, ...extra.flat()];
}
