/** What `verify` says of whole, unfinished, faulty, foreign and missing files. */
import { readFile, writeFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe } from 'vitest';
import { startDemo } from '../../dist/demo/server.js';
import { masked, until } from '../support/program.js';
import { page, test } from './site.js';

const QUICK = ['--workers', '1', '--no-progress', '-q'];
const THREE = { '/': page('0', ['/1', '/2']), '/1': page('1'), '/2': page('2', ['/']) };

/** Ways to spoil a file, and what is said of them. */
const SPOILT: readonly (readonly [sql: string, fault: string])[] = [
  ['DELETE FROM links WHERE source_id = 1 AND target_id = 2', '1 page misses links that were filed for it'],
  ['DELETE FROM records WHERE id = 2', '1 finished URL has no record of its answer'],
  ['UPDATE urls SET depth = 7 WHERE id = 2', '1 depth is not the shortest distance from a starting point'],
  [`UPDATE urls SET error = 'robots' WHERE id = 2`, '1 queued or finished URL carries a reason'],
  ['UPDATE hosts SET claimable = 5', '1 host counts other claimable URLs than there are'],
  ['INSERT INTO links VALUES (1, 99, 0)', '1 link leads to an unknown URL'],
];

describe.concurrent('verify', () => {
  test('on a whole file', async ({ folder, serve, expect }) => {
    const site = await serve(THREE);
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    const { status, stdout, stderr } = await folder.run(['verify', 'crawl.db']);
    expect(masked(stdout)).toBe('crawl.db is whole and consistent: 3 pages, 3 links\n  digest DIGEST\n');
    expect(stderr).toBe('');
    expect(status).toBe(0);

    const json = await folder.run(['verify', 'crawl.db', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      file: 'crawl.db',
      state: 'whole',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      pages: 3,
      links: 3,
      downloads: 0,
      faults: [],
      open: [],
    });
  });

  test('on an unfinished file', async ({ folder, serve, expect }) => {
    const site = await serve(THREE);
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--max-pages', '1']);
    const { status, stdout } = await folder.run(['verify', 'crawl.db']);
    expect(masked(stdout)).toBe(`crawl.db is sound, and not finished: 1 page, 2 links
  open: 2 URLs are queued, for example http://SITE/1
  digest DIGEST
`);
    expect(status).toBe(0);
  });

  test('on a file that is being written: one moment of it, and no faults', async ({ folder, expect }) => {
    const demo = await startDemo({ pages: 2_000 });
    const running = folder.start(['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK]);
    await until(() => demo.requests() > 300, running);
    const { status, stdout } = await folder.run(['verify', 'crawl.db']);
    running.process.kill('SIGKILL');
    await running.ended;
    await demo.close();
    expect(stdout).toMatch(/^crawl\.db is sound, and not finished: /);
    expect(stdout).not.toContain('undefined');
    expect(status).toBe(0);
  });

  test('on spoilt files', async ({ folder, serve, expect }) => {
    const site = await serve(THREE);
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    for (const [sql, fault] of SPOILT) {
      const database = new BetterSqlite3(folder.file('crawl.db'));
      await database.backup(folder.file('spoilt.db'));
      database.close();
      const spoilt = new BetterSqlite3(folder.file('spoilt.db'));
      spoilt.exec(sql);
      spoilt.close();
      const { status, stdout } = await folder.run(['verify', 'spoilt.db']);
      expect(stdout).toMatch(/^spoilt\.db has faults: /);
      expect(stdout).toContain(`\n  fault: ${fault}, for example `);
      expect(status).toBe(1);
    }
  });

  test('on damaged files: a fault, no digest, and no counts', async ({ folder, serve, expect }) => {
    const links = Array.from({ length: 400 }, (_, i) => `/${i}`);
    const site = await serve({ '/': page('Many', links) });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--max-pages', '1']);
    const whole = await readFile(folder.file('crawl.db'));
    const pageBytes = whole.readUInt16BE(16);
    const spoil = (from: number, to: number) => Buffer.from(whole).fill(0xaa, from, to);
    for (const [name, bytes] of [
      ['in the middle', spoil(pageBytes * 4, whole.length - pageBytes)],
      ['in the schema', spoil(100, 2_000)],
      ['in the header', spoil(16, 20)],
      ['cut', whole.subarray(0, whole.length / 2)],
    ] as const) {
      await writeFile(folder.file('damaged.db'), bytes);
      const { status, stdout, stderr } = await folder.run(['verify', 'damaged.db']);
      expect(stdout, name).toMatch(
        /^damaged\.db is damaged; what it holds was not checked\n {2}fault: \d+ places? in the file (is|are) damaged, for example .+\n$/,
      );
      expect(stderr, name).toBe('');
      expect(status, name).toBe(1);

      const json = await folder.run(['verify', 'damaged.db', '--json']);
      expect(JSON.parse(json.stdout), name).toMatchObject({
        state: 'faulty',
        digest: null,
        pages: 0,
        open: [],
      });
    }
  });

  test.skipIf(process.platform === 'win32')(
    'dies of Ctrl-C at once, wherever it is',
    async ({ folder, serve, expect }) => {
      const site = await serve(THREE);
      await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
      // It waits for whoever holds the file, in one piece that lets no handler run.
      const holder = new BetterSqlite3(folder.file('crawl.db'));
      holder.exec('BEGIN EXCLUSIVE');
      const running = folder.start(['verify', 'crawl.db']);
      await new Promise((resolve) => setTimeout(resolve, 700));
      running.process.kill('SIGINT');
      expect(await running.ended).toEqual({ status: null, signal: 'SIGINT', stdout: '', stderr: '' });
      holder.close();
    },
  );

  test('on what is no file of ours', async ({ folder, expect }) => {
    await writeFile(folder.file('notes.txt'), 'to do: nothing\n');
    const foreign = new BetterSqlite3(folder.file('other.db'));
    foreign.exec('CREATE TABLE t (a)');
    foreign.close();
    for (const [file, said] of [
      ['missing.db', `there is no file ${folder.file('missing.db')}`],
      ['notes.txt', `${folder.file('notes.txt')} is not a SQLite file`],
      ['other.db', `${folder.file('other.db')} is a SQLite file of another program`],
    ] as const) {
      const { status, stdout, stderr } = await folder.run(['verify', file]);
      expect(stderr.split('\n')[0]).toBe(`orbweaver: ${said}`);
      expect(stdout).toBe('');
      expect(status).toBe(4);
    }
  });
});
