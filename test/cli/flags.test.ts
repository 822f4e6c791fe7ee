import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatError } from '../../dist/cli/error-text.js';
import { EXIT, EXIT_STATUSES, exitStatusOf, exitStatusTable } from '../../dist/cli/exit-status.js';
import { readFlag, spell, type Flag } from '../../dist/cli/flag.js';
import { COMMON_FLAGS, CRAWL_FLAGS } from '../../dist/cli/flags.js';
import { parse } from '../../dist/cli/parse.js';
import { redactCommandLine } from '../../dist/cli/redact.js';
import { commandToGoOn } from '../../dist/cli/resume-command.js';
import { readSeedFiles } from '../../dist/cli/seeds-file.js';
import { CrawlError, InvariantError, StoreError, UsageError } from '../../dist/errors.js';
import { VERSION } from '../../dist/version.js';

function refusal(...argv: string[]): { message: string; hint: string | undefined } {
  try {
    parse(argv);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`not refused: ${argv.join(' ')}`);
}

function options(...argv: string[]): Record<string, unknown> {
  const parsed = parse(['--seed', '/a', ...argv]);
  if (parsed.command !== 'crawl') throw new Error(`not a crawl: ${parsed.command}`);
  return { ...parsed.options };
}

const VALUED = CRAWL_FLAGS.filter((flag) => flag.kind !== 'switch');
const NUMBERS = VALUED.filter((flag) => flag.min !== undefined);
const named = (flags: readonly Flag[]): [string, Flag][] => flags.map((flag) => [spell(flag), flag]);

describe('the flag table', () => {
  test('names, letters and options are unique', () => {
    for (const list of [
      CRAWL_FLAGS.map(({ name }) => name),
      CRAWL_FLAGS.flatMap(({ short }) => short ?? []),
      CRAWL_FLAGS.flatMap(({ option }) => option ?? []),
    ]) {
      expect(new Set(list).size).toBe(list.length);
    }
  });

  test('holds every flag of the specification', () => {
    const expected =
      'seed seeds base db workers concurrency per-host delay max-pages max-depth max-time max-body include exclude ' +
      'within scope profile no-robots user-agent header timeout retries retry-failed fresh fail-on-broken quiet verbose ' +
      'json no-progress help version retry-delay give-up worker-memory allow-private ca no-cookies load-cookies ' +
      'sitemaps max-variants max-per-host max-redirects parse-timeout config strip-param proxy proxies ' +
      'executors force keep-bodies executor-timeout max-follow-depth keep-going files';
    expect(CRAWL_FLAGS.map(({ name }) => name).sort()).toEqual(expected.split(' ').sort());
  });

  test.each(named(CRAWL_FLAGS))('%s has a text that is a sentence, a group and a default', (_, flag) => {
    expect(flag.help).toMatch(/^[A-Z].*\.$/s);
    expect(flag.group).not.toBe('');
    expect(flag.default.text).not.toBe('');
  });

  test.each(named(VALUED))('%s says what its value looks like and what unit it has', (_, flag) => {
    expect(flag.placeholder).toMatch(flag.bare === undefined ? /^<.+>$/ : /^\[.+\]$/);
    expect(flag.unit ?? flag.choices?.join()).toBeTruthy();
  });

  test.each(named(NUMBERS))(
    '%s takes both ends of its range, nothing beyond, and its own default',
    (name, flag) => {
      const { min = 0, max = 0 } = flag;
      const step = flag.kind === 'seconds' || flag.kind === 'minutes' ? 0.0001 : 1;
      expect(readFlag(flag, String(min))).toBe(min);
      expect(readFlag(flag, String(max))).toBe(max);
      for (const text of [
        String(max + step),
        ...(min > 0 ? [String(min - step)] : []),
        '-1',
        'many',
        '1e3',
      ]) {
        expect(() => readFlag(flag, text), text).toThrow(
          new RegExp(`^${name} must be .* from .* to .*, got '${text}'$`),
        );
      }
      if (flag.default.value !== null)
        expect(readFlag(flag, String(flag.default.value))).toBe(flag.default.value);
    },
  );

  test('the settings that must match on resume are those that decide which pages belong to a crawl', () => {
    const fixed = CRAWL_FLAGS.filter(({ resumable }) => resumable === 'fixed').map(({ name }) => name);
    expect(fixed.join(' ')).toBe(
      'seed seeds scope profile include exclude strip-param within sitemaps no-robots max-redirects',
    );
  });
});

