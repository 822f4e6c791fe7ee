/** What `diff` says of two crawls, run in this process with streams of the tests' own. */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from '../../dist/cli/parse.js';
import { diffCommand } from '../../dist/commands/diff.js';
import type { Invocation } from '../../dist/commands/invocation.js';
import { compareCrawls, shortestPaths } from '../../dist/index.js';
import { openFile } from '../store/file.js';
import { makeOlder } from '../support/older-file.js';

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
type Site = Readonly<Record<string, Page>>;

const urlOf = (name: string): string => (name.startsWith('/') ? `https://a.example${name}` : name);

/** A crawl file of a site. All that is linked to must be in it. */
function crawl(site: Site, settings: Readonly<Record<string, string>> = {}): string {
  const connection = openFile();
  connection.transaction(() => fill(connection, site, settings))();
  return connection.name;
}

function fill(
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

async function run(...args: string[]): Promise<{ status: number; printed: string }> {
  const command = parse(['diff', ...args]);
  if (command.command !== 'diff') throw new Error(`not diff: ${command.command}`);
  const stdout = new PassThrough();
  const printed = text(stdout);
  const invocation = { stdout, stop: new AbortController().signal } as unknown as Invocation; // What it uses of it.
  const status = await diffCommand(command, invocation);
  stdout.end();
  return { status, printed: await printed };
}

async function lines(...args: string[]): Promise<Record<string, unknown>[]> {
  const { printed } = await run(...args, '--json');
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const OLD: Site = {
  '/': { links: ['/a', '/b', '/gone'] },
  '/a': { links: ['/', '/b', '/gone'] },
  '/b': { title: 'B', links: ['/', '/gone'] },
  '/gone': { links: ['/'] },
  '/moved': { status: 301, title: null, redirect: '/a' },
  '/same': { links: ['/a'] },
};

/** In another order, so that every id is another one. */
const NEW: Site = {
  '/same': { links: ['/a'] },
  '/new': { links: ['/', '/a'] },
  '/moved': { status: 302, title: null, redirect: '/b' },
  '/b': { title: 'B `2` @you <b>', body: 'bb', links: ['/', '/new'] },
  '/a': { state: 'failed', error: 'timeout', status: 0, body: 'aa' },
  '/': { links: ['/a', '/b', '/new'] },
};

test('counts, and the first of each kind', async () => {
  const [old, now] = [crawl(OLD), crawl(NEW)];
  const { status, printed } = await run(old, now);
  expect(status).toBe(0);
  expect(printed.replace(old, 'old.db').replace(now, 'new.db')).toBe(`\
old.db (crawled 2026-01-02 00:00 UTC) → new.db (crawled 2026-01-02 00:00 UTC)

                      old  new  added  gone  changed
  pages                 6    6      1     1        3
  links                10    8      4     6
    on pages in both                2     2

  changed: title 1, body 1, status 2, redirect 1, state 1

Pages added (1)
  + https://a.example/new  Page /new

Pages gone (1)
  - https://a.example/gone  Page /gone

Pages changed (3)
  ~ https://a.example/a
      status    200 → 0
      state     done → failed: timeout
  ~ https://a.example/b
      title     B → B \`2\` @you <b>
      body      changed
  ~ https://a.example/moved
      status    301 → 302
      redirect  https://a.example/a → https://a.example/b

Links added on pages that are in both (2)
  + https://a.example/new
      on 2 pages, such as https://a.example/

Links gone from pages that are in both (2)
  - https://a.example/gone
      on 2 pages, such as https://a.example/
`);
});

test('--json has every difference, one a line', async () => {
  const found = await lines(crawl(OLD), crawl(NEW), '--limit', '1');
  expect(found[0]).toMatchObject({ kind: 'crawls', old: { pages: 6, links: 10, open: 0 }, settings: [] });
  const of = (kind: string): Record<string, unknown>[] => found.filter((line) => line['kind'] === kind);
  expect(of('page-added')).toEqual([
    {
      kind: 'page-added',
      page: {
        url: urlOf('/new'),
        state: 'done',
        error: null,
        status: 200,
        title: 'Page /new',
        redirect: null,
        body: 'aa',
      },
    },
  ]);
  expect(of('page-changed').map(({ url }) => url)).toEqual(['/a', '/b', '/moved'].map(urlOf));
  const links = (kind: string): string[] =>
    of(kind).map(({ from, to, isEdit }) =>
      `${String(from)} ${String(to)} ${String(isEdit)}`.replaceAll('https://a.example', ''),
    );
  expect(links('link-added')).toEqual(['/ /new true', '/b /new true', '/new / false', '/new /a false']);
  expect(links('link-gone')).toEqual([
    '/ /gone true',
    '/a / false',
    '/a /b false',
    '/a /gone false',
    '/b /gone true',
    '/gone / false',
  ]);
  expect(found.at(-1)).toEqual({
    kind: 'counts',
    pages: {
      added: 1,
      gone: 1,
      changed: 3,
      open: 0,
      changedFields: { title: 1, body: 1, status: 2, redirect: 1, state: 1 },
    },
    links: { added: 4, gone: 6, addedByEdit: 2, goneByEdit: 2, openOld: 0, openNew: 0 },
  });
});

test('any two crawls differ as their sets of pages and links do', async () => {
  let seed = 11;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let round = 0; round < 6; round++) {
    const site = (): Site => {
      const names = Array.from({ length: 40 }, (_, i) => `/${(i * 37 + round) % 60}`).filter(
        () => random(5) > 0,
      );
      names.sort(() => random(3) - 1);
      return Object.fromEntries(names.map((name) => [name, { links: names.filter(() => random(6) === 0) }]));
    };
    const [old, now] = [site(), site()];
    const edges = (all: Site): Set<string> =>
      new Set(
        Object.entries(all).flatMap(([from, { links = [] }]) =>
          links.map((to) => `${urlOf(from)} ${urlOf(to)}`),
        ),
      );
    const without = (a: Iterable<string>, b: Iterable<string>): string[] => {
      const others = new Set(b);
      return [...a].filter((each) => !others.has(each)).sort();
    };
    const [olds, news] = [Object.keys(old).map(urlOf), Object.keys(now).map(urlOf)];
    const found = {
      added: [] as string[],
      gone: [] as string[],
      linked: [] as string[],
      unlinked: [] as string[],
    };
    await compareCrawls(crawl(old), crawl(now), ({ differences }) => {
      for (const difference of differences) {
        if (difference.kind === 'page-added') found.added.push(difference.page.url);
        else if (difference.kind === 'page-gone') found.gone.push(difference.page.url);
        else if (difference.kind === 'link-added') found.linked.push(`${difference.from} ${difference.to}`);
        else if (difference.kind === 'link-gone') found.unlinked.push(`${difference.from} ${difference.to}`);
        else throw new Error(`unexpected: ${difference.kind}`);
      }
    });
    expect(found.added).toEqual(without(news, olds));
    expect(found.gone).toEqual(without(olds, news));
    expect(found.linked.toSorted()).toEqual(without(edges(now), edges(old)));
    expect(found.unlinked.toSorted()).toEqual(without(edges(old), edges(now)));
  }
});

test('keys beyond ASCII are matched in the order in which they are stored', async () => {
  const names = ['task:\u{1f600}', 'task:\uff5e', 'task:z', 'task:\ud7ff'];
  const site: Site = Object.fromEntries(names.map((name) => [name, {}]));
  const found = await lines(crawl(site), crawl(Object.fromEntries(Object.entries(site).toReversed())));
  expect(found.map(({ kind }) => kind)).toEqual(['crawls', 'counts']);
});

test('--markdown: what pages say is no markup', async () => {
  const { printed } = await run(crawl(OLD), crawl(NEW), '--markdown', '--limit', '2');
  expect(printed).toContain('| pages | 6 | 6 | 1 | 1 | 3 |\n| links | 10 | 8 | 4 | 6 | |\n');
  expect(printed).toContain(
    '### Pages changed (3)\n\n- <https://a.example/a>: status `200` → `0`; state `done` → `failed: timeout`\n',
  );
  expect(printed).toContain('- <https://a.example/b>: title `B` → ``B `2` @you <b>``; body\n- and 1 more\n');
  expect(printed).toContain('- to <https://a.example/new> on 2 pages, such as <https://a.example/>\n');
});

test('what is unfinished, limited, or made with other settings is said', async () => {
  const old = crawl(
    { ...OLD, '/a': { state: 'queued' } },
    { seeds: '["https://a.example/"]', profile: 'web' },
  );
  const now = crawl(
    { ...OLD, '/far': { state: 'skipped', error: 'depth' }, '/late': { state: 'queued' } },
    { seeds: '["https://a.example/"]', profile: 'mediawiki', later: 'x' },
  );
  const { printed } = await run(old, now);
  const flat = printed.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(
    'The old crawl is not finished: 1 URL is still to be crawled, so what counts as added may',
  );
  expect(flat).toContain(
    'The new crawl is not finished: 1 URL is still to be crawled, so what counts as gone may',
  );
  expect(flat).toContain(
    '1 URL is in both, but not crawled yet in one of them, and not compared, nor are their links (0 in the old crawl, 3 in the new one).',
  );
  expect(flat).toContain('Limits left out 0 URLs in the old crawl and 1 URL in the new one.');
  expect(flat).toContain('made with another --profile: web before, mediawiki now.');
  expect(flat).toContain('made with another later: not set before, x now.');
  expect(flat).not.toContain('--seed:');
  expect(flat).toContain('Pages added (2)');
  expect(flat).not.toContain('Pages changed');
  const other = await run(old, crawl({ '/elsewhere': {} }));
  expect(other.printed).toContain('No URL is in both');
});

test('the day of each crawl is told; of one day the time, too', async () => {
  const [old, now] = [crawl(OLD), crawl(OLD)];
  const began = (at: number): void => {
    const connection = new BetterSqlite3(now);
    connection.prepare('UPDATE runs SET started_at = ?').run(at);
    connection.close();
  };
  const head = async (): Promise<string> =>
    ((await run(old, now)).printed.split('\n')[0] ?? '').replace(old, 'old').replace(now, 'new');
  began(Date.UTC(2026, 0, 2, 13, 5));
  expect(await head()).toBe('old (crawled 2026-01-02 00:00 UTC) → new (crawled 2026-01-02 13:05 UTC)');
  began(Date.UTC(2026, 0, 3, 13, 5));
  expect(await head()).toBe('old (crawled 2026-01-02) → new (crawled 2026-01-03)');
});

test('every link is told of: in both, added, gone, or on a page that is not compared', async () => {
  const [first, second] = [
    { ...OLD, '/a': { state: 'queued' } },
    { ...NEW, '/b': { state: 'queued' } },
  ];
  for (const [old, now] of [
    [first, second],
    [first, OLD],
    [OLD, first],
  ] as const) {
    const found = await lines(crawl(old), crawl(now));
    const [{ old: before, new: after } = {}] = found as {
      old?: { links: number };
      new?: { links: number };
    }[];
    const { links } = found.at(-1) as { links: Record<string, number> };
    const { added = NaN, gone = NaN, openOld = NaN, openNew = NaN } = links;
    const kept = (before?.links ?? NaN) - openOld - gone;
    expect(kept + added + openNew).toBe(after?.links);
  }
});

test('a walk is called one, on its side', async () => {
  const walk = crawl({ ...OLD, '/b': { state: 'skipped', error: 'unchosen' } });
  const told = 'crawl is a walk, which left 1 URL unread (unchosen), so what counts as';
  const [before, after] = [await run(walk, crawl(OLD)), await run(crawl(OLD), walk)].map(({ printed }) =>
    printed.replaceAll(/\s+/g, ' '),
  );
  expect(before).toContain(`The old ${told} added or changed may only not have been visited.`);
  expect(before).not.toContain(`The new ${told}`);
  expect(after).toContain(`The new ${told} gone or changed may only not have been visited.`);
  expect((await lines(crawl(OLD), walk))[0]).toMatchObject({ old: { unchosen: 0 }, new: { unchosen: 1 } });
});

test('a file of downloads is refused, on both sides', async () => {
  const downloads = crawl(OLD, { downloads: 'tree' });
  for (const files of [
    [downloads, crawl(OLD)],
    [crawl(OLD), downloads],
  ])
    await expect(run(...files)).rejects.toMatchObject({
      code: 'usage',
      message: `${downloads} holds downloads; a comparison is about the pages of a crawl`,
    });
});

test('lists of settings are told item by item', async () => {
  const old = crawl(OLD, { seeds: '["https://a.example/","https://a.example/b"]', exclude: '[]' });
  const now = crawl(OLD, { seeds: '["https://a.example/"]', exclude: '["/old/"]' });
  const flat = (await run(old, now)).printed.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(
    'another --seed: https://a.example/, https://a.example/b before, https://a.example/ now.',
  );
  expect(flat).toContain('another --exclude: not set before, /old/ now.');
});

test('--ignore leaves fields and links out; --exit-code answers whether the rest differs', async () => {
  const old = crawl(OLD);
  const edited = crawl({ ...OLD, '/b': { title: 'B', body: 'cc', links: ['/'] } });
  const status = async (...args: string[]): Promise<number> => (await run(...args)).status;
  expect(await status(old, edited)).toBe(0);
  expect(await status(old, edited, '--exit-code')).toBe(1);
  expect(await status(old, edited, '--exit-code', '--ignore', 'body')).toBe(1);
  expect(await status(old, edited, '--exit-code', '--ignore', 'links')).toBe(1);
  expect(await status(old, edited, '--exit-code', '--ignore', 'links', '--ignore', 'body')).toBe(0);
  expect(await status(old, crawl(OLD), '--exit-code', '--json')).toBe(0);
});

describe('--map', () => {
  const MAP = 'http://127.0.0.1:8001=https://b.example';
  const THERE = { from: 'http://127.0.0.1:8001/', to: 'https://b.example/' };

  /** A site in two places at once, and what is near them in the order of addresses but not of them. */
  function site(at: string, left: (name: string) => boolean): Site {
    const names = ['', 'a', 'b', 'z', '%C3%BC', 'x/1', 'x/2', '~'].map((path) => `${at}${path}`);
    const near = ['http://127.0.0.1:80010/a', 'http://127.0.0.1:8000/a', 'https://b.example.org/a', 'task:a'];
    const all = [...near, ...names].filter((_, index) => left(String(index)));
    return Object.fromEntries(
      all.map((name, index) => [
        name,
        {
          title: 'One of many',
          links: all.filter((_, other) => (other * 7 + index) % 3 === 0),
          ...(index % 4 === 1 ? { redirect: `${at}a` } : {}),
        },
      ]),
    );
  }

  test.each([
    ['an origin', THERE.from, THERE.to],
    ['a folder', 'https://c.example/docs/v1/', 'https://b.example/'],
    ['an origin into a folder of its own', 'https://b.example/', 'https://b.example/old/'],
  ])('%s: as if the old crawl had been made there', async (_, from, to) => {
    const now = crawl(site(to, (index) => index !== '5'));
    const all = async (old: string, ...args: string[]): Promise<Record<string, unknown>[]> =>
      (await lines(old, now, ...args)).slice(1);
    const mapped = await all(crawl(site(from, (index) => index !== '9')), '--map', `${from}=${to}`);
    expect(mapped).toEqual(await all(crawl(site(to, (index) => index !== '9'))));
    expect(mapped.at(-1)).toMatchObject({ pages: { added: 1, gone: 1 } });
  });

  test('is said, and seeds are read so, too', async () => {
    const old = crawl(
      { 'http://127.0.0.1:8001/': { title: 'Home' } },
      { seeds: '["http://127.0.0.1:8001/"]' },
    );
    const now = crawl({ 'https://b.example/': { title: 'Home' } }, { seeds: '["https://b.example/"]' });
    const { printed, status } = await run(old, now, '--map', MAP, '--exit-code');
    expect(status).toBe(0);
    expect(printed.replaceAll(/\s+/g, ' ')).toContain(
      'What the old crawl has below http://127.0.0.1:8001/ is read as below https://b.example/.',
    );
    expect(printed).not.toContain('--seed');
    expect((await lines(old, now, '--map', MAP))[0]).toMatchObject({ map: THERE, settings: [] });
    expect((await run(old, now)).printed).toContain('(--map)');
    const missed = await run(now, old, '--map', 'https://other.example=https://third.example');
    expect(missed.printed.replaceAll(/\s+/g, ' ')).toContain(
      'The old crawl has nothing below https://other.example/: --map has changed nothing.',
    );
    expect((await lines(old, now, '--map', MAP))[0]).toMatchObject({ mapped: 1 });
  });

  test('is refused where two pages could be one, and where it is no prefix', async () => {
    const both = crawl({ 'http://127.0.0.1:8001/a': {}, 'https://b.example/c': {} });
    const refused = (map: string): Promise<unknown> =>
      run(both, crawl({}), '--map', map).catch((error: unknown) => error);
    expect(await refused(MAP)).toMatchObject({
      code: 'usage',
      message: `${both} has pages below https://b.example/ already, such as https://b.example/c`,
    });
    expect(await refused('https://b.example/c=https://c.example')).toMatchObject({
      message: 'map: https://b.example/c is neither an origin nor a folder of one',
    });
    expect(await refused('b.example=https://c.example')).toMatchObject({
      message: 'map "b.example" is neither a URL nor a path that starts with "/"',
    });
    expect(await refused('https://c.example')).toMatchObject({
      message: `--map must be two addresses with = between them, got 'https://c.example'`,
    });
  });
});

test('a file of the first version is read as it is', async () => {
  const file = join(emptyFolder(), 'v1.db');
  makeOlder(file, 1, (connection) => fill(connection, OLD, {}));
  expect((await lines(file, crawl(OLD))).map(({ kind }) => kind)).toEqual(['crawls', 'counts']);
  expect((await lines(file, crawl(NEW))).at(-1)).toMatchObject({ pages: { added: 1, gone: 1, changed: 3 } });
  const kept = new BetterSqlite3(file, { readonly: true });
  expect(kept.pragma('user_version', { simple: true })).toBe(1);
  kept.close();
});

test('a file whose damage would take all memory is refused', async () => {
  const old = crawl(OLD);
  const damaged = crawl(OLD);
  const connection = new BetterSqlite3(damaged);
  connection.exec('UPDATE urls SET id = 9007199254740000 WHERE id = (SELECT max(id) FROM urls)');
  connection.close();
  const refusal = { code: 'store', message: expect.stringContaining(`${damaged} is damaged`) as string };
  for (const args of [
    [old, damaged],
    [damaged, old],
  ])
    expect(await run(...args).catch((error: unknown) => error)).toMatchObject(refusal);
  expect(() => shortestPaths(damaged, urlOf('/'), urlOf('/a'))).toThrow(expect.objectContaining(refusal));
});

test('what cannot be compared is refused', async () => {
  const folder = emptyFolder();
  const old = crawl(OLD);
  symlinkSync(old, join(folder, 'link.db'));
  writeFileSync(join(folder, 'notes.txt'), 'to do: nothing\n');
  copyFileSync(old, join(folder, 'newer.db'));
  const newer = new BetterSqlite3(join(folder, 'newer.db'));
  newer.pragma('user_version = 99');
  newer.close();
  const refused = async (...args: string[]): Promise<unknown> =>
    run(...args).catch((error: unknown) => error);
  expect(await refused(old, join(folder, 'link.db'))).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('are the same file') as string,
  });
  expect(await refused(old, join(folder, 'none.db'))).toMatchObject({
    code: 'store',
    message: `there is no file ${join(folder, 'none.db')}`,
  });
  expect(await refused(join(folder, 'notes.txt'), old)).toMatchObject({
    code: 'store',
    message: expect.stringContaining('is not a SQLite file') as string,
  });
  expect(await refused(old, join(folder, 'newer.db'))).toMatchObject({
    code: 'store',
    message: expect.stringContaining('has schema version 99') as string,
  });
  expect(await refused(old, dirname(old))).toMatchObject({
    code: 'store',
    message: expect.stringContaining('is a folder') as string,
  });
  expect(() => parse(['diff', 'a.db'])).toThrow('diff needs <new.db>');
  expect(() => parse(['diff', 'a.db', 'b.db', '--json', '--markdown'])).toThrow('exclude each other');
  expect(() => parse(['diff', 'a.db', 'b.db', '--ignore', 'depth'])).toThrow('--ignore must be title, body');
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-diff-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
