/** What a second run does, and what it leaves alone. */
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import Database from 'better-sqlite3';
import { type Bench, query, test } from '../manners/bench.js';
import { page, type Site, text } from '../support/site.js';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf, statusesOf } from './bench.js';

const ROUTES = { '/': page(['/a', '/b']), '/a': page([], { title: 'A' }), '/b': page([], { title: 'B' }) };

/** `first` and `third` count their runs in the title of what they answer; `second` fails on /a while it is told to. */
const source = (failing: boolean, extra = ''): string => `
  import { TaskError } from ${JSON.stringify(new URL('../../dist/executor.js', import.meta.url).href)};
  export const first = (page) => page.select('title').text();
  export const second = (page) => { if (${failing} && page.url.endsWith('/a')) throw new TaskError('not today'); return 2; };
  export const third = (page) => page.results;
  ${extra}
`;

async function crawlTwice(
  bench: Bench,
  site: Site,
  between: (db: string) => void,
  second: object,
  first: object = {},
): Promise<{
  readonly db: string;
  readonly asked: string[];
  readonly notices: readonly unknown[];
  readonly executors: unknown;
}> {
  const own = moduleOf(bench, source(true));
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds, executors: [own], ...first });
  const before = site.hits.length;
  between(db);
  const { notices, executors } = await bench.crawl({ seeds, executors: [own], db, ...first, ...second });
  expect(faultsIn(db)).toEqual([]);
  return { db, asked: site.paths.slice(before), notices, executors };
}

const counts = (
  name: string,
  success: number,
  failed: number,
  skipped: number,
  passedOver: number,
): object => ({
  name,
  success,
  failed,
  skipped,
  passedOver,
});

describe('after a run in which an executor failed on one page', () => {
  test('that page is asked for again, and only what never succeeded is run', async ({ bench }) => {
    const site = await bench.site(ROUTES);
    let before: unknown;
    const { db, asked, notices, executors } = await crawlTwice(
      bench,
      site,
      (file) => {
        before = executionsOf(file).filter(({ status }) => status === 'success');
        expect(statusesOf(file, '/a')).toEqual({ first: 'success', second: 'failed', third: 'skipped' });
        expect(executionOf(file, '/a', 'second')).toMatchObject({
          error: 'executor: not today',
          output: null,
          attempts: 1,
        });
        expect(executionOf(file, '/a', 'third')).toMatchObject({ attempts: 0, last_run: null, error: null });
        moduleOf(bench, source(false));
      },
      {},
    );
    expect(asked).toEqual(['/a']);
    expect(statusesOf(db, '/a')).toEqual({ first: 'success', second: 'success', third: 'success' });
    expect(executionOf(db, '/a', 'second')).toMatchObject({ attempts: 2, error: null });
    expect(executionOf(db, '/a', 'third')).toMatchObject({ attempts: 1 });
    expect(outputOf(db, '/a', 'third')).toEqual({ first: 'A', second: 2 });
    const after = executionsOf(db);
    for (const row of before as typeof after) expect(after).toContainEqual(row);
    expect(notices).toContainEqual({
      kind: 'rerun',
      pages: 1,
      asked: 1,
      answered: 1,
      followed: 0,
      isList: false,
    });
    expect(executors).toEqual([
      counts('first', 0, 0, 0, 3),
      counts('second', 1, 0, 0, 2),
      counts('third', 1, 0, 0, 2),
    ]);
  });

  test('nothing is asked for where bodies are kept', async ({ bench }) => {
    const site = await bench.site(ROUTES);
    const repair = (): void => void moduleOf(bench, source(false));
    const { db, asked, notices } = await crawlTwice(bench, site, repair, {}, { keepBodies: true });
    expect(asked).toEqual([]);
    expect(outputOf(db, '/a', 'third')).toEqual({ first: 'A', second: 2 });
    expect(notices).toContainEqual({
      kind: 'rerun',
      pages: 1,
      asked: 0,
      answered: 0,
      followed: 0,
      isList: false,
    });
  });

  test('it fails again where nothing has changed, and what it is waited for by stays skipped', async ({
    bench,
  }) => {
    const site = await bench.site(ROUTES);
    const { db, asked } = await crawlTwice(bench, site, () => undefined, {});
    expect(asked).toEqual(['/a']);
    expect(statusesOf(db, '/a')).toEqual({ first: 'success', second: 'failed', third: 'skipped' });
    expect(executionOf(db, '/a', 'second').attempts).toBe(2);
    expect(executionOf(db, '/a', 'third').attempts).toBe(0);
  });

  test('a page that is gone meanwhile fails the first that waits for it, and its record stays', async ({
    bench,
  }) => {
    const site = await bench.site(ROUTES);
    const { db, asked } = await crawlTwice(bench, site, () => site.route('/a', { status: 404 }), {});
    expect(asked).toEqual(['/a']);
    expect(statusesOf(db, '/a')).toEqual({ first: 'success', second: 'failed', third: 'skipped' });
    expect(executionOf(db, '/a', 'second')).toMatchObject({
      error: expect.stringMatching(/^status: 404/) as string,
    });
  });
});

