/** Tries proxies, all side by side: whether each gets an answer from a site, and how quickly. */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import { toFailure } from '../protocol/to-failure.js';
import { trusting } from '../trust.js';
import { CHECK_URL } from './names.js';
import {
  asksInAbsoluteForm,
  authorizationOf,
  openTunnel,
  type TunnelTarget,
  wantsCredentials,
} from './tunnel.js';

/** Sockets are not without end; long lists take turns. */
const AT_ONCE = 200;

export interface CheckOptions {
  /** For one try. @default 30 */
  readonly timeoutSeconds?: number;
  /** Tries after a first one that did not work. @default 5 */
  readonly retries?: number;
  /** What to ask for; any answer but a 5xx is good. @default 'https://example.com/' */
  readonly url?: string;
  /** Called with each as soon as it is known. */
  readonly onChecked?: (check: ProxyCheck) => void;
  /** PEM texts of further certificate authorities. @default [] */
  readonly ca?: readonly string[];
}

/** What came of one proxy. */
export interface ProxyCheck {
  readonly proxy: string;
  readonly isGood: boolean;
  /** From the start of the try that worked to the head of the answer, ms; null where none did. */
  readonly latencyMs: number | null;
  /** The last trouble; null where there was none. It never holds name or password. */
  readonly detail: string | null;
  readonly tries: number;
}

/** Tries every proxy; answers in their order. Never rejects. */
export async function tryProxies(
  proxies: readonly string[],
  options: CheckOptions = {},
): Promise<readonly ProxyCheck[]> {
  const checks = new Array<ProxyCheck>(proxies.length);
  const left = [...proxies.entries()].values();
  const { ca = [] } = options;
  const trust = ca.length === 0 ? null : trusting(ca);
  const work = async (): Promise<void> => {
    for (const [i, proxy] of left) {
      checks[i] = await tryProxy(proxy, options, trust);
      options.onChecked?.(checks[i]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, proxies.length) }, work));
  return checks;
}

async function tryProxy(
  proxy: string,
  options: CheckOptions,
  trust: SecureContext | null,
): Promise<ProxyCheck> {
  const { timeoutSeconds = 30, retries = 5, url = CHECK_URL } = options;
  let detail: string | null = null;
  for (let tries = 1; ; tries++) {
    const startedAt = performance.now();
    try {
      const status = await askThrough(new URL(proxy), new URL(url), timeoutSeconds * 1000, trust);
      const latencyMs = Math.round(performance.now() - startedAt);
      if (status < 500) return { proxy, isGood: true, latencyMs, detail, tries };
      detail = `HTTP ${status}`;
    } catch (error) {
      detail = toFailure(error).message;
    }
    if (tries > retries) return { proxy, isGood: false, latencyMs: null, detail, tries };
  }
}

/** The status of the answer to one request. */
async function askThrough(
  proxy: URL,
  url: URL,
  timeoutMs: number,
  trust: SecureContext | null,
): Promise<number> {
  const target = targetOf(url);
  const isSecure = target.protocol === 'https:';
  const socket = await openTunnel(proxy, target, { timeoutMs, secureContext: trust });
  const isAbsolute = asksInAbsoluteForm(proxy, target.protocol);
  const authorization = isAbsolute ? authorizationOf(proxy) : null;
  const status = await new Promise<number>((resolve, reject) => {
    const request = (isSecure ? https : http).request(url, {
      // Only without any agent, `false` included: that would connect by itself, and not through the proxy.
      createConnection: () => (isSecure ? secured(socket, target, trust) : socket),
      path: isAbsolute ? url.href : `${url.pathname}${url.search}`,
      headers: {
        connection: 'close',
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('response', (response) => resolve(response.statusCode ?? 0));
    request.on('error', reject);
    request.end();
  }).finally(() => socket.destroy());
  if (isAbsolute && status === 407) throw wantsCredentials(proxy);
  return status;
}

function targetOf({ protocol, hostname, port }: URL): TunnelTarget {
  const isSecure = protocol === 'https:';
  return {
    protocol: isSecure ? 'https:' : 'http:',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (isSecure ? 443 : 80)),
  };
}

function secured(socket: Socket, { hostname }: TunnelTarget, trust: SecureContext | null): Socket {
  return tls.connect({
    socket,
    host: hostname,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...(trust === null ? {} : { secureContext: trust }),
  });
}
