/**
 * Ways through proxies: for each an agent of its own, whose sockets lead through it. Above the socket all is as it is
 * without one: one request at a time, kept connections, deadlines, byte caps.
 */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Agent } from 'undici';
import {
  asksInAbsoluteForm,
  authorizationOf,
  openTunnel,
  type TunnelTarget,
  wantsCredentials,
} from '#src/proxies/tunnel.js';
import { type AddressRule, bareHost } from '#src/url/addresses.js';
import { declineUnseen } from './guard.js';
import { type Connector, guarded, makeAgent } from './lines.js';

/** Agents kept at once. Each holds idle connections for a few seconds; lists of proxies are long. */
const MAX_ROUTES = 64;

/** The way through one proxy. */
export interface ProxyRoute {
  readonly agent: Agent;
  /** Headers for the proxy, name and value in turn, where it is asked itself. */
  readonly headers: readonly string[];
  /** Whether requests to this origin are made of the proxy, with the whole URL, and not of a host behind it. */
  asksItself(origin: string): boolean;
  /** @throws FailureError where this is the proxy's own refusal, and no answer of the host's */
  check(status: number): void;
}

export class ProxyRoutes {
  /** By proxy, the one used last at the end. */
  readonly #routes = new Map<string, ProxyRoute>();
  readonly #open: (proxy: URL) => ProxyRoute;

  /**
   * @param secure makes TLS of a socket that is given as `httpSocket`
   * @param trust  what proxies that are spoken to over TLS must show; null = what Node.js trusts
   */
  constructor(secure: Connector, rule: AddressRule, timeoutMs: number, trust: SecureContext | null) {
    this.#open = (proxy) => {
      const connect = connectThrough(proxy, secure, timeoutMs, trust);
      return makeRoute(
        proxy,
        guarded(connect, (hostname) => declineUnseen(hostname, rule)),
      );
    };
  }

  /** The way through a proxy. The one that was not used for longest makes room for a new one. */
  to(proxy: string): ProxyRoute {
    const route = this.#routes.get(proxy) ?? this.#open(new URL(proxy));
    this.#routes.delete(proxy);
    this.#routes.set(proxy, route);
    const [oldest] = this.#routes.entries();
    if (oldest !== undefined && this.#routes.size > MAX_ROUTES) {
      this.#routes.delete(oldest[0]);
      // What is under way on it comes to its end first.
      void oldest[1].agent.close();
    }
    return route;
  }

  /** Closes every connection; requests in flight fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map(({ agent }) => agent.destroy()));
  }
}

function makeRoute(proxy: URL, connect: Connector): ProxyRoute {
  const authorization = authorizationOf(proxy);
  return {
    agent: makeAgent(connect),
    headers: authorization === null ? [] : ['proxy-authorization', authorization],
    asksItself: (origin) => asksInAbsoluteForm(proxy, origin.startsWith('http:') ? 'http:' : 'https:'),
    check: (status) => {
      if (status === 407) throw wantsCredentials(proxy);
    },
  };
}

function connectThrough(
  proxy: URL,
  secure: Connector,
  timeoutMs: number,
  trust: SecureContext | null,
): Connector {
  const connect = async (...[target, done]: Parameters<Connector>): Promise<void> => {
    let socket: Socket;
    try {
      socket = await openTunnel(proxy, targetOf(target), { timeoutMs, secureContext: trust });
    } catch (error) {
      return done(error as Error, null); // Rejects with nothing else.
    }
    if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, done);
    else done(null, socket);
  };
  return (target, done) => void connect(target, done);
}

function targetOf({ protocol, hostname, port }: Parameters<Connector>[0]): TunnelTarget {
  const isSecure = protocol === 'https:';
  return {
    protocol: isSecure ? 'https:' : 'http:',
    hostname: bareHost(hostname),
    port: Number(port || (isSecure ? 443 : 80)),
  };
}
