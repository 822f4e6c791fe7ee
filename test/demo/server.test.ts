/** The demo server: starts on any port, counts, waits when told to, and leaves nothing behind. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { startDemo, type DemoServer, type DemoServerOptions } from '../../dist/demo/server.js';

const running: DemoServer[] = [];
const start = async (options: Partial<DemoServerOptions> = {}): Promise<DemoServer> => {
  const server = await startDemo({ pages: 200, ...options });
  running.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

it('serves what the wiki answers, with its length', async () => {
  const { origin, wiki } = await start();
  const answer = await fetch(`${origin}/wiki/Kevin_Bacon`);
  const expected = wiki.respond('/wiki/Kevin_Bacon', origin).body;
  expect(answer.headers.get('content-length')).toBe(String(expected.length));
  expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  expect(await answer.text()).toBe(expected.toString('utf8'));
});

it('absolute links stay on the host that the client asked', async () => {
  const { origin } = await start();
  const named = origin.replace('127.0.0.1', 'localhost');
  const { body } = await get(origin, '/wiki/Kevin_Bacon', { host: new URL(named).host });
  expect(body).toContain(`<link rel="canonical" href="${named}/wiki/Kevin_Bacon"/>`);
});

it('a redirect keeps its status and location', async () => {
  const { origin } = await start();
  const answer = await fetch(`${origin}/wiki/Bacon,_Kevin`, { redirect: 'manual' });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe(`${origin}/wiki/Kevin_Bacon#Career`);
});

it.each(['HEAD', 'POST', 'DELETE'])('%s is refused with 405', async (method) => {
  const { origin } = await start();
  const answer = await fetch(`${origin}/wiki/Kevin_Bacon`, { method });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET');
});

it('requests are counted and reported in order, before they are answered', async () => {
  const seen: string[] = [];
  const server = await start({ onRequest: (path, number) => seen.push(`${number} ${path}`) });
  for (const path of ['/robots.txt', '/wiki/Kevin_Bacon', '/nothing'])
    await (await fetch(server.origin + path)).text();
  expect(seen).toEqual(['1 /robots.txt', '2 /wiki/Kevin_Bacon', '3 /nothing']);
  expect(server.requests()).toBe(3);
});

it('waits for the latency before each answer', async () => {
  const { origin } = await start({ latencyMs: 60, latencyJitterMs: 5 });
  const from = performance.now();
  await (await fetch(`${origin}/robots.txt`)).text();
  expect(performance.now() - from).toBeGreaterThanOrEqual(59);
});

it('one connection serves many requests', async () => {
  const { origin } = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let i = 0; i < 5; i++) ports.add((await get(origin, '/wiki/Monty_Python', {}, agent)).localPort);
  agent.destroy();
  expect(ports.size).toBe(1);
});

it('close ends idle and waiting connections alike, and may be called twice', async () => {
  const server = await start({ latencyMs: 60_000 });
  const waiting = fetch(`${server.origin}/wiki/Kevin_Bacon`).catch((error: unknown) => error);
  while (server.requests() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await server.close();
  await server.close();
  expect(await waiting).toBeInstanceOf(Error);
  await expect(fetch(server.origin)).rejects.toThrow('fetch failed');
});

it('a port in use is an error, not a wait', async () => {
  const { origin } = await start();
  await expect(startDemo({ pages: 200, port: Number(new URL(origin).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

interface Got {
  readonly body: string;
  readonly localPort: number | undefined;
}

async function get(
  origin: string,
  path: string,
  headers: Record<string, string>,
  agent?: Agent,
): Promise<Got> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(origin + path, { headers, ...(agent && { agent }) }, resolve)
      .on('error', reject)
      .end();
  });
  const localPort = answer.socket.localPort;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { body: Buffer.concat(chunks).toString('utf8'), localPort };
}
