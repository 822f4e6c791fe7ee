import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { toFailure } from '../../dist/protocol/to-failure.js';
import type { Failure } from '../../dist/protocol/failure.js';
import type { WorkerSettings } from '../../dist/protocol/settings.js';
import { ACCEPT_ENCODING } from '../../dist/workers/content-coding.js';
import { Fetcher } from '../../dist/workers/fetcher.js';
import type { Ask } from '../../dist/workers/fetcher.js';
import { CLOSED_PORT, serve, serveRaw, settingsFor } from './servers.js';
import { CERTIFICATE, KEY } from './certificate.js';

const ALL: Ask['intake'] = () => ({ take: 'all', maxBytes: 1000 });
const NONE: Ask['intake'] = () => ({ take: 'none' });

function makeFetcher(changes: Partial<WorkerSettings> = {}): Fetcher {
  const fetcher = new Fetcher(settingsFor('http://127.0.0.1', changes));
  onTestFinished(() => fetcher.close());
  return fetcher;
}

function ask(url: string, changes: Partial<Ask> = {}): Ask {
  return { url, sendHeaders: false, keepAlive: true, intake: ALL, ...changes };
}

async function failureOf(reply: Promise<unknown>): Promise<Failure> {
  return reply.then(
    () => {
      throw new Error('the request did not fail');
    },
    (thrown: unknown) => toFailure(thrown),
  );
}

test('an answer is read whole and the connection used again', async () => {
  const site = await serve((_request, response) => response.end('hello'));
  const fetcher = makeFetcher();
  for (let i = 0; i < 5; i++) {
    const reply = await fetcher.send(ask(`${site.origin}/${i}?q=1`));
    expect(reply).toMatchObject({ status: 200, cut: false });
    expect(reply.body.toString()).toBe('hello');
  }
  expect(site.connections()).toBe(1);
});

test('cookies are sent, but for those of the user where the headers of the user go', async () => {
  const site = await serve((request, response) => response.end(request.headers.cookie ?? 'none'));
  const cookieFor = async (fetcher: Fetcher, changes: Partial<Ask>): Promise<string> =>
    (await fetcher.send(ask(site.origin, changes))).body.toString('latin1');
  const plain = makeFetcher();
  const own = makeFetcher({ headers: [['COOKIE', 'own=1']] });
  expect(await cookieFor(plain, {})).toBe('none');
  expect(await cookieFor(plain, { cookie: null })).toBe('none');
  expect(await cookieFor(plain, { cookie: 'a=b; c=\xe9', sendHeaders: true })).toBe('a=b; c=\xc3\xa9');
  expect(await cookieFor(own, { cookie: 'a=b', sendHeaders: true })).toBe('own=1');
  expect(await cookieFor(own, { cookie: 'a=b' })).toBe('a=b');
});

test('requests in flight together get a connection each, and never more', async () => {
  const site = await serve((_request, response) => void setTimeout(() => response.end('x'), 30));
  const fetcher = makeFetcher();
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 4 }, () => fetcher.send(ask(site.origin))));
  }
  expect(site.connections()).toBe(4);
});

test('without keep-alive the connection is gone when the answer is in', async () => {
  const sent: (string | undefined)[] = [];
  const site = await serve((request, response) => {
    sent.push(request.headers.connection);
    response.end('x');
  });
  const fetcher = makeFetcher();
  await fetcher.send(ask(site.origin, { keepAlive: false }));
  await fetcher.send(ask(site.origin, { keepAlive: false, intake: NONE }));
  expect(sent).toEqual(['close', 'close']);
  expect(site.connections()).toBe(2);
});

