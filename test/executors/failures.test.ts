/** What user code throws: what ends one task, and what ends the run. */
import { describe, expect } from 'vitest';
import { type Bench, test } from '../manners/bench.js';
import { closedOrigin, each, page, paths, type Site } from '../support/site.js';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf, statusesOf } from './bench.js';

const LEAVES = paths(6);
const ROUTES = { '/': page(['/odd', ...LEAVES]), '/odd': page([]), ...each(LEAVES, page([])) };

/** An executor that does something on /odd and nothing elsewhere, and one after it. */
const source = (what: string): string => `
class TaskError extends Error { name = 'TaskError'; }
export async function own(page, context) {
  if (page.url.endsWith('/odd')) { ${what} }
  return 1;
}
export const next = () => 2;
`;

async function expectOnlyOddFails(
  bench: Bench,
  what: string,
  error: RegExp,
  options: object = {},
): Promise<string> {
  const site = await bench.site(ROUTES);
  const { db, ending } = await bench.crawl({
    seeds: [`${site.origin}/`],
    executors: [moduleOf(bench, source(what))],
    workers: 2,
    ...options,
  });
  expect(ending).toBe('finished');
  expect(executionOf(db, '/odd', 'own')).toMatchObject({ status: 'failed', attempts: 1, output: null });
  expect(executionOf(db, '/odd', 'own').error).toMatch(error);
  expect(executionOf(db, '/odd', 'next')).toMatchObject({ status: 'skipped', attempts: 0 });
  expectLeavesDone(db);
  expect(faultsIn(db)).toEqual([]);
  return db;
}

function expectLeavesDone(db: string): void {
  for (const path of ['/', ...LEAVES])
    for (const name of ['own', 'next'])
      expect(executionOf(db, path, name), path).toMatchObject({ status: 'success', attempts: 1 });
}

