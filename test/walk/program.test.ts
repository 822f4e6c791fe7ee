/** `orbweaver walk` as it is typed: what it prints, what it refuses, and files that crawls share with it. */
import { readFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { commandHelp } from '../../dist/cli/help.js';
import { parse } from '../../dist/cli/parse.js';
import { WALK } from '../../dist/cli/walk-command.js';
import { startDemo } from '../../dist/demo/server.js';
import { UsageError } from '../../dist/errors.js';
import { statusSummary } from '../../dist/index.js';
import { endsOf, query, test } from '../manners/bench.js';
import { page } from '../support/site.js';
import { stepsOf, walk, web } from './bench.js';

vi.setConfig({ testTimeout: 60_000 });

/** A row of pages, each leading to the next. */
const ROW = {
  '/': page(['/one'], { title: 'Start' }),
  '/one': page(['/two'], { title: 'One\u001b[2J \u202ebad' }),
  '/two': page([], { title: 'Two' }),
};

test('titles are printed as they are found, what they hold made visible; all else goes to standard error', async ({
  bench,
}) => {
  const site = await bench.site(ROW);
  const args = ['walk', '--seed', `${site.origin}/`, '--db', bench.file()];
  const { stdout, stderr, status } = await bench.run(args);
  expect(status).toBe(0);
  expect(stdout).toBe(
    ['Start', 'Start → One\\x1b[2J \\u{202e}bad', 'One\\x1b[2J \\u{202e}bad → Two']
      .map((line) => `[walker 1] ${line}\n`)
      .join(''),
  );
  expect(stderr).toContain('[walker 1] ends after 2 steps: nothing is left to visit that its way leads to\n');
  expect(stderr).toContain('Finished: 1 walker took 2 steps; ');
  expect(stderr).toContain('    walker 1: 2 steps, then nowhere left to go; last at Two\n');
  expect(stderr).toMatch(/To take the same walk again, into another file: --rng-seed \d+/);
});

test('status tells walkers and their steps', async ({ bench }) => {
  const site = await bench.site(ROW);
  const db = bench.file();
  const seeds = ['/', '/none'].flatMap((path) => ['--seed', `${site.origin}${path}`]);
  await bench.run(['walk', ...seeds, '--db', db, '--rng-seed', '1']);
  const { stdout } = await bench.run(['status', '--db', db]);
  expect(stdout).toContain(`${db}: 2 walkers, 2 steps\n\nwalkers\n`);
  expect(stdout).toContain(`  1  2 steps  at ${site.origin}/two, with nowhere left to go\n`);
  expect(stdout).toContain(`  2  0 steps  no page to start from at ${site.origin}/none\n`);
  const { walkers } = statusSummary(db);
  expect(walkers?.[0]).toEqual({
    walker: 1,
    seed: `${site.origin}/`,
    steps: 2,
    at: `${site.origin}/two`,
    ended: 'nowhere',
  });
});

test('the walk that the README shows is the one that the demo gives', async ({ bench }) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, args = ''] = /dist\/crawl\.js (walk --base .*)\n```\n\n!\[.*\/walk\.svg\)/.exec(readme) ?? [];
  const picture = readFileSync(new URL('../../docs/pictures/walk.svg', import.meta.url), 'utf8');
  const shown = [...picture.matchAll(/>(\[walker .*)<\/text>/g)].map(([, line = '']) =>
    line.replace('&amp;', '&'),
  );
  const demo = await startDemo({ pages: 1000 });
  try {
    const here = args.replace('http://localhost:8080', demo.origin).replace('demo-walk.db', bench.file());
    expect((await bench.run(here.split(' '))).stdout.trim().split('\n')).toEqual(shown);
  } finally {
    await demo.close();
  }
});

test('--json prints an object a move, and the summary last', async ({ bench }) => {
  const site = await bench.site(ROW);
  const seeds = [`${site.origin}/`, `${site.origin}/none`];
  const args = [
    'walk',
    ...seeds.flatMap((seed) => ['--seed', seed]),
    '--db',
    bench.file(),
    '--json',
    '--quiet',
  ];
  const { stdout, stderr, status } = await bench.run([...args, '--rng-seed', '3']);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ kind, walker, step }) => [kind, walker, step])).toEqual([
    ['step', 1, 0],
    ['end', 2, undefined],
    ['step', 1, 1],
    ['step', 1, 2],
    ['end', 1, undefined],
    [undefined, undefined, undefined],
  ]);
  expect(lines[2]).toEqual({
    kind: 'step',
    walker: 1,
    step: 1,
    move: 'link',
    page: { url: `${site.origin}/one`, title: 'One\u001b[2J \u202ebad' },
    from: { url: `${site.origin}/`, title: 'Start' },
    via: null,
  });
  expect(lines.at(-1)).toMatchObject({
    outcome: 'finished',
    exitStatus: 1,
    seedsWithoutPage: [{ url: seeds[1] }],
    walk: {
      rngSeed: 3,
      isRepeatable: true,
      walkers: [
        { walker: 1, seed: seeds[0], steps: 2, ended: 'nowhere', page: { title: 'Two' } },
        { walker: 2, seed: seeds[1], steps: 0, ended: 'no-page', page: null },
      ],
    },
  });
});

test('the same command again has nothing to do and says so; Ctrl-C is gone on from', async ({ bench }) => {
  const site = await bench.site(web(60, (_, body) => ({ body, afterMs: 20 })));
  // With a number that meets no dead end: going back is a line, too.
  const args = [
    'walk',
    '--seed',
    `${site.origin}/0`,
    '--steps',
    '20',
    '--rng-seed',
    '1',
    '--db',
    bench.file(),
  ];
  const running = bench.start(args);
  await site.asked(6);
  const stopped = await running.kill('SIGINT');
  expect(stopped.status).toBe(130);
  expect(stopped.stderr).toContain('Interrupted, nothing is lost');
  const rest = await bench.run(args);
  expect(rest.status).toBe(0);
  // No line is told twice.
  const lines = `${stopped.stdout}${rest.stdout}`.trim().split('\n');
  expect(lines).toHaveLength(21);
  expect(new Set(lines).size).toBe(21);
  const asked = site.hits.length;
  const again = await bench.run(args);
  expect([again.status, again.stdout, site.hits.length]).toEqual([0, '', asked]);
  expect(again.stderr).toContain('Every walker has taken its 20 steps: give more --steps to go on.');
});

test('a crawl takes up what a walk left, and a walk starts from what a crawl has visited', async ({
  bench,
}) => {
  const site = await bench.site(web(60));
  const seeds = [`${site.origin}/0`, `${site.origin}/30`];
  const whole = await bench.crawl({ seeds });
  const shared = bench.file();

  await walk({ seeds, steps: 5, db: shared });
  expect(Object.values(endsOf(shared)).sort()).toEqual([
    ...Array<string>(12).fill('done 200'),
    ...Array<string>(Object.keys(endsOf(shared)).length - 12).fill('skipped unchosen'),
  ]);
  await bench.crawl({ seeds, maxPages: 25, db: shared });
  // The crawl had queued more than it asked for: that is not for walkers to ask for.
  const { ending, totals } = await walk({ seeds, steps: 8, db: shared });
  expect([ending, totals.pages, totals.queued]).toEqual(['finished', 31, 0]);
  expect(stepsOf(shared)).toHaveLength(18);
  await bench.crawl({ seeds, db: shared });
  expect(bench.digest(shared)).toBe(bench.digest(whole.db));

  const asked = site.hits.length;
  const { events } = await walk({ seeds, steps: 9, db: shared });
  expect(events.map(({ kind, walker }) => [kind, walker])).toEqual([
    ['end', 1],
    ['end', 2],
  ]);
  expect(site.hits).toHaveLength(asked);
  expect(new Set(site.paths).size).toBe(61);
});

test('a file that holds another walk, or another crawl, is refused with the difference, and left as it was', async ({
  bench,
}) => {
  const site = await bench.site(web(20));
  const [a, b] = [`${site.origin}/1`, `${site.origin}/2`];
  const db = bench.file();
  const options = { seeds: [a, b], steps: 2, db };
  await walk({ ...options, rngSeed: 5 });
  const before = readFileSync(db);
  const refusals: [object, string][] = [
    [{}, '--rng-seed: not set now, 5 in the file'],
    [{ rngSeed: 6 }, '--rng-seed: 6 now, 5 in the file'],
    [{ rngSeed: 5, seeds: [b, a] }, `walker 1: starts at ${b} now, at ${a} in the file`],
    [{ rngSeed: 5, seeds: [a, b, b] }, 'walkers: 3 seeds given now, 2 in the file'],
    [{ rngSeed: 5, seeds: [a] }, `in the file, not given now`],
  ];
  for (const [change, words] of refusals) {
    const error = await walk({ ...options, ...change }).catch((cause: unknown) => cause);
    expect(error, words).toBeInstanceOf(UsageError);
    expect(`${String(error)} ${(error as UsageError).hint}`).toContain(words);
  }
  expect(readFileSync(db).equals(before)).toBe(true);
});

test('what is not for a walk is refused where it is typed', () => {
  const refusal = (...argv: string[]): UsageError => {
    try {
      parse(['walk', ...argv]);
    } catch (error) {
      return error as UsageError;
    }
    throw new Error('it was accepted');
  };
  expect(refusal().message).toBe('there is no seed to start from');
  expect(refusal('--seed', '/a', '--steps', '0').message).toBe(
    `--steps must be a whole number from 1 to 1,000,000,000, got '0'`,
  );
  expect(refusal('--seed', '/a', '--rng-seed', 'x').message).toContain('--rng-seed must be a whole number');
  for (const flag of ['--max-pages', '--max-follow-depth'])
    expect(refusal('--seed', '/a', flag, '5').message).toBe(`there is no flag ${flag}`);
  expect(commandHelp(WALK)).not.toContain('Your own code');
  expect(refusal('/a').message).toContain("walk does not take the argument '/a'");
});

test('explain knows of what was not chosen', async ({ bench }) => {
  const site = await bench.site(web(20));
  const db = bench.file();
  await walk({ seeds: [`${site.origin}/0`], steps: 2, db });
  const [row] = query<{ url: string }>(db, `SELECT url FROM pages WHERE error = 'unchosen'`);
  const explained = await bench.run(['explain', row?.url ?? '', '--db', db]);
  expect(explained.status).toBe(1);
  expect(explained.stdout).toContain('a walk found it and went other ways');
  expect(() => bench.digest(db)).not.toThrow();
});
