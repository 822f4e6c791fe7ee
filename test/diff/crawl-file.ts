/** Crawl files made by hand, and `diff` over them, run in this process with streams of the tests' own. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type BetterSqlite3 from 'better-sqlite3';
import { parse } from '../../dist/cli/parse.js';
import { diffCommand } from '../../dist/commands/diff.js';
import type { Invocation } from '../../dist/commands/invocation.js';
import { openFile } from '../store/file.js';

interface Page {
  readonly state?: string;
  readonly error?: string;
  readonly status?: number;
  readonly title?: string | null;
  readonly body?: string;
  readonly redirect?: string;
  readonly links?: readonly string[];
}

/** Pages by path or key, in an order that decides their ids. */
export type Site = Readonly<Record<string, Page>>;

export const urlOf = (name: string): string => (name.startsWith('/') ? `https://a.example${name}` : name);

/** A crawl file of a site. All that is linked to must be in it. */
export function crawl(site: Site, settings: Readonly<Record<string, string>> = {}): string {
  const connection = openFile();
  connection.transaction(() => fill(connection, site, settings))();
  return connection.name;
}

export function fill(
  connection: BetterSqlite3.Database,
  site: Site,
  settings: Readonly<Record<string, string>>,
): void {
  connection.exec(`INSERT INTO hosts (id, host) VALUES (1, 'https://a.example')`);
  const ids = new Map(Object.keys(site).map((name, at) => [name, at + 1]));
  for (const [name, page] of Object.entries(site)) {
    const {
      state = 'done',
      error = null,
      status = 200,
      title = `Page ${name}`,
      body = 'aa',
      redirect,
      links = [],
    } = page;
    const id = ids.get(name);
    connection
      .prepare(
        `INSERT INTO urls (id, request_key, host_id, state, error, hops, seed_hops) VALUES (?, ?, 1, ?, ?, 0, 1)`,
      )
      .run(id, urlOf(name), state, error);
    if (state !== 'queued')
      connection
        .prepare(
          'INSERT INTO records (id, http_status, title, body_sha256, fetched_at, duration_ms) VALUES (?, ?, ?, ?, 0, 0)',
        )
        .run(id, status, title, body);
    if (redirect !== undefined)
      connection
        .prepare(`INSERT INTO redirects (source_id, target_url, verdict) VALUES (?, ?, 'in-scope')`)
        .run(id, urlOf(redirect));
    for (const to of links) connection.prepare('INSERT INTO links VALUES (?, ?, 0)').run(id, ids.get(to));
  }
  for (const [name, value] of Object.entries(settings))
    connection.prepare('INSERT INTO settings VALUES (?, ?)').run(name, value);
  connection.exec(
    `INSERT INTO runs (command_line, version, started_at) VALUES ('', '', ${Date.UTC(2026, 0, 2)})`,
  );
}

export async function run(...args: string[]): Promise<{ status: number; printed: string }> {
  const command = parse(['diff', ...args]);
  if (command.command !== 'diff') throw new Error(`not diff: ${command.command}`);
  const stdout = new PassThrough();
  const printed = text(stdout);
  const invocation = { stdout, stop: new AbortController().signal } as unknown as Invocation; // What it uses of it.
  const status = await diffCommand(command, invocation);
  stdout.end();
  return { status, printed: await printed };
}

export async function lines(...args: string[]): Promise<Record<string, unknown>[]> {
  const { printed } = await run(...args, '--json');
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const OLD: Site = {
  '/': { links: ['/a', '/b', '/gone'] },
  '/a': { links: ['/', '/b', '/gone'] },
  '/b': { title: 'B', links: ['/', '/gone'] },
  '/gone': { links: ['/'] },
  '/moved': { status: 301, title: null, redirect: '/a' },
  '/same': { links: ['/a'] },
};

/** In another order, so that every id is another one. */
export const NEW: Site = {
  '/same': { links: ['/a'] },
  '/new': { links: ['/', '/a'] },
  '/moved': { status: 302, title: null, redirect: '/b' },
  '/b': { title: 'B `2` @you <b>', body: 'bb', links: ['/', '/new'] },
  '/a': { state: 'failed', error: 'timeout', status: 0, body: 'aa' },
  '/': { links: ['/a', '/b', '/new'] },
};