describe('values', () => {
  test.each([
    ['--delay', '2', 'delay', 2],
    ['--delay', '500ms', 'delay', 0.5],
    ['--delay', '.25', 'delay', 0.25],
    ['--timeout', '300ms', 'timeout', 0.3],
    ['--max-time', '10m', 'maxTime', 600],
    ['--max-time', '2h', 'maxTime', 7200],
    ['--give-up', '15', 'giveUp', 15],
    ['--give-up', '30s', 'giveUp', 0.5],
    ['--max-body', '4096', 'maxBody', 4096],
    ['--max-body', '10MiB', 'maxBody', 10_485_760],
    ['--max-body', '1.5 MB', 'maxBody', 1_500_000],
    ['--max-body', '64kib', 'maxBody', 65_536],
    ['--max-depth', '0', 'maxDepth', 0],
    ['--user-agent', '-x', 'userAgent', '-x'],
  ])('%s %s is %s %j', (flag, text, option, value) => {
    expect(options(flag, text)).toEqual({ seeds: ['/a'], [option]: value });
  });

  test('only what was typed is passed on, so that defaults stand in one place', () => {
    expect(options()).toEqual({ seeds: ['/a'] });
  });

  test('repeatable flags gather', () => {
    const parsed = options('--seed=/b', '--include', 'x', '--include', 'y');
    expect(parsed).toEqual({ seeds: ['/a', '/b'], include: ['x', 'y'] });
  });

  test('--retry-failed takes a code or stands alone', () => {
    expect(options('--retry-failed')).toMatchObject({ retryFailed: 'all' });
    expect(options('--retry-failed', 'timeout')).toMatchObject({ retryFailed: 'timeout' });
    expect(refusal('--seed', '/a', '--retry-failed', 'timeuot').message).toContain("got 'timeuot'");
  });

  test('a header must be well formed, and none that breaks the request; its value is never shown', () => {
    expect(options('--header', 'X-Token:  a: b ')).toMatchObject({ headers: ['X-Token:  a: b '] });
    for (const header of [
      'secret',
      'bad name: secret',
      ': secret',
      'Host: secret',
      'content-length: 3secret',
    ]) {
      const { message } = refusal('--seed', '/a', '--header', header);
      expect(message).toContain('--header');
      expect(message).not.toContain('secret');
    }
    expect(refusal('--seed', '/a', '--header', 'X: se\r\ncret').message).toContain('control character');
    expect(refusal('--seed', '/a', '--headers=X: secret')).toEqual({
      message: 'there is no flag --headers',
      hint: 'Did you mean --header?',
    });
  });

  test('a user agent has no control character', () => {
    expect(refusal('--seed', '/a', '--user-agent', 'a\nb').message).toMatch(/^--user-agent/);
    expect(refusal('--seed', '/a', '--user-agent', ' ').message).toMatch(/^--user-agent/);
  });
});

describe('what is refused', () => {
  test.each([
    ['--workrs', '--workers'],
    ['--max-page', '--max-pages'],
    ['--maxPages', '--max-pages'],
    ['--robots', '--no-robots'],
    ['--exlude', '--exclude'],
  ])('%s gets the suggestion %s', (typed, meant) => {
    expect(refusal(typed, '8').hint).toBe(`Did you mean ${meant}?`);
  });

  test('a mistyped command gets a suggestion', () => {
    expect(refusal('verfy', 'crawl.db')).toEqual({
      message: "there is no command 'verfy'",
      hint: 'Did you mean verify?',
    });
    expect(refusal('frobnicate').hint).toContain('crawl, run, ');
  });

  test.each([['https://x.org/'], ['x.org'], ['/wiki/A']])(
    '%s as an argument is told about --seed',
    (word) => {
      expect(refusal(word).hint).toBe(`Try --seed ${word}`);
      expect(refusal('--db', 'x.db', word).hint).toBe(`Try --seed ${word}`);
      expect(refusal('crawl', word).hint).toBe(`Try --seed ${word}`);
    },
  );

  test.each([
    ['', 'there is no seed to start from'],
    ['crawl --workers 2', 'there is no seed to start from'],
    ['--seed', '--seed needs a value'],
    ['--seed --workers 8', '--seed needs a value, but --workers follows'],
    ['--seed=', '--seed must not be empty'],
    ['--seeds - --seeds -', '--seeds - is given twice, but standard input can be read only once'],
    ['--seed /a --db a --db=a', '--db is given twice'],
    ['--seed /a --retry-failed --retry-failed dns', '--retry-failed is given twice'],
    ['--seed /a --quiet --verbose', '--quiet and --verbose exclude each other'],
    ['--seed /a --scope all', "--scope must be origin, host, domain or any, got 'all'"],
    ['--seed /a --workers 0', "--workers must be a whole number from 1 to 256, got '0'"],
    ['--db x.db verify', "the command comes first: 'verify'"],
    ['verify', 'verify needs <file>'],
    ['verify a.db b.db', "verify does not take the argument 'b.db'"],
    ['--seed /a --allow-private=yes', '--allow-private takes no value'],
    ['--seed /a --no-robots=s3cret', '--no-robots takes no value'],
    ['--seed /a -q=1', '-q takes no value'],
    ['--seed /a --sitemaps off', '--sitemaps takes no value'],
    ['--seed /a --sitemaps /b', "seeds are given with --seed, not as an argument: '/b'"],
    ['demo --workers 2', '--workers is for a crawl, and none was asked for'],
    ['demo --pages 199', "--pages must be a whole number from 200 to 10,000,000, got '199'"],
    ['demo --crawl --seed /a', 'there is no flag --seed'],
    ['demo --crawl --retry-failed', 'there is no flag --retry-failed'],
  ])('%j', (line, message) => {
    expect(refusal(...line.split(' ').filter((word) => word !== '')).message).toBe(message);
  });
});

