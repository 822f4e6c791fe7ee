/**
 * A scripted web server and a note of everything it was asked: what, when, on which connection, and how
 * many connections and requests were open at that moment. Each server is one host; other hosts are other
 * addresses of the loopback network, or other ports.
 */
import { createServer } from 'node:http';
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  Server,
  ServerResponse,
} from 'node:http';
import { createServer as createListener } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** One request, as the server saw it. Times are ms since epoch, with fractions. */
export interface Hit {
  /** Path and query, as they stood in the request line. */
  readonly path: string;
  readonly method: string;
  /** Of a POST. */
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly at: number;
  /** Numbered from 0 in the order in which they were accepted. */
  readonly connection: number;
  /** Connections open at that moment. */
  readonly openConnections: number;
  /** Requests not yet answered at that moment, this one included. */
  readonly inFlight: number;
  /** How often this path had been asked for before. */
  readonly earlier: number;
}

/**
 * What a route answers: an HTML page, or its parts; or one of two words. `silence`: the request is read and
 * never answered. `hang-up`: the connection is closed instead.
 */
export type Answer = string | AnswerParts;

export interface AnswerParts {
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** How long the answer lets wait for itself. */
  readonly afterMs?: number;
}

export type Route = Answer | ((hit: Hit) => Answer | Promise<Answer>);

/** By path and query; `*` is for all that have none. Without either: 404, robots.txt included. */
export type Routes = Readonly<Record<string, Route>>;

export interface SiteOptions {
  /** 127.0.0.1 by default; all of 127/8 works where the tests run. */
  readonly address?: string;
  /** A free one by default. */
  readonly port?: number;
  /** Called with every request, before it is answered. */
  readonly onHit?: (hit: Hit) => void;
}

const HTML = { 'content-type': 'text/html; charset=utf-8' };

export class Site {
  /** All requests, in the order of their arrival. */
  readonly hits: Hit[] = [];
  /** Connections accepted so far. */
  connections = 0;
  /** The most connections open at once. */
  peakConnections = 0;
  /** The most requests unanswered at once. */
  peakInFlight = 0;
  readonly #routes: Map<string, Route>;
  readonly #open = new Map<Socket, number>();
  #inFlight = 0;
  readonly #onHit: (hit: Hit) => void;
  readonly #server: Server;

  private constructor(routes: Routes, onHit: (hit: Hit) => void = () => undefined) {
    this.#onHit = onHit;
    this.#routes = new Map(Object.entries(routes));
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  static async open(
    routes: Routes,
    { address = '127.0.0.1', port = 0, onHit }: SiteOptions = {},
  ): Promise<Site> {
    const site = new Site(routes, onHit);
    await new Promise<void>((resolve, reject) => {
      site.#server.once('error', reject);
      site.#server.listen(port, address, resolve);
    });
    return site;
  }

  get origin(): string {
    // A server that listens on TCP has an address object; only pipes have a string.
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** Adds a route, or puts it in the place of another. */
  route(path: string, route: Route): void {
    this.#routes.set(path, route);
  }

  /** The paths asked for, in order. */
  get paths(): string[] {
    return this.hits.map(({ path }) => path);
  }

  hitsOf(path: string): Hit[] {
    return this.hits.filter((hit) => hit.path === path);
  }

  /** ms between the arrivals of requests that followed each other. */
  gaps(hits: readonly Hit[] = this.hits): number[] {
    return hits.slice(1).map((hit, index) => hit.at - (hits[index] as Hit).at);
  }

  /** Resolves as soon as so many requests have come in. */
  async asked(count: number): Promise<void> {
    while (this.hits.length < count) await pause(5);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#open.set(socket, this.connections++);
    this.peakConnections = Math.max(this.peakConnections, this.#open.size);
    // A client that hangs up is part of these tests.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.#inFlight++;
    this.peakInFlight = Math.max(this.peakInFlight, this.#inFlight);
    response.on('close', () => this.#inFlight--);
    const at = performance.timeOrigin + performance.now();
    const hit: Hit = {
      path,
      method: request.method ?? '',
      body: request.method === 'POST' ? await readText(request).catch(() => '') : '',
      headers: request.headers,
      at,
      connection: this.#open.get(request.socket) ?? -1,
      openConnections: this.#open.size,
      inFlight: this.#inFlight,
      earlier: this.hitsOf(path).length,
    };
    this.hits.push(hit);
    this.#onHit(hit);
    const route = this.#routes.get(path) ?? this.#routes.get('*') ?? { status: 404, headers: HTML };
    const answer = typeof route === 'function' ? await route(hit) : route;
    if (answer === 'silence') return;
    if (answer === 'hang-up') return void request.socket.destroy();
    const { status = 200, headers = HTML, body = '', afterMs = 0 } = partsOf(answer);
    if (afterMs > 0) await pause(afterMs);
    response.writeHead(status, headers).end(body);
  }
}

/** A page with these links, in this order; `head` goes into its head. */
export function page(links: readonly string[], { title = 'page', head = '' } = {}): string {
  const anchors = links.map((href) => `<p><a href="${href}">to ${href}</a></p>`);
  return `<!doctype html><html><head><title>${title}</title>${head}</head><body>${anchors.join('\n')}</body></html>`;
}

/** A redirect. */
export function to(location: string, status = 302, afterMs = 0): AnswerParts {
  return { status, headers: { location }, afterMs };
}

/** robots.txt, or any other plain text. */
export function text(body: string): AnswerParts {
  return { headers: { 'content-type': 'text/plain' }, body };
}

/** `count` paths: `/p0`, `/p1`, … */
export function paths(count: number, prefix = '/p'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** The same route at several paths. */
export function each(at: readonly string[], route: Route): Record<string, Route> {
  return Object.fromEntries(at.map((path) => [path, route]));
}

let closed = 0;

/**
 * An origin of its own where nothing listens, and nothing will: its port is none of those that are given out, which another
 * test may be given in the next moment.
 */
export function closedOrigin(): string {
  closed += 1;
  return `http://127.77.${closed}.1:9`;
}

/** An origin where nothing listens yet, on an address that no other test uses. */
export async function freeOrigin(address: string): Promise<string> {
  const server = createListener();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://${address}:${port}`;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function partsOf(answer: string | AnswerParts): AnswerParts {
  return typeof answer === 'string' ? { body: answer } : answer;
}
