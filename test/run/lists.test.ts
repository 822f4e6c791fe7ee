/** Lists of tasks: what they may be, what a second run of one does, what is refused before anything starts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf, statusesOf } from '../executors/bench.js';
import { test } from '../manners/bench.js';
import { closedOrigin, page, text } from '../support/site.js';
import { PROGRAM } from '../support/program.js';
import { runTasks } from './bench.js';

const OWN = 'export const one = (page, { key, params }) => [key, params.n ?? null];';

describe('a list', () => {
  test('may be a map, entries a line, a table, or keys of an earlier run', async ({ bench }) => {
    const site = await bench.site({ '*': text('x') });
    const url = (path: string): string => `${site.origin}/${path}`;
    const db = bench.file();
    const own = ['--executors', moduleOf(bench, OWN)];
    const lists: readonly [list: unknown, flags: readonly string[]][] = [
      [{ map: { url: url('map'), n: 1 } }, []],
      [
        `{"key":"line","url":"${url('line')}","n":2}\n\n{"key":"line 2","url":"${url('line2')}"}\n`,
        ['--format', 'jsonl'],
      ],
      [`key,url,n\r\n"a, table",${url('table')},3\r\n`, ['--format', 'csv']],
    ];
    for (const [list, flags] of lists) {
      const { status, stderr } = await runTasks(bench, list, [...own, ...flags], db);
      expect(status, stderr).toBe(0);
    }
    expect(
      executionsOf(db).map(({ key, output }) => [key, output && (JSON.parse(output) as unknown[])[1]]),
    ).toEqual([
      ['a, table', expect.anything() as unknown],
      ['line', 2],
      ['line 2', null],
      ['map', 1],
    ]);
    const asked = site.hits.length;
    const again = await runTasks(bench, ['map', 'line 2'], [...own, '--force', 'one', '--json'], db);
    expect(again.status, again.stderr).toBe(0);
    expect(site.paths.slice(asked).sort()).toEqual(['/line2', '/map']);
    expect(executionOf(db, 'map', 'one').attempts).toBe(2);
    expect(executionOf(db, 'line', 'one').attempts).toBe(1);
    expect(JSON.stringify(JSON.parse(again.stdout))).toContain('"one"');
    expect(faultsIn(db)).toEqual([]);
  });

  test('given again does what failed and what was added, and asks for nothing else', async ({ bench }) => {
    const site = await bench.site({
      '/good': text('x'),
      '/bad': ({ earlier }) => (earlier === 0 ? { status: 404 } : text('now')),
      '/new': text('y'),
    });
    const db = bench.file();
    const flags = ['--executors', moduleOf(bench, OWN)];
    const tasks = { good: { url: `${site.origin}/good` }, bad: { url: `${site.origin}/bad` } };
    const first = await runTasks(bench, tasks, flags, db);
    expect(first.status, first.stderr).toBe(1);
    expect(statusesOf(db, 'bad')).toEqual({ one: 'failed' });
    expect(executionOf(db, 'bad', 'one')).toMatchObject({
      error: expect.stringMatching(/^status: 404/) as string,
      last_run: null,
    });
    const before = executionOf(db, 'good', 'one');
    const asked = site.hits.length;
    const second = await runTasks(bench, { ...tasks, new: { url: `${site.origin}/new` } }, flags, db);
    expect(second.status, second.stderr).toBe(0);
    expect(site.paths.slice(asked).sort()).toEqual(['/bad', '/new']);
    expect(executionOf(db, 'good', 'one')).toEqual(before);
    const third = await runTasks(bench, tasks, flags, db);
    expect(third.status, third.stderr).toBe(0);
    expect(site.hits.length).toBe(asked + 2);
    expect(faultsIn(db)).toEqual([]);
  });
});

test('tasks of a host that is given up fail, each with its executors, and are tried by the next run', async ({
  bench,
}) => {
  const db = bench.file();
  const origin = closedOrigin();
  const flags = ['--executors', moduleOf(bench, `${OWN}\nexport const two = () => 2;`), '--retries', '0'];
  const list = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, { url: `${origin}/${key}` }]));
  for (let run = 1; run <= 2; run++) {
    const { status, stderr } = await runTasks(bench, list, flags, db);
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/one +0 +3 failed/);
    for (const key of ['a', 'b', 'c']) {
      expect(executionOf(db, key, 'one')).toMatchObject({ status: 'failed', attempts: 0 });
      expect(executionOf(db, key, 'one').error).toMatch(/^connect: /);
      expect(executionOf(db, key, 'two')).toMatchObject({ status: 'skipped', attempts: 0 });
    }
    expect(faultsIn(db)).toEqual([]);
  }
});

describe('the word of a run', () => {
  const broken = (origin: string): object => ({ bad: { url: `${origin}/bad` } });
  const ROUTES = { '/bad': { status: 404 }, '/follow': text('x'), '*': text('x') };

  test('is about its list: what failed of another one does not count', async ({ bench }) => {
    const site = await bench.site(ROUTES);
    const flags = ['--executors', moduleOf(bench, OWN)];
    const first = await runTasks(bench, broken(site.origin), [...flags, '-v']);
    expect(first.stderr).toMatch(/^\[thread 1\] .*  bad  http:\S+\/bad  failed/m);
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/1 of 1 task of the list failed \(the same command tries\s+it again\)/);
    expect(first.stderr).toMatch(/one on bad\n +status: 404.*\n.*status --db \S+ --csv lists all/);
    for (const list of [{ good: { url: `${site.origin}/good` } }, ['good']]) {
      const { status, stderr } = await runTasks(bench, list, [...flags, '--json'], first.db);
      expect(status, stderr).toBe(0);
      expect(stderr).toContain('Finished: 1 task of the list is done');
      expect(stderr).not.toMatch(/--retry-failed|404|again/);
    }
  });

  test('counts what its tasks led to, and the same list tries it again', async ({ bench }) => {
    const site = await bench.site({
      ...ROUTES,
      '/bad': ({ earlier }) => (earlier < 2 ? { status: 404 } : text('x')),
    });
    const own = moduleOf(
      bench,
      `export const one = (page, { follow }) => { if (page.url.endsWith('/follow')) follow('${site.origin}/bad'); };`,
    );
    const list = { start: { url: `${site.origin}/follow` } };
    const first = await runTasks(bench, list, ['--executors', own, '--json']);
    expect(first.status, first.stderr).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      tasks: 1,
      taskFailures: { ofList: 0, others: 1 },
      executorFailures: [{ executor: 'one', key: expect.stringContaining(`${site.origin}/bad`) as string }],
    });
    const words = first.stderr.replace(/\s+/g, ' ');
    expect(words).toContain(
      '1 task of the list, but 1 task that is not on it failed (the same command tries it again)',
    );
    // Another list is not about it.
    const other = { other: { url: `${site.origin}/other` } };
    expect((await runTasks(bench, other, ['--executors', own], first.db)).status).toBe(0);
    expect(site.hitsOf('/bad')).toHaveLength(1);
    const second = await runTasks(bench, list, ['--executors', own], first.db);
    expect(second.status, second.stderr).toBe(1);
    expect(second.stderr).toContain(
      '1 task of earlier runs (1 that executors followed) is still to be done: asked for again',
    );
    expect((await runTasks(bench, list, ['--executors', own], first.db)).status).toBe(0);
    expect(site.hitsOf('/bad')).toHaveLength(3);
    expect(site.hitsOf('/follow')).toHaveLength(1);
    expect(faultsIn(first.db)).toEqual([]);
  });
});

describe('refused with status 2 before anything is asked for or written', () => {
  const cases: readonly [what: string, list: unknown, flags: readonly string[], message: RegExp][] = [
    [
      'a country where there are no proxies',
      { far: { url: 'http://x.example/', country: 'DE' } },
      [],
      /tasks\.json.*: there is no proxy for the country 'de' of "far"\n.*no proxies at all/,
    ],
    ['a key that is not known', ['who'], [], /tasks\.json, entry 1: "who" is not known from an earlier run/],
    [
      'JSON that is none',
      '{\n "a": {"url": "http://x.example/"},\n "b": {url: 1}\n}',
      [],
      /tasks\.json, line 3/,
    ],
    [
      'a line that is none',
      '{"key":"a","url":"http://x.example/"}\n{"key":',
      ['--format', 'jsonl'],
      /tasks\.json, line 2/,
    ],
    ['params without url', { a: { n: 1 } }, [], /key "a": there is no url/],
    ['one key twice', '{"a":{"url":"http://x.example/"},"a":{"url":"http://x.example/2"}}', [], /"a"/],
    ['an empty list', {}, [], /there is no task in/],
    [
      'an unknown executor to force',
      { a: { url: 'http://x.example/' } },
      ['--force', 'who'],
      /--force: there is no executor 'who'/,
    ],
  ];

  test.for(cases)('%s', async ([, list, flags, message], { bench }) => {
    const { status, stderr, stdout, db } = await runTasks(bench, list, flags);
    expect(stderr).toMatch(message);
    expect([status, stdout, existsSync(db)]).toEqual([2, '', false]);
  });

  test('a list in the file of an unfinished crawl, an unknown key, and a crawl in a file with unfinished tasks', async ({
    bench,
  }) => {
    const site = await bench.site({ '/': page(['/a', '/b']), '*': page([]) });
    const seeds = [`${site.origin}/`];
    const crawl = await bench.crawl({ seeds, maxPages: 1 });
    const bytes = readFileSync(crawl.db);
    const asked = site.hits.length;
    const own = ['--executors', moduleOf(bench, OWN)];
    const tasks = { a: { url: `${site.origin}/a` } };
    const inCrawl = await runTasks(bench, tasks, own, crawl.db);
    expect(inCrawl.stderr).toContain('holds an unfinished crawl');
    expect(inCrawl.status).toBe(2);
    expect(readFileSync(crawl.db).equals(bytes)).toBe(true);

    await bench.crawl({ seeds, db: crawl.db });
    const whole = readFileSync(crawl.db);
    const unknown = await runTasks(bench, ['nobody'], own, crawl.db);
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('"nobody"')]);
    expect(readFileSync(crawl.db).equals(whole)).toBe(true);
    expect(site.hits.length).toBe(asked + 2);

    const db = bench.file();
    site.route('/slow', 'silence');
    const list = { ...tasks, slow: { url: `${site.origin}/slow` } };
    const stopped = await runTasks(bench, list, [...own, '--max-time', '0.5', '--timeout', '2'], db);
    expect(stopped.status, stopped.stderr).toBe(3);
    const rest = readFileSync(db);
    await expect(bench.crawl({ seeds, db })).rejects.toMatchObject({
      message: expect.stringContaining('unfinished tasks') as string,
    });
    expect(readFileSync(db).equals(rest)).toBe(true);
  });

  test('a key alone with --fresh, and the file is still there', async ({ bench }) => {
    const site = await bench.site({ '*': text('x') });
    const own = ['--executors', moduleOf(bench, OWN)];
    const { db } = await runTasks(bench, { a: { url: `${site.origin}/a` } }, own);
    const bytes = readFileSync(db);
    const { status, stderr } = await runTasks(bench, ['a'], [...own, '--fresh'], db);
    expect([status, stderr]).toEqual([2, expect.stringContaining('"a" is not known')]);
    expect(readFileSync(db).equals(bytes)).toBe(true);
  });

  test('a key that is a page of the crawl in the file', async ({ bench }) => {
    const site = await bench.site({ '/': page([]) });
    const url = `${site.origin}/`;
    const own = moduleOf(bench, OWN);
    const { db } = await bench.crawl({ seeds: [url], executors: [own] });
    const before = executionsOf(db);
    const { status, stderr } = await runTasks(bench, { [url]: { url, n: 1 } }, ['--executors', own], db);
    expect([status, stderr]).toEqual([2, expect.stringContaining('is a page of the crawl')]);
    expect(executionsOf(db)).toEqual(before);
    // Alone it stands for that page.
    const alone = await runTasks(bench, [url], ['--executors', own, '--force', 'all'], db);
    expect(alone.status, alone.stderr).toBe(0);
    expect(executionOf(db, url, 'one').attempts).toBe(2);
    expect(faultsIn(db)).toEqual([]);
  });
});

test('a page that is crawled later does not merge with a task whose key is its address', async ({
  bench,
}) => {
  const site = await bench.site({ '/': page([]) });
  const url = `${site.origin}/`;
  const own = moduleOf(bench, OWN);
  const { db, status, stderr } = await runTasks(bench, { [url]: { url, n: 1 } }, ['--executors', own]);
  expect(status, stderr).toBe(0);
  await bench.crawl({ seeds: [url], executors: [own], db });
  expect(
    executionsOf(db).map(({ output, attempts }) => [JSON.parse(output ?? '') as unknown, attempts]),
  ).toEqual([
    [[url, 1], 1],
    [[`${url} (crawled)`, null], 1],
  ]);
  const asked = site.hits.length;
  await bench.crawl({ seeds: [url], executors: [own], db });
  expect(site.hits.length).toBe(asked);
  expect(faultsIn(db)).toEqual([]);
});

test('the list may come from standard input', async ({ bench }) => {
  const site = await bench.site({ '*': text('x') });
  const db = bench.file();
  const child = spawn(process.execPath, [PROGRAM, 'run', '-', '--db', db, '--workers', '1']);
  child.stdin.end(JSON.stringify({ a: { url: `${site.origin}/a` } }));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(outputOf(db, 'a', 'scrape')).toMatchObject({ size: 1 });
});

test('a list that is run in the file of a crawl leaves alone what limits have cut of that', async ({
  bench,
}) => {
  const site = await bench.site({ '/': page(['/a']), '/a': page(['/b']), '*': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], maxDepth: 1 });
  const own = moduleOf(bench, `export const one = () => 1;`);
  const asked = site.hits.length;
  const list = { task: { url: `${site.origin}/task` } };
  const { status, stderr } = await runTasks(bench, list, ['--executors', own, '--allow-private'], db);
  expect(status, stderr).toBe(0);
  expect(site.paths.slice(asked)).toEqual(['/task']);
  expect(faultsIn(db)).toEqual([]);
});
