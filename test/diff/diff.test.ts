/** What `diff` says of two crawls. */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from '../../dist/cli/parse.js';
import { compareCrawls, shortestPaths } from '../../dist/index.js';
import { makeOlder } from '../support/older-file.js';
import { crawl, fill, lines, NEW, OLD, run, type Site, urlOf } from './crawl-file.js';

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
