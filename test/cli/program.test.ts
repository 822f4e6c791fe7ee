/** What the program prints, whole: standard output, standard error and the exit status of each way to run it. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { masked, until } from '../support/program.js';
import { page, type Pages, redirect, test } from './site.js';

/** One of everything. */
const VARIED: Pages = {
  '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /secret\n' },
  '/': page('Home', ['/a', '/a', '/gone', '/moved', '/paper', '/secret', 'https://far.example/x']),
  '/a': page('Page A', ['/', 'https://far.example/y', 'https://other.example/']),
  '/b': page('Page B', ['/hidden'], '<meta name="robots" content="nofollow">'),
  '/moved': redirect('/b'),
  '/paper': { type: 'application/pdf', body: '%PDF-' },
};

const SUMMARY = `
Finished: crawl.db holds every page the seeds lead to.

  pages                3
  links                7
  redirects            1
  failed               1   1 HTTP 404
  skipped              3   1 content-type, 1 nofollow, 1 robots
  out of scope         3   links to 2 hosts
                       2   far.example
                       1   other.example

  561 B read in # s, # pages/s, # MB of memory at most
`;

/** Runs side by side: each test has a folder and a site of its own. */
describe.concurrent('the program', () => {
  // First, because it takes longest.
  test('without a terminal progress is a line now and then, with --no-progress none', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Home', ['/slow']), '/slow': { ...page('Slow'), waitMs: 5_600 } });
    const args = ['--seed', `${site.origin}/`, '--workers', '1'];
    const [shown, hidden] = await Promise.all([
      folder.run(args),
      folder.run([...args, '--db', 'other.db', '--no-progress']),
    ]);
    const summary = (database: string): string => `
Finished: ${database} holds every page the seeds lead to.

  pages                2
  links                1
  redirects            0
  failed               0
  skipped              0

  119 B read in # s, # pages/s, # MB of memory at most
`;
    const limits = 'SITE (private): no limit in flight, no delay\n';
    expect(masked(hidden.stderr)).toBe(limits + summary('other.db'));
    const lines = masked(shown.stderr).replace(limits, '').replace(summary('crawl.db'), '');
    // One, or more where the computer is busy: then before the first page, too.
    expect(lines).toMatch(
      /^(0 done, [^\n]+ s\n)*(1 done, 0 queued, 1 in flight, 0 failed, 0 skipped; [\d.]+ pages\/s now, [\d.]+ average; 72 B; [\d.]+ s\n)+$/,
    );
  });

  test('a finished crawl prints its limits and a summary on standard error; --quiet nothing', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve(VARIED);
    const args = ['--seed', `${site.origin}/`, '--workers', '1', '--no-progress'];
    const { status, stdout, stderr } = await folder.run(args);
    expect(masked(stderr)).toBe(`SITE (private): no limit in flight, no delay\n${SUMMARY}`);
    expect(stdout).toBe('');
    expect(status).toBe(0);
    const silent = { status: 0, signal: null, stdout: '', stderr: '' };
    expect(await folder.run([...args, '-q'])).toEqual(silent);
    expect(await folder.run([...args, '-q', '--fresh'])).toEqual(silent);
  });

  test('--json prints one object on standard output, and its counts are those of the file', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve(VARIED);
    const args = ['--seed', `${site.origin}/`, '--workers', '2', '--json', '--quiet'];
    const { status, stdout, stderr } = await folder.run(args);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(documentedFields()).toEqual(Object.keys(summary).sort());
    expect(summary).toEqual({
      outcome: 'finished',
      exitStatus: 0,
      limit: null,
      database: 'crawl.db',
      resumeCommand: null,
      startsAfresh: false,
      pages: 3,
      links: 7,
      redirects: 1,
      queued: 0,
      failed: { status: 1 },
      failedStatuses: { 404: 1 },
      skipped: { 'content-type': 1, nofollow: 1, robots: 1 },
      outOfScope: {
        links: 3,
        hosts: 2,
        top: [
          { host: 'far.example', links: 2 },
          { host: 'other.example', links: 1 },
        ],
      },
      filteredLinks: 0,
      strippedLinks: 0,
      sitemaps: { read: 0, missing: 0, failed: 0, pages: 0 },
      patterns: [],
      heldBackByHost: 0,
      tasksTooDeep: 0,
      seedsWithoutPage: [],
      hostsGivenUp: [],
      advice: [],
      executors: [],
      executorFailures: [],
      statusCommand: null,
      tasks: null,
      walk: null,
      taskFailures: null,
      pagesThisRun: 3,
      bytesThisRun: 561,
      elapsedMs: expect.any(Number) as number,
      pagesPerSecond: expect.any(Number) as number,
      peakMemoryBytes: expect.any(Number) as number,
    });

    const database = new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
    const value = (sql: string): unknown => database.prepare(sql).pluck().get();
    const tally = (sql: string): unknown =>
      Object.fromEntries(database.prepare(sql).raw().all() as [string, number][]);
    expect(value(`SELECT count(*) FROM pages WHERE state = 'done' AND http_status = 200`)).toBe(
      summary['pages'],
    );
    expect(value('SELECT count(*) FROM links')).toBe(summary['links']);
    expect(value(`SELECT count(*) FROM pages WHERE state = 'done' AND redirect_to IS NOT NULL`)).toBe(
      summary['redirects'],
    );
    expect(value(`SELECT count(*) FROM pages WHERE state IN ('queued', 'leased')`)).toBe(summary['queued']);
    expect(value('SELECT sum(body_bytes) FROM pages')).toBe(summary['bytesThisRun']);
    for (const state of ['failed', 'skipped']) {
      expect(tally(`SELECT error, count(*) FROM pages WHERE state = '${state}' GROUP BY 1`)).toEqual(
        summary[state],
      );
    }
    expect(tally(`SELECT http_status, count(*) FROM pages WHERE error = 'status' GROUP BY 1`)).toEqual(
      summary['failedStatuses'],
    );
    database.close();
  });

  test('--verbose prints a line for every URL that was asked for, with thread and title', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve(VARIED);
    const { stderr } = await folder.run(['--seed', `${site.origin}/`, '--workers', '2', '--verbose']);
    const lines = masked(stderr)
      .split('\n')
      .filter((line) => line.startsWith('['))
      .map((line) => line.replace(/^\[thread [12]\] {3}(.*?) {2}[\d.]+ m?s {2}/, '[thread N] $1 # '));
    expect(lines.sort()).toEqual([
      '[thread N] 200  depth 0 # Home  http://SITE/',
      '[thread N] 200  depth 1 # Page A  http://SITE/a',
      '[thread N] 200  depth 1 # Page B  http://SITE/b',
      '[thread N] 200  depth 1 # http://SITE/paper  skipped: content-type application/pdf',
      '[thread N] 302  depth 1 # http://SITE/moved  → http://SITE/b',
      '[thread N] 404  depth 1 # http://SITE/gone  failed: HTTP 404',
    ]);
  });

  test('a public host is announced with what its limits mean for the duration', async ({
    folder,
    expect,
  }) => {
    const args = ['--seed', 'http://nowhere.invalid/', '--workers', '4', '--max-time', '0.1'];
    const { stderr } = await folder.run(args);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      'nowhere.invalid (public): at most 2 requests in flight, 1 s between requests',
      'politeness, not workers, bounds the speed: at most 1 page/s,',
      '  so 1,000 pages take about 17 minutes; --delay changes that',
    ]);
  });

  test('seeds come from files and standard input, comments and blank lines left out', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/a': page('A'), '/b': page('B') });
    const input = `# two seeds\n\n  ${site.origin}/a\r\n/b\n`;
    const args = ['--seeds', '-', '--base', site.origin, '--workers', '1', '--json', '-q'];
    const { status, stdout } = await folder.run(args, input);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ pages: 2, links: 0 });
  });

  test.skipIf(process.platform !== 'linux')(
    'Ctrl-C ends the wait for seeds at once, and nothing is left behind',
    async ({ folder, expect }) => {
      const running = folder.start(['--seeds', '-']);
      await until(() => minds(running.process.pid, 1), running); // SIGHUP: Node itself has no handler for it.
      running.process.kill('SIGINT');
      expect(await running.ended).toEqual({ status: 130, signal: null, stdout: '', stderr: '' });
      expect(await readdir(folder.path)).toEqual([]);
    },
  );

  test('an answer without a type is said to have none', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': { status: 204, type: '' } });
    const args = ['--seed', `${site.origin}/`, '--workers', '1', '--verbose'];
    expect((await folder.run(args)).stderr).toMatch(/\/ {2}skipped: content-type not given\n/);
  });

  test('a host that rests again and again is spoken of once', async ({ folder, serve, expect }) => {
    const site = await serve({
      '/': page('Home', ['/a', '/b']),
      '/a': { status: 503 },
      '/b': { status: 503 },
    });
    const args = ['--seed', `${site.origin}/`, '--workers', '1', '--retry-delay', '0.01', '--no-progress'];
    const { stderr } = await folder.run(args);
    expect(masked(stderr).split('\n').slice(0, 4)).toEqual([
      'SITE (private): no limit in flight, no delay',
      'http://SITE rests for under a second: status 503',
      '',
      'Finished, but 2 URLs failed. The rest is in crawl.db.',
    ]);
  });

  test('https to a plain http port is told what it may be', async ({ folder, serve, expect }) => {
    const site = await serve({});
    const seed = site.origin.replace('http:', 'https:');
    const { stderr } = await folder.run(['--seed', seed, '--workers', '1', '--retries', '0']);
    expect(stderr).toMatch(/\ngiving up https:\S+ \(tls\): .* – is this a plain http port\? try http:\/\/\n/);
  });

  test('a first page without #bodyContent gets the advice to try another profile', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/wiki/X': page('X', ['/wiki/Y']) });
    const { status, stderr } = await folder.run([
      '--seed',
      '/wiki/X',
      '--base',
      site.origin,
      '--workers',
      '1',
    ]);
    expect(status).toBe(0);
    const [, notice, ...summary] = masked(stderr).split('\n');
    expect(notice).toBe(
      'http://SITE/wiki/X has no element #bodyContent, so no links were taken from it; if this is no MediaWiki site, try --profile web',
    );
    expect(summary.join('\n')).not.toContain('#bodyContent'); // Once is enough.
  });

  test('a seed that redirects away widens the crawl and says so', async ({ folder, serve, expect }) => {
    const other = await serve({ '/': page('There', ['/in']), '/in': page('In') });
    const site = await serve({ '/': redirect(`${other.origin}/`) });
    const { status, stderr } = await folder.run(['--seed', `${site.origin}/`, '--workers', '1']);
    expect(status).toBe(0);
    expect(stderr).toContain(
      `the seed was redirected: ${other.origin} now belongs to the crawl (${other.origin}/)\n`,
    );
    expect(stderr).toContain('\n  pages                2\n');
  });
});

describe('texts asked for', () => {
  test('--version prints the version on standard output', async ({ folder }) => {
    const ended = await folder.run(['--version']);
    expect(ended).toEqual({ status: 0, signal: null, stdout: '0.1.0\n', stderr: '' });
  });

  test.for([
    [['--help'], 'Orbweaver 0.1.0: covers a whole web site and leaves one SQLite file.\n'],
    [['--seed', 'nonsense', '--nonsense', '--help'], 'Orbweaver 0.1.0: covers a whole web site'],
    [['demo', '--help'], 'Usage: orbweaver demo [options]\n'],
    [['verify', '--help'], 'Usage: orbweaver verify <file> [options]\n'],
  ] as const)('%j prints help on standard output', async ([args, beginning], { folder }) => {
    const { status, stdout, stderr } = await folder.run(args);
    expect(stdout.startsWith(beginning)).toBe(true);
    expect(stdout).toContain('\nExit status:\n');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

/** Names in the README's table of the fields of --json. */
function documentedFields(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = /\| field \| .*\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '';
  const names = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)]);
  return names.map(([, name = '']) => name).sort();
}

/** Whether a process has a handler for a signal of its own: before that, a signal ends it. */
function minds(pid: number | undefined, signal: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
}
