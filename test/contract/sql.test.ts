/**
 * The file as a public contract: tables, columns, types, values, and that any SQLite reader reads them
 * quickly. A change here is a change for everybody who wrote a query.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { MIGRATIONS } from '../../dist/migrations.js';
import { type Folder, withFolder } from '../support/program.js';
import { page, type Pages, redirect, startSite, test as base } from '../cli/site.js';

const QUICK = ['--workers', '1', '--retries', '0', '--retry-delay', '0.01', '-q'];

/** Name and declared type, in order. */
const CONTRACT: Readonly<Record<string, string>> = {
  pages:
    'id INTEGER, request_key TEXT, url TEXT, requested_url TEXT, state TEXT, http_status INTEGER, title TEXT, ' +
    'depth INTEGER, found_on INTEGER, error TEXT, error_detail TEXT, attempts INTEGER, content_type TEXT, ' +
    'body_bytes INTEGER, body_sha256 TEXT, fetched_at INTEGER, duration_ms INTEGER, redirect_to TEXT, ' +
    'canonical_url TEXT, proxy TEXT',
  tasks: 'id INTEGER, key TEXT, page_id INTEGER, params TEXT',
  executions:
    'task_id INTEGER, executor TEXT, status TEXT, output TEXT, error TEXT, last_run INTEGER, duration_ms INTEGER, ' +
    'attempts INTEGER, code_hash TEXT',
  bodies: 'page_id INTEGER, url TEXT, status INTEGER, headers TEXT, body BLOB',
  links: 'source_id INTEGER, target_id INTEGER, nofollow INTEGER',
  backlinks: 'target_id INTEGER, source_id INTEGER',
  hosts:
    'id INTEGER, host TEXT, claimable INTEGER, next_fetch_at INTEGER, blocked_until INTEGER, crawl_delay_ms INTEGER, ' +
    'failures INTEGER, waits INTEGER, last_success_at INTEGER, last_answer_at INTEGER, failing_since INTEGER, ' +
    'excused_ms INTEGER, excused_at INTEGER, given_up TEXT, robots_status INTEGER, robots_fetched_at INTEGER, robots_attempts INTEGER, ' +
    'robots_txt TEXT, robots_hop TEXT, robots_hops INTEGER, sitemaps INTEGER, admitted INTEGER',
  sitemaps:
    'id INTEGER, url TEXT, state TEXT, http_status INTEGER, error TEXT, error_detail TEXT, attempts INTEGER, ' +
    'body_bytes INTEGER, fetched_at INTEGER, duration_ms INTEGER, redirect_to TEXT, found_on INTEGER',
  downloads:
    'id INTEGER, url TEXT, page_id INTEGER, state , path TEXT, bytes INTEGER, sha256 TEXT, etag TEXT, ' +
    'last_modified TEXT, content_type TEXT, fetched_at INTEGER, http_status INTEGER, error TEXT, error_detail TEXT, ' +
    'attempts INTEGER',
  sitemap_urls: 'page_id INTEGER, sitemap_id INTEGER',
  runs:
    'id INTEGER, command_line TEXT, version TEXT, started_at INTEGER, ended_at INTEGER, outcome TEXT, ' +
    'exit_status INTEGER, pages INTEGER, requests INTEGER, bytes INTEGER, done INTEGER, failed INTEGER, ' +
    'skipped INTEGER, queued INTEGER',
};

/** One URL in every way to end. */
const SITE: Pages = {
  '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /secret\nCrawl-delay: 0.01\n' },
  '/': page('Home', [
    '/%7eme',
    '<a href="/sponsored" rel="nofollow">x</a>',
    '/gone',
    '/old',
    '/paper',
    '/secret',
    '/broken',
    'https://far.example/',
  ]),
  '/~me': redirect('/%7Eme'),
  '/%7Eme': page('Me', ['/', '/'], '<link rel="canonical" href="/me#top">'),
  '/sponsored': page('Sponsored', ['/hidden', '/~me'], '<meta name="robots" content="nofollow">'),
  '/old': redirect('/new'),
  '/new': page('New'),
  '/paper': { type: 'application/pdf', body: '%PDF-' },
  '/broken': { status: 500 },
};

