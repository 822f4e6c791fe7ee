/**
 * User code that holds its thread or ends it: it fails on the page it does it on, and no other page of that thread is
 * charged. Slow, as every thread that is lost is started anew.
 */
import { describe, expect } from 'vitest';
import { type Bench, type Crawled, test } from '../manners/bench.js';
import { each, page, paths, type Site } from '../support/site.js';
import { executionOf, executionsOf, faultsIn, moduleOf } from './bench.js';

const LEAVES = paths(10);

function source(what: string): string {
  return `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as pause } from 'node:timers/promises';
    const started = ${JSON.stringify('SIDE')};
    export const before = () => 0;
    export async function own(page, context) {
      appendFileSync(started, page.url + '\\n');
      if (page.url.includes('/odd')) { ${what} }
      await pause(20);
      return 1;
    }
    export const next = () => 2;
  `;
}

const HOLDING: readonly [string, string][] = [
  ['an endless loop at once', 'for (;;);'],
  ['an endless loop after it has waited', 'await pause(50); for (;;);'],
  ['an endless loop when all other pages of the thread are done', 'await pause(300); for (;;);'],
  ['an endless loop after a fetch', `await context.fetch('/p0').catch(() => {}); for (;;);`],
];
const ENDING: readonly [string, string][] = [
  ['process.exit', 'process.exit(3);'],
  ['process.exit after it has waited', 'await pause(30); process.exit();'],
  ['all its memory', 'const all = []; for (;;) all.push(new Array(100_000).fill(all.length + 0.5));'],
  ['an exception in a timer', `setTimeout(() => { throw new Error('late'); }, 20); await pause(2_000);`],
  ['a rejection that nobody handles', `void Promise.reject(new Error('nobody')); await pause(2_000);`],
];

async function crawlWith(
  bench: Bench,
  what: string,
  odd: readonly string[],
  options: object,
): Promise<Crawled & { readonly site: Site }> {
  const site = await bench.site({
    '/': page([...LEAVES.slice(0, 5), ...odd, ...LEAVES.slice(5)]),
    ...each([...odd, ...LEAVES], page([])),
  });
  const text = source(what).replace('SIDE', `${bench.folder}/side`);
  const crawled = await bench.crawl({
    seeds: [`${site.origin}/`],
    executors: [moduleOf(bench, text)],
    workerMemory: 48,
    executorTimeout: 0.8,
    ...options,
  });
  return { ...crawled, site };
}

function expectOnlyOddFailed(db: string, odd: readonly string[], error: RegExp): void {
  for (const path of odd) {
    expect(executionOf(db, path, 'before'), path).toMatchObject({ status: 'success', attempts: 1 });
    expect(executionOf(db, path, 'own'), path).toMatchObject({ status: 'failed', output: null, attempts: 1 });
    // When it was at work on it last is remembered, for all that the thread took with it.
    expect(executionOf(db, path, 'own').last_run, path).toBeGreaterThan(0);
    expect(executionOf(db, path, 'own').code_hash, path).not.toBeNull();
    expect(executionOf(db, path, 'own').error, path).toMatch(error);
    expect(executionOf(db, path, 'next'), path).toMatchObject({ status: 'skipped' });
  }
  for (const path of ['/', ...LEAVES])
    for (const name of ['before', 'own', 'next'])
      expect(executionOf(db, path, name), `${path} ${name}`).toMatchObject({
        status: 'success',
        attempts: 1,
      });
  expect(executionsOf(db)).toHaveLength(3 * (1 + LEAVES.length + odd.length));
  expect(faultsIn(db)).toEqual([]);
}

describe('user code that holds its thread fails there, and the other pages of the thread succeed:', () => {
  test.for(HOLDING)('%s', async ([, what], { bench }) => {
    const { db, ending } = await crawlWith(bench, what, ['/odd'], { workers: 1, concurrency: 6 });
    expect(ending).toBe('finished');
    expectOnlyOddFailed(db, ['/odd'], /^timeout: /);
  });

  test('on two pages, in two threads', async ({ bench }) => {
    const { db } = await crawlWith(bench, HOLDING[1]?.[1] ?? '', ['/odd1', '/odd2'], {
      workers: 2,
      concurrency: 4,
    });
    expectOnlyOddFailed(db, ['/odd1', '/odd2'], /^timeout: /);
  });
});

describe('user code that ends its thread fails there, and the other pages of the thread succeed:', () => {
  test.for(ENDING)('%s', async ([, what], { bench }) => {
    const { db, ending } = await crawlWith(bench, what, ['/odd'], {
      workers: 1,
      concurrency: 6,
      executorTimeout: 5,
    });
    expect(ending).toBe('finished');
    expectOnlyOddFailed(db, ['/odd'], /^worker-lost: ended its thread twice/);
  });

  test('on two pages, in two threads', async ({ bench }) => {
    const { db } = await crawlWith(bench, ENDING[0]?.[1] ?? '', ['/odd1', '/odd2'], {
      workers: 2,
      concurrency: 4,
    });
    expectOnlyOddFailed(db, ['/odd1', '/odd2'], /^worker-lost: /);
  });
});

test('a page that is executed from its stored body may be lost as one that is fetched', async ({ bench }) => {
  const calm = await crawlWith(bench, '', ['/odd'], { keepBodies: true, workers: 1, concurrency: 6 });
  const asked = calm.site.hits.length;
  const own = moduleOf(bench, source('process.exit();').replace('SIDE', `${bench.folder}/side`));
  const options = {
    seeds: [`${calm.site.origin}/`],
    executors: [own],
    db: calm.db,
    workers: 1,
    keepBodies: true,
  };
  await bench.crawl({ ...options, force: ['own'] });
  expect(calm.site.hits.length).toBe(asked);
  expect(executionOf(calm.db, '/odd', 'own')).toMatchObject({ status: 'failed', attempts: 2 });
  for (const path of LEAVES)
    expect(executionOf(calm.db, path, 'own')).toMatchObject({ status: 'success', attempts: 2 });
  expect(executionOf(calm.db, '/odd', 'next')).toMatchObject({ status: 'success', attempts: 1 });
  expect(faultsIn(calm.db)).toEqual([]);
});

test('a validator that ends its thread fails its page', async ({ bench }) => {
  const site = await bench.site({ '/': page(['/odd', ...LEAVES]), ...each(['/odd', ...LEAVES], page([])) });
  const own = moduleOf(
    bench,
    `export function validate(page) { if (page.url.endsWith('/odd')) process.exit(); }\nexport const own = () => 1;`,
  );
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  expect(totals.failed).toEqual({ 'worker-lost': 1 });
  for (const path of LEAVES)
    expect(executionOf(db, path, 'own')).toMatchObject({ status: 'success', attempts: 1 });
  expect(faultsIn(db)).toEqual([]);
});
