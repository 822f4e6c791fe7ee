/**
 * Many hosts in one process, each an address of loopback, with a robots.txt that asks for a delay: every request is noted
 * as it arrives. Speaks over the channel that {@link startHosts} opened: announces the origins, answers a message with
 * what it noted, and ends with the channel.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What each host is to be. */
export interface HostPlan {
  readonly delayMs: number;
  /** Pages: the start page, and those that it links to. */
  readonly pages: number;
}

/** Per host: when its pages were asked for, ms, in the order of arrival, and which. */
export type Arrivals = readonly (readonly { readonly path: string; readonly at: number }[])[];

const plans = JSON.parse(process.argv[2] ?? '') as readonly HostPlan[]; // Written by hosts.ts.
const arrivals = plans.map((): { path: string; at: number }[] => []);

/** Addresses that differ in their last number only. */
const BLOCK = 250;

function startHost({ delayMs, pages }: HostPlan, index: number): Server {
  const links = Array.from({ length: pages - 1 }, (_, page) => `<a href="/${page + 1}">x</a>`).join('');
  const answers = {
    '/': `<!doctype html><title>Start</title>${links}`,
    '/robots.txt': `User-agent: *\nCrawl-delay: ${delayMs / 1000}\n`,
  };
  const server = createServer({ keepAliveTimeout: 300_000 }, ({ url = '' }, response) => {
    if (url !== '/robots.txt') arrivals[index]?.push({ path: url, at: performance.now() });
    const type = url === '/robots.txt' ? 'text/plain' : 'text/html';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` });
    response.end(
      url === '/' || url === '/robots.txt' ? answers[url] : `<!doctype html><title>${url}</title>`,
    );
  });
  // Linux has all of 127.0.0.0/8 on loopback: 127.1.0.1, 127.1.0.2 …
  return server.listen(0, `127.1.${Math.floor(index / BLOCK)}.${(index % BLOCK) + 1}`);
}

const servers = plans.map(startHost);
const origins = await Promise.all(
  servers.map(async (server) => {
    await once(server, 'listening');
    const { address, port } = server.address() as AddressInfo; // Of a TCP server that listens.
    return `http://${address}:${port}`;
  }),
);
process.on('disconnect', () => process.exit());
process.on('message', () => process.send!(arrivals));
process.send!(origins);
