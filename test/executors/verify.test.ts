/** What `verify` and `explain` say of files with tasks and executions. */
import Database from 'better-sqlite3';
import { copyFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Bench, test } from '../manners/bench.js';
import { page, text } from '../support/site.js';
import { runTasks } from '../run/bench.js';
import { faultsIn, moduleOf } from './bench.js';

const OWN = `
export const one = (page, { follow }) => { if (page.url.endsWith('/')) follow('/followed'); return 1; };
export function two(page) { if (page.url.endsWith('/bad')) throw Object.assign(new Error('no such price'), { name: 'TaskError' }); }
export const three = () => 3;
`;

async function crawled(bench: Bench): Promise<{ readonly db: string; readonly origin: string }> {
  const site = await bench.site({ '/': page(['/bad']), '/bad': page([]), '/followed': text('x') });
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/`],
    executors: [moduleOf(bench, OWN)],
    keepBodies: true,
  });
  return { db, origin: site.origin };
}

test('every damage to tasks and executions is a fault', async ({ bench }) => {
  const { db } = await crawled(bench);
  expect(faultsIn(db)).toEqual([]);
  const damages: readonly [sql: string, fault: RegExp][] = [
    [`DELETE FROM tasks WHERE key LIKE '%/bad'`, /belong to no task/],
    [`DELETE FROM urls WHERE kind = 'task'`, /task has no request/],
    [`DELETE FROM tasks WHERE key LIKE '%followed%'`, /request of a task belongs to none/],
    [
      `INSERT INTO tasks (key, page_id, params) SELECT 'another', page_id, '{}' FROM tasks LIMIT 1`,
      /request has several tasks/,
    ],
    [`UPDATE tasks SET params = '[]' WHERE key LIKE '%/bad'`, /no JSON object/],
    [`UPDATE tasks SET params = 'x' WHERE key LIKE '%/bad'`, /no JSON object/],
    [`UPDATE executions SET output = '{' WHERE status = 'success'`, /no JSON for an output/],
    [`UPDATE executions SET output = NULL WHERE status = 'success'`, /no JSON for an output/],
    [`UPDATE executions SET error = NULL WHERE status = 'failed'`, /failed without a reason/],
    [`UPDATE executions SET output = '1' WHERE status = 'skipped'`, /skipped execution has/],
    [`UPDATE bodies SET page_id = 999 WHERE page_id = 1`, /body belongs to no/],
    [`UPDATE urls SET depth = 2 WHERE kind = 'task'`, /task is deeper than the shortest way/],
    [`UPDATE urls SET kind = 'rerun' WHERE kind = 'task'`, /rerun is over/],
  ];
  for (const [sql, fault] of damages) {
    const copy = `${db}.damaged`;
    copyFileSync(db, copy);
    const connection = new Database(copy);
    connection.pragma('foreign_keys = OFF');
    connection.exec(sql);
    connection.close();
    expect(faultsIn(copy).join('\n'), sql).toMatch(fault);
  }
});

test('a page, a task that was added and one of a list are explained, by address and by key', async ({
  bench,
}) => {
  const { db, origin } = await crawled(bench);
  const explain = (file: string, address: string): ReturnType<Bench['run']> =>
    bench.run(['explain', address, '--db', file]);
  const bad = await explain(db, `${origin}/bad`);
  expect([bad.status, bad.stdout]).toEqual([
    0,
    expect.stringMatching(
      /\/bad was crawled[\s\S]*executors +one: success\n +two: executor: no such price\n +three: skipped/,
    ),
  ]);
  for (const address of [`${origin}/followed`, `${origin}/followed {}`]) {
    const followed = await explain(db, address);
    expect([followed.status, followed.stdout, followed.stderr]).toEqual([
      0,
      expect.stringMatching(
        /\/followed was asked for: HTTP 200[\s\S]*task +http.*followed \{\}[\s\S]*one: success/,
      ),
      '',
    ]);
  }
  const list = await runTasks(
    bench,
    { 'my key': { url: `${origin}/bad?x` }, gone: { url: `${origin}/gone` } },
    [],
  );
  const done = await explain(list.db, 'my key');
  expect([done.status, done.stdout]).toEqual([
    1,
    expect.stringMatching(/bad\?x was not crawled: failed, status[\s\S]*task +my key/),
  ]);
  const gone = await explain(list.db, `${origin}/gone`);
  expect([gone.status, gone.stdout]).toEqual([
    1,
    expect.stringMatching(/gone was not crawled: failed, status[\s\S]*task +gone[\s\S]*scrape: status: 404/),
  ]);
  const never = await explain(list.db, `${origin}/never`);
  expect([never.status, never.stdout]).toEqual([1, expect.stringContaining('is not in')]);
});