describe('commands', () => {
  const view = { quiet: false, verbose: false, json: false, progress: true, failOnBroken: false };

  test('crawl is the default', () => {
    const expected = {
      command: 'crawl',
      options: { seeds: ['/a'], robots: false },
      seedFiles: ['list.txt', '-'],
      view: { ...view, json: true, failOnBroken: true },
      labels: new Map(),
    };
    const flags = '--seed /a --no-robots --seeds list.txt --seeds - --json --fail-on-broken'.split(' ');
    expect(parse(flags)).toEqual(expected);
    expect(parse(['crawl', ...flags])).toEqual(expected);
  });

  test('--quiet means no progress either', () => {
    expect(parse(['--seed', '/a', '-q'])).toMatchObject({ view: { quiet: true, progress: false } });
    expect(parse(['--seed', '/a', '--no-progress'])).toMatchObject({
      view: { quiet: false, progress: false },
    });
  });

  test('demo serves, and with --crawl passes the flags of crawl on', () => {
    const site = { pages: 1000, seed: 1, port: 0, latencyMs: 0 };
    expect(parse(['demo'])).toEqual({ command: 'demo', site, crawl: null });
    expect(parse(['demo', '--pages', '5000', '--latency', '50', '--crawl', '--workers', '2'])).toEqual({
      command: 'demo',
      site: { ...site, pages: 5000, latencyMs: 50 },
      crawl: { options: { workers: 2, db: 'demo.db', fresh: true }, view, startsAfresh: true },
    });
  });

  test("demo --crawl starts its own file afresh, the user's only when told to", () => {
    expect(parse(['demo', '--crawl', '--db', 'x.db'])).toMatchObject({ crawl: { options: { db: 'x.db' } } });
    expect(parse(['demo', '--crawl', '--db', 'x.db'])).not.toHaveProperty('crawl.options.fresh');
  });

  test.each([
    ['', true],
    ['--port 8080', true],
    ['--db x.db', true],
    ['--db x.db --port 8080', false],
  ])('demo --crawl %s begins anew each time: %j', (flags, startsAfresh) => {
    const argv = ['demo', '--crawl', ...flags.split(' ').filter((word) => word !== '')];
    expect(parse(argv)).toMatchObject({ crawl: { startsAfresh } });
  });

  test('verify', () => {
    expect(parse(['verify', 'x.db', '--json'])).toEqual({
      command: 'verify',
      file: 'x.db',
      folder: null,
      json: true,
    });
  });

  test('help and version win over every mistake', () => {
    expect(parse(['--wrkers', '--help'])).toMatchObject({ command: 'help' });
    expect(parse(['verfy', '-h'])).toMatchObject({ command: 'help' });
    expect(parse(['--version', '--bad'])).toEqual({ command: 'version', text: `${VERSION}\n` });
    for (const flag of COMMON_FLAGS) expect(parse([`-${flag.short}`])).toMatchObject({ command: flag.name });
  });
});

describe('files with seeds', () => {
  const never = new AbortController().signal;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orbweaver-seeds-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('one a line; blanks and comments left out; line numbers kept', async () => {
    const file = join(folder, 'seeds.txt');
    await writeFile(file, '\ufeff# start\n\n /wiki/A \r\nhttps://x.org/#part\r/b');
    expect(await readSeedFiles([file, '-'], Readable.from(['/c\n']), never)).toEqual([
      { text: '/wiki/A', where: `${file}, line 3` },
      { text: 'https://x.org/#part', where: `${file}, line 4` },
      { text: '/b', where: `${file}, line 5` },
      { text: '/c', where: 'standard input, line 1' },
    ]);
  });

  test('a missing or empty one is refused by name', async () => {
    await expect(readSeedFiles([join(folder, 'none')], Readable.from([]), never)).rejects.toThrow(
      /^--seeds: there is no file .*none$/,
    );
    await expect(readSeedFiles([folder], Readable.from([]), never)).rejects.toThrow(`${folder} is a folder`);
    await expect(readSeedFiles(['-'], Readable.from(['# only\n']), never)).rejects.toThrow(
      'no seed in standard input',
    );
  });
});

