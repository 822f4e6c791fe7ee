/** Every exit status of the table, reached by a run of the program, and again by running it once more. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe } from 'vitest';
import { type Folder, PROGRAM, type Running, until } from '../support/program.js';
import { endless, page, redirect, type Answer, test } from './site.js';

const isWindows = process.platform === 'win32';
/** Quick about failing, and about everything else. */
const QUICK = ['--workers', '1', '--retries', '0', '--retry-delay', '0.01', '--no-progress'];

/** What an answer takes that nobody waits for: far longer than it takes to leave, on a busy machine too. */
const SLOW_MS = 8_000;

/** What pages may answer that ends a crawl with 1, and how the summary counts them. */
const FAULTS: readonly (readonly [name: string, answers: readonly Answer[], counted: string])[] = [
  ['500', [{ status: 500 }], '1 HTTP 500'],
  ['429, five times', [{ status: 429 }], '1 HTTP 429'],
  [
    'too late, too much, or a redirect to itself',
    [{ ...page('late'), waitMs: 5_000 }, page('x'.repeat(2_000)), redirect('/2')],
    '1 redirect, 1 timeout, 1 too-large',
  ],
];

describe.concurrent('finished', () => {
  test('with 0 whatever 4xx there were, with 1 under --fail-on-broken; the same again without a request', async ({
    folder,
    serve,
    expect,
  }) => {
    const links = ['/gone', '/forbidden', '/moved', '/paper', '/good'];
    const site = await serve({
      '/': page('Start', links),
      '/good': page('Good'),
      '/forbidden': { status: 403 },
      '/moved': redirect('/nowhere'),
      '/paper': { type: 'application/pdf' },
    });
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    const first = await folder.run(args);
    expect(first.stderr).toContain('\nFinished: crawl.db holds every page the seeds lead to.\n');
    expect(first.status).toBe(0);

    const { length } = site.requests;
    const strict = await folder.run([...args, '--fail-on-broken']);
    expect(strict.stderr).toContain('\nFinished, but 3 URLs answered with a 4xx status.');
    expect(strict.status).toBe(1);
    expect((await folder.run(args)).status).toBe(0);
    expect(site.requests).toHaveLength(length);
  });

  test.for(FAULTS)('with 1 when pages answer %s', async ([, answers, counted], { folder, serve, expect }) => {
    const pages = answers.map((answer, i) => [`/${i}`, answer] as const);
    const links = pages.map(([path]) => path);
    const site = await serve({ '/': page('Start', links), ...Object.fromEntries(pages) });
    const args = ['--seed', `${site.origin}/`, ...QUICK, '--timeout', '0.3', '--max-body', '1000'];
    const { status, stderr } = await folder.run(args);
    const { length } = answers;
    expect(stderr).toContain(`\nFinished, but ${length} URL${length > 1 ? 's' : ''} failed.`);
    expect(stderr).toContain(`\n  failed               ${length}   ${counted}\n`);
    expect(status).toBe(1);

    const asked = site.requests.length;
    expect((await folder.run(args)).status).toBe(1);
    expect(site.requests).toHaveLength(asked);
  });

  test('with 1 when seeds lead to no page, and says why', async ({ folder, serve, expect }) => {
    const site = await serve({
      '/broken': { status: 500 },
      '/paper': { type: 'application/pdf' },
      '/moved': redirect('/nowhere'),
      '/astray': redirect('http://far.invalid:99999/'),
    });
    const seeds = ['/gone', '/broken', '/paper', '/moved', '/astray'].flatMap((path) => ['--seed', path]);
    const { status, stderr } = await folder.run([...seeds, '--base', site.origin, ...QUICK]);
    expect(stderr).toContain(`
  seeds that led to no page
    ${site.origin}/gone (HTTP 404)
    ${site.origin}/broken (HTTP 500)
    ${site.origin}/paper (content-type)
    ${site.origin}/moved (HTTP 404)
    ${site.origin}/astray (redirect)
`);
    expect(status).toBe(1);
  });

  test('a seed that robots.txt forbids', async ({ folder, serve, expect }) => {
    const robots = { type: 'text/plain', body: 'User-agent: *\nDisallow: /' };
    const site = await serve({ '/robots.txt': robots, '/seed': page('Seed') });
    const args = ['--seed', `${site.origin}/seed`, ...QUICK];
    const { status, stderr } = await folder.run(args);
    expect(stderr).toContain(`\n  seeds that led to no page\n    ${site.origin}/seed (robots)\n`);
    expect(status).toBe(1);
    expect((await folder.run(args)).status).toBe(1);
    expect(site.requests).toEqual(['/robots.txt']);
  });

  test('a page that robots.txt forbids is no failure', async ({ folder, serve, expect }) => {
    const robots = { type: 'text/plain', body: 'User-agent: *\nDisallow: /private' };
    const site = await serve({ '/robots.txt': robots, '/seed': page('Seed', ['/private']) });
    const { status, stderr } = await folder.run(['--seed', `${site.origin}/seed`, ...QUICK]);
    expect(stderr).toContain('\n  skipped              1   1 robots\n');
    expect(status).toBe(0);
  });

  test('a seed on a port where nobody listens', async ({ folder, serve, expect }) => {
    const site = await serve({});
    await site.close();
    const { status, stderr } = await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    expect(stderr).toContain(`giving up ${site.origin} (connect): `);
    expect(stderr).toContain(`\n  seeds that led to no page\n    ${site.origin}/ (connect)\n`);
    expect(status).toBe(1);
  });

  test('a seed on a host that does not exist', async ({ folder, expect }) => {
    const { status, stderr } = await folder.run(['--seed', 'http://nowhere.invalid/', ...QUICK]);
    expect(stderr).toContain('giving up http://nowhere.invalid (dns): ');
    expect(stderr).toContain('\n  seeds that led to no page\n    http://nowhere.invalid/ (dns)\n');
    expect(status).toBe(1);
  });
});

