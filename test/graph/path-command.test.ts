/** What `path` prints, writes and refuses, run in this process with streams of the tests' own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from '../../dist/cli/parse.js';
import type { Invocation } from '../../dist/commands/invocation.js';
import { pathCommand } from '../../dist/commands/path.js';
import { shortestPaths } from '../../dist/index.js';
import { openFile } from '../store/file.js';

const HOSTILE = '</text><script>alert(1)</script>\u001b[31m & "end"';

/**
 * Home links to Old (a redirect to New) and to Über; New to Last, Über by nofollow to Last; Last to what failed. Two
 * pages are called Twin; nothing leads to Island, and it was not crawled.
 */
function site(): string {
  const connection = openFile();
  connection.exec(`
    INSERT INTO hosts (id, host) VALUES (1, 'https://a.example');
    INSERT INTO settings VALUES ('seeds', '["https://a.example/"]');
    INSERT INTO urls (id, request_key, host_id, state, error, depth, hops, seed_hops) VALUES
      (1, 'https://a.example/', 1, 'done', NULL, 0, 0, 0),
      (2, 'https://a.example/old_place', 1, 'done', NULL, 1, 0, 1),
      (3, 'https://a.example/new', 1, 'done', NULL, 1, 1, 1),
      (4, 'https://a.example/%C3%BCber', 1, 'done', NULL, 1, 0, 1),
      (5, 'https://a.example/last?a=1&b=2', 1, 'done', NULL, 2, 0, 1),
      (6, 'https://a.example/broken', 1, 'failed', 'status', 3, 0, 1),
      (7, 'https://a.example/twin/1', 1, 'done', NULL, 1, 0, 1),
      (8, 'https://a.example/twin/2', 1, 'done', NULL, 1, 0, 1),
      (9, 'https://a.example/island', 1, 'queued', NULL, 1, 0, 1);
    INSERT INTO records (id, http_status, title, fetched_at, duration_ms) VALUES
      (1, 200, 'Home', 0, 0), (2, 301, NULL, 0, 0), (3, 200, 'New', 0, 0), (4, 200, 'Über', 0, 0),
      (6, 404, NULL, 0, 0), (7, 200, 'Twin', 0, 0), (8, 200, 'Twin', 0, 0)`);
  connection
    .prepare(`INSERT INTO records (id, http_status, title, fetched_at, duration_ms) VALUES (5, 200, ?, 0, 0)`)
    .run(HOSTILE);
  connection.exec(`
    INSERT INTO links VALUES (1, 2, 0), (1, 4, 0), (3, 5, 0), (4, 5, 1), (5, 6, 0), (1, 7, 0), (1, 8, 0);
    INSERT INTO redirects (source_id, target_url, verdict, target_id) VALUES (2, 'https://a.example/new', 'in-scope', 3);
    CREATE INDEX links_by_target ON links(target_id, source_id)`);
  return connection.name;
}

interface Ran {
  readonly status: number;
  readonly printed: string;
  readonly said: string;
}

async function run(file: string, ...args: string[]): Promise<Ran> {
  const command = parse(['path', ...args, '--db', file]);
  if (command.command !== 'path') throw new Error(`not path: ${command.command}`);
  let [printed, said] = ['', ''];
  const stderr = { write: (text: string) => ((said += text), true) };
  const stdout = { write: (text: string) => ((printed += text), true) };
  const invocation = { stdout, stderr, stop: new AbortController().signal } as unknown as Invocation; // What it uses of it.
  const status = await pathCommand(command, invocation);
  return { status, printed, said };
}

test('one chain: titles, addresses, the redirect, what is nofollow, what failed', async () => {
  const file = site();
  const { status, printed } = await run(file, 'home', 'https://a.example/broken');
  expect(printed).toBe(`Home → broken: 3 clicks, one of 2 shortest chains (--all lists them)

   0  Home                                          https://a.example/
   1  Über                                          https://a.example/%C3%BCber
   2  </text><script>alert(1)</script>\\x1b[31m & …  https://a.example/last?a=1&b=2  (by a nofollow link)
   3  –                                             https://a.example/broken  (failed: status, HTTP 404)

The crawl is not finished: 1 URL is still to be crawled, so a shorter chain may
yet be found.
`);
  expect(status).toBe(0);
  const followed = await run(file, 'Home', '/broken', '--followed');
  expect(followed.printed).toContain('3 clicks, one shortest chain\n');
  expect(followed.printed).toContain(
    '   1  –                                             https://a.example/old_place  (redirect)\n   ⇒  New ',
  );
});

