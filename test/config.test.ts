import { resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { CRAWL_FLAGS } from '../dist/cli/flags.js';
import { parse } from '../dist/cli/parse.js';
import { resolveConfig, type CrawlConfig } from '../dist/config/config.js';
import { describeDifferences, fixedSettings } from '../dist/config/fixed-settings.js';
import type { CrawlOptions } from '../dist/config/options.js';
import { UsageError } from '../dist/errors.js';
import { VERSION } from '../dist/version.js';

const SEED = 'https://en.wikipedia.org/wiki/Kevin_Bacon';

async function refusal(options: object, names: 'flag' | 'option' = 'option'): Promise<UsageError> {
  try {
    // Misuse is the subject here: the options are not what the type asks for.
    await resolveConfig({ seeds: ['/a'], ...options }, { names });
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`not refused: ${JSON.stringify(options)}`);
}

describe('resolving', () => {
  test('defaults, all of them', async () => {
    expect(await resolveConfig({ seeds: ['/wiki/Kevin_Bacon'] })).toEqual({
      seeds: [SEED],
      databasePath: 'crawl.db',
      fresh: false,
      workers: Math.max(1, availableParallelism() - 1),
      concurrency: 16,
      perHost: null,
      delayMs: null,
      workerMemoryMiB: 2048,
      maxPages: null,
      maxVariants: null,
      maxPerHost: null,
      maxRedirects: 20,
      sitemaps: false,
      maxDepth: null,
      maxFollowDepth: null,
      maxTimeMs: null,
      maxBodyBytes: 10_485_760,
      modules: [],
      names: 'option',
      forced: [],
      keepBodies: false,
      executorTimeoutMs: 30_000,
      keepGoing: false,
      folder: resolve('crawl.files'),
      origins: ['https://en.wikipedia.org'],
      tasks: null,
      downloads: null,
      walk: null,
      maxInFlight: Infinity,
      scope: 'origin',
      profile: 'mediawiki',
      include: [],
      exclude: [],
      stripParams: [],
      within: null,
      obeyRobots: true,
      openHosts: ['en.wikipedia.org'],
      allowPrivate: false,
      userAgent: `Orbweaver/${VERSION} (+https://github.com/orbweaver/orbweaver; web crawler)`,
      headers: [],
      ca: [],
      proxies: null,
      cookies: true,
      loadCookies: null,
      timeoutMs: 30_000,
      parseTimeoutMs: 20_000,
      retries: 3,
      retryDelayMs: 1_000,
      giveUpMs: 900_000,
      retryFailed: null,
    });
  });

  test('options in their units become ms and bytes', async () => {
    const config = await resolveConfig({
      seeds: ['/a'],
      delay: 0.5,
      maxTime: 60,
      timeout: 2,
      retryDelay: 0.01,
      giveUp: 0.5,
      maxBody: 1000,
      perHost: null,
      robots: false,
      headers: ['X-A:  1 ', 'X-B: 2:3'],
    });
    expect(config).toMatchObject({
      delayMs: 500,
      maxTimeMs: 60_000,
      timeoutMs: 2_000,
      retryDelayMs: 10,
      giveUpMs: 30_000,
      maxBodyBytes: 1000,
      perHost: null,
      obeyRobots: false,
      headers: [
        ['X-A', '1'],
        ['X-B', '2:3'],
      ],
    });
  });

  test('the hosts of seeds are open, and that of a base that was given', async () => {
    const seeds = ['http://LOCALHOST:81/a', 'http://[::1]/', '/b', 'http://localhost/c'];
    expect((await resolveConfig({ seeds })).openHosts).toEqual(['localhost', '[::1]', 'en.wikipedia.org']);
    const named = await resolveConfig({ seeds: ['http://a.test/'], base: 'http://0x7f.1:8080' });
    expect(named.openHosts).toEqual(['a.test', '127.0.0.1']);
    expect((await resolveConfig({ seeds: ['http://a.test/'] })).openHosts).toEqual(['a.test']);
  });

  test('every option of the flag table can be left out or undefined', async () => {
    const names = CRAWL_FLAGS.flatMap(({ option }) => (option === null || option === 'seeds' ? [] : option));
    const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(await resolveConfig({ seeds: ['/a'], ...nothing })).toEqual(
      await resolveConfig({ seeds: ['/a'] }),
    );
  });

  test('the result cannot be changed', async () => {
    const config = await resolveConfig({ seeds: ['/a'], headers: ['A: b'], include: ['x'] });
    for (const part of [
      config,
      config.seeds,
      config.include,
      config.exclude,
      config.headers,
      config.headers[0],
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('seeds are keys, each once, those of files last; a bad line is named', async () => {
    const seedLines = [
      { text: '/wiki/B', where: 'list.txt, line 2' },
      { text: '/wiki/Kevin_Bacon#x', where: 'list.txt, line 3' },
    ];
    const config = await resolveConfig({ seeds: ['/wiki/Kevin_Bacon', SEED] }, { seedLines });
    expect(config.seeds).toEqual([SEED, 'https://en.wikipedia.org/wiki/B']);
    const bad = [{ text: 'ftp://x', where: 'list.txt, line 7' }];
    await expect(resolveConfig({ seeds: [] }, { seedLines: bad })).rejects.toThrow(/^list.txt, line 7: /);
    await expect(resolveConfig({ seeds: [] })).rejects.toThrow('there is no seed to start from');
  });

  test.each([
    ['/wiki/A', 'auto', 'mediawiki'],
    ['/wikis/A', 'auto', 'web'],
    ['/wiki/A', 'web', 'web'],
    ['/a', 'mediawiki', 'mediawiki'],
  ] as const)('seed %s with profile %s is %s', async (seed, profile, expected) => {
    expect((await resolveConfig({ seeds: [seed], profile })).profile).toBe(expected);
  });

  test('what the command line gives is what the library takes', async () => {
    const parsed = parse(['--seed', '/a', '--max-pages', '7', '--delay', '1500ms', '--include', '^/a']);
    if (parsed.command !== 'crawl') throw new Error(parsed.command);
    const config = await resolveConfig(parsed.options, { names: 'flag' });
    expect(config).toMatchObject({ maxPages: 7, delayMs: 1500, include: ['^/a'] });
  });
});

describe('refusing', () => {
  test.each([
    [{ workers: 0 }, "workers must be a whole number from 1 to 256, got '0'"],
    [{ workers: 1.5 }, "workers must be a whole number from 1 to 256, got '1.5'"],
    [{ workers: '2' }, "workers must be a whole number from 1 to 256, got '2'"],
    [{ workers: null }, "workers must be a whole number from 1 to 256, got 'null'"],
    [{ delay: NaN }, /^delay must be a number of seconds/],
    [{ scope: 'all' }, "scope must be origin, host, domain or any, got 'all'"],
    [{ robots: 'no' }, "robots must be true or false, got 'no'"],
    [{ include: 'x' }, 'include must be an array'],
    [{ seeds: '/a' }, 'seeds must be an array'],
    [{ include: ['('] }, /include/],
    [{ within: 'a[' }, /^within: 'a\[' is no CSS selector/],
    [{ within: 'a:foo' }, /Unknown pseudo-class/],
    [{ headers: ['Host: x'] }, "headers: 'Host' cannot be set: it comes from the URL"],
    [
      { headers: ['Range: bytes=0-1'] },
      "headers: 'Range' cannot be set: the answer would not be the whole page",
    ],
    [{ userAgent: 'a\u0000' }, /^userAgent/],
    [{ db: ':memory:' }, "db must be a file, not ':memory:'"],
    [{ db: '' }, 'db must not be empty'],
  ])('%j', async (options, message) => {
    expect((await refusal(options)).message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test('on the command line the same messages name the flag', async () => {
    expect((await refusal({ within: 'a[' }, 'flag')).message).toMatch(/^--within/);
    expect((await refusal({ include: ['('] }, 'flag')).message).toContain('--include');
    expect((await refusal({ maxPages: 0 }, 'flag')).message).toMatch(/^--max-pages/);
  });

  test('a misspelt option gets a suggestion', async () => {
    expect((await refusal({ worker: 2 })).message).toBe("there is no option 'worker'");
    expect((await refusal({ worker: 2 })).hint).toBe('Did you mean workers?');
    expect((await refusal({ maxpages: 2 })).hint).toBe('Did you mean maxPages?');
    expect((await refusal({ frobnicate: 2 })).hint).toContain('seeds, base, scope');
  });

  test('options that are no object', async () => {
    // Misuse is the subject here.
    await expect(resolveConfig(undefined as unknown as CrawlOptions)).rejects.toThrow('must be an object');
  });
});

describe('continuing', () => {
  async function settings(options: object): Promise<Record<string, string>> {
    return { ...fixedSettings(await resolveConfig({ seeds: ['/a'], ...options })) };
  }

  test('order, doubles and everything that may change do not matter', async () => {
    const then = await settings({ seeds: ['/a', '/b'], exclude: ['x', 'y'], workers: 1, maxPages: 5 });
    const now = await settings({
      seeds: ['/b', '/a', '/a'],
      exclude: ['y', 'x'],
      workers: 8,
      delay: 0,
      db: 'x',
    });
    expect(describeDifferences(then, now)).toEqual([]);
  });

  test('each difference is named', async () => {
    const then = await settings({ exclude: ['old'], within: '[role=main]' });
    const now = await settings({
      seeds: ['/b'],
      scope: 'host',
      exclude: ['new'],
      robots: false,
      profile: 'mediawiki',
    });
    expect(describeDifferences(then, now, 'option')[0]).toMatch(/^[a-z]/);
    expect(describeDifferences(then, now)).toEqual([
      '--seed https://en.wikipedia.org/b: given now, not in the file',
      '--seed https://en.wikipedia.org/a: in the file, not given now',
      '--scope: host now, origin in the file',
      '--profile: mediawiki now, web in the file',
      '--exclude new: given now, not in the file',
      '--exclude old: in the file, not given now',
      '--within: not set now, [role=main] in the file',
      'robots rules (--no-robots): ignored now, obeyed in the file',
    ]);
  });

  test('a setting the file does not know is a difference', async () => {
    const now = await settings({});
    const { scope: _, ...then } = now;
    expect(describeDifferences(then, now)).toEqual(['--scope: origin now, not known in the file']);
  });

  test('the settings are those that the flag table calls fixed', async () => {
    const fixed = CRAWL_FLAGS.filter(({ resumable, option }) => resumable === 'fixed' && option !== null);
    const config: CrawlConfig = await resolveConfig({ seeds: ['/a'] });
    expect(Object.keys(fixedSettings(config)).sort()).toEqual(fixed.map(({ option }) => option).sort());
  });
});
