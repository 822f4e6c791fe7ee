/** How many requests a list makes at once and how long it waits; answers that are not the page. */
import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf, statusesOf } from '../executors/bench.js';
import { query, test } from '../manners/bench.js';
import { text, to } from '../support/site.js';
import { runTasks } from './bench.js';

const OWN = 'export const one = (page) => page.text;';

/** `count` tasks, one URL each. */
function tasksOf(origin: string, count: number): Record<string, { readonly url: string }> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, { url: `${origin}/${i}` }]));
}

test.for([
  ['3', '1'],
  ['3', '2'],
  ['1', '2'],
  ['12', '2'],
] as const)(
  '--max-parallelism %s bounds requests in flight, in %s threads, and is made use of',
  async ([most, workers], { bench }) => {
    const site = await bench.site({ '/robots.txt': { status: 404 }, '*': { ...text('x'), afterMs: 60 } });
    const flags = ['--executors', moduleOf(bench, OWN), '--max-parallelism', most, '--workers', workers];
    const { status, stderr } = await runTasks(bench, tasksOf(site.origin, 24), flags);
    expect(status, stderr).toBe(0);
    expect(site.hits).toHaveLength(25);
    expect(site.peakInFlight).toBe(Number(most));
  },
);

test('limits of the host hold for tasks and where redirects lead them', async ({ bench }) => {
  const target = await bench.site(
    { '/robots.txt': { status: 404 }, '*': { ...text('x'), afterMs: 40 } },
    { address: '127.0.0.2' },
  );
  const site = await bench.site({
    '/robots.txt': { status: 404 },
    '*': (hit) => to(target.origin + hit.path, 302, 20),
  });
  const flags = [
    '--executors',
    moduleOf(bench, OWN),
    '--max-parallelism',
    '8',
    '--per-host',
    '2',
    '--allow-private',
  ];
  const { status, stderr } = await runTasks(bench, tasksOf(site.origin, 10), flags);
  expect(status, stderr).toBe(0);
  expect([site.peakInFlight, target.peakInFlight]).toEqual([2, 2]);
  expect(target.hits).toHaveLength(11);
});

test('the gap between requests holds for tasks', async ({ bench }) => {
  const site = await bench.site({ '/robots.txt': { status: 404 }, '*': text('x') });
  const flags = ['--executors', moduleOf(bench, OWN), '--delay', '0.25'];
  const { status } = await runTasks(bench, tasksOf(site.origin, 4), flags);
  expect(status).toBe(0);
  // A busy machine is late now and then, and never early by more than a request takes to arrive.
  for (const gap of site.gaps()) expect(gap).toBeGreaterThan(250 - 60);
});

test('a task without an answer in time fails, and the others do not wait for it', async ({ bench }) => {
  const site = await bench.site({ '/robots.txt': { status: 404 }, '/0': 'silence', '*': text('x') });
  const flags = ['--executors', moduleOf(bench, OWN), '--timeout', '0.6', '--retries', '0'];
  const { db, status } = await runTasks(bench, tasksOf(site.origin, 3), flags);
  expect(status).toBe(1);
  expect(executionOf(db, 'k0', 'one')).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^timeout: /) as string,
  });
  expect(outputOf(db, 'k2', 'one')).toBe('x');
});

describe('a validator', () => {
  const VALIDATING = `
    export function validate(page) { if (page.text.includes('captcha')) throw new Error('a captcha'); }
    import { writeFileSync } from 'node:fs';
    export const one = (page, { file }) => { writeFileSync(file('got'), page.text); return page.text; };
    export const two = () => 2;
  `;

  test('has a page asked for again, and its executors see only the right one', async ({ bench }) => {
    const site = await bench.site({
      '/robots.txt': { status: 404 },
      '*': ({ earlier }) => text(earlier < 2 ? 'captcha' : 'right'),
    });
    const { db, status, stderr } = await runTasks(bench, tasksOf(site.origin, 1), [
      '--executors',
      moduleOf(bench, VALIDATING),
    ]);
    expect(status, stderr).toBe(0);
    expect(site.hitsOf('/0')).toHaveLength(3);
    expect(outputOf(db, 'k0', 'one')).toBe('right');
    expect(executionOf(db, 'k0', 'one').attempts).toBe(1);
  });

  test('that is never content fails the task after --retries, and no file is written', async ({ bench }) => {
    const site = await bench.site({ '/robots.txt': { status: 404 }, '*': text('captcha') });
    const flags = ['--executors', moduleOf(bench, VALIDATING), '--executors', 'scrape', '--retries', '2'];
    const { db, status } = await runTasks(bench, tasksOf(site.origin, 1), flags);
    expect(status).toBe(1);
    expect(site.hitsOf('/0')).toHaveLength(3);
    expect(statusesOf(db, 'k0')).toEqual({ one: 'failed', two: 'skipped', scrape: 'skipped' });
    expect(executionOf(db, 'k0', 'one').error).toBe('validation: a captcha');
    expect(existsSync(db.replace('.db', '.files'))).toBe(false);
    expect(query(db, `SELECT state, error FROM pages`)).toEqual([{ state: 'failed', error: 'validation' }]);
    expect(faultsIn(db)).toEqual([]);
  });

  test('with a fault of its own stops the run, and the page is looked at again by the next', async ({
    bench,
  }) => {
    const site = await bench.site({ '/robots.txt': { status: 404 }, '*': text('x') });
    const own = moduleOf(
      bench,
      'export function validate(page) { page.nothing.at; }\nexport const one = () => 1;',
    );
    const tasks = tasksOf(site.origin, 1);
    const { db, status, stderr } = await runTasks(bench, tasks, ['--executors', own]);
    expect([status, stderr]).toEqual([5, expect.stringContaining('own.mjs:1:')]);
    expect(executionsOf(db)).toMatchObject([
      { status: 'failed', error: expect.stringMatching(/^exception: in validate: /) as string },
    ]);
    moduleOf(bench, 'export function validate() {}\nexport const one = () => 1;');
    const again = await runTasks(bench, tasks, ['--executors', own], db);
    expect(again.status, again.stderr).toBe(0);
    expect(outputOf(db, 'k0', 'one')).toBe(1);
    expect(faultsIn(db)).toEqual([]);
  });

  test('in a crawl fails pages, which the next run with --retry-failed asks for', async ({ bench }) => {
    let isOpen = false;
    const site = await bench.site({
      '/robots.txt': { status: 404 },
      '*': () => (isOpen ? '<p>right' : '<p>captcha'),
    });
    const options = { seeds: [`${site.origin}/`], executors: [moduleOf(bench, VALIDATING)], retries: 1 };
    const { db } = await bench.crawl(options);
    expect(site.hitsOf('/')).toHaveLength(2);
    expect(query(db, 'SELECT state, error, attempts FROM pages')).toEqual([
      { state: 'failed', error: 'validation', attempts: 2 },
    ]);
    expect(executionsOf(db)).toEqual([]);
    isOpen = true;
    await bench.crawl({ ...options, db, retryFailed: 'validation' });
    expect(statusesOf(db, '/')).toEqual({ one: 'success', two: 'success' });
    expect(faultsIn(db)).toEqual([]);
  });
});