test('nothing shorter than one click is looked for in an unfinished crawl, but than two', async () => {
  const file = site();
  for (const to of ['Home', '/old_place', 'New', 'Über'])
    expect((await run(file, 'Home', to)).printed, to).not.toContain('not finished');
  expect((await run(file, 'Home', '/last?a=1&b=2')).printed).toContain(
    'so a shorter chain may\nyet be found',
  );
});

test('pages that a walk or a limit left out are told of: a shorter chain may lead through them', async () => {
  const file = site();
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  connection.exec(`UPDATE urls SET state = 'skipped', error = 'unchosen' WHERE id IN (8, 9)`);
  const told = '2 pages were left out (walk): a shorter chain may lead through them.';
  const { printed } = await run(file, 'Home', '/broken');
  expect(printed).toContain(`\n\n${told}\n`);
  expect(printed).not.toContain('not finished');
  expect((await run(file, '/broken', 'Home')).printed).toContain(told.replace('a shorter', 'a'));
  for (const near of ['Home', 'New'])
    expect((await run(file, 'Home', near)).printed).not.toContain('left out');
  connection.exec(
    `UPDATE urls SET error = 'depth' WHERE id = 8; UPDATE urls SET error = 'robots' WHERE id = 7`,
  );
  expect((await run(file, 'Home', '/broken')).printed).toContain(
    '2 pages were left out (1: walk; 1: --max-depth):',
  );
  connection.exec(`UPDATE urls SET error = 'limit' WHERE id = 9`);
  expect(shortestPaths(file, 'Home', '/broken').leftOut).toEqual({ unchosen: 0, depth: 1, limit: 1 });
});

test('all chains, and how many were cut', async () => {
  const file = site();
  const all = await run(file, '/', '/broken', '--all');
  expect(all.printed).toContain('3 clicks, 2 shortest chains\n');
  expect(all.printed.match(/^ +0 {2}/gm)).toHaveLength(2);
  const cut = await run(file, '/', '/broken', '--all', '--limit', '1');
  expect(cut.printed).toContain('3 clicks, 2 shortest chains, of which these are the first 1 (--limit)\n');
  expect(cut.printed.match(/^ +0 {2}/gm)).toHaveLength(1);
});

test('no chain: status 1, and why', async () => {
  const { status, printed } = await run(site(), '/island', 'Home');
  expect(status).toBe(1);
  expect(printed).toBe(`No chain of links leads from island to Home.

No link of island is known: it was not crawled (queued).

The crawl is not finished: 1 URL is still to be crawled, so a chain may yet be
found.
`);
});

test('--json is one object with everything', async () => {
  const { printed } = await run(site(), 'Home', 'New', '--json');
  expect(printed).toMatch(/^\{.*\}\n$/);
  const answer = JSON.parse(printed) as Record<string, unknown>;
  const plain = { state: 'done', error: null };
  const home = { ...plain, url: 'https://a.example/', title: 'Home', httpStatus: 200 };
  const [old, fresh] = [
    { ...plain, url: 'https://a.example/old_place', title: null, httpStatus: 301 },
    { ...plain, url: 'https://a.example/new', title: 'New', httpStatus: 200 },
  ];
  expect(answer).toEqual({
    file: expect.any(String) as string,
    from: home,
    to: fresh,
    steps: 1,
    count: 1,
    chains: [
      [
        { ...home, by: 'start', isNofollow: false },
        { ...old, by: 'link', isNofollow: false },
        { ...fresh, by: 'redirect', isNofollow: false },
      ],
    ],
    isTwoSided: true,
    open: 1,
    leftOut: { unchosen: 0, depth: 0, limit: 0 },
  });
});

test('a page is found by a title in any case, by the end of its address, by URL and by path', () => {
  const file = site();
  for (const name of ['Über', 'über', 'ÜBER', 'https://a.example/%c3%bcber', '/über'])
    expect(shortestPaths(file, 'Home', name).to.title, name).toBe('Über');
  for (const name of ['old place', 'Old_Place', '/old_place'])
    expect(shortestPaths(file, 'Home', name).to.url, name).toBe('https://a.example/old_place');
});

test('a title of several pages is refused with their URLs, an unknown one with what is near', () => {
  const file = site();
  const refused = (to: string): unknown => {
    try {
      return shortestPaths(file, 'Home', to);
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint?: string };
      return { code, message, hint };
    }
  };
  expect(refused('twin')).toEqual({
    code: 'usage',
    message: "2 pages are called 'twin'",
    hint: 'give the URL of the one you mean:\n  https://a.example/twin/1\n  https://a.example/twin/2',
  });
  expect(refused('Hme')).toEqual({
    code: 'usage',
    message: "no page is called 'Hme'",
    hint: 'did you mean one of these?\n  Home – https://a.example/',
  });
  expect(refused('/brokn')).toMatchObject({
    message: 'https://a.example/brokn is not in the file',
    hint: 'did you mean one of these?\n  https://a.example/broken',
  });
  expect(refused('Something else')).toEqual({
    code: 'usage',
    message: "no page is called 'Something else'",
    hint: undefined,
  });
  expect(refused(' ')).toMatchObject({ code: 'usage' });
});

