/**
 * What a test of a whole crawl stands on: servers, a folder for the file, the crawl itself (as the library
 * or as the program), and what it left in the file. All of it is stopped and removed with the test.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test as base, vi } from 'vitest';
import { openForReading } from '../../dist/database/open.js';
import { crawl } from '../../dist/index.js';
import type { CrawlOptions, Notice, RunResult } from '../../dist/index.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { digestOf } from '../../dist/verify/digest.js';
import { checkInvariants } from '../../dist/verify/invariants.js';
import { Site } from '../support/site.js';
import type { Routes, SiteOptions } from '../support/site.js';

/** Whole crawls, several at once, on a machine that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

const PROGRAM = join(import.meta.dirname, '../../dist/crawl.js');

/** A row of the view `pages`, as far as these tests look at it. */
export interface PageRow {
  readonly url: string;
  readonly requested_url: string | null;
  readonly state: string;
  readonly http_status: number | null;
  readonly error: string | null;
  readonly error_detail: string | null;
  readonly title: string | null;
  readonly depth: number | null;
  readonly attempts: number;
  readonly redirect_to: string | null;
  readonly canonical_url: string | null;
}

/** A library crawl that came to its end. */
export interface Crawled extends RunResult {
  readonly notices: readonly Notice[];
  readonly db: string;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program, running. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stderr = '';
  #stdout = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.#stdout += chunk));
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.#stderr += chunk));
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (status) => resolve({ status, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  /** What ended it; null = it ended by itself, or is running. */
  get signal(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  /** Resolves as soon as standard error holds the text. */
  async says(words: string): Promise<void> {
    while (!this.#stderr.includes(words)) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

export class Bench {
  readonly folder: string;
  readonly #sites: Site[] = [];
  readonly #running: Running[] = [];
  #files = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'orbweaver-manners-')));
  }

  async site(routes: Routes, options?: SiteOptions): Promise<Site> {
    const site = await Site.open(routes, options);
    this.#sites.push(site);
    return site;
  }

  /** A file name that no other crawl of this test has. */
  file(): string {
    return join(this.folder, `crawl-${this.#files++}.db`);
  }

  /** Crawls through the library. Few threads and short waits, unless the test says otherwise. */
  async crawl(options: CrawlOptions, signal?: AbortSignal): Promise<Crawled> {
    const notices: Notice[] = [];
    const db = options.db ?? this.file();
    const result = await crawl(
      { workers: 1, timeout: 5, retryDelay: 0.02, profile: 'web', ...options, db },
      { onNotice: (notice) => notices.push(notice), ...(signal === undefined ? {} : { signal }) },
    );
    return { ...result, notices, db };
  }

  /** Starts the program. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const running = new Running(args, { ...process.env, NODE_OPTIONS: '', ...env });
    this.#running.push(running);
    return running;
  }

  /** Runs the program to its end. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** The digest of a finished crawl, once its file is found to be whole. */
  digest(db: string): string {
    const file = openForReading(db, MIGRATIONS);
    try {
      const { faults, open } = checkInvariants(file.connection);
      if (faults.length + open.length > 0) throw new Error(JSON.stringify({ faults, open }));
      return digestOf(file.connection);
    } finally {
      file.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.kill()));
    await Promise.all(this.#sites.map((site) => site.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** `test` with a bench of its own for each. */
export const test = base.extend<{ bench: Bench }>({
  bench: async ({ onTestFinished }, use) => {
    const bench = await Bench.make();
    onTestFinished(() => bench.close());
    await use(bench);
  },
});

/** What plain SQL finds in a file. */
export function query<Row>(db: string, sql: string, ...parameters: unknown[]): Row[] {
  const connection = new Database(db, { readonly: true });
  try {
    return connection.prepare<unknown[], Row>(sql).all(...parameters);
  } finally {
    connection.close();
  }
}

/** All pages by URL; those of `origin` by path. */
export function pagesOf(db: string, origin = ''): Record<string, PageRow> {
  const rows = query<PageRow>(db, 'SELECT * FROM pages');
  return Object.fromEntries(
    rows.map((row) => [row.url.startsWith(origin) ? row.url.slice(origin.length) : row.url, row]),
  );
}

/** How every page ended, in one word or two: `done 200`, `failed redirect`, `skipped robots`. */
export function endsOf(db: string, origin = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pagesOf(db, origin)).map(([url, { state, error, http_status }]) => [
      url,
      `${state} ${error ?? http_status}`,
    ]),
  );
}

/** Edges of the link graph as `source → target`, in order; URLs of `origin` by path. */
export function edgesOf(db: string, origin = ''): string[] {
  const rows = query<{ source: string; target: string }>(
    db,
    `SELECT s.url AS source, t.url AS target FROM links l JOIN pages s ON s.id = l.source_id
       JOIN pages t ON t.id = l.target_id ORDER BY 1, 2`,
  );
  return rows.map(({ source, target }) => `${source.replace(origin, '')} → ${target.replace(origin, '')}`);
}
