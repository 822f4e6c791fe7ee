/** Kills between any two steps of the program, chosen from inside it: start-up, seeds, batches, index, --fresh. */
import { expect } from 'vitest';
import { differences, read } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { WatchedWiki } from '../support/crash-wiki.js';
import { test as base, type Folder } from '../support/program.js';
import {
  Crossing,
  dieFurtherEachTime,
  expectOutcome,
  expectSoundAtRest,
  startDying,
  type Step,
  undisturbed,
} from './crossing.js';

const MAKING_THE_INDEX = 'CREATE INDEX IF NOT EXISTS';

const test = base.extend<{ crossing: Crossing }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  crossing: async ({}, use) => {
    const crossing = await Crossing.open();
    await use(crossing);
    await crossing.close();
  },
});

test(
  'killed before one step of start-up after the other, and then in between, it ends as if undisturbed',
  {
    timeout: 180_000,
  },
  async ({ folder, crossing }) => {
    const expected = await undisturbed(folder, crossing, folder.file('undisturbed.db'));
    // The long suite takes every step.
    const file = folder.file('crawl.db');
    expect(await dieFurtherEachTime(folder, [...crossing.args, '--db', file], 1, 3)).toBeGreaterThan(16);
    expectOutcome(file, expected);
  },
);

test(
  'killed in the middle of --fresh, what is left is the old crawl or a new one, never a mixture',
  {
    timeout: 180_000,
  },
  async ({ folder, crossing }) => {
    const file = folder.file('crawl.db');
    const args = [...crossing.args, '--db', file];
    const expected = await undisturbed(folder, crossing, file);
    const removals: Step[] = [1, 2, 3].map((number) => ({ number, match: 'remove ' }));
    // After them all, before the new file has a schema; and in the midst of making it.
    const beginnings: Step[] = [1, 2].map((number) => ({ number, match: 'user_version' }));
    for (const step of [...removals, ...beginnings]) {
      // The old crawl was killed too: much of it is in its write-ahead log.
      await dieAt(folder, [...args, '--fresh'], { number: 1, match: MAKING_THE_INDEX });
      await dieAt(folder, [...args, '--fresh'], step);
      const { status, stderr } = await folder.run(args);
      expect(status, stderr).toBe(1);
      expectOutcome(file, expected, JSON.stringify(step));
      // The old file with one run more, or a new one.
      const runs = read<{ id: number }>(file, 'SELECT id FROM runs');
      expect(stderr.startsWith('resuming: '), JSON.stringify(step)).toBe(runs.length > 1);
    }
  },
);

test(
  'killed while the schema, a batch or the end is written, it ends as if undisturbed',
  {
    timeout: 180_000,
  },
  async ({ folder, crossing }) => {
    const expected = await undisturbed(folder, crossing, folder.file('undisturbed.db'));
    const file = folder.file('crawl.db');
    const args = [...crossing.args, '--db', file];
    // The first transaction makes the schema, the next ones settings and seeds, later ones file results.
    for (const number of [1, 1, 2, 3, 4, 8]) {
      await dieAt(folder, args, { number, match: 'COMMIT', afterUs: 50 * number });
      expectSoundAtRest(file, `killed in transaction ${number}`);
    }
    // At the end of a run the write-ahead log is moved into the file.
    await dieAt(folder, args, { number: 1, match: 'wal_checkpoint', afterUs: 100 });
    expectSoundAtRest(file, 'killed while the log is moved');
    const { status, stderr } = await folder.run(args);
    expect(status, stderr).toBe(1);
    expectOutcome(file, expected);
  },
);

test(
  'killed while the index of backlinks is made, it is made by the next run',
  { timeout: 180_000 },
  async ({ folder }) => {
    const wiki = await WatchedWiki.start({ pages: 200 });
    try {
      const file = folder.file('crawl.db');
      const args = ['--seed', wiki.seed, '--db', file, '--workers', '2', '--concurrency', '4'];
      wiki.watch();
      await dieAt(folder, args, { number: 1, match: MAKING_THE_INDEX });
      const { digest } = verify(file);
      expect(isQuickByTarget(file)).toBe(false);
      for (const afterUs of [100, 1_000, 2_000, 4_000]) {
        const step = { number: 1, match: MAKING_THE_INDEX, afterUs };
        const { signal } = await startDying(folder, args, step).ended;
        expect(verify(file)).toMatchObject({ status: 0, state: 'whole', digest });
        if (signal === null) break; // The machine was too quick for us.
      }
      const { status } = await folder.run(args);
      expect(status).toBe(1);
      expect(isQuickByTarget(file)).toBe(true);
      expect(verify(file).digest).toBe(digest);
      expect(differences(file, wiki.truth)).toEqual([]);
      expect([...wiki.asked].sort()).toEqual(wiki.paths.map((path) => [path, 1]).sort());
    } finally {
      await wiki.close();
    }
  },
);

async function dieAt(folder: Folder, args: readonly string[], step: Step): Promise<void> {
  const { signal, stderr } = await startDying(folder, args, step).ended;
  expect(signal, stderr).toBe('SIGKILL');
}

/** Whether backlinks can be found quickly by target. */
function isQuickByTarget(file: string): boolean {
  const plan = read<{ detail: string }>(
    file,
    'EXPLAIN QUERY PLAN SELECT source_id FROM backlinks WHERE target_id = 1',
  );
  return plan.some(({ detail }) => detail.startsWith('SEARCH'));
}
