/**
 * Serves a demo wiki over HTTP, on loopback unless told otherwise. It adds what a pure function cannot
 * have – a port, a delay, a count of requests – and changes no answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mix } from './permutation.js';
import { DemoWiki, type DemoOptions } from './wiki.js';

/** How a demo wiki is served. */
export interface DemoServerOptions extends DemoOptions {
  /** TCP port; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Wait before each answer, ms. @default 0 */
  readonly latencyMs?: number;
  /** Added to the latency: 0 up to this many ms, by the number of the request. @default 0 */
  readonly latencyJitterMs?: number;
  /** Called when a request has arrived and before it is answered; the first request is number 1. */
  readonly onRequest?: (path: string, requestNumber: number) => void;
}

/** A running server. */
export interface DemoServer {
  /** Scheme, host and port, as in `http://127.0.0.1:40001`. */
  readonly origin: string;
  readonly wiki: DemoWiki;
  /** Requests so far, of every method and path. */
  requests(): number;
  /** Stops listening and cuts every connection, answered or not. May be called twice. */
  close(): Promise<void>;
}

/** Longer than any pause of a crawl, so that kept connections are closed by the client and no request is lost. */
const KEEP_ALIVE_MS = 300_000;

/**
 * Starts serving. Resolves when the port is open; rejects as `listen` does, with `EADDRINUSE` and the like.
 *
 * @throws UsageError if `pages` is out of range
 */
export async function startDemo(options: DemoServerOptions): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', latencyMs = 0, latencyJitterMs = 0, onRequest } = options;
  const wiki = new DemoWiki(options);
  let origin = '';
  let requests = 0;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const number = ++requests;
    onRequest?.(request.url ?? '/', number);
    const wait = latencyMs + (latencyJitterMs > 0 ? mix(number, 0) % (latencyJitterMs + 1) : 0);
    if (wait <= 0) answer(wiki, origin, request, response);
    // Not held: a server that was closed must not keep its process for an answer that nobody awaits.
    else setTimeout(answer, wait, wiki, origin, request, response).unref();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: open } = server.address() as AddressInfo; // Always an AddressInfo for a TCP server.
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${open}`;
  return {
    origin,
    wiki,
    requests: () => requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(wiki: DemoWiki, origin: string, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  request.resume();
  if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET', 'content-length': 0 }).end();
    return;
  }
  const { status, headers, body } = wiki.respond(
    request.url ?? '/',
    originOf(request.headers.host) ?? origin,
  );
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(body);
}

/** The origin as the client wrote it, so that absolute links stay on it; undefined for anything odd. */
function originOf(host: string | undefined): string | undefined {
  return host !== undefined && /^[\w.[\]:-]+$/.test(host) ? `http://${host}` : undefined;
}