test('a name longer than any is no page, by title and by address', () => {
  const file = site();
  const name = 'x'.repeat(60_000);
  expect(() => shortestPaths(file, name, 'Home')).toThrow("no page is called 'xxx");
  expect(() => shortestPaths(file, `/${name}`, 'Home')).toThrow('is not in the file');
});

test('a picture holds what pages say as text, and nothing else', async () => {
  const file = site();
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'path.svg');
  writeFileSync(out, 'old');
  const { said } = await run(file, 'Home', '/broken', '--all', '--svg', out);
  expect(said).toMatch(/^\S+path\.svg is written: [\d.]+ KB\n$/);
  expect(readdirSync(folder)).toEqual(['path.svg']);
  const svg = readFileSync(out, 'utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
  expect(svg).not.toMatch(/<script|\u001b/);
  expect(svg).toContain('&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m &amp; &quot;end&quot;');
  expect(svg).toContain('<a href="https://a.example/last?a=1&amp;b=2">');
  expect(svg.match(/<a href=/g)).toHaveLength(6);
  expect(svg.match(/<path/g)).toHaveLength(6);
  expect(svg.match(/<path class="hop"/g)).toHaveLength(1);
  expect(svg.match(/<path class="nofollow"/g)).toHaveLength(1);
  await run(file, '/island', 'Home', '--svg', out);
  expect(readFileSync(out, 'utf8')).toContain('no chain of links');
});

test('--svg - is the picture on standard output, and nothing else', async () => {
  const file = site();
  const { status, printed, said } = await run(file, 'Home', '/broken', '--svg', '-');
  expect({ status, said }).toEqual({ status: 0, said: '' });
  expect(printed).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect(existsSync('-')).toBe(false);
  expect((await run(file, '/island', 'Home', '--svg', '-')).status).toBe(1);
  expect(() => parse(['path', 'a', 'b', '--svg', '-', '--json'])).toThrow(
    '--json and --svg - exclude each other',
  );
});

test('what stands in a picture fits its place, whatever its letters, and is cut between characters', async () => {
  const file = site();
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const drawn = async (title: string): Promise<{ box: string; head: string; all: string }> => {
    const connection = new Database(file);
    connection.prepare('UPDATE records SET title = ? WHERE id = 4').run(title);
    connection.close();
    const out = join(folder, 'path.svg');
    await run(file, 'Home', '/%C3%BCber', '--svg', out);
    const svg = readFileSync(out, 'utf8');
    expect(svg).toContain(`Home → ${title}: 1 click, one shortest chain</title>`);
    const [head = '', count, , , box = ''] = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(
      ([, text = '']) => text,
    );
    expect(count).toBe('1 click, one shortest chain');
    return { head, box, all: svg };
  };
  // In DejaVu Sans a W is 0.99 of the size of the font, an i 0.28; a box has 168 pixels for 14 of them.
  const wide = await drawn('W'.repeat(60));
  expect(wide.box).toMatch(/^W{8,11}…$/);
  expect(wide.head).toMatch(/^Home → W{15,24}…$/); // 480 pixels in all, 16 and bold
  const narrow = await drawn('i'.repeat(30));
  expect(narrow.box).toBe('i'.repeat(30));
  const films = await drawn('🎬'.repeat(40));
  expect(films.box).toMatch(/^(?:🎬){6,9}…$/u);
  expect(films.all).not.toContain('\ufffd');
});

test('a picture never takes the place of the crawl', async () => {
  const file = site();
  await expect(run(file, 'Home', 'New', '--svg', file)).rejects.toThrow(
    `--svg: ${file} is the file of the crawl`,
  );
});

test('what is typed wrongly is refused', async () => {
  expect(() => parse(['path', 'Home'])).toThrow('path needs <to>');
  expect(() => parse(['path', 'a', 'b', '--limit', '3'])).toThrow('--limit is for --all');
  expect(() => parse(['path', 'a', 'b', '--all', '--limit', '0'])).toThrow('--limit must be a whole number');
  await expect(run('missing.db', 'a', 'b')).rejects.toThrow('there is no file');
  expect(() => shortestPaths(site(), 'Home', 'New', { limit: 0 })).toThrow('limit must be');
});