test('nothing is asked for, and nothing run, where nothing is missing', async ({ bench }) => {
  const site = await bench.site(ROUTES);
  const own = moduleOf(bench, source(false));
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds, executors: [own] });
  const before = [site.hits.length, executionsOf(db)];
  const { notices, executors } = await bench.crawl({ seeds, executors: [own], db });
  expect([site.hits.length, executionsOf(db)]).toEqual(before);
  expect(notices).toEqual([]);
  expect(executors).toEqual(['first', 'second', 'third'].map((name) => counts(name, 0, 0, 0, 3)));
});

test('executors are run on a crawl that was made without any', async ({ bench }) => {
  const site = await bench.site(ROUTES);
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds });
  const before = site.hits.length;
  const { executors } = await bench.crawl({ seeds, executors: [moduleOf(bench, source(false))], db });
  expect(site.paths.slice(before).sort()).toEqual(['/', '/a', '/b']);
  expect(executors[0]).toEqual(counts('first', 3, 0, 0, 0));
  expect(faultsIn(db)).toEqual([]);
});

describe('force', () => {
  test.for([
    [['third'], { first: 1, second: 1, third: 2 }],
    [['first'], { first: 2, second: 1, third: 1 }],
    [['all'], { first: 2, second: 2, third: 2 }],
  ] as const)('runs %j again, and no other', async ([force, attempts], { bench }) => {
    const site = await bench.site(ROUTES);
    const own = moduleOf(bench, source(false));
    const seeds = [`${site.origin}/`];
    const { db } = await bench.crawl({ seeds, executors: [own], keepBodies: true });
    const before = site.hits.length;
    await bench.crawl({ seeds, executors: [own], db, keepBodies: true, force });
    expect(site.hits.length).toBe(before);
    expect(query(db, 'SELECT requests FROM runs ORDER BY id').at(-1)).toEqual({ requests: 0 });
    for (const path of ['/', '/a', '/b'])
      for (const [name, count] of Object.entries(attempts))
        expect(executionOf(db, path, name)).toMatchObject({ attempts: count, status: 'success' });
  });

  test('a success is not overwritten where the executor is skipped because one before it failed', async ({
    bench,
  }) => {
    const site = await bench.site(ROUTES);
    const seeds = [`${site.origin}/`];
    const { db } = await bench.crawl({
      seeds,
      executors: [moduleOf(bench, source(false))],
      keepBodies: true,
    });
    const before = executionOf(db, '/a', 'third');
    const own = moduleOf(bench, source(true));
    await bench.crawl({ seeds, executors: [own], db, keepBodies: true, force: ['second', 'third'] });
    expect(executionOf(db, '/a', 'second')).toMatchObject({ status: 'failed', attempts: 2, output: null });
    expect(executionOf(db, '/a', 'third')).toEqual(before);
    expect(executionOf(db, '/b', 'third')).toMatchObject({ status: 'success', attempts: 2 });
  });
});