describe.concurrent('stopped', () => {
  test('at --max-pages with 3, and again without a request; with a higher limit it goes on', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({
      '/': page('0', ['/1', '/2', '/3']),
      '/1': page('1'),
      '/2': page('2'),
      '/3': page('3'),
    });
    const run = (max: number) =>
      folder.run(['--seed', `${site.origin}/`, ...QUICK, '--max-pages', String(max), '--json']);
    const first = await run(2);
    expect(first.status).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({
      outcome: 'limit',
      limit: '--max-pages 2',
      pages: 2,
      queued: 2,
    });
    expect(first.stderr).toContain('\nStopped at --max-pages 2: 2 URLs still queued in crawl.db.\n');

    const { length } = site.requests;
    const again = await run(2);
    expect(again.status).toBe(3);
    expect(JSON.parse(again.stdout)).toMatchObject({
      outcome: 'limit',
      pages: 2,
      queued: 2,
      pagesThisRun: 0,
    });
    expect(site.requests).toHaveLength(length);

    const more = await run(3);
    expect(more.status).toBe(3);
    expect(JSON.parse(more.stdout)).toMatchObject({ pages: 3, queued: 1, pagesThisRun: 1 });

    const exactly = await run(4);
    expect(exactly.status).toBe(0);
    expect(JSON.parse(exactly.stdout)).toMatchObject({ outcome: 'finished', pages: 4, queued: 0 });
  });

  test('at --max-time with 3, which counts one run', async ({ folder, serve, expect }) => {
    const site = await serve(endless(20));
    const args = ['--seed', `${site.origin}/0`, ...QUICK, '--max-time', '0.4'];
    const first = await folder.run(args);
    expect(first.stderr).toContain('\nStopped at --max-time 0.4: 1 URL still queued in crawl.db.\n');
    expect(first.stderr).toContain('\n  To go on, run the same command again:\n');
    expect(first.status).toBe(3);
    const { length } = site.requests;
    expect((await folder.run(args)).status).toBe(3);
    expect(site.requests.length).toBeGreaterThan(length);
  });

  test.skipIf(isWindows)('between two requests nothing is waited for', async ({ folder, serve, expect }) => {
    const site = await serve(endless(0));
    const running = folder.start([
      '--seed',
      `${site.origin}/0`,
      ...QUICK,
      '--delay',
      '30',
      '--no-robots',
      '--verbose',
    ]);
    await until(() => running.stderrSoFar().includes(`${site.origin}/0`), running);
    running.process.kill('SIGINT');
    const { stderr } = await running.ended;
    expect(stderr).toContain('\nstopping: 0 requests under way; again to leave at once\n');
  });

  test.skipIf(isWindows).for([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s with %i, after what is under way has been filed',
    async ([signal, expected], { folder, serve, expect }) => {
      const site = await serve(endless(50));
      const running = folder.start(['--seed', `${site.origin}/0`, ...QUICK]);
      await until(() => site.requests.length > 3, running);
      running.process.kill(signal);
      const { status, stderr } = await running.ended;
      expect(stderr).toMatch(/\nstopping: [01] requests? /);
      expect(stderr).toContain('\nInterrupted, nothing is lost: 1 URL still queued in crawl.db.\n');
      expect(stderr).toContain('\n  To go on, run the same command again:\n');
      expect(status).toBe(expected);

      const database = new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
      expect(database.prepare('SELECT outcome, exit_status FROM runs').raw().all()).toEqual([
        ['stopped', expected],
      ]);
      expect(database.prepare(`SELECT count(*) FROM pages WHERE state = 'leased'`).pluck().get()).toBe(0);
      expect(database.prepare(`SELECT count(*) FROM pages WHERE state = 'done'`).pluck().get()).toBe(
        site.requests.length - 1, // One of them was robots.txt.
      );
      database.close();
    },
  );

  test.skipIf(isWindows)(
    'by a second signal at once, and the next start goes on',
    async ({ folder, serve, expect }) => {
      const site = await serve({
        '/': page('Start', ['/slow']),
        '/slow': { ...page('Slow'), waitMs: SLOW_MS },
      });
      const args = ['--seed', `${site.origin}/`, ...QUICK];
      const running = folder.start(args);
      await until(() => site.requests.includes('/slow'), running);
      running.process.kill('SIGINT');
      await until(() => running.stderrSoFar().includes('stopping: '), running);
      const at = Date.now();
      running.process.kill('SIGINT');
      const ended = await running.ended;
      // As a shell sees it: 130.
      expect([ended.status, ended.signal]).toEqual([null, 'SIGINT']);
      expect(ended.stderr).toMatch(/\nstopping: .*\n\nleft at once; nothing is lost\n$/);
      expect(Date.now() - at).toBeLessThan(SLOW_MS / 2);

      site.pages['/slow'] = page('Slow');
      const { status, stderr } = await folder.run(args);
      expect(stderr.split('\n')[0]).toBe('resuming: 1 done, 1 queued, 1 reclaimed');
      expect(status).toBe(0);
    },
  );
});