/** One finished crawl of the site, for all tests that only look. */
interface Finished {
  readonly folder: Folder;
  readonly database: BetterSqlite3.Database;
  readonly origin: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

const test = base.extend<{ finished: Finished }>({
  finished: [
    // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
    async ({}, use) => {
      const { origin, close } = await startSite(SITE);
      await withFolder(async (folder) => {
        const startedAt = Date.now();
        const database = await crawled(folder, ['--seed', `${origin}/`]);
        await use({ folder, database, origin, startedAt, endedAt: Date.now() });
        database.close();
      });
      await close();
    },
    { scope: 'file' },
  ],
});

async function crawled(folder: Folder, args: readonly string[]): Promise<BetterSqlite3.Database> {
  await folder.run([...args, ...QUICK]);
  return new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
}

test('names, order and types of the columns', ({ finished: { database } }) => {
  for (const [table, columns] of Object.entries(CONTRACT)) {
    const rows = database.pragma(`table_info(${table})`) as { name: string; type: string }[];
    expect(rows.map(({ name, type }) => `${name} ${type}`).join(', '), table).toBe(columns);
  }
  // "ORBW" in ASCII, for those who look into the header of a file.
  expect(database.pragma('application_id', { simple: true })).toBe(Buffer.from('ORBW').readInt32BE());
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
});

test('what stands in pages, links and backlinks for a URL in every way to end', ({ finished }) => {
  const { database, origin, startedAt, endedAt } = finished;
  const rows = database
    .prepare(
      `SELECT p.url, p.requested_url, p.state, p.http_status AS status, p.title, p.depth, f.url AS found_on, p.error,
              p.attempts, p.content_type, p.redirect_to, p.canonical_url
         FROM pages p LEFT JOIN pages f ON f.id = p.found_on ORDER BY p.url`,
    )
    .raw()
    .all();
  const local = JSON.parse(JSON.stringify(rows).replaceAll(origin, '')) as unknown[];
  const html = 'text/html; charset=utf-8'; // The header as it was sent.
  expect(local).toEqual([
    ['/', null, 'done', 200, 'Home', 0, null, null, 1, html, null, null],
    ['/broken', null, 'failed', 500, null, 1, '/', 'status', 1, null, null, null],
    ['/gone', null, 'failed', 404, null, 1, '/', 'status', 1, null, null, null],
    ['/hidden', null, 'skipped', null, null, null, '/sponsored', 'nofollow', 0, null, null, null],
    ['/new', null, 'done', 200, 'New', 1, '/old', null, 1, html, null, null],
    ['/old', null, 'done', 302, null, 1, '/', null, 1, null, '/new', null],
    ['/paper', null, 'skipped', 200, null, 1, '/', 'content-type', 1, 'application/pdf', null, null],
    ['/secret', null, 'skipped', null, null, 1, '/', 'robots', 0, null, null, null],
    ['/sponsored', null, 'done', 200, 'Sponsored', 1, '/', null, 1, html, null, null],
    ['/~me', '/%7Eme', 'done', 200, 'Me', 1, '/', null, 1, html, null, '/me'],
  ]);

  const edges = (table: string): unknown =>
    database
      .prepare(
        `SELECT replace(s.url, @origin, ''), replace(t.url, @origin, '')${table === 'links' ? ', nofollow' : ''}
           FROM ${table} JOIN pages s ON s.id = source_id JOIN pages t ON t.id = target_id ORDER BY 1, 2`,
      )
      .raw()
      .all({ origin });
  const links: [string, string, number][] = [
    ['/', '/broken', 0],
    ['/', '/gone', 0],
    ['/', '/old', 0],
    ['/', '/paper', 0],
    ['/', '/secret', 0],
    ['/', '/sponsored', 1],
    ['/', '/~me', 0],
    ['/sponsored', '/hidden', 2],
    ['/sponsored', '/~me', 2],
    ['/~me', '/', 0],
  ];
  expect(edges('links')).toEqual(links);
  expect(edges('backlinks')).toEqual(links.map(([source, target]) => [source, target]));

  const facts = database
    .prepare<
      [],
      { fetched_at: number; duration_ms: number; body_bytes: number; body_sha256: string; key: string }
    >(
      `SELECT fetched_at, duration_ms, body_bytes, body_sha256, request_key AS key FROM pages WHERE title IS NOT NULL`,
    )
    .all();
  expect(facts).toHaveLength(4);
  for (const { fetched_at, duration_ms, body_bytes, body_sha256, key } of facts) {
    expect(fetched_at).toBeGreaterThanOrEqual(startedAt);
    expect(fetched_at).toBeLessThanOrEqual(endedAt);
    expect(duration_ms).toBeGreaterThanOrEqual(0);
    const path = key.replace(origin, '').replace('~', '%7E');
    const body = Buffer.from(SITE[path]?.body ?? '');
    expect(body_bytes).toBe(body.length);
    expect(body_sha256).toBe(createHash('sha256').update(body).digest('hex'));
  }
  const kinds = database
    .prepare(
      `SELECT DISTINCT typeof(id), typeof(http_status), typeof(depth), typeof(attempts), typeof(body_bytes),
              typeof(fetched_at), typeof(duration_ms) FROM pages WHERE title IS NOT NULL`,
    )
    .raw()
    .all();
  expect(kinds).toEqual([Array.from({ length: 7 }, () => 'integer')]);
  expect(
    database
      .prepare('SELECT count(*), count(DISTINCT request_key), sum(request_key = url) FROM pages')
      .raw()
      .get(),
  ).toEqual([10, 10, 10]);
});

test('what stands in hosts', ({ finished: { database, origin, startedAt } }) => {
  const rows = database.prepare('SELECT * FROM hosts').all() as Record<string, unknown>[];
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    host: origin,
    claimable: 0,
    blocked_until: null,
    crawl_delay_ms: 10,
    waits: 0,
    given_up: null,
    robots_status: 200,
    robots_attempts: 0,
    robots_txt: SITE['/robots.txt']?.body,
  });
  for (const column of ['next_fetch_at', 'last_success_at', 'last_answer_at', 'robots_fetched_at']) {
    expect(rows[0]?.[column], column).toBeGreaterThanOrEqual(startedAt);
  }
});