test('the extra headers go only where they are asked for, and replace our own of the same name', async () => {
  const seen: NodeJS.Dict<string | string[]>[] = [];
  const site = await serve((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const fetcher = makeFetcher({
    headers: [
      ['Authorization', 'Bearer s3cret'],
      ['Accept', 'text/plain'],
    ],
  });
  await fetcher.send(ask(site.origin));
  await fetcher.send(ask(site.origin, { sendHeaders: true }));
  expect(seen[0]).toMatchObject({ 'user-agent': 'Orbweaver/test', 'accept-encoding': ACCEPT_ENCODING });
  expect(seen[0]?.['accept']).toContain('text/html');
  expect(seen[0]).not.toHaveProperty('authorization');
  expect(seen[1]).toMatchObject({ authorization: 'Bearer s3cret', accept: 'text/plain' });
});

test('small unwanted bodies are drained, large and dripping ones cost the connection', async () => {
  const site = await serve((request, response) => {
    response.writeHead(404);
    if (request.url === '/small') response.end('x'.repeat(1000));
    else if (request.url === '/large') response.end('x'.repeat(200_000));
    else response.write('x');
  });
  const fetcher = makeFetcher();
  for (const path of ['/small', '/small', '/large', '/small', '/drip', '/small']) {
    const reply = await fetcher.send(ask(site.origin + path, { intake: NONE }));
    expect(reply.status).toBe(404);
    expect(reply.body).toHaveLength(0);
    // Lets the client notice a connection it has just lost, so that the count is exact.
    await sleep(10);
  }
  expect(site.connections()).toBe(3);
});

test('a body over the cap fails, announced or not', async () => {
  let sent = 0;
  const site = await serve((request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', 5000);
    response.write('x'.repeat(500));
    sent += 1;
    if (request.url !== '/announced') response.end('x'.repeat(600));
  });
  const fetcher = makeFetcher();
  for (const path of ['/announced', '/chunked']) {
    const failure = await failureOf(fetcher.send(ask(site.origin + path)));
    expect(failure).toEqual({ code: 'too-large', message: 'body larger than 1000 bytes', status: 200 });
  }
  expect(sent).toBe(2);
});

test('the start of a body is as long as asked for, and says whether it is all', async () => {
  const site = await serve((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
  const fetcher = makeFetcher();
  const start: Ask['intake'] = () => ({ take: 'start', maxBytes: 1000 });
  for (const size of [999, 1000, 1001, 300_000]) {
    const reply = await fetcher.send(ask(`${site.origin}/${size}`, { intake: start }));
    expect([reply.body.length, reply.cut]).toEqual([Math.min(size, 1000), size > 1000]);
  }
});

test('a body that ends early is a reset, however it was framed', async () => {
  const heads = [
    'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf',
    'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nhalf\r\n',
  ];
  for (const head of heads) {
    const site = await serveRaw((socket) => socket.end(head));
    expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({ code: 'reset' });
    expect(site.connections(), 'not asked again').toBe(1);
  }
  const site = await serveRaw((socket) => {
    socket.write(heads[0] as string);
    setTimeout(() => socket.resetAndDestroy(), 20);
  });
  expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({ code: 'reset' });
});

test('a body without a length is not ended by a reset', async () => {
  const site = await serveRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf');
    setTimeout(() => socket.resetAndDestroy(), 50);
  });
  expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({ code: 'reset' });
});

/** Asks, and is done with each piece only after a while. */
function slowly(origin: string, bytes: number[]): ReturnType<Fetcher['stream']> {
  return makeFetcher().stream({
    url: origin,
    sendHeaders: false,
    keepAlive: true,
    onHead: () => 'take',
    onData: (chunk) => {
      bytes.push(chunk.length);
      return sleep(200);
    },
  });
}

for (const size of [4, 150_000, 1_000_000]) {
  test(`a connection that ends while the body is held back: ${size} bytes`, async () => {
    const answer = (end: 'end' | 'resetAndDestroy'): ReturnType<typeof serveRaw> =>
      serveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        socket.write(Buffer.alloc(size));
        setTimeout(() => socket[end](), 50);
      });
    const bytes: number[] = [];
    await slowly((await answer('end')).origin, bytes);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(size);
    const cut = slowly((await answer('resetAndDestroy')).origin, []);
    expect(await failureOf(cut)).toMatchObject({ code: 'reset' });
  });
}

test('a body without a length ends where the connection does', async () => {
  const site = await serveRaw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'));
  expect((await makeFetcher().send(ask(site.origin))).body.toString()).toBe('all of it');
});

test('interim answers before the real one are passed over', async () => {
  const site = await serveRaw((socket) =>
    socket.write(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ),
  );
  const reply = await makeFetcher().send(ask(site.origin));
  expect([reply.status, reply.body.toString()]).toEqual([200, 'ok']);
});