describe.concurrent('the file is refused with 4, and untouched', () => {
  const refused = 'Choose another file';

  test('not a SQLite file', async ({ folder, expect }) => {
    await writeFile(folder.file('crawl.db'), 'Dear diary, '.repeat(100));
    const before = await fingerprint(folder.path);
    const { status, stderr } = await folder.run(['--seed', '/x', '--fresh']);
    expect(stderr).toBe(`orbweaver: ${folder.file('crawl.db')} is not a SQLite file\n  ${refused}\n`);
    expect(status).toBe(4);
    expect(await fingerprint(folder.path)).toEqual(before);
  });

  test('the SQLite file of another program', async ({ folder, expect }) => {
    const other = new BetterSqlite3(folder.file('crawl.db'));
    other.exec('CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES (1)');
    other.close();
    const before = await fingerprint(folder.path);
    const { status, stderr } = await folder.run(['--seed', '/x', '--fresh']);
    expect(stderr).toBe(
      `orbweaver: ${folder.file('crawl.db')} is a SQLite file of another program\n  ${refused}\n`,
    );
    expect(status).toBe(4);
    expect(await fingerprint(folder.path)).toEqual(before);
  });

  test('a file of a newer version', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('One') });
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    expect((await folder.run(args)).status).toBe(0);
    const file = new BetterSqlite3(folder.file('crawl.db'));
    file.pragma('user_version = 99');
    file.close();
    const before = await fingerprint(folder.path);
    const { status, stderr } = await folder.run(args);
    expect(stderr).toMatch(
      /^orbweaver: \S+crawl\.db has schema version 99; this program knows up to \d+\n {2}It was written by a newer Orbweaver: use that one\n$/,
    );
    expect(status).toBe(4);
    expect((await folder.run(['verify', 'crawl.db'])).status).toBe(4);
    expect(await fingerprint(folder.path)).toEqual(before);
  });

  test('a folder', async ({ folder, expect }) => {
    await mkdir(folder.file('crawl.db'));
    const { status, stderr } = await folder.run(['--seed', '/x']);
    expect(stderr).toContain('orbweaver: ');
    expect(stderr).toContain(folder.file('crawl.db'));
    expect(status).toBe(4);
    expect(await readdir(folder.path)).toEqual(['crawl.db']);
  });

  test('in a folder that does not exist', async ({ folder, expect }) => {
    const { status, stderr } = await folder.run(['--seed', '/x', '--db', 'missing/crawl.db']);
    expect(stderr).toContain(folder.file('missing'));
    expect(status).toBe(4);
    expect(await readdir(folder.path)).toEqual([]);
  });

  // Nobody may write there, the administrator included.
  test.skipIf(process.platform !== 'linux')(
    'in a place where nothing can be written',
    async ({ folder, expect }) => {
      const { status, stderr } = await folder.run(['--seed', '/x', '--db', '/proc/crawl.db']);
      expect(stderr).toMatch(/^orbweaver: cannot write in \/proc: /);
      expect(status).toBe(4);
    },
  );

  test.skipIf(isWindows || process.getuid?.() === 0)('in a read-only folder', async ({ folder, expect }) => {
    await mkdir(folder.file('closed'));
    await chmod(folder.file('closed'), 0o555);
    const { status, stderr } = await folder.run(['--seed', '/x', '--db', 'closed/crawl.db']);
    expect(stderr).toMatch(/^orbweaver: cannot write in /);
    expect(status).toBe(4);
  });

  test.skipIf(isWindows)('a file that cannot grow any more', async ({ folder, serve, expect }) => {
    const links = Array.from({ length: 3_000 }, (_, i) => `/${String(i).padStart(300, 'x')}`);
    const site = await serve({ '/': page('Many', links) });
    const args = ['--seed', `${site.origin}/`, ...QUICK, '--max-depth', '0'];
    // Blocks of 512 or 1,024 bytes, as the shell has it: room for the empty file, not for the links.
    const limited = 'ulimit -f 600; exec "$NODE" "$PROGRAM" "$@"';
    const env = { NODE: process.execPath, PROGRAM };
    const { status, stderr } = await folder.spawn('sh', ['-c', limited, 'sh', ...args], env).ended;
    expect(stderr).toMatch(/\norbweaver: cannot write \S+crawl\.db: /);
    expect(status).toBe(4);
    const check = await folder.run(['verify', 'crawl.db']);
    expect(check.stdout).toMatch(/^crawl\.db is sound, and not finished: /);
    expect((await folder.run(args)).status).toBe(0);
  });
});

