/** User code in a call that never returns, where no thread can be ended: the program can. */
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { DRAIN_MS } from '../../dist/delegator/delegator.js';
import { type Bench, query, test } from '../manners/bench.js';
import { page, type Site } from '../support/site.js';
import { faultsIn, moduleOf } from './bench.js';

interface Stuck {
  readonly db: string;
  readonly site: Site;
  readonly args: readonly string[];
  readonly run: ReturnType<Bench['start']>;
}

const isWindows = process.platform === 'win32';

/** A run that has one page done, and is stuck on the next. */
async function stuck(bench: Bench, flags: readonly string[] = []): Promise<Stuck> {
  const site = await bench.site({ '/': page(['/a']), '/a': page([]) });
  const mark = `${bench.folder}/stuck`;
  // It ends when its parent is gone, for the sake of whoever runs this test.
  const own = moduleOf(
    bench,
    `import { execSync } from 'node:child_process';
     export const own = (page) => page.url.endsWith('/a') &&
       execSync('echo > ${mark}; while kill -0 $PPID; do sleep 0.2; done', { stdio: 'ignore' }) && null;`,
  );
  const db = bench.file();
  const args = ['--seed', `${site.origin}/`, '--db', db, '--executors', own, '--workers', '1', ...flags];
  const run = bench.start(args);
  while (!existsSync(mark)) await new Promise((later) => setTimeout(later, 50));
  return { db, site, args, run };
}

test.skipIf(isWindows)('a second signal leaves at once, and the file goes on', async ({ bench }) => {
  const { db, run } = await stuck(bench);
  const first = run.kill('SIGINT');
  await run.says('stopping: ');
  const at = Date.now();
  const { stderr } = await run.kill('SIGINT');
  await first;
  // Sooner than a stop waits for what is under way.
  expect(Date.now() - at).toBeLessThan(DRAIN_MS);
  expect(stderr).toContain('left at once; nothing is lost');
  expect(run.signal).toBe('SIGINT');
  expect(query(db, `SELECT count(*) AS n FROM pages WHERE state = 'done'`)).toEqual([{ n: 1 }]);
  expect(faultsIn(db)).toEqual([]);
});

test.skipIf(isWindows)(
  'the run ends with an error that says so, its file closed',
  async ({ bench }) => {
    const { db, run } = await stuck(bench, ['--executor-timeout', '1']);
    const { stderr } = await run.ended;
    expect(stderr).toContain('thread 1 cannot be ended: user code is in a call that does not return');
    expect(run.signal).toBe('SIGKILL');
    expect(query(db, `SELECT outcome, exit_status FROM runs`)).toEqual([
      { outcome: 'error', exit_status: 5 },
    ]);
    expect(faultsIn(db)).toEqual([]);
  },
  40_000,
);