test('a module that has changed is told by executor and count, and not run by itself', async ({ bench }) => {
  const site = await bench.site(ROUTES);
  const seeds = [`${site.origin}/`];
  const own = moduleOf(bench, source(false));
  const hash = createHash('sha256').update(readFileSync(own)).digest('hex');
  const { db } = await bench.crawl({ seeds, executors: [own] });
  expect(new Set(executionsOf(db).map(({ code_hash }) => code_hash))).toEqual(new Set([hash]));
  const before = [site.hits.length, executionsOf(db)];
  moduleOf(bench, source(false, '// another'));
  const { status, stderr } = await bench.run([
    '--seed',
    seeds[0] as string,
    '--db',
    db,
    '--profile',
    'web',
    '--executors',
    own,
  ]);
  expect(status, stderr).toBe(0);
  for (const name of ['first', 'second', 'third'])
    expect(stderr).toContain(
      `${name} has changed since it came to 3 results; they stand: --force ${name} runs it again`,
    );
  expect([site.hits.length, executionsOf(db)]).toEqual(before);
});

test('a page that robots.txt closes meanwhile fails the executor that waits for it, and leaves nothing behind', async ({
  bench,
}) => {
  let rules = '';
  const site = await bench.site({ ...ROUTES, '/robots.txt': () => text(rules) });
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds, executors: [moduleOf(bench, source(true))] });
  rules = 'User-agent: *\nDisallow: /a';
  expire(db);
  const { executors } = await bench.crawl({ seeds, executors: [moduleOf(bench, source(false))], db });
  expect(site.hitsOf('/robots.txt')).toHaveLength(2);
  expect(site.hitsOf('/a')).toHaveLength(1);
  expect(executors[1]).toEqual(counts('second', 0, 1, 0, 2));
  expect(executionOf(db, '/a', 'second')).toMatchObject({
    status: 'failed',
    attempts: 1,
    error: 'robots: not asked for',
  });
  expect(query(db, `SELECT count(*) AS n FROM urls WHERE kind = 'rerun'`)).toEqual([{ n: 0 }]);
  expect(faultsIn(db)).toEqual([]);
});

/** Makes the robots.txt that is stored too old to be trusted. */
function expire(db: string): void {
  const connection = new Database(db);
  connection.exec('UPDATE hosts SET robots_fetched_at = 1');
  connection.close();
}

test('code that is changed while the run goes on is said, and its results are told apart', async ({
  bench,
}) => {
  const source = (word: string): string =>
    `export const own = (page) => { if (page.url.endsWith('/b') && '${word}' === 'old') process.exit(3); return '${word}'; };`;
  const own = moduleOf(bench, source('old'));
  const site = await bench.site({
    ...ROUTES,
    '/': page(['/a']),
    '/a': page(['/b']),
    // The thread is lost on it, and its successor finds other code.
    '/b': () => (moduleOf(bench, source('new')), page([])),
  });
  const seeds = [`${site.origin}/`];
  const { db, notices } = await bench.crawl({ seeds, executors: [own], workers: 1, concurrency: 1 });
  expect(outputOf(db, '/a', 'own')).toBe('old');
  expect(outputOf(db, '/b', 'own')).toBe('new');
  const hash = (word: string): string => createHash('sha256').update(source(word)).digest('hex');
  expect(executionOf(db, '/a', 'own').code_hash).toBe(hash('old'));
  expect(executionOf(db, '/b', 'own').code_hash).toBe(hash('new'));
  const said = expect.stringMatching(/the code of own was changed while the run went on/) as string;
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'said', level: 'warn', text: said }));
  // The next run finds what is now, and tells of the results of what was.
  const again = await bench.crawl({ seeds, executors: [own], db });
  expect(again.notices).toContainEqual({ kind: 'code-changed', executor: 'own', successes: 2 });
});
