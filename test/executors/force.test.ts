/** A --force that is interrupted goes on where it was, and one that is complete begins anew. */
import { expect } from 'vitest';
import { query, test } from '../manners/bench.js';
import { each, page, paths } from '../support/site.js';
import { executionsOf, faultsIn, moduleOf } from './bench.js';

const OWN = `export const own = (page) => page.url; export const other = () => 1;`;
const LEAVES = paths(6);

test.for(['SIGKILL', 'SIGINT'] as const)('after %s, by the same command', async (signal, { bench }) => {
  let open = (): void => undefined;
  let onStuck = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const stuck = new Promise<void>((resolve) => (onStuck = resolve));
  const site = await bench.site({
    '/robots.txt': { status: 404 },
    '/': page(LEAVES),
    ...each(LEAVES, page([])),
    // The second time it is asked for, it does not answer until the run is over.
    [LEAVES[3] ?? '']: async ({ earlier }) => {
      if (earlier !== 1) return page([]);
      onStuck();
      await opened;
      return { status: 500 };
    },
  });
  const own = moduleOf(bench, OWN);
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--executors', own, '--workers', '1'];
  const few = [...args, '--concurrency', '1', '--retries', '0'];
  expect((await bench.run(few)).status).toBe(0);
  const forced = [...few, '--force', 'own'];
  const run = bench.start(forced);
  await stuck;
  // What is under way is waited for where there is time for it.
  if (signal === 'SIGINT') setTimeout(open, 300);
  await run.kill(signal);
  open();
  const attempts = (): number[] =>
    executionsOf(db).flatMap((row) => (row.executor === 'own' ? [row.attempts] : []));
  expect(attempts().filter((n) => n === 2).length).toBeGreaterThan(2);
  expect(attempts()).toContain(1);
  const asked = site.hits.length;
  const { status, stderr } = await bench.run(forced);
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(
    /--force own, begun 20\d\d-.* UTC and interrupted, goes on: \d results of it stand\n/,
  );
  // Each was run once more, whichever of the two did it; the other executor was not.
  expect(attempts()).toEqual(Array.from({ length: 7 }, () => 2));
  expect(site.hits.length - asked).toBeLessThan(7);
  expect(executionsOf(db).every((row) => row.executor === 'own' || row.attempts === 1)).toBe(true);
  // It is complete: now it is another one.
  const anew = await bench.run(forced);
  expect(anew.stderr).not.toContain('interrupted, goes on');
  expect(attempts()).toEqual(Array.from({ length: 7 }, () => 3));
  expect(query(db, 'SELECT * FROM forces')).toEqual([]);
  expect(faultsIn(db)).toEqual([]);
});

test('with code that has changed since, it begins anew', async ({ bench }) => {
  const site = await bench.site({ '/': page(LEAVES), '*': page([]) });
  const own = moduleOf(bench, OWN);
  const seeds = [`${site.origin}/`];
  const { db } = await bench.crawl({ seeds, executors: [own], keepBodies: true });
  const broken = moduleOf(
    bench,
    `let n = 0; export const own = () => { if (++n > 3) throw new TypeError('a mistake'); return 'wrong'; };`,
  );
  const options = { seeds, db, executors: [broken], force: ['own'], workers: 1, concurrency: 1 };
  await expect(bench.crawl(options)).rejects.toThrow('a mistake');
  expect(executionsOf(db).filter(({ output }) => output === '"wrong"')).toHaveLength(3);
  moduleOf(bench, OWN);
  const { notices } = await bench.crawl(options);
  expect(notices).not.toContainEqual(expect.objectContaining({ kind: 'force-resumed' }));
  expect(executionsOf(db).filter(({ output }) => output === '"wrong"')).toEqual([]);
});
