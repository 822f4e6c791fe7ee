/** The same command again: what it goes on with, what may change meanwhile, and what must not. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe } from 'vitest';
import { openForReading } from '../../dist/database/open.js';
import { startDemo } from '../../dist/demo/server.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { SettingsTable } from '../../dist/store/settings.js';
import { digestOf } from '../../dist/verify/digest.js';
import { checkInvariants } from '../../dist/verify/invariants.js';
import { makeOlder } from '../support/older-file.js';
import { type Folder, until } from '../support/program.js';
import { page, type Pages, redirect, test } from './site.js';

const QUICK = ['--workers', '1', '--retries', '0', '--retry-delay', '0.01', '--no-progress'];

/** What a file at rest comes to. */
function verified(
  folder: Folder,
  file: string,
): { faults: unknown; open: unknown; pages: number; digest: string } {
  const database = openForReading(folder.file(file), MIGRATIONS);
  const { faults, open, pages } = checkInvariants(database.connection);
  const digest = digestOf(database.connection);
  database.close();
  return { faults, open, pages, digest };
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

describe.concurrent('resuming', () => {
  test('goes on with other workers, limits and manners, says so first, and ends as if undisturbed', async ({
    folder,
    expect,
    onTestFinished,
  }) => {
    const demo = await startDemo({ pages: 200, latencyMs: 5 });
    onTestFinished(() => demo.close());
    const seed = ['--seed', `${demo.origin}/wiki/Kevin_Bacon`, '--no-progress'];
    const whole = await folder.run([...seed, '--workers', '1', '--db', 'whole.db']);
    expect(whole.status).toBe(0);

    const before = demo.requests();
    const interrupted = folder.start([...seed, '--workers', '2', '--concurrency', '4']);
    await until(() => demo.requests() > before + 80, interrupted);
    interrupted.process.kill('SIGKILL');
    await interrupted.ended;

    const changed = [
      '--workers',
      '1',
      '--concurrency',
      '16',
      '--per-host',
      '8',
      '--delay',
      '0',
      '--timeout',
      '9',
    ];
    const { status, stderr } = await folder.run([
      ...seed,
      ...changed,
      '--max-pages',
      '10000',
      '--header',
      'A: b',
    ]);
    expect(stderr).toMatch(/^resuming: \d+ done, \d+ queued, [1-8] reclaimed\n/);
    expect(status).toBe(0);
    expect(verified(folder, 'crawl.db')).toEqual(verified(folder, 'whole.db'));
  });

  test('is refused with every difference named, and the file is as it was; --fresh starts over', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Home', ['/a']), '/a': page('A') });
    const seed = ['--seed', `${site.origin}/`];
    const made = await folder.run([...seed, ...QUICK, '--exclude', 'old', '--max-pages', '1']);
    expect(made.status).toBe(3);
    const { length } = site.requests;
    const before = await hashOf(folder.file('crawl.db'));

    const changes = '--scope host --profile mediawiki --include a --within main --no-robots'.split(' ');
    const other = [...seed, '--seed', `${site.origin}/two`, ...changes];
    const { status, stdout, stderr } = await folder.run(other);
    expect(stderr).toBe(`orbweaver: crawl.db holds another crawl:
  --seed ${site.origin}/two: given now, not in the file
  --scope: host now, origin in the file
  --profile: mediawiki now, web in the file
  --include a: given now, not in the file
  --exclude old: in the file, not given now
  --within: main now, not set in the file
  robots rules (--no-robots): ignored now, obeyed in the file
  Give the same settings to go on, another file with --db, or --fresh to start over
`);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(await hashOf(folder.file('crawl.db'))).toBe(before);
    expect(site.requests).toHaveLength(length);

    const fresh = await folder.run([...other, ...QUICK, '--fresh']);
    expect(fresh.stderr).not.toContain('resuming');
    expect(fresh.status).toBe(1); // There is no /two.
  });

  test.for([1, MIGRATIONS.length - 1])(
    'refuses another crawl in a file of version %i, byte by byte as it was',
    async (version, { folder, expect }) => {
      const file = folder.file('crawl.db');
      makeOlder(file, version, (connection) =>
        new SettingsTable(connection).write({ seeds: '["http://127.0.0.1:9/"]', scope: 'origin' }),
      );
      const before = await hashOf(file);
      const { status, stderr } = await folder.run(['--seed', 'http://127.0.0.1:9/other', ...QUICK]);
      expect(stderr).toContain('crawl.db holds another crawl:\n  --seed http://127.0.0.1:9/other: given now');
      expect(status).toBe(2);
      expect(await hashOf(file)).toBe(before);
    },
  );

  test('does not mind the order of seeds and patterns', async ({ folder, serve, expect }) => {
    const site = await serve({ '/a': page('A'), '/b': page('B') });
    const base = ['--base', site.origin, ...QUICK];
    const there = ['--seed', '/a', '--seed', '/b', '--exclude', 'x', '--exclude', 'y'];
    const back = ['--seed', '/b', '--seed', '/a', '--seed', '/a', '--exclude', 'y', '--exclude', 'x'];
    expect((await folder.run([...there, ...base])).status).toBe(0);
    expect((await folder.run([...back, ...base])).status).toBe(0);
  });

  test('shows a command that goes on when it is pasted, without --fresh, --retry-failed and the limit', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/a?b=c&d': page('A', ['/b']), '/b': page('B') });
    const args = [
      '--fresh',
      '--retry-failed',
      'status',
      '--seed',
      `${site.origin}/a?b=c&d`,
      '--max-pages',
      '1',
    ];
    const { stdout } = await folder.run([...args, '--json', '-q']);
    const { resumeCommand } = JSON.parse(stdout) as { resumeCommand: string };
    expect(resumeCommand).not.toContain('--fresh');
    expect(resumeCommand).not.toContain('--retry-failed');
    expect(resumeCommand).not.toContain('--max-pages');
    const pasted = await folder.spawn('sh', ['-c', resumeCommand]).ended;
    expect(pasted.stderr).toBe('');
    expect(pasted.status).toBe(0);
    expect(JSON.parse(pasted.stdout)).toMatchObject({ outcome: 'finished', pages: 2, pagesThisRun: 1 });
  });

  test('reopens what a raised --max-depth had cut', async ({ folder, serve, expect }) => {
    const site = await serve({
      '/': page('0', ['/1']),
      '/1': page('1', ['/', '/2']),
      '/2': page('2', ['/3']),
      '/3': page('3'),
    });
    const seed = ['--seed', `${site.origin}/`, ...QUICK];
    const shallow = await folder.run([...seed, '--max-depth', '1']);
    expect(shallow.stderr).toContain(
      '\nFinished: crawl.db holds every page the seeds lead to within --max-depth.\n',
    );
    expect(shallow.stderr).toContain('\n  skipped              1   1 depth\n');
    expect(shallow.status).toBe(0);

    const deeper = await folder.run([...seed, '--max-depth', '2']);
    expect(deeper.stderr).toMatch(/^resuming: 2 done, 1 queued\n/);
    expect(deeper.status).toBe(0);
    expect((await folder.run([...seed, '--max-depth', '2', '--db', 'direct.db'])).status).toBe(0);
    const [now, direct] = [verified(folder, 'crawl.db'), verified(folder, 'direct.db')];
    expect(now).toEqual({ ...direct, faults: [], open: [], pages: 3 });

    expect((await folder.run(seed)).stderr).toContain('\n  pages                4   1 of them in this run\n');
  });
});

