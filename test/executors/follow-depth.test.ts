/** How far tasks may follow each other: counted, bounded where that is asked for, and the same whichever way came first. */
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { query, test } from '../manners/bench.js';
import { runTasks } from '../run/bench.js';
import { page, text } from '../support/site.js';
import { faultsIn, moduleOf } from './bench.js';

const NO_RULES = { '/robots.txt': { status: 404 } };

/** Follows the next page for ever. */
const CHAIN = `export const next = (page, { params, follow }) => { follow('/api', { n: (params.n ?? 0) + 1 }); };`;

interface TaskRow {
  readonly n: number | null;
  readonly depth: number;
  readonly state: string;
  readonly error: string | null;
}

/** All tasks, by the number in their params. */
function tasksIn(db: string): TaskRow[] {
  return query<TaskRow>(
    db,
    `SELECT json_extract(t.params, '$.n') AS n, u.depth, u.state, u.error FROM tasks t JOIN urls u ON u.id = t.page_id
      WHERE u.kind = 'task' ORDER BY 1`,
  );
}

test('--max-follow-depth ends a chain of tasks that follow each other; a higher one goes on with it', async ({
  bench,
}) => {
  const site = await bench.site({ ...NO_RULES, '/': page(['/a']), '/a': page(['/b']), '*': text('{}') });
  const options = { seeds: [`${site.origin}/`], executors: [moduleOf(bench, CHAIN)], maxFollowDepth: 3 };
  const { db, ending, totals } = await bench.crawl(options);
  expect(ending).toBe('finished');
  const done = { state: 'done', error: null };
  const cut = { state: 'skipped', error: 'depth' };
  expect(tasksIn(db)).toEqual([
    { n: 1, depth: 1, ...done },
    { n: 2, depth: 2, ...done },
    { n: 3, depth: 3, ...done },
    { n: 4, depth: 4, ...cut },
  ]);
  expect(totals).toMatchObject({ tasksTooDeep: 1, skipped: { depth: 1 } });
  const asked = site.hits.length;
  await bench.crawl({ ...options, db });
  expect(site.hits.length).toBe(asked);
  await bench.crawl({ ...options, db, maxFollowDepth: 5 });
  expect(tasksIn(db).map(({ depth, error }) => [depth, error])).toEqual([
    ...[1, 2, 3, 4, 5].map((depth) => [depth, null]),
    [6, 'depth'],
  ]);
  expect(site.hits.length).toBe(asked + 2);
  expect(faultsIn(db)).toEqual([]);
  const { stdout, status } = await bench.run(['explain', `${site.origin}/api {"n":6}`, '--db', db]);
  expect(status).toBe(1);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'followed 6 tasks in a row to it, more than the --max-follow-depth',
  );
});

test('a list counts from its entries, says what is too deep, and leaves what other lists cut alone', async ({
  bench,
}) => {
  const site = await bench.site({ ...NO_RULES, '*': text('{}') });
  const flags = ['--executors', moduleOf(bench, CHAIN), '--max-follow-depth', '2'];
  const list = { start: { url: `${site.origin}/api` } };
  const { db, status, stderr } = await runTasks(bench, list, flags);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('Beyond --max-follow-depth: 1 task.');
  expect(tasksIn(db).map(({ n, depth, error }) => [n, depth, error])).toEqual([
    [null, 0, null],
    [1, 1, null],
    [2, 2, null],
    [3, 3, 'depth'],
  ]);
  const asked = site.hits.length;
  const quiet = moduleOf(bench, `export const next = () => 1;`, 'quiet.mjs');
  const other = { other: { url: `${site.origin}/other` } };
  expect((await runTasks(bench, other, ['--executors', quiet], db)).status).toBe(0);
  expect(site.hits.length).toBe(asked + 1);
  // Named by a list, it is where counting begins.
  const named = await runTasks(bench, [`${site.origin}/api {"n":3}`], flags, db);
  expect(named.status, named.stderr).toBe(0);
  expect(tasksIn(db).map(({ n, depth, error }) => [n, depth, error])).toEqual([
    [null, 0, null],
    [null, 0, null],
    [1, 1, null],
    [2, 2, null],
    [3, 0, null],
    [4, 1, null],
    [5, 2, null],
    [6, 3, 'depth'],
  ]);
  expect(faultsIn(db)).toEqual([]);
});

test('the shortest way counts, whichever came first', async ({ bench }) => {
  // The long way is through 1, 2, 3 to 4; the short one comes late.
  const own = moduleOf(
    bench,
    `export const own = (page, { params: { n = 0 }, follow }) => {
       if (page.url.endsWith('/late')) follow('/api', { n: 4 });
       else if (n < 8) follow('/api', { n: n + 1 });
     };`,
  );
  const site = await bench.site({
    ...NO_RULES,
    '/': page(['/late']),
    '/late': { body: page([]), afterMs: 400, headers: { 'content-type': 'text/html' } },
    '*': text('{}'),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], maxFollowDepth: 4 });
  expect(tasksIn(db).map(({ n, depth, error }) => [n, depth, error])).toEqual([
    [1, 1, null],
    [2, 2, null],
    [3, 3, null],
    [4, 1, null],
    [5, 2, null],
    [6, 3, null],
    [7, 4, null],
    [8, 5, 'depth'],
  ]);
  expect(faultsIn(db)).toEqual([]);
});

test('a chain of 10,000 tasks is named, once', async ({ bench }) => {
  const site = await bench.site({ ...NO_RULES, '/': page([]), '*': text('{}') });
  const own = moduleOf(
    bench,
    `export const own = (page, { params: { n = 0 }, follow }) => { for (const k of [1, 2]) if (n < 3) follow('/api', { n: n + k }); };`,
  );
  const options = { seeds: [`${site.origin}/`], executors: [own], maxFollowDepth: 0 };
  const { db } = await bench.crawl(options);
  // As if a chain had led there.
  const connection = new Database(db);
  connection.exec(`UPDATE urls SET depth = 9999 WHERE kind = 'task'`);
  connection.close();
  const { notices } = await bench.crawl({ ...options, db, maxFollowDepth: null });
  expect(notices.filter(({ kind }) => kind === 'deep-follows')).toMatchObject([{ depth: 10_000 }]);
});