test('the deadline holds for silence, for headers and for bodies that drip', async () => {
  const silent = await serveRaw(() => {});
  const drip = (text: string) => async (socket: { write: (text: string) => boolean; destroyed: boolean }) => {
    for (const byte of text.repeat(100)) {
      if (socket.destroyed) return;
      socket.write(byte);
      await sleep(20);
    }
  };
  const headers = await serveRaw((socket) => void drip('HTTP/1.1 200 OK\r\nx: y')(socket));
  const body = await serveRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n');
    void drip('x')(socket);
  });
  const fetcher = makeFetcher({ timeoutMs: 200 });
  const begun = performance.now();
  const failures = await Promise.all(
    [silent, headers, body].map((site) => failureOf(fetcher.send(ask(site.origin)))),
  );
  expect(performance.now() - begun).toBeLessThan(1500);
  const timeout = { code: 'timeout', message: 'no complete answer within 200 ms' };
  expect(failures).toEqual([timeout, timeout, timeout]);
});

test('no connection in time is a connect failure', async () => {
  // It accepts, but never says its part of the TLS handshake.
  const site = await serveRaw(() => {});
  const url = site.origin.replace('http:', 'https:');
  expect(await failureOf(makeFetcher({ timeoutMs: 200 }).send(ask(url)))).toEqual({
    code: 'connect',
    message: 'no connection within 200 ms',
  });
});

test('a kept connection that the server closed under the request says so, and is replaced', async () => {
  const site = await serveRaw((socket, request) => {
    if (request === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    else socket.destroy();
  });
  const fetcher = makeFetcher();
  expect((await fetcher.send(ask(site.origin))).body.toString()).toBe('ok');
  expect(await failureOf(fetcher.send(ask(site.origin)))).toMatchObject({ code: 'reset', isStale: true });
  expect((await fetcher.send(ask(site.origin))).body.toString()).toBe('ok');
  expect(site.connections()).toBe(2);
});

test('bytes that are no body are bounded too', async () => {
  const site = await serveRaw((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;');
    const more = setInterval(() => socket.write('x'.repeat(64 * 1024)), 1);
    socket.on('close', () => clearInterval(more));
  });
  expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({
    code: 'too-large',
    status: 200,
  });
});

test('a query is sent as it stands, an empty one too', async () => {
  const asked: string[] = [];
  const site = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  const fetcher = makeFetcher();
  for (const path of ['/a', '/a?', '/a?b', '/?']) await fetcher.send(ask(site.origin + path));
  expect(asked).toEqual(['/a', '/a?', '/a?b', '/?']);
});

test('a fresh connection closed without an answer is a reset and not asked again', async () => {
  let requests = 0;
  const site = await serveRaw((socket) => {
    requests += 1;
    socket.destroy();
  });
  expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({ code: 'reset' });
  expect(requests).toBe(1);
});

test('an unasked second response is never taken for the next page', async () => {
  const site = await serveRaw((socket, _request, connection) => {
    const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(answer(`page ${connection}`));
    setTimeout(() => socket.write(answer('smuggled')), 10);
  });
  const fetcher = makeFetcher();
  for (let i = 0; i < 3; i++) {
    expect((await fetcher.send(ask(site.origin))).body.toString()).toMatch(/^page \d$/);
    await sleep(40);
  }
});

test('what is not HTTP is a protocol failure', async () => {
  const site = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  expect(await failureOf(makeFetcher().send(ask(site.origin)))).toMatchObject({ code: 'protocol' });
  const endless = await serveRaw((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${'x: yyyyyyyyyyyyyyyyyy\r\n'.repeat(10_000)}`);
  });
  expect(await failureOf(makeFetcher().send(ask(endless.origin)))).toMatchObject({ code: 'protocol' });
});

test('a refused port is a connect failure and a name nobody has a dns one', async () => {
  const fetcher = makeFetcher();
  const refused = await failureOf(fetcher.send(ask(`http://127.0.0.1:${CLOSED_PORT}/`)));
  expect(refused).toMatchObject({ code: 'connect' });
  expect(refused.message).toContain('ECONNREFUSED');
  const unknown = await failureOf(fetcher.send(ask('http://no-such-host.invalid/')));
  expect(unknown).toMatchObject({ code: 'dns' });
});

test('a certificate nobody vouches for is a tls failure', async () => {
  const server = createTlsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => response.end('x'));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const failure = await failureOf(makeFetcher().send(ask(`https://127.0.0.1:${port}/`)));
  // Node.js from 24 on adds advice.
  expect(failure).toEqual({
    code: 'tls',
    message: expect.stringMatching(/^self-signed certificate(;|$)/) as string,
  });
  const plain = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const wrong = await failureOf(makeFetcher().send(ask(plain.origin.replace('http:', 'https:'))));
  expect(wrong).toMatchObject({ code: 'tls' });
});