describe('the stored command line', () => {
  test.each([
    [['--seed', '/a', '--workers', '8'], '--seed /a --workers 8'],
    [['--header', 'Authorization: Bearer s3cret'], "--header 'Authorization: ***'"],
    [['--header=Cookie:s3cret=1', '-q'], "'--header=Cookie: ***' -q"],
    [['--header', 's3cret'], "--header '***'".replaceAll("'", '')],
    [['--seed', 'https://me:s3cret@x.org/a?b'], "--seed 'https://***@x.org/a?b'"],
    [['--seed=http:\\\\me:s3@cret@x.org'], "'--seed=http:\\\\***@x.org'"],
    [['--seed', 'https:me:s3cret@x.org'], '--seed https:***@x.org'],
    [['--proxy', 'http://me:s3cret@p.org:8080'], '--proxy http://***@p.org:8080'],
    [['--proxy=socks5://me:s3@cret@p.org'], '--proxy=socks5://***@p.org'],
    [['--proxy', 'me:s3cret@p.org:80'], '--proxy ***@p.org:80'],
    [['--exclude', "it's"], "--exclude 'it'\\''s'"],
  ])('%j', (argv, stored) => {
    expect(redactCommandLine(argv)).toBe(stored);
    expect(redactCommandLine(argv)).not.toContain('cret');
  });
});

describe('the command that goes on', () => {
  test.each([
    ['--fresh --retry-failed --seed /a', null, '--seed /a'],
    ['--seed /a --retry-failed dns -q', null, '--seed /a -q'],
    ['--retry-failed=dns --seed /a --max-pages 7', null, '--seed /a --max-pages 7'],
    ['--seed /a --max-pages 700 -v', '--max-pages', '--seed /a -v'],
    ['--seed /a --max-pages=700 -v', '--max-pages', '--seed /a -v'],
    ['demo --crawl --fresh --db x.db --port 80', null, 'demo --crawl --db x.db --port 80'],
  ])('%s, at %s', (line, limit, command) => {
    expect(commandToGoOn(['orbweaver'], line.split(' '), limit)).toBe(`orbweaver ${command}`);
  });

  test('is not shown with a secret in it', () => {
    expect(commandToGoOn(['orbweaver'], ['--header', 'Cookie: s3cret'], null)).toBeNull();
  });
});

describe('exit statuses', () => {
  test('every status is in the table once, in order', () => {
    const statuses = EXIT_STATUSES.map(([status]) => status);
    expect(statuses).toEqual([0, 1, 2, 3, 4, 5, 70, 129, 130, 143]);
    expect(Object.values(EXIT)).toEqual(statuses);
    for (const status of statuses) expect(exitStatusTable()).toContain(`\n| ${status} | `);
  });

  test('follow from what was thrown', () => {
    expect(exitStatusOf(new UsageError('x'))).toBe(2);
    expect(exitStatusOf(new StoreError('x'))).toBe(4);
    expect(exitStatusOf(new CrawlError('pool', 'x'))).toBe(70);
    expect(exitStatusOf(new InvariantError('x'))).toBe(70);
    expect(exitStatusOf(new TypeError('x'))).toBe(70);
    expect(exitStatusOf('x')).toBe(70);
  });

  test('a refusal is printed with its hint and without control characters', () => {
    const error = new UsageError('bad \u001b[2Jseed', { hint: 'did you mean\nthis?' });
    expect(formatError(error)).toBe('orbweaver: bad \\x1b[2Jseed\n  Did you mean\n  this?\n');
    expect(formatError(new TypeError('oops'))).toMatch(/fault of Orbweaver.*TypeError: oops.*report/s);
  });

  test('a full disk is told with how to go on', () => {
    const full = new StoreError('cannot write crawl.db: database or disk is full (SQLITE_FULL)');
    expect(formatError(full)).toMatch(
      /\n {2}Nothing is lost: once there is room, the same command goes on\n$/,
    );
    expect(formatError(new StoreError('there is no file x'))).toBe('orbweaver: there is no file x\n');
  });
});