test('what stands in runs, one row a process life, secrets left out', async ({ folder, serve }) => {
  const site = await serve({ '/': page('Home', ['/a', '/b', '/gone']), '/a': page('A'), '/b': page('B') });
  const before = Date.now();
  const seed = ['--seed', `${site.origin.replace('//', '//user:pa55word@')}/`];
  const secrets = ['--header', 'Authorization: Bearer t0ken', '--header=X-Key: k3y'];
  await folder.run([...seed, ...secrets, '--max-pages', '1', ...QUICK]);
  const database = await crawled(folder, [...seed, ...secrets]);
  const rows = database.prepare('SELECT * FROM runs ORDER BY id').all() as Record<string, unknown>[];
  expect(rows).toMatchObject([
    {
      outcome: 'max-pages',
      exit_status: 3,
      pages: 1,
      requests: 2,
      done: 1,
      failed: 0,
      skipped: 0,
      queued: 3,
    },
    { outcome: 'finished', exit_status: 0, pages: 2, requests: 3, done: 3, failed: 1, skipped: 0, queued: 0 },
  ]);
  let last = before;
  for (const { version, started_at, ended_at, bytes } of rows) {
    expect(version).toBe('0.1.0');
    expect(bytes).toBeGreaterThan(0);
    expect(started_at).toBeGreaterThanOrEqual(last);
    expect(ended_at).toBeGreaterThanOrEqual(started_at as number);
    last = ended_at as number;
  }
  const { host } = new URL(site.origin);
  expect(String(rows[0]?.['command_line']).replace(/^.*?crawl\.js/, 'node crawl.js')).toBe(
    `node crawl.js --seed http://***@${host}/ --header 'Authorization: ***' '--header=X-Key: ***' --max-pages 1 ` +
      QUICK.join(' '),
  );
  database.close();
});

test('secrets stand nowhere in the bytes of the file, nor on the screen', async ({ folder, serve }) => {
  const site = await serve({ '/': page('Home', ['/gone']), '/gone': { status: 500 } });
  const seed = ['--seed', `${site.origin.replace('//', '//user:pa55word@')}/`];
  const header = ['--header', 'Cookie: session=c00kie'];
  const args = [...seed, ...header, ...QUICK.slice(0, -1), '--max-pages', '1', '--verbose', '--json'];
  const killed = folder.start(args);
  await new Promise((resolve) => killed.process.stderr.once('data', resolve));
  killed.process.kill('SIGKILL'); // Leaves the write-ahead log behind.
  const screens = [await killed.ended, await folder.run(args)];
  const files = (await readdir(folder.path)).map((name) => readFile(folder.file(name), 'latin1'));
  const everything = [
    ...(await Promise.all(files)),
    ...screens.flatMap(({ stdout, stderr }) => [stdout, stderr]),
  ];
  for (const secret of ['pa55word', 'c00kie']) {
    expect(
      everything.some((text) => text.includes(secret)),
      secret,
    ).toBe(false);
  }
});

