/**
 * The hosts of the hostile site: servers on several loopback addresses, each on a free port. It counts what
 * arrives, in one place for all of them, and what never should: cookies of another host, and connections to
 * servers that nobody named. It closes everything.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { Site } from '../support/site.js';
import type { Routes } from '../support/site.js';
import type { Case, Part, PathCase } from './case.js';
import { PLAIN } from './case.js';

/** All of 127/8 are addresses of this machine; macOS has the first only unless told otherwise. */
export const HAS_ADDRESSES = process.platform !== 'darwin';
/** Addresses in use for hosts that need none of their own; TLS certificates name them. */
const ADDRESSES = HAS_ADDRESSES ? 9 : 1;

/** A request as bytes hosts see it. */
export interface RawRequest {
  /** Path and query. */
  readonly path: string;
  /** The Cookie header. */
  readonly cookie: string | undefined;
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

/** A server that nobody may connect to. */
export interface Forbidden {
  readonly address: string;
  readonly port: number;
}

export class Network {
  /** How often each URL was asked for. */
  readonly asked = new Map<string, number>();
  /** What arrived where it must never: cookies of another host, connections to forbidden servers. */
  readonly leaks: string[] = [];
  /** Hosts' own cookies that came back to them. */
  cookiesReturned = 0;
  /** Addresses that hosts are on. */
  readonly addresses = new Set<string>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  #hosts = 0;
  #requests = 0;
  #closed = 0;
  #onRequest: (number: number) => void = () => undefined;

  /** Starts the counts anew; `onRequest` gets the number of each request since, before it is answered. */
  watch(onRequest: (number: number) => void = () => undefined): void {
    this.asked.clear();
    this.leaks.length = 0;
    this.cookiesReturned = 0;
    this.#requests = 0;
    this.#onRequest = onRequest;
  }

  get requests(): number {
    return this.#requests;
  }

  /** A web server with these routes. Without those of its own, robots.txt and sitemap.xml are 404. */
  async site(routes: Routes, address = this.#nextAddress()): Promise<Site> {
    this.addresses.add(address);
    const site: Site = await Site.open(
      { '/robots.txt': { status: 404 }, '/sitemap.xml': { status: 404 }, ...routes },
      { address, onHit: ({ path, headers }) => this.#note(site.origin, path, headers.cookie) },
    );
    this.#closers.push(() => site.close());
    return site;
  }

  /** A server on an address that no host of the site has: a connection to it is noted and closed. */
  async forbidden(address: string): Promise<Forbidden> {
    const server = createServer((socket) => {
      this.leaks.push(`a connection to ${address}`);
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, resolve);
    });
    this.#closeWith(server, new Set());
    return { address, port: (server.address() as AddressInfo).port };
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
        this.#note(origin, request.path, request.cookie);
        if (request.path === '/robots.txt') robots(request);
        else if (request.path === '/sitemap.xml') notFound(request);
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

  /** An origin where nothing listens, on an address of the site; no port that is given out. */
  closed(): string {
    this.#closed += 1;
    return `http://127.0.0.1:${this.#closed}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
  }

  #note(origin: string, path: string, cookie: string | undefined): void {
    const url = origin + path;
    this.asked.set(url, (this.asked.get(url) ?? 0) + 1);
    for (const [, owner] of cookie?.matchAll(MARKED) ?? []) {
      if (owner === new URL(origin).hostname) this.cookiesReturned += 1;
      else this.leaks.push(`a cookie of ${owner} sent to ${url}`);
    }
    this.#onRequest(++this.#requests);
  }

  #nextAddress(): string {
    return `127.0.0.${1 + (this.#hosts++ % ADDRESSES)}`;
  }

  async #listen(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, this.#nextAddress(), resolve));
    // A server that listens on TCP has an address object; only pipes have a string.
    const { address, port } = server.address() as AddressInfo;
    this.addresses.add(address);
    return `${address}:${port}`;
  }

  #closeWith(server: Server, sockets: ReadonlySet<Socket>): void {
    this.#closers.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
  }
}

const MARKED = /secret-of-([\d.]+)/g;

/** A value for cookies of a host that must come back to its address and go nowhere else. */
export function cookieOf(address: string): string {
  return `secret-of-${address}`;
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
      const head = text.slice(0, end);
      const [, path = '/'] = head.split(' ', 2);
      text = text.slice(end + 4);
      onRequest({ path, cookie: /^cookie: (.*)$/im.exec(head)?.[1], earlier, socket });
      earlier += 1;
    }
  });
}
