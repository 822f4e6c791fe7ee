/** `status` and `export` as programs: beside a crawl, into pipes that close, onto disks that are full, stopped. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { startDemo } from '../../dist/demo/server.js';
import { PROGRAM, until } from '../support/program.js';
import { page, test } from './site.js';

const QUICK = ['--workers', '1', '--no-progress', '-q'];
/** Enough that what is written does not fit into the buffers of a pipe. */
const LINKS = Array.from({ length: 3_000 }, (_, i) => `/${i}/${'x'.repeat(100)}`);

test('status and export of a small crawl', async ({ folder, serve, expect }) => {
  const site = await serve({ '/': page('Home', ['/gone']) });
  await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
  const status = await folder.run(['status']);
  expect(status.stdout).toContain('crawl.db: 1 of 2 URLs done\n');
  expect(status.stdout).toContain(`  1  ${site.origin}: 1 HTTP 404\n`);
  expect([status.status, status.stderr]).toEqual([0, '']);
  const links = await folder.run(['export', '--what', 'links', '--format', 'csv']);
  expect(links.stdout).toBe(`source,target,nofollow\n${site.origin}/,${site.origin}/gone,0\n`);
  expect([links.status, links.stderr]).toEqual([0, '']);
});

test('both work beside a running crawl, on one moment of it', async ({ folder, expect }) => {
  const demo = await startDemo({ pages: 2_000 });
  const running = folder.start(['--seed', `${demo.origin}/wiki/Kevin_Bacon`, ...QUICK]);
  await until(() => demo.requests() > 300, running);
  const status = await folder.run(['status', '--json']);
  const pages = await folder.run(['export']);
  expect(running.process.exitCode).toBeNull();
  running.process.kill('SIGKILL');
  await running.ended;
  await demo.close();
  const { queue } = JSON.parse(status.stdout) as { queue: Record<string, number> };
  expect(queue['done']).toBeGreaterThan(100);
  const rows = pages.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; found_on: number | null });
  expect(rows.length).toBeGreaterThan(100);
  // A page that was found is never there without the page it was found on.
  const ids = new Set(rows.map(({ id }) => id));
  expect(rows.filter(({ found_on }) => found_on !== null && !ids.has(found_on))).toEqual([]);
});

test('a reader that goes away is a quiet end', async ({ folder, serve, expect }) => {
  const site = await serve({ '/': page('Many', LINKS) });
  await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--max-pages', '1']);
  const running = folder.start(['export', '--what', 'links']);
  await once(running.process.stdout, 'readable');
  running.process.stdout.destroy();
  expect(await running.ended).toMatchObject({ status: 0, signal: null, stderr: '' });
});

test.skipIf(!existsSync('/dev/full'))(
  'standard output on a full disk is told once',
  async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home') });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    const script = `exec "${process.execPath}" "$0" export > /dev/full`;
    const { status, stderr } = await folder.spawn('sh', ['-c', script, PROGRAM]).ended;
    expect(stderr).toBe(
      'orbweaver: cannot write to standard output: ENOSPC: no space left on device, write\n',
    );
    expect(status).toBe(4);
  },
);

test.skipIf(process.platform === 'win32')(
  'Ctrl-C takes away the file that was being written',
  async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home') });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    const file = new BetterSqlite3(folder.file('crawl.db'));
    file.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
        INSERT INTO urls (request_key, host_id, state, hops, seed_hops)
          SELECT 'https://h.example/' || i, 1, 'done', 0, 0 FROM n`);
    file.close();
    const before = await readdir(folder.path);
    const running = folder.start(['export', '--format', 'csv', '--out', 'pages.csv']);
    while (!(await readdir(folder.path)).some((name) => name.endsWith('.tmp')))
      if (running.process.exitCode !== null) throw new Error('it was too quick');
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 130, stdout: '' });
    expect(await readdir(folder.path)).toEqual(before);
  },
);