/** As clusters and containers do it; the compiled scan of a thread would take some ten gigabytes of them. */
test.skipIf(process.platform !== 'linux')(
  'a process with few addresses reads its pages all the same',
  async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Start', ['/a', '/b']), '/a': page('A'), '/b': page('B', ['/a']) });
    const limited = 'ulimit -v 16000000; exec "$NODE" "$PROGRAM" "$@"';
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    const env = { NODE: process.execPath, PROGRAM };
    const { status } = await folder.spawn('sh', ['-c', limited, 'sh', ...args], env).ended;
    expect(status).toBe(0);
    expect((await folder.run(['verify', 'crawl.db'])).stdout).toContain('3 pages, 3 links');
  },
);

/** A file of the system on which every write fails: no space is left. */
describe.skipIf(!existsSync('/dev/full'))('what is printed cannot be written', { concurrent: true }, () => {
  const FULL = 'cannot write to standard output: ENOSPC: no space left on device, write';

  test('standard output: said in one line, with 4; the crawl is in the file', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Start') });
    const crawl = ['--seed', `${site.origin}/`, ...QUICK, '-q', '--json'];
    for (const args of [crawl, ['verify', 'crawl.db'], ['--help'], ['demo']]) {
      const { status, stderr } = await redirected(folder, args, '>/dev/full').ended;
      expect(stderr).toBe(
        `${args[0] === 'demo' ? 'serving 1,000 pages; Ctrl-C ends it\n' : ''}orbweaver: ${FULL}\n`,
      );
      expect(status, args.join(' ')).toBe(4);
    }
    expect((await folder.run(['verify', 'crawl.db'])).stdout).toMatch(/^crawl\.db is whole and consistent/);
  });

  test('standard error: the crawl goes on, and ends as it would', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Start', ['/a']), '/a': page('A') });
    const args = ['--seed', `${site.origin}/`, '--workers', '1', '-v', '--json'];
    const { status, stdout } = await redirected(folder, args, '2>/dev/full').ended;
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'finished', pages: 2 });
    expect(status).toBe(0);
  });
});