describe.concurrent('a run with nothing to do', () => {
  test('says how to ask again for what failed earlier, and --json too', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home', ['/a', '/b']), '/a': { status: 500 } });
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    expect((await folder.run(args)).stderr).not.toContain('--retry-failed');
    const { stdout, stderr } = await folder.run([...args, '--json']);
    expect(stderr).toContain('\nFinished, but 1 URL failed (and 1 answered 4xx). The rest is in crawl.db.\n');
    expect(stderr).toMatch(
      /\n {2}Nothing was left to ask for; 2 URLs failed in an earlier run\. To ask for them\n {2}again, add --retry-failed\.\n$/,
    );
    expect((JSON.parse(stdout) as { advice: string[] }).advice).toEqual([
      'Nothing was left to ask for; 2 URLs failed in an earlier run. To ask for them again, add --retry-failed.',
    ]);
  });

  test('or at its limit foretells no duration; one with less to do a shorter one', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Home', ['/a', '/b']), '/a': page('A'), '/b': page('B') });
    const run = (...flags: string[]) => folder.run(['--seed', `${site.origin}/`, ...QUICK, ...flags]);
    expect((await run('--max-pages', '1')).status).toBe(3);
    const atLimit = await run('--max-pages', '1', '--delay', '20');
    expect(atLimit.stderr).toMatch(/^resuming: .*\n.* 20 s between requests\n\nStopped at --max-pages 1: /);
    const nearLimit = await run('--max-pages', '3', '--delay', '20', '--max-time', '0.1');
    expect(nearLimit.stderr).toContain('\n  so 2 pages take about 40 seconds; --delay changes that\n');
  });
});

