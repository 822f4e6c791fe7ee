/**
 * Real servers for worker tests, each on a port of its own, closed when the test that made them ends,
 * and the settings and tasks that workers are given.
 */
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { WorkerSettings } from '../../dist/protocol/settings.js';
import type { FetchTask, RobotsTask } from '../../dist/protocol/task.js';

export interface Site {
  readonly origin: string;
  /** Connections accepted so far. */
  readonly connections: () => number;
}

/** Serves HTTP from a listener. */
export async function serve(listener: RequestListener, end = onTestFinished): Promise<Site> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  let accepted = 0;
  server.on('connection', () => (accepted += 1));
  end(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: await listen(server), connections: () => accepted };
}

/**
 * Serves bytes: `answer` gets each request of each connection, numbered from 0 in both.
 */
export async function serveRaw(
  answer: (socket: Socket, request: number, connection: number) => void,
): Promise<Site> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    const connection = accepted++;
    let requests = 0;
    sockets.add(socket);
    // A client that hangs up is part of these tests.
    socket.on('error', () => socket.destroy());
    socket.on('data', () => answer(socket, requests++, connection));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: await listen(server), connections: () => accepted };
}

/** Where nothing listens, and nothing will: it is none of the ports that are given out. */
export const CLOSED_PORT = 9;

async function listen(server: Server | net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object; only pipes have a string.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Settings with short limits; scope is `origin` of the given site. */
export function settingsFor(origin: string, changes: Partial<WorkerSettings> = {}): WorkerSettings {
  return {
    rule: { profile: 'web', scope: 'origin', scopeKeys: [origin], include: [], exclude: [] },
    within: null,
    stripParams: [],
    obeyNofollow: true,
    userAgent: 'Orbweaver/test',
    headers: [],
    openHosts: ['127.0.0.1', 'localhost'],
    allowPrivate: false,
    ca: [],
    timeoutMs: 5_000,
    maxBodyBytes: 1024 * 1024,
    maxRedirects: 20,
    executors: null,
    downloads: null,
    ...changes,
  };
}

export function fetchTask(url: string, changes: Partial<FetchTask> = {}): FetchTask {
  const task = { kind: 'fetch', thread: 0, flightId: 1, url, key: url, sendHeaders: false } as const;
  return {
    ...task,
    slotted: false,
    spaced: false,
    keepOutside: false,
    cookie: null,
    proxy: null,
    ...changes,
  };
}

export function robotsTask(url: string): RobotsTask {
  const task = { kind: 'robots', thread: 0, flightId: 1, url, sendHeaders: false } as const;
  return { ...task, spaced: false, cookie: null, proxy: null };
}
