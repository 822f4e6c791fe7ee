/** One writer: however a second one comes by the file, it is refused, and the first one's work stays safe. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { crawl } from '../../dist/index.js';
import { differences, restOf } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { WatchedWiki } from '../support/crash-wiki.js';
import { test as base, until } from '../support/program.js';

const test = base.extend<{ wiki: WatchedWiki }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  wiki: async ({}, use) => {
    const wiki = await WatchedWiki.start({ pages: 200, redirectLoop: false, latencyMs: 60 });
    await use(wiki);
    await wiki.close();
  },
});

test('a second process is refused under another name of the file too', async ({ folder, wiki }) => {
  const file = folder.file('crawl.db');
  const args = ['--seed', wiki.seed, '--workers', '1', '--db'];
  let requests = 0;
  wiki.watch((number) => (requests = number));
  const first = folder.start([...args, file]);
  await until(() => requests > 20, first);
  symlinkSync(file, folder.file('alias.db'));
  const second = await folder.run([...args, folder.file('alias.db')]);
  expect(second.status, second.stderr).toBe(4);
  expect(second.stderr).toContain('is being written by another process');
  const { status, stderr } = await first.ended;
  expect(status, stderr).toBe(0);
  expect(differences(file, wiki.truth)).toEqual([]);
});

// Closing any handle of a file drops all locks that the process has on it, and SQLite does not see it
// happen: the next foreign tool that closes the file takes itself for the last and deletes the log.
test.skipIf(!existsSync('/proc/locks'))(
  'a second crawl in the same process is refused and leaves the locks of the first alone',
  async ({ folder, wiki }) => {
    const file = folder.file('crawl.db');
    const options = { seeds: [wiki.seed], db: file, workers: 1 };
    const stop = new AbortController();
    let first: Promise<unknown> | undefined;
    const underWay = new Promise<void>((resolve) => {
      first = crawl(options, { signal: stop.signal, onFiled: () => resolve() });
    });
    try {
      await underWay;
      const locks = ownLocks(file);
      await expect(crawl(options)).rejects.toThrow('is being written');
      expect([locks, ownLocks(file)]).toEqual([1, 1]);
    } finally {
      stop.abort();
      await first;
    }
    expect(verify(file).faults).toEqual([]);
  },
);

test('readers come and go while it is written, and see what was committed', async ({ folder, wiki }) => {
  const file = folder.file('crawl.db');
  let requests = 0;
  wiki.watch((number) => (requests = number));
  const running = folder.start(['--seed', wiki.seed, '--workers', '1', '--db', file]);
  await until(() => requests > 20, running);
  let done = 0;
  for (let reader = 0; reader < 3; reader++) {
    readInAnotherProcess(file);
    const rest = restOf(file);
    expect(rest.done).toBeGreaterThanOrEqual(done);
    done = rest.done;
  }
  running.process.kill('SIGKILL');
  await running.ended;
  expect(restOf(file).done).toBeGreaterThanOrEqual(done);
  expect(verify(file)).toMatchObject({ state: 'unfinished', faults: [] });
});

/** Locks that this process holds on a file. */
function ownLocks(file: string): number {
  const mark = `:${statSync(file).ino} `;
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  return lines.filter((line) => line.includes(` ${process.pid} `) && line.includes(mark)).length;
}

/** Opens the file as any SQLite tool does, reads, and closes it again. */
function readInAnotherProcess(file: string): void {
  const code = `const Database = require(${JSON.stringify(createRequire(import.meta.url).resolve('better-sqlite3'))});
    const database = new Database(${JSON.stringify(file)});
    database.exec('SELECT count(*) FROM pages');
    database.close();`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}