describe.concurrent('--retry-failed', () => {
  /** A site in trouble, and what is well again later. */
  const TROUBLE: Pages = {
    '/': page('Home', ['/a', '/b', '/c']),
    '/a': { status: 500 },
    '/b': { status: 404 },
    '/c': redirect('/c'),
  };
  const RECOVERED: Pages = {
    '/a': page('A', ['/d']),
    '/b': page('B', ['/']),
    '/c': redirect('/d'),
    '/d': page('D'),
  };

  test('asks again for all that failed, and ends like a crawl that never failed', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ ...TROUBLE });
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    const first = await folder.run(args);
    expect(first.stderr).toContain('\n  failed               3   1 HTTP 404, 1 HTTP 500, 1 redirect\n');
    expect(first.status).toBe(1);

    Object.assign(site.pages, RECOVERED);
    const again = await folder.run([...args, '--retry-failed']);
    expect(again.stderr).toMatch(/^resuming: 1 done, 3 queued\n/);
    expect(again.status).toBe(0);
    expect((await folder.run([...args, '--db', 'never.db'])).status).toBe(0);
    const [now, never] = [verified(folder, 'crawl.db'), verified(folder, 'never.db')];
    expect(now).toEqual({ ...never, faults: [], open: [], pages: 4 });
  });

  test('asks again only for the code that is given', async ({ folder, serve, expect }) => {
    const site = await serve({ ...TROUBLE });
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    expect((await folder.run(args)).status).toBe(1);
    Object.assign(site.pages, RECOVERED);
    const { length } = site.requests;
    const { status, stderr } = await folder.run([...args, '--retry-failed', 'status']);
    expect(stderr).toContain('\n  failed               1   1 redirect\n');
    expect(status).toBe(1);
    expect(site.requests.slice(length).sort()).toEqual(['/a', '/b', '/d']);
  });

  test('forgives a host that could not be reached', async ({ folder, serve, expect }) => {
    const site = await serve({});
    await site.close();
    const args = ['--seed', `${site.origin}/`, ...QUICK];
    expect((await folder.run(args)).status).toBe(1);
    await serve({ '/': page('Home') }, Number(new URL(site.origin).port));
    expect((await folder.run(args)).status).toBe(1);
    const { status, stderr } = await folder.run([...args, '--retry-failed']);
    expect(stderr).toContain('\nFinished: crawl.db holds every page the seeds lead to.\n');
    expect(status).toBe(0);
    expect(verified(folder, 'crawl.db').faults).toEqual([]);
  });
});
