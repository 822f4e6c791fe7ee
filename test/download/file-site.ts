/** A server of listing pages and files that can resume, and a note of everything it was asked and sent. */
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request. */
export interface Hit {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of the body that were handed to the connection. */
  sent: number;
}

export interface FileSpec {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: the server gives none. @default the MD5 of the body */
  readonly etag?: string | null;
  /** Answers Range. @default true */
  readonly resumes?: boolean;
  /** Pauses after each so many bytes. */
  readonly pace?: { readonly bytes: number; readonly ms: number };
}

/** Answers by itself. */
export type Handler = (request: IncomingMessage, response: ServerResponse, hit: Hit) => void | Promise<void>;

export type Entry = string | FileSpec | Handler;

export class FileSite {
  readonly hits: Hit[] = [];
  /** By path, percent-encoded as asked for, with its query. A text is an HTML page. */
  readonly entries: Map<string, Entry>;
  peakConnections = 0;
  peakInFlight = 0;
  #connections = 0;
  #inFlight = 0;
  readonly #server: Server;

  private constructor(entries: Readonly<Record<string, Entry>>) {
    this.entries = new Map(Object.entries(entries));
    this.#server = createServer(
      { keepAliveTimeout: 60_000 },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on('connection', (socket) => {
      this.peakConnections = Math.max(this.peakConnections, ++this.#connections);
      socket.on('close', () => this.#connections--);
    });
  }

  static async open(entries: Readonly<Record<string, Entry>>, address = '127.0.0.1'): Promise<FileSite> {
    const site = new FileSite(entries);
    await new Promise<void>((resolve) => site.#server.listen(0, address, resolve));
    return site;
  }

  url(path = '/'): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}${path}`;
  }

  /** Requests for a path. */
  of(path: string): Hit[] {
    return this.hits.filter((hit) => hit.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hit: Hit = { path: request.url ?? '', headers: request.headers, sent: 0 };
    this.hits.push(hit);
    this.peakInFlight = Math.max(this.peakInFlight, ++this.#inFlight);
    response.on('close', () => this.#inFlight--);
    const entry = this.entries.get(hit.path);
    if (entry === undefined) return void response.writeHead(404).end();
    if (typeof entry === 'string')
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(entry);
    await (typeof entry === 'function'
      ? entry(request, response, hit)
      : sendFile(entry, request, response, hit));
  }
}

/** Answers as a file server does: all, the rest, or that nothing has changed. */
export async function sendFile(
  { body, headers = {}, etag = etagOf(body), resumes = true, pace }: FileSpec,
  request: IncomingMessage,
  response: ServerResponse,
  hit: Hit,
): Promise<void> {
  const all = { ...(etag === null ? {} : { etag }), ...headers };
  if (etag !== null && request.headers['if-none-match'] === etag)
    return void response.writeHead(304, all).end();
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  let piece = body;
  if (resumes && range !== null && isSame) {
    const first = Number(range[1]);
    const last = range[2] === '' ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
    if (first >= body.length)
      return void response.writeHead(416, { ...all, 'content-range': `bytes */${body.length}` }).end();
    piece = body.subarray(first, last + 1);
    response.writeHead(206, {
      ...all,
      'content-range': `bytes ${first}-${last}/${body.length}`,
      'content-length': piece.length,
    });
  } else {
    response.writeHead(200, {
      ...all,
      ...(resumes ? { 'accept-ranges': 'bytes' } : {}),
      'content-length': piece.length,
    });
  }
  const step = pace?.bytes ?? piece.length;
  let at = 0;
  for (; at + step < piece.length && !response.destroyed; at += step) {
    hit.sent += step;
    if (!response.write(piece.subarray(at, at + step)))
      await new Promise((resolve) => response.once('drain', resolve));
    if (pace !== undefined) await sleep(pace.ms);
  }
  if (response.destroyed) return;
  hit.sent += piece.length - at;
  // With the last bytes: whoever has them all may ask for the next file.
  response.end(piece.subarray(at));
}

export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

export function sha256Of(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Bytes that are the same for the same seed, and look like nothing else. */
export function bytesOf(size: number, seed: string | number = size): Buffer {
  const block = createHash('sha512').update(String(seed)).digest();
  const body = Buffer.alloc(size);
  for (let at = 0; at < size; at += block.length) {
    block.copy(body, at);
    body.writeUInt32LE(at, Math.max(0, Math.min(at, size - 4)));
  }
  return body;
}

/** A page with these links: address, then text. */
export function pageOf(...links: readonly (readonly [href: string, text?: string])[]): string {
  return `<!doctype html><title>list</title>${links.map(([href, text = href]) => `<a href="${href}">${text}</a>`).join('\n')}`;
}
