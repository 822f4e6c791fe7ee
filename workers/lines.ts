/**
 * The connections of a thread: undici's agent and clients, one request at a time on each, sockets in our own hands.
 */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Agent, buildConnector, Client, Dispatcher } from 'undici';
import type { AddressRule } from '#src/url/addresses.js';
import type { Line, LineUser } from './open-request.js';
import { guardLookup } from './guard.js';
import { InterimFilter } from './interim.js';
import { undici } from './undici.js';

/**
 * How long an idle connection is kept, ms, whatever longer time a server offers. The main thread's slots
 * (delegator/slots.ts) count on an idle connection being closed soon after.
 */
const KEEP_ALIVE_MS = 4_000;
/** Generous beside Node's 16 KiB (sites with many cookies and policies need it), still bounded. */
const MAX_HEADER_BYTES = 64 * 1024;

/** The client hands request options down to the connection as they are, so the exchange rides along. */
export interface ExchangeRequest extends Dispatcher.DispatchOptions {
  readonly exchange: LineUser;
}

export type Connector = buildConnector.connector;

/**
 * One connection at a time. It counts the answers on it, so that an exchange can tell a stale connection
 * from a broken host, and keeps hold of its socket, the only clean way to end a running request.
 */
class LineClient extends undici.Client implements Line {
  answered = 0;
  #isHeld = false;
  #socket: Socket | null = null;
  /** What runs on it, or ran last. */
  #exchange: LineUser | null = null;

  constructor(origin: string | URL, options: Client.Options, connect: Connector) {
    const connectLine: Connector = (target, done) =>
      connect(target, (...[error, socket]) => {
        this.answered = 0;
        this.#isHeld = false;
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
    socket.on('error', nameReset);
    const filter = new InterimFilter();
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number) => {
      // Without data it is how the end is noticed.
      if (this.#isHeld && size !== 0) return null;
      const chunk = read(size);
      const exchange = this.#exchange;
      if (chunk === null || exchange === null) return chunk;
      exchange.onBytes(chunk.length);
      return filter.pass(chunk, !exchange.hasBytes);
    };
    return socket;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    // As the client reads when it is told to, and only then.
    this.#socket?.emit('readable');
  }

  isGone(): boolean {
    // Asked of the system once for a connection, so not before it matters.
    return this.#socket?.remoteAddress === undefined;
  }

  hangUp(): void {
    this.#socket?.destroy(new Error('answer no longer wanted'));
  }
}

/**
 * The client takes a reset for the end of a body that has no length: by another name it is an error like all others.
 * Heard before the client hears it, whose listener comes later.
 */
function nameReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'ECONNABORTED';
}

/** An agent for all origins, over the sockets that `connect` makes. */
export function makeAgent(connect: Connector): Agent {
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
  const makeClient = (origin: URL): Client => new LineClient(origin, options, connect);
  return new undici.Agent({
    factory: (origin) => new undici.Pool(origin, { ...options, factory: makeClient }),
  });
}

/**
 * Connects to addresses that may be connected to, or makes TLS of a socket that is given as `httpSocket`. One for
 * all origins: TLS sessions outlive the connection that made them.
 *
 * @param trust null = what Node.js trusts
 */
export function makeConnector(rule: AddressRule, timeoutMs: number, trust: SecureContext | null): Connector {
  return undici.buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: guardLookup(rule),
    ...(trust === null ? {} : { secureContext: trust }),
  });
}

/** A connector that connects only where `decline` has nothing against it. */
export function guarded(connect: Connector, decline: (hostname: string) => Error | null): Connector {
  return (target, done) => {
    const refusal = decline(target.hostname);
    if (refusal === null) connect(target, done);
    // The client does not expect an answer while it is still asking.
    else setImmediate(() => done(refusal, null));
  };
}
