/** What becomes of a crawl when its file does: deleted, replaced, damaged, held by a reader, out of room. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe } from 'vitest';
import { runCrawl } from '../../dist/commands/crawl-run.js';
import { resolveConfig } from '../../dist/config/config.js';
import type { Notice } from '../../dist/delegator/events.js';
import { startDemo } from '../../dist/demo/server.js';
import { copyAtRest, restOf } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { until } from '../support/program.js';
import { test } from './site.js';

const QUICK = ['--workers', '1', '--no-progress'];
/** Requests at once where they are counted. */
const IN_FLIGHT = 4;

describe.concurrent('a file under a crawl', () => {
  test.for(['deleted', 'replaced'])(
    'that is %s is noticed within seconds, and nothing else touched',
    async (how, { folder, expect }) => {
      const demo = await startDemo({ pages: 5_000, latencyMs: 20 });
      const file = folder.file('crawl.db');
      const running = folder.start(['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK]);
      await until(() => demo.requests() > 50, running);
      if (how === 'deleted') await rm(file);
      else {
        await writeFile(folder.file('mine'), 'mine');
        await writeFile(folder.file('mine-wal'), 'mine too');
        // In one go, or the crawl might look while there is nothing.
        renameSync(file, folder.file('moved.db'));
        renameSync(folder.file('mine'), file);
        renameSync(folder.file('mine-wal'), `${file}-wal`);
      }
      const { status, stderr } = await running.ended;
      expect(status, stderr).toBe(4);
      expect(stderr).toContain(
        `orbweaver: ${file} is gone: ${how === 'deleted' ? 'it was deleted' : 'another file was put in its place'} while a crawl was writing it\n`,
      );
      if (how === 'replaced') {
        expect(await readFile(file, 'utf8')).toBe('mine');
        expect(await readFile(`${file}-wal`, 'utf8')).toBe('mine too');
      }
      await demo.close();
    },
  );

  test('whose volume allows no log is refused', async ({ folder, expect }) => {
    // What the log's index is kept in cannot be made.
    mkdirSync(folder.file('crawl.db-shm'));
    const { status, stderr } = await folder.run(['--seed', 'http://127.0.0.1:9/', ...QUICK]);
    expect(status, stderr).toBe(4);
    expect(stderr).toMatch(/^orbweaver: /);
  });

  test('that is damaged is told as such, and left as it is', async ({ folder, expect }) => {
    const demo = await startDemo({ pages: 300 });
    const args = ['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK];
    await folder.run([...args, '--max-pages', '100']);
    const file = folder.file('crawl.db');
    const whole = await readFile(file);
    for (const from of [0.1, 0.5, 0.8]) {
      const bytes = Buffer.from(whole);
      bytes.fill(0x5a, Math.floor(bytes.length * from), Math.floor(bytes.length * (from + 0.1)));
      await writeFile(file, bytes);
      const { status, stderr } = await folder.run(args);
      expect(status, stderr).toBe(4);
      expect(stderr).toContain(`orbweaver: ${file} is damaged: `);
      expect((await readFile(file)).equals(bytes), String(from)).toBe(true);
    }
    await demo.close();
  });

  test('in whose place a sound one is put takes its log along', async ({ folder, expect }) => {
    const demo = await startDemo({ pages: 3_000, latencyMs: 20 });
    const args = ['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK];
    await folder.run([...args, '--db', 'sound.db', '--max-pages', '20']);
    const file = folder.file('crawl.db');
    const running = folder.start(args);
    const before = demo.requests();
    await until(() => demo.requests() > before + 60, running);
    renameSync(file, folder.file('moved.db'));
    renameSync(folder.file('sound.db'), file);
    const { status, stderr } = await running.ended;
    expect(status, stderr).toBe(4);
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect((await folder.run(['verify', 'crawl.db'])).stdout).toContain('20 pages');
    const moved = await folder.run(['verify', 'moved.db', '--json']);
    expect(JSON.parse(moved.stdout)).toMatchObject({ faults: [] });
    await demo.close();
  });

  test('that a reader holds does not grow without end: the crawl waits for it, and goes on', async ({
    folder,
    expect,
  }) => {
    const demo = await startDemo({ pages: 600 });
    const file = folder.file('crawl.db');
    const config = await resolveConfig({ seeds: [`${demo.origin}/wiki/Kevin_Bacon`], db: file, workers: 2 });
    const notices: Notice[] = [];
    let reader: BetterSqlite3.Database | null = null;
    let largest = 0;
    const walBound = 512 * 1024;
    const crawl = runCrawl({
      config,
      commandLine: 'test',
      stop: new AbortController().signal,
      walBound,
      exitStatus: () => null,
      errorStatus: () => null,
      hooks: {
        onStart: () => undefined,
        onFiled: () => {
          if (reader === null) {
            reader = new BetterSqlite3(file, { readonly: true });
            reader.exec('BEGIN');
            reader.prepare('SELECT count(*) FROM pages').get();
          }
          largest = Math.max(largest, existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0);
        },
        onNotice: (notice) => {
          notices.push(notice);
          if (notice.kind === 'paused' && notice.isPaused) setTimeout(() => reader?.close(), 500);
        },
      },
    });
    const { ending, totals } = await crawl;
    expect(ending).toBe('finished');
    expect(totals.pages).toBe(600);
    expect(notices).toEqual([
      { kind: 'paused', isPaused: true },
      { kind: 'paused', isPaused: false },
    ]);
    // What was under way, and what came before the next look, is filed still.
    expect(largest).toBeLessThan(walBound + 64 * 1024 * 1024);
    await demo.close();
  });
});

/** Whether a command of the system, which may ask for rights that we have not, did as it was told. */
function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

describe('a volume', () => {
  test('that is full ends the crawl and loses nothing; with more room it goes on to the same result', async ({
    folder,
    expect,
    skip,
  }) => {
    const volume = folder.file('volume');
    mkdirSync(volume);
    if (!succeeds('mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', volume)) {
      process.stderr.write('not tested, as nothing may be mounted here: a full volume\n');
      return skip();
    }
    const demo = await startDemo({ pages: 1_000 });
    try {
      const file = join(volume, 'crawl.db');
      const seed = ['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK];
      const args = [...seed, '--concurrency', String(IN_FLIGHT), '--db', file];
      for (const room of ['2m', '4m']) {
        succeeds('mount', '-o', `remount,size=${room}`, volume);
        const before = demo.requests();
        const { status, stderr } = await folder.run(args);
        expect(status, stderr).toBe(4);
        expect(stderr).toContain(
          `orbweaver: cannot write ${file}: database or disk is full (SQLITE_FULL)\n  Nothing is lost: once there is room`,
        );
        expect(copyAtRest(file, folder.file(`at-${room}.db`))).toBe(true);
        expect(verify(folder.file(`at-${room}.db`)).faults).toEqual([]);
        const { settled } = restOf(folder.file(`at-${room}.db`));
        expect(demo.requests(), room).toBeGreaterThan(before);
        // All but what was under way when there was no room, each time, is there.
        expect(settled.length, room).toBeGreaterThanOrEqual(demo.requests() - 2 * IN_FLIGHT);
      }
      succeeds('mount', '-o', 'remount,size=100m', volume);
      const { status, stderr } = await folder.run(args);
      expect(status, stderr).toBe(0);
      await folder.run([...seed, '--db', 'undisturbed.db']);
      expect(verify(file)).toMatchObject({
        state: 'whole',
        digest: verify(folder.file('undisturbed.db')).digest,
      });
    } finally {
      await demo.close();
      succeeds('umount', '--lazy', volume);
    }
  });
});
