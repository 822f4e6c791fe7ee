/**
 * The hosts of the hostile site: servers on several loopback addresses, each on a free port. It counts what
 * arrives, in one place for all of them, and closes everything.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { Site } from '../support/site.js';
import type { Routes } from '../support/site.js';
import type { Case, Part, PathCase } from './case.js';
import { PLAIN } from './case.js';

/** Addresses in use; TLS certificates name them. macOS has the first only unless told otherwise. */
const ADDRESSES = process.platform === 'darwin' ? 1 : 9;

/** A request as bytes hosts see it. */
export interface RawRequest {
  /** Path and query. */
  readonly path: string;
  /** Requests before it on its connection. */
  readonly earlier: number;
  readonly socket: Socket;
}

/** Answers a request by writing to its socket, or does not. */
export type RawAnswer = (request: RawRequest) => void;

/** A host that is not a web server in every respect. */
export interface RawOptions {
  readonly tls?: TlsOptions;
  /** robots.txt; 404 by default. */
  readonly robots?: RawAnswer;
}

export class Network {
  /** How often each URL was asked for. */
  readonly asked = new Map<string, number>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  #hosts = 0;
  #requests = 0;
  #onRequest: (number: number) => void = () => undefined;

  /** Starts the counts anew; `onRequest` gets the number of each request since, before it is answered. */
  watch(onRequest: (number: number) => void = () => undefined): void {
    this.asked.clear();
    this.#requests = 0;
    this.#onRequest = onRequest;
  }

  get requests(): number {
    return this.#requests;
  }

  /** A web server with these routes. Without one of its own, robots.txt is a 404. */
  async site(routes: Routes): Promise<Site> {
    const site: Site = await Site.open(
      { '/robots.txt': { status: 404 }, ...routes },
      { address: this.#nextAddress(), onHit: ({ path }) => this.#note(site.origin + path) },
    );
    this.#closers.push(() => site.close());
    return site;
  }

  /**
   * A topic on one host: its cases by path, and plain pages everywhere else, so that whoever asks for what
   * is no link finds something there.
   */
  async topic(topic: string, cases: readonly PathCase[], routes: Routes = {}): Promise<Part> {
    const answers = cases.map(({ path, answer }) => [path, answer] as const);
    const site = await this.site({ '*': PLAIN, ...routes, ...Object.fromEntries(answers) });
    return partOf(topic, site.origin, cases);
  }

  /** A server that answers by writing bytes; its origin. Requests are whole when `answer` is called. */
  async raw(answer: RawAnswer, { tls, robots = notFound }: RawOptions = {}): Promise<string> {
    const sockets = new Set<Socket>();
    const serve = (socket: Socket): void => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A client that hangs up is part of these tests.
      socket.on('error', () => socket.destroy());
      readRequests(socket, (request) => {
        this.#note(origin + request.path);
        if (request.path === '/robots.txt') robots(request);
        else answer(request);
      });
    };
    const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
    // A refused handshake is one side's good right.
    server.on('tlsClientError', () => undefined);
    const origin = `${tls === undefined ? 'http' : 'https'}://${await this.#listen(server)}`;
    this.#closeWith(server, sockets);
    return origin;
  }

  /** A server that does as it likes with a connection, before anything is asked; `address:port`. */
  async listener(accept: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      accept(socket);
    });
    const authority = await this.#listen(server);
    this.#closeWith(server, sockets);
    return authority;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
  }

  #note(url: string): void {
    this.asked.set(url, (this.asked.get(url) ?? 0) + 1);
    this.#onRequest(++this.#requests);
  }

  #nextAddress(): string {
    return `127.0.0.${1 + (this.#hosts++ % ADDRESSES)}`;
  }

  async #listen(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, this.#nextAddress(), resolve));
    // A server that listens on TCP has an address object; only pipes have a string.
    const { address, port } = server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  #closeWith(server: Server, sockets: ReadonlySet<Socket>): void {
    this.#closers.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
  }
}

/** The cases of a topic, their paths made URLs. */
export function partOf(topic: string, origin: string, cases: readonly PathCase[]): Part {
  const never = cases.flatMap(({ path, never = [] }) =>
    never.map((each) => new URL(each, origin + path).href),
  );
  return { topic, cases: cases.map((each) => caseAt(topic, origin, each)), never };
}

function caseAt(
  topic: string,
  origin: string,
  { name, path, expect, isLinked = true, todo }: PathCase,
): Case {
  const url = origin + path;
  return { name: `${topic}: ${name}`, url, expect, isLinked, ...(todo === undefined ? {} : { todo }) };
}

function notFound({ socket }: RawRequest): void {
  socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
}

/** Calls back for every whole request head on a connection; none has a body. */
function readRequests(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let text = '';
  let earlier = 0;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const [, path = '/'] = text.slice(0, end).split(' ', 2);
      text = text.slice(end + 4);
      onRequest({ path, earlier, socket });
      earlier += 1;
    }
  });
}
