/** Connections through proxies that misbehave: whose fault each is, and that no text shows a password. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Failure } from '../../dist/protocol/failure.js';
import { FailureError } from '../../dist/protocol/to-failure.js';
import { openTunnel, type TunnelTarget } from '../../dist/proxies/tunnel.js';
import { httpProxy, rawProxy, socksProxy } from '../support/proxies.js';
import { CLOSED_PORT, serveRaw } from '../workers/servers.js';

const SECURE: TunnelTarget = { protocol: 'https:', hostname: 'site.test', port: 443 };
const PLAIN: TunnelTarget = { protocol: 'http:', hostname: 'site.test', port: 80 };

async function open(proxy: string, target: TunnelTarget, timeoutMs = 2_000): Promise<Socket> {
  const socket = await openTunnel(new URL(proxy), target, { timeoutMs, secureContext: null });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Why there is no connection. */
async function failure(proxy: string, target = SECURE, timeoutMs = 2_000): Promise<Failure> {
  const error = await open(proxy, target, timeoutMs).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FailureError);
  const found = (error as FailureError).failure;
  expect(found.message).toMatch(/^proxy (https?|socks5):\/\/127\.0\.0\.1:\d+: ./);
  expect(JSON.stringify(found)).not.toContain('s3cret');
  return found;
}

/** A proxy that answers whatever comes with these bytes. */
async function answering(...pieces: string[]): Promise<string> {
  const { url } = await rawProxy((socket) => {
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece);
    });
  });
  return url.replace('://', '://me:s3cret@');
}

describe('an HTTP proxy', () => {
  test.each([
    ['HTTP/1.1 407 No\r\n\r\n', 'proxy', 'refused name and password (407)'],
    ['HTTP/1.1 403 No\r\n\r\n', 'proxy', 'answered CONNECT with 403'],
    ['HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n', 'proxy', 'answered CONNECT with 400'],
    ['HTTP/1.0 502 No\r\n\r\n', 'connect', 'answered CONNECT with 502'],
    ['HTTP/1.1 504 No\r\n\r\n', 'connect', 'answered CONNECT with 504'],
    ['HTTP/1.1 595 No\r\n\r\n', 'connect', 'answered CONNECT with 595'],
    ['SSH-2.0-x\r\n\r\n', 'proxy', 'no HTTP proxy'],
    ['x'.repeat(20_000), 'proxy', 'no HTTP proxy'],
  ])('that answers %j is a matter of: %s', async (answer, code, what) => {
    const { message, ...found } = await failure(await answering(answer));
    expect(found).toEqual({ code });
    expect(message).toContain(`: ${what}`);
  });

  test('that wants a password and got none says so', async () => {
    const proxy = (await answering('HTTP/1.1 407 No\r\n\r\n')).replace('me:s3cret@', '');
    expect((await failure(proxy)).message).toContain('wants a name and a password (407)');
  });

  test('that is not there, closes, or says nothing', async () => {
    expect(await failure(`http://127.0.0.1:${CLOSED_PORT}`)).toMatchObject({ code: 'proxy' });
    expect(await failure(`http://127.0.0.1:${CLOSED_PORT}`, PLAIN)).toMatchObject({ code: 'proxy' });
    const closing = await rawProxy((socket) => void socket.end());
    expect(await failure(closing.url)).toMatchObject({ code: 'proxy' });
    const silent = await rawProxy(() => undefined);
    const { code, message } = await failure(silent.url, SECURE, 200);
    expect({ code, silence: message.includes('no answer to CONNECT within 200 ms') }).toEqual({
      code: 'connect',
      silence: true,
    });
  });

  test('that is spoken to over TLS and speaks none', async () => {
    const plain = await answering('HTTP/1.1 200 OK\r\n\r\n');
    expect(await failure(plain.replace('http:', 'https:'))).toMatchObject({ code: 'proxy' });
    const silent = await rawProxy(() => undefined);
    const { code, message } = await failure(silent.url.replace('http:', 'https:'), SECURE, 200);
    expect([code, message.includes('no connection within 100 ms')]).toEqual(['proxy', true]);
  });

  test('whose answer comes in pieces, and the target’s first bytes with it', async () => {
    const proxy = await answering('HTTP/1.1 200 OK\r\nx: y', '\r\n', '\r\nhel', 'lo');
    const socket = await open(proxy, SECURE);
    const said: string[] = [];
    socket.on('data', (chunk) => said.push(String(chunk)));
    await expect.poll(() => said.join('')).toBe('hello');
  });

  test('is asked for an IPv6 target in brackets', async () => {
    let asked = '';
    const proxy = await rawProxy((socket) =>
      socket.once('data', (data) => ((asked = String(data)), socket.end())),
    );
    await failure(proxy.url, { ...SECURE, hostname: '::1', port: 8443 });
    expect(asked.split('\r\n').slice(0, 2)).toEqual(['CONNECT [::1]:8443 HTTP/1.1', 'Host: [::1]:8443']);
  });
});

describe('a SOCKS5 proxy', () => {
  const credentials = { username: 'me', password: 's3cret' };

  test('that refuses name and password, or is none', async () => {
    const proxy = await socksProxy(credentials);
    expect(await failure(proxy.url.replace('s3cret', 's3cret2'), PLAIN)).toMatchObject({ code: 'proxy' });
    expect(await failure(proxy.name, PLAIN)).toMatchObject({ code: 'proxy' });
    const web = await httpProxy();
    expect(await failure(web.url.replace('http:', 'socks5:'), PLAIN)).toMatchObject({ code: 'proxy' });
    expect(await failure(`socks5://127.0.0.1:${CLOSED_PORT}`, PLAIN)).toMatchObject({ code: 'proxy' });
  });

  test('that cannot reach the target, or says nothing', async () => {
    const proxy = await socksProxy(credentials);
    const target = { protocol: 'http:', hostname: '127.0.0.1', port: CLOSED_PORT } as const;
    expect(await failure(proxy.url, target)).toMatchObject({ code: 'connect' });
    const silent = await rawProxy(() => undefined);
    expect(await failure(silent.url.replace('http:', 'socks5:'), target, 200)).toMatchObject({
      code: 'connect',
    });
  });

  test('leads to the target', async () => {
    const site = await serveRaw((socket) => void socket.end('hello'));
    const { url } = await socksProxy(credentials);
    const { port } = new URL(site.origin);
    const socket = await open(url, { protocol: 'http:', hostname: '127.0.0.1', port: Number(port) });
    socket.write('x');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
  });
});
