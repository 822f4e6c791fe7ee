/** Flags from a JSON file: the same values and refusals as on the command line, which wins. */
import { mkdir, writeFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect as expectNow } from 'vitest';
import { configValues } from '../../dist/cli/config-file.js';
import { readFlag, type Flag } from '../../dist/cli/flag.js';
import { CRAWL_FLAGS } from '../../dist/cli/flags.js';
import { valueKey } from '../../dist/cli/grammar.js';
import { parse } from '../../dist/cli/parse.js';
import { UsageError } from '../../dist/errors.js';
import { page, test } from './site.js';

function valuesOf(content: unknown): ReturnType<typeof configValues> {
  return configValues(JSON.stringify(content), 'conf/run.json', CRAWL_FLAGS);
}

/** Message, and hint on a second line. */
function refusal(content: unknown): string {
  try {
    valuesOf(content);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  }
  throw new Error('not refused');
}

/** Message to a command line with a file of that content. */
function refusalOf(argv: readonly string[], content: unknown): string {
  try {
    parse(argv, () => JSON.stringify(content));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

const ONLY_TYPED = ['config', 'fresh', 'help', 'version'];
const IN_FILE = CRAWL_FLAGS.filter(({ name }) => !ONLY_TYPED.includes(name));

/** A value the flag takes, as typed. */
function sample(flag: Flag): string {
  if (flag.choices !== undefined) return flag.choices[0] ?? '';
  if (flag.min !== undefined) return String(flag.min);
  return flag.kind === 'header' ? 'X-A: b' : '/tmp/x';
}

describe('a file of flags', () => {
  test.each(IN_FILE.map((flag) => [flag.name, flag] as const))('may hold %s, as typed', (name, flag) => {
    if (flag.kind === 'switch') {
      expectNow(valuesOf({ [name]: true })).toEqual({ [valueKey(flag)]: flag.default.value !== true });
      expectNow(valuesOf({ [name]: false })).toEqual({});
      return;
    }
    const typed = readFlag(flag, sample(flag));
    const value = flag.repeatable === true ? [typed] : typed;
    expectNow(valuesOf({ [name]: value })).toEqual({ [valueKey(flag)]: value });
  });

  test.each(ONLY_TYPED)('may not hold %s', (name) => {
    expectNow(refusal({ [name]: true })).toBe(
      `conf/run.json: ${name} cannot stand in a file\ngive --${name} on the command line`,
    );
  });

  test('names file and key of what it refuses', ({ expect }) => {
    const told: [unknown, string][] = [
      [{ 'max-page': 1 }, 'conf/run.json: there is no flag \'max-page\'\nDid you mean "max-pages"?'],
      [{ robots: false }, 'conf/run.json: there is no flag \'robots\'\nDid you mean "no-robots"?'],
      [{ '--workers': 1 }, 'conf/run.json: there is no flag \'--workers\'\nDid you mean "workers"?'],
      [
        { frobnicate: 1 },
        "conf/run.json: there is no flag 'frobnicate'\nkeys are the long names of flags, without their dashes",
      ],
      [{ workers: 0 }, "conf/run.json: workers must be a whole number from 1 to 256, got '0'"],
      [{ workers: '8' }, "conf/run.json: workers must be a whole number from 1 to 256, got '8'"],
      [
        { 'max-pages': null },
        "conf/run.json: max-pages must be a whole number from 1 to 1,000,000,000,000, got 'null'",
      ],
      [
        { timeout: '5 weeks' },
        "conf/run.json: timeout must be a number of seconds from 0.01 to 3,600 (or with a unit: 500ms, 30s, 10m, 2h), got '5 weeks'",
      ],
      [{ seed: '/a' }, 'conf/run.json: seed must be an array, as it may be given more than once'],
      [{ 'no-robots': 'yes' }, "conf/run.json: no-robots must be true or false, got 'yes'"],
      [{ scope: 'all' }, "conf/run.json: scope must be origin, host, domain or any, got 'all'"],
      [
        { header: ['X: s3\ncret'] },
        "conf/run.json: header 'X': the value has a control character or one outside Latin-1",
      ],
      [{ header: [3] }, "conf/run.json: header must be written as 'Name: value'"],
      [
        [],
        'conf/run.json must hold one JSON object\nwrite { "seed": ["https://example.org/"], "max-pages": 100 }',
      ],
    ];
    for (const [content, text] of told) expect(refusal(content)).toBe(text);
    expect(() => configValues('{', 'run.json', CRAWL_FLAGS)).toThrow(/^run\.json is not JSON: /);
  });

  test('takes numbers with units, and names of files from its own folder', ({ expect }) => {
    expect(
      valuesOf({
        timeout: '500ms',
        'max-body': '64KiB',
        delay: 2,
        db: 'x.db',
        seeds: ['list.txt', '-', '/abs'],
      }),
    ).toEqual({
      timeout: 0.5,
      maxBody: 65_536,
      delay: 2,
      db: 'conf/x.db',
      '--seeds': ['conf/list.txt', '-', '/abs'],
    });
  });

  test('is overruled by what is typed, list by list', ({ expect }) => {
    const file = JSON.stringify({
      seed: ['/a', '/b'],
      workers: 2,
      exclude: ['x'],
      quiet: true,
      'no-robots': true,
    });
    expect(parse(['--config', 'run.json', '--seed', '/c', '--workers', '3', '-v'], () => file)).toMatchObject(
      {
        command: 'crawl',
        options: { seeds: ['/c'], workers: 3, exclude: ['x'], robots: false },
        view: { quiet: false, verbose: true },
      },
    );
    expect(refusalOf(['--config', 'run.json'], { seed: ['/a'], quiet: true, verbose: true })).toBe(
      'run.json: quiet and run.json: verbose exclude each other',
    );
    expect(
      parse(['demo', '--crawl', '--config', 'd/run.json'], () => '{ "pages": 300, "db": "x.db" }'),
    ).toMatchObject({
      site: { pages: 300 },
      crawl: { options: { db: 'd/x.db' } },
    });
  });
});

describe('--config', () => {
  test('runs a crawl, whose secrets stay in the file', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home', ['/a', '/b']) });
    await mkdir(folder.file('conf'));
    const config = {
      seed: [`${site.origin}/`],
      db: 'site.db',
      exclude: ['b'],
      header: ['Authorization: Bearer s3cret'],
      workers: 1,
      quiet: true,
    };
    await writeFile(folder.file('conf/run.json'), JSON.stringify(config));
    const { status, stderr } = await folder.run(['--config', 'conf/run.json']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(site.requests).toEqual(['/robots.txt', '/', '/a']);
    const file = new BetterSqlite3(folder.file('conf/site.db'), { readonly: true });
    expect(file.prepare('SELECT command_line FROM runs').pluck().get()).toMatch(
      /crawl\.js --config conf\/run\.json$/,
    );
    expect(file.serialize().includes('s3cret')).toBe(false);
    file.close();
  });

  test('offers no command that would stop at once at the limit in the file', async ({
    folder,
    serve,
    expect,
  }) => {
    const site = await serve({ '/': page('Home', ['/a']), '/a': page('A') });
    const config = { seed: [`${site.origin}/`], 'max-pages': 1, 'no-progress': true };
    await writeFile(folder.file('run.json'), JSON.stringify(config));
    const stopped = await folder.run(['--config', 'run.json']);
    expect(stopped.stderr).toMatch(/\n {2}To go on, raise --max-pages, or leave it out\.\n$/);
    expect(stopped.status).toBe(3);
    const raised = await folder.run(['--config', 'run.json', '--max-pages', '5']);
    expect(raised.status).toBe(0);
  });

  test('is named, with the key, where a value does not go with what is typed', async ({ folder, expect }) => {
    const config = { seed: ['/a'], 'load-cookies': 'c.txt', within: 'a[' };
    await writeFile(folder.file('run.json'), JSON.stringify(config));
    const within = await folder.run(['--config', 'run.json']);
    expect(within.stderr).toBe(
      "orbweaver: run.json: within: 'a[' is no CSS selector: Expected name, found its end\n",
    );
    const cookies = await folder.run(['--config', 'run.json', '--no-cookies', '--within', 'a']);
    expect(cookies.stderr).toBe(
      'orbweaver: run.json: load-cookies has no use where cookies are turned off (--no-cookies)\n',
    );
    expect(cookies.status).toBe(2);
  });

  test('refuses a file that is not there', async ({ folder, expect }) => {
    const { status, stderr } = await folder.run(['--config', 'none.json']);
    expect(stderr).toBe('orbweaver: --config: there is no file none.json\n');
    expect(status).toBe(2);
  });
});
