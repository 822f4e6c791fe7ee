/** A small site of a test's own: a table of paths and answers that may change while it is served. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base } from '../support/program.js';

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ms before it is given. */
  readonly waitMs?: number;
}

/** By path and query. What is missing answers 404. */
export type Pages = Record<string, Answer>;

export interface Site {
  readonly origin: string;
  readonly pages: Pages;
  /** Paths asked for so far, in order. */
  readonly requests: string[];
  /** Stops serving; the port can be taken again. */
  readonly close: () => Promise<void>;
}

export type Serve = (pages: Pages, port?: number) => Promise<Site>;

export const test = base.extend<{ serve: Serve }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  serve: async ({}, use) => {
    const sites: Site[] = [];
    await use(async (pages, port) => {
      const site = await startSite(pages, port);
      sites.push(site);
      return site;
    });
    await Promise.all(sites.map((site) => site.close()));
  },
});

/** An HTML page with links, each an href or a whole element. */
export function page(title: string, links: readonly string[] = [], head = ''): Answer {
  const anchors = links.map((link) => (link.startsWith('<') ? link : `<a href="${link}">${link}</a>`));
  return { body: `<!doctype html><title>${title}</title>${head}<h1>${title}</h1>${anchors.join('\n')}` };
}

export function redirect(location: string): Answer {
  return { status: 302, headers: { location } };
}

/** A row of pages /0, /1 … each linking to the next, without end, each answering after a while. */
export function endless(waitMs: number): Pages {
  return new Proxy<Pages>(
    {},
    {
      get: (_, path) =>
        /^\/\d+$/.test(String(path))
          ? { ...page(`Page ${String(path).slice(1)}`, [`/${Number(String(path).slice(1)) + 1}`]), waitMs }
          : undefined,
    },
  );
}

/** Starts to serve on a free port, or a given one. Whoever starts a site closes it. */
export async function startSite(pages: Pages, port = 0): Promise<Site> {
  const requests: string[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const {
      status = 200,
      type = 'text/html; charset=utf-8',
      headers = {},
      body = '',
      waitMs = 0,
    } = pages[path] ?? { status: 404, body: 'not here' };
    const answer = (): void => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    };
    if (waitMs > 0) setTimeout(answer, waitMs).unref();
    else answer();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    // A TCP server's address is an object; only pipes have a string.
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