describe('costs its own task only, and the run goes on:', () => {
  test.for<[string, string, RegExp]>([
    ['a TaskError of one’s own', `throw new TaskError('no price\\nhere');`, /^executor: no price\nhere$/],
    [
      'the TaskError of this package',
      `const { TaskError: Ours } = await import(${JSON.stringify(new URL('../../dist/executor.js', import.meta.url).href)}); throw new Ours('x');`,
      /^executor: x$/,
    ],
    ['a fetch that finds nobody', `await context.fetch('${closedOrigin()}/');`, /^(connect|private): /],
    ['a fetch of what is no address', `await context.fetch('mailto:x@example.org');`, /^url: /],
  ])('%s', async ([, what, error], { bench }) => {
    await expectOnlyOddFails(bench, what, error, { retries: 0 });
  });

  test('one that never returns', async ({ bench }) => {
    const startedAt = Date.now();
    await expectOnlyOddFails(bench, 'await new Promise(() => {});', /^timeout: no result within 300 ms$/, {
      executorTimeout: 0.3,
    });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  test('one that heeds its signal', async ({ bench }) => {
    const heeds = `await new Promise((_, no) => context.signal.addEventListener('abort', () => no(new TaskError('heard'))));`;
    await expectOnlyOddFails(bench, heeds, /^(timeout: no result|executor: heard)/, { executorTimeout: 0.3 });
  });

  test.for([
    ['throw null;', /^exception: thrown: null$/],
    ['throw new RangeError("far");', /^exception: RangeError: far$/],
    ['throw { get message() { throw 1; }, toString() { throw 2; } };', /^exception: thrown: /],
    [
      'const e = new Error("x"); Object.defineProperty(e, "message", { get() { throw 1; } }); throw e;',
      /^exception: thrown: /,
    ],
    ['throw "x".repeat(100000);', /^exception: thrown: x{100}/],
  ] as const)('with --keep-going, any exception: %s', async ([what, error], { bench }) => {
    await expectOnlyOddFails(bench, what, error, { keepGoing: true });
  });
});

describe('a fault of the code', () => {
  const crawlArgs = (site: Site, db: string, own: string, ...flags: string[]): string[] => [
    '--seed',
    `${site.origin}/`,
    '--db',
    db,
    '--profile',
    'web',
    '--executors',
    own,
    '--workers',
    '1',
    ...flags,
  ];

  test('ends the run with status 5 and the place in the user’s file; the same command goes on', async ({
    bench,
  }) => {
    const site = await bench.site(ROUTES);
    const db = bench.file();
    const own = moduleOf(bench, source('return page.nothing.at;'));
    const first = await bench.run(crawlArgs(site, db, own));
    expect(first.status, first.stderr).toBe(5);
    expect(first.stderr).toContain(
      `own failed on ${site.origin}/odd: TypeError: Cannot read properties of undefined`,
    );
    expect(first.stderr).toMatch(/own\.mjs:4:\d+/);
    expect(first.stderr).not.toMatch(/at .*(dist\/|workers\/|node:internal)/);
    expect(executionOf(db, '/odd', 'own')).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^exception: TypeError: /) as string,
    });
    expect(statusesOf(db, '/odd')).toEqual({ own: 'failed', next: 'skipped' });
    const done = executionsOf(db).filter(({ status }) => status === 'success');
    expect(faultsIn(db)).toEqual([]);

    moduleOf(bench, source('return 3;'));
    const asked = site.hits.length;
    const second = await bench.run(crawlArgs(site, db, own));
    expect(second.status, second.stderr).toBe(0);
    expect(outputOf(db, '/odd', 'own')).toBe(3);
    expect(executionOf(db, '/odd', 'own').attempts).toBe(2);
    const after = executionsOf(db);
    for (const row of done) expect(after).toContainEqual(row);
    expectLeavesDone(db);
    const again = site.paths.slice(asked);
    expect(new Set(again).size).toBe(again.length);
    expect(faultsIn(db)).toEqual([]);
  });

  test('with --keep-going the run ends with status 1 and says how many failed', async ({ bench }) => {
    const site = await bench.site(ROUTES);
    const db = bench.file();
    const own = moduleOf(bench, source('return page.nothing.at;'));
    const { status, stderr } = await bench.run(crawlArgs(site, db, own, '--keep-going'));
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/own +7 +1 failed/);
    expect(stderr).toMatch(/\/odd: warning: own has a fault, which is said once: TypeError: Cannot read/);
    expect(stderr).toMatch(/own on \S+\/odd\n +exception: TypeError: Cannot read/);
    expectLeavesDone(db);
  });

  test('that is thrown late, when its page has long been filed, is nobody’s', async ({ bench }) => {
    const site = await bench.site({ ...ROUTES, '/p5': { body: page([]), afterMs: 400 } });
    const db = bench.file();
    const own = moduleOf(bench, source('setTimeout(() => { throw new TypeError("late"); }, 150); return 1;'));
    const { status, stderr } = await bench.run(crawlArgs(site, db, own));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('thread 1 died and is replaced');
    expectLeavesDone(db);
  });

  const BEFORE_ALL: readonly (readonly [what: string, source: string, error: RegExp])[] = [
    [
      'in validate',
      'export function validate(page) { if (page.url.endsWith("/odd")) page.nothing.at; }',
      /^exception: in validate: TypeError: /,
    ],
    [
      'in a module that loads nowhere but where it was looked at',
      `import { workerData } from 'node:worker_threads';
       if (typeof workerData !== 'string') throw new TypeError('not here');`,
      /^exception: in one: its module cannot be loaded in the thread of a page: TypeError: not here/,
    ],
  ];

  test.for(BEFORE_ALL)(
    '%s ends the run; with --keep-going it is on record',
    async ([, code, error], { bench }) => {
      const site = await bench.site(ROUTES);
      const own = moduleOf(bench, `${code}\nexport const one = () => 1;\nexport const two = () => 2;`);
      const ends = await bench.run(crawlArgs(site, bench.file(), own));
      expect(ends.status, ends.stderr).toBe(5);
      const db = bench.file();
      const { status, stderr } = await bench.run(crawlArgs(site, db, own, '--keep-going'));
      expect(status, stderr).toBe(1);
      expect(statusesOf(db, '/odd')).toEqual({ one: 'failed', two: 'skipped' });
      expect(executionOf(db, '/odd', 'one').error).toMatch(error);
      expect(site.hitsOf('/odd').length).toBeLessThanOrEqual(2);
      expect(faultsIn(db)).toEqual([]);
    },
  );
});