/** Starts the program with one of its streams led elsewhere, as a shell does it. */
function redirected(folder: Folder, args: readonly string[], redirection: string): Running {
  const env = { NODE: process.execPath, PROGRAM };
  return folder.spawn('sh', ['-c', `exec "$NODE" "$PROGRAM" "$@" ${redirection}`, 'sh', ...args], env);
}

describe.concurrent('nobody reads any more', () => {
  test('standard output is closed: it ends quietly, and the file is finished', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Start', ['/a']), '/a': page('A') });
    const running = folder.start(['--seed', `${site.origin}/`, ...QUICK, '--json']);
    running.process.stdout.destroy();
    const { status, stderr } = await running.ended;
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      `${new URL(site.origin).host} (private): no limit in flight, no delay`,
      '',
      'Finished: crawl.db holds every page the seeds lead to.',
    ]);
    expect(stderr).toMatch(/ of memory at most\n$/);
    expect(status).toBe(0);
  });

  test('standard error is closed: it ends quietly and can be gone on with', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve(endless(10));
    const args = ['--seed', `${site.origin}/0`, ...QUICK, '--verbose'];
    const running = folder.start(args);
    await until(() => site.requests.length > 3, running);
    running.process.stderr.destroy();
    const { status, signal, stdout } = await running.ended;
    expect({ status, signal, stdout }).toEqual({ status: 130, signal: null, stdout: '' });
    const { stderr } = await folder.run([...args, '--max-time', '0.1']);
    expect(stderr).toMatch(/^resuming: \d+ done, 1 queued\n/);
  });

  test('a page of help is closed: it ends quietly', async ({ folder, expect }) => {
    const running = folder.start(['--help']);
    running.process.stdout.destroy();
    const { status, stderr } = await running.ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** Names and contents of everything in a folder, SQLite's own side files left out. */
async function fingerprint(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).filter((name) => !/-(lock|wal|shm)$/.test(name));
  const entries = names.map(async (name) => [
    name,
    createHash('sha256')
      .update(await readFile(`${path}/${name}`))
      .digest('hex'),
  ]);
  return Object.fromEntries((await Promise.all(entries)) as [string, string][]);
}
