/**
 * A crawl's file read as a stranger would: through its public tables, by plain SQL. Says what it holds at
 * rest, and where it differs from the truth of the site.
 */
import { copyFileSync, existsSync, statSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { DemoTruth } from '../../dist/demo/truth.js';

/** What a killed run left behind. URLs are paths. */
export interface Rest {
  readonly done: number;
  readonly queued: number;
  readonly leased: readonly string[];
  /** Answered and filed: never to be asked for again. */
  readonly settled: readonly string[];
}

/** Runs a query on a file, read-only. */
export function read<Row>(file: string, sql: string): Row[] {
  const connection = new BetterSqlite3(file, { readonly: true });
  try {
    return connection.prepare<[], Row>(sql).all();
  } finally {
    connection.close();
  }
}

/**
 * Copies a file and its write-ahead log as a kill left them, so that looking at them changes nothing for
 * the run that goes on. Answers false when the kill came before there was a schema.
 */
export function copyAtRest(file: string, copy: string): boolean {
  if (!existsSync(file) || statSync(file).size === 0) return false;
  for (const suffix of ['', '-wal', '-journal']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
  }
  return true;
}

export function restOf(file: string): Rest {
  const rows = read<{ url: string; state: string; http_status: number | null }>(
    file,
    'SELECT url, state, http_status FROM pages',
  );
  const robots = read<{ url: string }>(
    file,
    `SELECT host || '/robots.txt' AS url FROM hosts WHERE robots_fetched_at IS NOT NULL`,
  );
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  const answered = rows.filter(
    ({ state, http_status }) => state !== 'queued' && state !== 'leased' && http_status !== null,
  );
  return {
    done: count('done'),
    queued: count('queued'),
    leased: rows.filter(({ state }) => state === 'leased').map(pathOf),
    settled: [...answered, ...robots].map(pathOf),
  };
}

function pathOf({ url }: { readonly url: string }): string {
  return new URL(url).pathname;
}

/** Where a finished file differs from what a correct crawl of the wiki ends with; a line each. */
export function differences(file: string, truth: DemoTruth): string[] {
  return [
    ...compare('page', pagesOf(file), expectedPages(truth)),
    ...compare('edge', edgesOf(file), expectedEdges(truth)),
  ];
}

type Facts = ReadonlyMap<string, string>;

function pagesOf(file: string): Facts {
  const rows = read<Record<string, unknown> & { url: string }>(
    file,
    `SELECT url, request_key, state, http_status, error, title, depth, redirect_to, canonical_url, attempts
       FROM pages`,
  );
  return new Map(rows.map((row) => [row.url, JSON.stringify(row)]));
}

function expectedPages({ pages }: DemoTruth): Facts {
  const rows = [...pages.values()].map((page) => ({
    url: page.url,
    request_key: page.url,
    state: page.state,
    http_status: page.httpStatus,
    error: page.error,
    title: page.title,
    depth: page.depth,
    redirect_to: page.redirectTo,
    canonical_url: page.canonicalUrl,
    // What was asked for was asked for once that counts, whatever was killed in between.
    attempts: page.httpStatus === null ? 0 : 1,
  }));
  return new Map(rows.map((row) => [row.url, JSON.stringify(row)]));
}

function edgesOf(file: string): Facts {
  const rows = read<{ source: string; target: string; nofollow: number }>(
    file,
    `SELECT s.url AS source, t.url AS target, l.nofollow FROM links l
       JOIN pages s ON s.id = l.source_id JOIN pages t ON t.id = l.target_id`,
  );
  return new Map(rows.map(({ source, target, nofollow }) => [`${source} ${target}`, String(nofollow)]));
}

function expectedEdges({ edges }: DemoTruth): Facts {
  const facts = new Map<string, string>();
  for (const [source, targets] of edges) {
    for (const [target, nofollow] of targets) facts.set(`${source} ${target}`, String(nofollow));
  }
  return facts;
}

function compare(what: string, found: Facts, expected: Facts): string[] {
  const missing = [...expected.keys()]
    .filter((key) => !found.has(key))
    .map((key) => `missing ${what} ${key}`);
  const others = [...found].flatMap(([key, facts]) => {
    const wanted = expected.get(key);
    if (wanted === undefined) return [`${what} too many: ${key} ${facts}`];
    return facts === wanted ? [] : [`${what} ${key}: ${facts}, expected ${wanted}`];
  });
  return [...missing, ...others];
}
