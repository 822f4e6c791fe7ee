/** One process writes a file, any number read it, and a dead writer leaves nothing to clean up. */
import { spawnSync } from 'node:child_process';
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'vitest';
import { until } from '../support/program.js';
import { endless, test } from './site.js';

const QUICK = ['--workers', '1', '--no-progress'];
const COUNT = `SELECT count(*) FROM pages WHERE state = 'done'`;

/** A reader that is not ours, where there is one. */
const READER = 'sqlite3';
const hasReader = spawnSync(READER, ['--version']).status === 0;

test('a second process is refused while the first one writes, and after it was killed needs no clean-up', async ({
  folder,
  serve,
}) => {
  const site = await serve(endless(20));
  const args = ['--seed', `${site.origin}/0`, ...QUICK];
  const first = folder.start(args);
  await until(() => site.requests.length > 5, first);

  for (const flags of [[], ['--fresh']]) {
    const second = await folder.run([...args, ...flags]);
    expect(second).toEqual({
      status: 4,
      signal: null,
      stdout: '',
      stderr: `orbweaver: ${folder.file('crawl.db')} is being written by another process
  Wait for it, stop it, or choose another file with --db; reading it meanwhile is fine
`,
    });
  }
  const meanwhile = site.requests.length;
  await until(() => site.requests.length > meanwhile + 3, first); // The first was not disturbed.

  first.process.kill('SIGKILL');
  await first.ended;
  const third = await folder.run([...args, '--max-time', '0.2']);
  expect(third.stderr).toMatch(/^resuming: \d+ done, \d+ queued, 1 reclaimed\n/);
  expect(third.status).toBe(3);
});

test('two that start at once: one crawls, the other is refused', async ({ folder, serve }) => {
  const site = await serve(endless(20));
  const args = ['--seed', `${site.origin}/0`, ...QUICK, '--max-time', '1'];
  const both = await Promise.all([folder.run(args), folder.run(args)]);
  expect(both.map(({ status }) => status).sort()).toEqual([3, 4]);
});

test('other programs read while it runs, and one with an open transaction holds nobody up', async ({
  folder,
  serve,
}) => {
  const site = await serve(endless(10));
  const running = folder.start(['--seed', `${site.origin}/0`, ...QUICK]);
  await until(() => site.requests.length > 5, running);
  const reader = new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
  reader.exec('BEGIN');
  const seen = reader.prepare(COUNT).pluck().get();
  const { length } = site.requests;
  await until(() => site.requests.length > length + 5, running);
  if (hasReader) {
    const other = await folder.spawn(READER, ['-readonly', 'crawl.db', COUNT]).ended;
    expect(other).toMatchObject({ status: 0, stderr: '' });
    expect(Number(other.stdout)).toBeGreaterThan(Number(seen));
  }
  expect(reader.prepare(COUNT).pluck().get()).toBe(seen); // One moment of the crawl, for as long as wanted.
  const stoppedAt = Date.now();
  running.process.kill('SIGTERM');
  expect((await running.ended).status).toBe(143);
  expect(Date.now() - stoppedAt).toBeLessThan(4_000);
  reader.exec('COMMIT');
  expect(reader.prepare(COUNT).pluck().get()).toBeGreaterThan(Number(seen));
  reader.close();
});
