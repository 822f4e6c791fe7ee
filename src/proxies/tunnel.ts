/**
 * Connections through a proxy: to an http(s) proxy, by CONNECT where the target is https, and through SOCKS5, where
 * the proxy looks names up. It gives a socket on which the target, or the proxy itself, is spoken to; what is said
 * there is the caller's. Used by the threads and by the check of proxies.
 *
 * Whose fault it is when there is no connection: the proxy's (`proxy`), or `connect` where the proxy says that it
 * does not get through, or says nothing: then it may as well be the target.
 */
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { FailureCode } from '../protocol/failure.js';
import { FailureError } from '../protocol/to-failure.js';
import { credentialsIn, nameOfProxy } from './proxy-url.js';

export interface TunnelTarget {
  readonly protocol: 'http:' | 'https:';
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
}

export interface TunnelOptions {
  /** For all of it, ms. The proxy itself must be there within half of that. */
  readonly timeoutMs: number;
  /** What a proxy that is spoken to over TLS must show; null = what Node.js trusts. */
  readonly secureContext: SecureContext | null;
}

/** An answer to CONNECT whose head is longer than this is none. */
const MAX_HEAD_BYTES = 16 * 1024;
/** What a SOCKS5 proxy answers that cannot reach the target (RFC 1928 §6), as the package names them; `Failure` is what most servers say of everything. */
const SOCKS_NOT_REACHED = /- (Failure|NetworkUnreachable|HostUnreachable|ConnectionRefused|TTLExpired)$/;

/**
 * Whether a request for `protocol` through this proxy is written with the whole URL in its first line: http to an
 * http(s) proxy, since many refuse CONNECT to port 80.
 */
export function asksInAbsoluteForm(proxy: URL, protocol: string): boolean {
  return protocol === 'http:' && proxy.protocol !== 'socks5:';
}

/** The Proxy-Authorization of an http(s) proxy (RFC 7617); null where it has no name and password. */
export function authorizationOf(proxy: URL): string | null {
  const given = credentialsIn(proxy);
  if (given === null) return null;
  return `Basic ${Buffer.from(`${given.name}:${given.password}`).toString('base64')}`;
}

/**
 * Opens a connection through a proxy (proxy-url.ts). For an https target the TLS inside is left to the caller.
 * Rejects with a FailureError; no text of it holds name or password.
 */
export async function openTunnel(proxy: URL, target: TunnelTarget, options: TunnelOptions): Promise<Socket> {
  const open = proxy.protocol === 'socks5:' ? throughSocks : throughHttp;
  const socket = await open(proxy, target, options);
  // What breaks underneath is told by the TLS above; here it would end the process.
  if (target.protocol === 'https:') socket.on('error', () => undefined);
  return socket;
}

async function throughHttp(proxy: URL, target: TunnelTarget, options: TunnelOptions): Promise<Socket> {
  const { timeoutMs } = options;
  const socket = await reach(proxy, options);
  if (asksInAbsoluteForm(proxy, target.protocol)) return socket;
  const silence = trouble(proxy, 'connect', `no answer to CONNECT within ${timeoutMs} ms`);
  const timer = setTimeout(() => socket.destroy(silence), timeoutMs / 2);
  try {
    return await connectThrough(socket, proxy, target);
  } catch (error) {
    socket.destroy();
    throw asTrouble(proxy, error);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection to the proxy itself. */
function reach(proxy: URL, { timeoutMs, secureContext }: TunnelOptions): Promise<Socket> {
  const isSecure = proxy.protocol === 'https:';
  const host = hostOf(proxy);
  const port = portOf(proxy);
  return new Promise((resolve, reject) => {
    const socket = isSecure
      ? tls.connect({
          host,
          port,
          ...(net.isIP(host) === 0 ? { servername: host } : {}),
          ...(secureContext === null ? {} : { secureContext }),
        })
      : net.connect({ host, port });
    const timer = setTimeout(
      () => socket.destroy(trouble(proxy, 'proxy', `no connection within ${timeoutMs / 2} ms`)),
      timeoutMs / 2,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(asTrouble(proxy, error));
    };
    socket.setNoDelay(true).once('error', fail);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** Says CONNECT and reads the answer to its last byte and no further. */
function connectThrough(socket: Socket, proxy: URL, target: TunnelTarget): Promise<Socket> {
  const authorization = authorizationOf(proxy);
  const authority = `${target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname}:${target.port}`;
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n` +
      `${authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`}\r\n`,
    'latin1',
  );
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (error: Error | null): void => {
      socket.off('readable', read).off('error', settle).off('end', ended);
      if (error === null) resolve(socket);
      else reject(error);
    };
    const ended = (): void => settle(trouble(proxy, 'proxy', 'closed the connection at CONNECT'));
    const read = (): void => {
      for (let chunk = next(); chunk !== null; chunk = next()) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0 && head.length <= MAX_HEAD_BYTES) continue;
        const refusal = end < 0 ? trouble(proxy, 'proxy', 'no HTTP proxy') : refusalIn(proxy, head);
        if (refusal === null && head.length > end + 4) socket.unshift(head.subarray(end + 4));
        return settle(refusal);
      }
    };
    const next = (): Buffer | null => socket.read() as Buffer | null;
    socket.on('readable', read).once('error', settle).once('end', ended);
  });
}

/** What the answer to CONNECT says against it; null = nothing. */
function refusalIn(proxy: URL, head: Buffer): FailureError | null {
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head.toString('latin1'))?.[1]);
  if (status >= 200 && status < 300) return null;
  if (status === 407) return wantsCredentials(proxy);
  if (Number.isNaN(status)) return trouble(proxy, 'proxy', 'no HTTP proxy');
  // A gateway's word about what lies behind it (RFC 9110 §15.6), whatever number it has for that.
  return trouble(proxy, status >= 500 ? 'connect' : 'proxy', `answered CONNECT with ${status}`);
}

/** What a 407 comes to. */
export function wantsCredentials(proxy: URL): FailureError {
  const what = credentialsIn(proxy) === null ? 'wants a name and a password' : 'refused name and password';
  return trouble(proxy, 'proxy', `${what} (407)`);
}

async function throughSocks(proxy: URL, target: TunnelTarget, { timeoutMs }: TunnelOptions): Promise<Socket> {
  // Loaded where there is such a proxy, and first: nobody would hear a socket that breaks meanwhile.
  const { SocksClient } = await import('socks');
  const socket = await reach(proxy, { timeoutMs, secureContext: null });
  const given = credentialsIn(proxy);
  try {
    const { socket: open } = await SocksClient.createConnection({
      command: 'connect',
      existing_socket: socket,
      timeout: timeoutMs / 2,
      proxy: {
        host: hostOf(proxy),
        port: portOf(proxy),
        type: 5,
        ...(given === null ? {} : { userId: given.name, password: given.password }),
      },
      destination: { host: target.hostname, port: target.port },
    });
    return open;
  } catch (error) {
    socket.destroy();
    const message = error instanceof Error ? error.message : String(error);
    const isTarget = SOCKS_NOT_REACHED.test(message) || /timed out/i.test(message);
    throw trouble(proxy, isTarget ? 'connect' : 'proxy', message);
  }
}

/** Whatever broke on the way, as the proxy's. */
function asTrouble(proxy: URL, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return trouble(proxy, 'proxy', message || code || 'no connection');
}

function trouble(proxy: URL, code: FailureCode, what: string): FailureError {
  return new FailureError({ code, message: `proxy ${nameOfProxy(proxy.href)}: ${what}` });
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ protocol, port }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}