describe('plain readers', () => {
  const QUERY = `SELECT count(*), sum(length(title)), max(fetched_at) FROM pages WHERE state = 'done'`;
  const READERS: readonly (readonly [command: string, args: readonly string[]])[] = [
    ['sqlite3', ['-readonly', '-separator', ' ', 'crawl.db', QUERY]],
    [
      'python3',
      [
        '-c',
        'import sqlite3, sys; print(*sqlite3.connect("file:crawl.db?mode=ro", uri=True).execute(sys.argv[1]).fetchone())',
        QUERY,
      ],
    ],
  ];

  for (const [command, args] of READERS) {
    // Skipped aloud where the program is missing.
    const isThere = spawnSync(command, ['--version']).status === 0;
    test.skipIf(!isThere)(`${command} reads the views`, async ({ finished: { folder, database } }) => {
      const expected = database.prepare(QUERY).raw().get() as number[];
      const { status, stdout, stderr } = await folder.spawn(command, args).ended;
      expect(stderr).toBe('');
      expect(stdout.trim()).toBe(expected.join(' '));
      expect(expected.slice(0, 2)).toEqual([5, 18]);
      expect(status).toBe(0);
    });
  }

  test('a file at rest is one file, to be read where nothing can be written', async ({ folder, serve }) => {
    const site = await serve({ '/': page('Home') });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    expect((await readdir(folder.path)).sort()).toEqual(['crawl.db', 'crawl.db-lock']);
    // Bytes 18 and 19: 2 = write-ahead log, which a reader cannot do without; 1 = none.
    const header = (await readFile(folder.file('crawl.db'))).subarray(18, 20);
    expect([...header]).toEqual([1, 1]);
  });

  test('the views use no function, collation or extension of ours', ({ finished: { database } }) => {
    const views = database
      .prepare(`SELECT sql FROM sqlite_master WHERE type = 'view'`)
      .pluck()
      .all() as string[];
    expect(views).toHaveLength(4);
    for (const view of views) expect(view).not.toMatch(/\w\s*\(|COLLATE|->/i);
  });
});

describe('queries that are quick on a file of any size', () => {
  const QUERIES: readonly (readonly [what: string, sql: string, ...using: RegExp[]])[] = [
    ['a page by its URL', `SELECT * FROM pages WHERE url = 'x'`, /SEARCH u USING INDEX .*\(request_key=\?\)/],
    [
      'a page by its key',
      `SELECT * FROM pages WHERE request_key = 'x'`,
      /SEARCH u USING INDEX .*\(request_key=\?\)/,
    ],
    ['a page by its id', 'SELECT * FROM pages WHERE id = 1', /SEARCH u USING INTEGER PRIMARY KEY/],
    ['links by source', 'SELECT target_id FROM links WHERE source_id = 1', /SEARCH links USING PRIMARY KEY/],
    [
      'backlinks by target',
      'SELECT source_id FROM backlinks WHERE target_id = 1',
      /SEARCH links USING COVERING INDEX .*\(target_id=\?\)/,
    ],
    [
      'the pages that link to a URL',
      `SELECT s.url FROM pages t JOIN backlinks b ON b.target_id = t.id JOIN pages s ON s.id = b.source_id WHERE t.url = 'x'`,
      /SEARCH u USING (COVERING )?INDEX .*\(request_key=\?\)/,
      /SEARCH links USING COVERING INDEX .*\(target_id=\?\)/,
    ],
    [
      'the most linked pages',
      'SELECT target_id, count(*) FROM backlinks GROUP BY target_id ORDER BY 2 DESC LIMIT 5',
      /SCAN links USING COVERING INDEX/,
    ],
  ];

  test('use an index after a finished run', ({ finished: { database } }) => {
    for (const [what, sql, ...using] of QUERIES) {
      const plan = database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
      const steps = plan.map(({ detail }) => detail).join('\n');
      for (const pattern of using) expect(steps, what).toMatch(pattern);
      if (!what.startsWith('the most')) expect(steps, what).not.toMatch(/^SCAN/m);
    }
  });

  test('use one again after a run that went on', async ({ folder, serve }) => {
    const site = await serve({ '/': page('Home', ['/a']), '/a': page('A', ['/']) });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--max-pages', '1']);
    const database = await crawled(folder, ['--seed', `${site.origin}/`]);
    const plan = database
      .prepare<[], { detail: string }>(
        'EXPLAIN QUERY PLAN SELECT source_id FROM backlinks WHERE target_id = 1',
      )
      .all();
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/COVERING INDEX .*\(target_id=\?\)/),
    ]);
    database.close();
  });
});
