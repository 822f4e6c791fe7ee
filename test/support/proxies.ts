/** Real proxies on ports of their own, which note what they were asked to do. All of them end with the test. */
import net from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createSocks } from '@pondwader/socks5-server';
import { type PrepareRequestFunction, Server as HttpProxy } from 'proxy-chain';
import { onTestFinished } from 'vitest';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface TestProxy {
  /** With its name and password, where it wants them. */
  readonly url: string;
  /** As messages and the file name it. */
  readonly name: string;
  /** What it was asked, in order: `CONNECT host:port`, `GET host:port`, `SOCKS host:port`; refused ones, too. */
  readonly asked: string[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Ends it, connections and all, before the test does. */
  close(): Promise<void>;
}

export interface HttpProxyOptions {
  readonly credentials?: Credentials;
  /** Certificate and key, for a proxy that is spoken to over TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly port?: number;
}

/** An HTTP proxy: CONNECT, and requests in absolute form. */
export async function httpProxy({ credentials, tls, port = 0 }: HttpProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const prepareRequestFunction: PrepareRequestFunction = ({
    isHttp,
    hostname,
    port: to,
    username,
    password,
  }) => {
    asked.push(`${isHttp ? 'GET' : 'CONNECT'} ${hostname}:${to}`);
    const isKnown =
      credentials === undefined || (username === credentials.username && password === credentials.password);
    return isKnown ? undefined : { requestAuthentication: true };
  };
  const shared = { port, host: '127.0.0.1', prepareRequestFunction };
  const server = new HttpProxy(
    tls === undefined ? shared : { ...shared, serverType: 'https', httpsOptions: tls },
  );
  await server.listen();
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await server.close(true);
  };
  onTestFinished(close);
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    ...named(scheme, server.port, credentials),
    asked,
    connections: () => server.lastHandlerId,
    close,
  };
}

/** A SOCKS5 proxy. */
export async function socksProxy(credentials?: Credentials): Promise<TestProxy> {
  const asked: string[] = [];
  const socks = createSocks();
  socks.setRulesetValidator(({ destAddress, destPort }) => {
    asked.push(`SOCKS ${destAddress}:${destPort}`);
    return true;
  });
  if (credentials !== undefined)
    socks.setAuthHandler(
      ({ username, password }) => username === credentials.username && password === credentials.password,
    );
  // Its own way to listen does not tell the port.
  // oxlint-disable-next-line eslint/no-underscore-dangle -- the package's name for it
  const raw = await rawProxy((socket) => void socks._handleConnection(socket));
  return { ...raw, ...named('socks5', Number(new URL(raw.url).port), credentials), asked };
}

/** Whatever a listener makes of the connections; for proxies that misbehave. */
export async function rawProxy(onConnection: (socket: Socket) => void): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server: Server = net.createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  // A TCP server's address is an object; only pipes have a string.
  const { port } = server.address() as AddressInfo;
  return { ...named('http', port), asked: [], connections: () => accepted, close };
}

function named(scheme: string, port: number, credentials?: Credentials): Pick<TestProxy, 'url' | 'name'> {
  const name = `${scheme}://127.0.0.1:${port}`;
  if (credentials === undefined) return { url: name, name };
  const { username, password } = credentials;
  const url = `${scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  return { url, name };
}
