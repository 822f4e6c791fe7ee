/** What `export` writes, run in this process with streams of the tests' own. */
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parse as parseCsv } from 'csv-parse/sync';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from '../../dist/cli/parse.js';
import { exportCommand } from '../../dist/commands/export.js';
import type { Invocation } from '../../dist/commands/invocation.js';
import { statusCommand } from '../../dist/commands/status.js';
import { runFile } from '../status/file.js';

interface Streams {
  readonly stdout?: Writable;
  readonly stop?: AbortSignal;
}

/** Runs a command as it would be typed. */
async function run(
  args: readonly string[],
  { stdout = new PassThrough(), stop }: Streams = {},
): Promise<number> {
  const invocation = {
    stdout,
    stop: stop ?? new AbortController().signal,
    stopStatus: () => 130,
    onStuck: () => undefined,
  } as unknown as Invocation; // What these two commands use of it.
  const command = parse(args);
  if (command.command === 'export') return exportCommand(command, invocation);
  if (command.command === 'status') return statusCommand(command, invocation);
  throw new Error(`not a view: ${command.command}`);
}

/** What a command prints. */
async function printed(...args: string[]): Promise<string> {
  const stdout = new PassThrough();
  const printed = text(stdout);
  expect(await run(args, { stdout })).toBe(0);
  stdout.end();
  return printed;
}

function lines(jsonl: string): Record<string, unknown>[] {
  expect(jsonl).toMatch(/\n$/);
  return jsonl
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('JSON Lines', () => {
  test('pages: the columns of the view with their values, entries of task lists and no sitemaps', async () => {
    const { connection, path } = runFile();
    const rows = connection.prepare('SELECT * FROM pages ORDER BY id').all();
    expect(rows).toHaveLength(11);
    const output = await printed('export', '--db', path);
    expect(lines(output)).toEqual(rows);
    expect(output).not.toContain('\u001b');
  });

  test('links: both addresses', async () => {
    expect(lines(await printed('export', '--what', 'links', '--db', runFile().path))).toEqual([
      { source: 'https://a.example/', target: 'https://a.example/gone', nofollow: 0 },
      { source: 'https://a.example/', target: 'https://a.example/broken', nofollow: 1 },
      { source: 'task:=cmd', target: 'https://a.example/', nofollow: 2 },
    ]);
  });

  test('executions: params and outputs as JSON, times in ISO 8601', async () => {
    const rows = lines(await printed('export', '--what', 'executions', '--db', runFile().path));
    expect(rows).toHaveLength(4);
    expect(rows[1]).toEqual({
      key: 'https://a.example/',
      params: {},
      executor: 'title',
      status: 'success',
      error: null,
      last_run: '2026-01-02T03:04:05.678Z',
      duration_ms: 3,
      attempts: 1,
      output: { text: 'A', n: [1, null] },
    });
    expect(rows[2]).toMatchObject({ executor: 'price', status: 'skipped', last_run: null, output: null });
  });

  test('a file without rows gives nothing', async () => {
    const { connection, path } = runFile();
    connection.exec('DELETE FROM executions');
    expect(await printed('export', '--what', 'executions', '--db', path)).toBe('');
  });
});

describe('CSV', () => {
  test('executions, whole: what could be a formula has a quote in front', async () => {
    const expected = `\
key,params,executor,status,error,last_run,duration_ms,attempts,output
https://a.example/,{},price,failed,ValueError: no price: 0,2026-01-02T03:04:05.678Z,4,2,
https://a.example/,{},title,success,,2026-01-02T03:04:05.678Z,3,1,"{""text"":""A"",""n"":[1,null]}"
'=cmd,"{""url"":""https://a.example/list"",""note"":""ä""}",price,skipped,,,,0,
'=cmd,"{""url"":""https://a.example/list"",""note"":""ä""}",title,failed,timeout,2026-01-02T03:04:05.679Z,5,1,
`;
    const { path } = runFile();
    expect(await printed('export', '--what', 'executions', '--format', 'csv', '--db', path)).toBe(expected);
    expect(await printed('status', '--csv', '--db', path)).toBe(expected);
  });

  test('pages: a header in the order of the view, and titles that do nothing to a terminal or spreadsheet', async () => {
    const { connection, path } = runFile();
    const [header = [], ...rows] = parseCsv(await printed('export', '--format', 'csv', '--db', path));
    const columns = connection.pragma('table_info(pages)') as { name: string }[];
    expect(header).toEqual(columns.map(({ name }) => name));
    const titles = rows.map((row) => row[header.indexOf('title')]);
    expect(titles.filter((title) => title !== '')).toEqual([`'=1+1`, 'a\\x1b[31m"b",\\x0ac']);
  });

  test.each(['=x', '+x', '-x', '@x', '\uff1dx'])('a title %s is no formula', async (title) => {
    const { connection, path } = runFile();
    connection.prepare('UPDATE records SET title = ? WHERE id = 1').run(title);
    expect(await printed('export', '--format', 'csv', '--db', path)).toContain(`,'${title},`);
  });

  test('a tab or line end in front of a formula becomes visible', async () => {
    const { connection, path } = runFile();
    connection.prepare('UPDATE records SET title = ? WHERE id = 1').run('\t=x');
    connection.prepare('UPDATE records SET title = ? WHERE id = 10').run('\r=x');
    const output = await printed('export', '--format', 'csv', '--db', path);
    expect(output).toContain(',\\x09=x,');
    expect(output).toContain(',\\x0d=x,');
  });

  test('without rows there is the header', async () => {
    const { connection, path } = runFile();
    connection.exec('DELETE FROM links');
    const args = ['export', '--what', 'links', '--format', 'csv', '--db', path];
    expect(await printed(...args)).toBe('source,target,nofollow\n');
  });
});

test('cookies are in no export', async () => {
  const { path } = runFile();
  const folder = emptyFolder();
  for (const what of ['pages', 'links', 'executions'])
    for (const format of ['jsonl', 'csv'])
      expect(await printed('export', '--what', what, '--format', format, '--db', path)).not.toContain(
        'secret',
      );
  await printed('export', '--format', 'json-files', '--out', join(folder, 'all'), '--db', path);
  for (const file of readdirSync(join(folder, 'all')))
    expect(readFileSync(join(folder, 'all', file), 'utf8')).not.toContain('secret');
  expect(await printed('status', '--json', '--db', path)).not.toContain('secret');
});

describe('json-files', () => {
  test('one file for each task, in the shape that other tools know', async () => {
    const out = join(emptyFolder(), 'new', 'results');
    await printed('export', '--format', 'json-files', '--out', out, '--db', runFile().path);
    const read = (name: string): unknown => JSON.parse(readFileSync(join(out, name), 'utf8'));
    const [first, second, third] = [
      'https%3A%2F%2Fa.example%2F.status.json',
      '%3Dcmd.status.json',
      'third.status.json',
    ];
    expect(readdirSync(out).sort()).toEqual([second, first, third]);
    expect(read(first)).toEqual({
      name: 'https://a.example/',
      params: {},
      price: null,
      price_status: 'failed',
      price_last_run: '2026-01-02T03:04:05.678Z',
      price_error: 'ValueError: no price: 0',
      title: { text: 'A', n: [1, null] },
      title_status: 'success',
      title_last_run: '2026-01-02T03:04:05.678Z',
    });
    expect(read(second)).toMatchObject({ name: '=cmd', price_status: 'skipped', price_last_run: null });
    expect(read(third)).toEqual({ name: 'third', params: { url: 'https://a.example/third' } });
  });

  test('files of an earlier export are replaced, others stay', async () => {
    const out = emptyFolder();
    writeFileSync(join(out, 'third.status.json'), 'old');
    // Whoever has the old file open goes on with the old file.
    linkSync(join(out, 'third.status.json'), join(out, 'old.txt'));
    await printed('export', '--format', 'json-files', '--out', out, '--db', runFile().path);
    expect(readFileSync(join(out, 'third.status.json'), 'utf8')).toContain('"name": "third"');
    expect(readFileSync(join(out, 'old.txt'), 'utf8')).toBe('old');
    expect(readdirSync(out)).toHaveLength(4);
  });

  test('a key cannot lead out of the folder', async () => {
    const { connection, path } = runFile();
    connection.exec(`UPDATE tasks SET key = '../../escaped' WHERE id = 3`);
    const folder = emptyFolder();
    await printed('export', '--format', 'json-files', '--out', join(folder, 'a'), '--db', path);
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readdirSync(join(folder, 'a'))).toContain('%2E.%2F..%2Fescaped.status.json');
  });

  test('it can be stopped between two files, and leaves whole ones', async () => {
    const { connection, path } = runFile();
    connection.exec(`
      WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO tasks SELECT i, 'task ' || i, 1, '{}' FROM n`);
    const out = emptyFolder();
    const stop = new AbortController();
    const args = ['export', '--format', 'json-files', '--out', out, '--db', path];
    const running = run(args, { stop: stop.signal });
    while (readdirSync(out).length < 20) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await running).toBe(130);
    const files = readdirSync(out);
    expect(files.length).toBeLessThan(5000);
    for (const file of files) {
      expect(file).toMatch(/\.status\.json$/);
      expect(() => JSON.parse(readFileSync(join(out, file), 'utf8')) as unknown).not.toThrow();
    }
  });
});

/** A file with very many links. */
function manyLinks(): string {
  const { connection, path } = runFile();
  connection.exec(`
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO urls (id, request_key, host_id, state, hops, seed_hops)
        SELECT 1000 + i, 'https://a.example/page/' || i, 1, 'done', 0, 0 FROM n;
    INSERT INTO links SELECT s.id, t.id, 0 FROM urls s, urls t WHERE s.id >= 1000 AND t.id >= 1000`);
  return path;
}

describe('where it goes', () => {
  test('a slow reader pauses it, and gets all of one moment', async () => {
    const { connection, path } = runFile();
    connection.exec(`
      WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
        INSERT INTO urls (id, request_key, host_id, state, hops, seed_hops)
          SELECT i, 'https://a.example/page/' || i, 1, 'done', 0, 0 FROM n`);
    const waiting: (() => void)[] = [];
    let received = '';
    const stdout = new Writable({
      highWaterMark: 1024,
      decodeStrings: false,
      write(chunk: string, _, done) {
        received += chunk;
        waiting.push(done);
      },
    });
    const running = run(['export', '--db', path], { stdout });
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Nothing was taken off its hands: it has read no further.
    expect(waiting).toHaveLength(1);
    expect(stdout.writableLength).toBeLessThan(200_000);
    connection.exec(`DELETE FROM urls WHERE id > 100`);
    const pump = setInterval(() => waiting.shift()?.(), 0);
    onTestFinished(() => clearInterval(pump));
    expect(await running).toBe(0);
    expect(lines(received)).toHaveLength(29_912);
  });

  test('a reader that goes away is a quiet end', async () => {
    const path = manyLinks();
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    expect(await run(['export', '--what', 'links', '--db', path], { stdout })).toBe(0);
  });

  test('a file is there once it is whole', async () => {
    const path = manyLinks();
    const folder = emptyFolder();
    const out = join(folder, 'links.csv');
    writeFileSync(out, 'old');
    const running = run(['export', '--what', 'links', '--format', 'csv', '--out', out, '--db', path]);
    const sizes = new Set<number>();
    const watch = setInterval(() => sizes.add(readFileSync(out).length), 1);
    expect(await running).toBe(0);
    clearInterval(watch);
    const { length } = readFileSync(out);
    for (const size of sizes) expect([3, length]).toContain(size);
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(1 + 3 + 201 * 201);
    expect(readdirSync(folder)).toEqual(['links.csv']);
  });

  test('a stop leaves the old file and nothing else', async () => {
    const path = manyLinks();
    const folder = emptyFolder();
    const out = join(folder, 'links.csv');
    writeFileSync(out, 'old');
    const stop = new AbortController();
    const running = run(['export', '--what', 'links', '--out', out, '--db', path], { stop: stop.signal });
    while (readdirSync(folder).length < 2) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await running).toBe(130);
    expect(readdirSync(folder)).toEqual(['links.csv']);
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  test('a file is written where a link leads', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'real.jsonl'), 'old');
    symlinkSync(join(folder, 'real.jsonl'), join(folder, 'link.jsonl'));
    await printed('export', '--out', join(folder, 'link.jsonl'), '--db', runFile().path);
    expect(lines(readFileSync(join(folder, 'real.jsonl'), 'utf8'))).toHaveLength(11);
  });

  test('never over the crawl itself, a folder, a device, or into nowhere', async () => {
    const { connection, path } = runFile();
    const folder = emptyFolder();
    symlinkSync(path, join(folder, 'crawl.db'));
    const refused = async (out: string, ...args: string[]): Promise<unknown> =>
      run(['export', '--out', out, '--db', path, ...args]).catch((error: unknown) => error);
    const usage = (message: string): object =>
      expect.objectContaining({ code: 'usage', message: `--out: ${message}` }) as object;
    expect(await refused(path)).toEqual(usage(`${path} is the file of the crawl`));
    expect(await refused(join(folder, 'crawl.db'))).toEqual(
      usage(`${join(folder, 'crawl.db')} is the file of the crawl`),
    );
    expect(await refused(folder)).toEqual(usage(`${folder} is a folder`));
    if (existsSync('/dev/null'))
      expect(await refused('/dev/null')).toEqual(usage('/dev/null is no regular file'));
    expect(await refused(join(folder, 'a', 'b'))).toEqual(usage(`there is no folder ${join(folder, 'a')}`));
    expect(await refused(path, '--format', 'json-files')).toEqual(usage(`${path} is no folder`));
    expect(connection.prepare('SELECT count(*) FROM tasks').pluck().get()).toBe(3);
  });

  test('what the disk refuses is told with its place', async () => {
    const folder = emptyFolder();
    const out = join(folder, 'x'.repeat(250));
    await expect(run(['export', '--out', out, '--db', runFile().path])).rejects.toThrow(
      expect.objectContaining({
        code: 'store',
        message: expect.stringContaining(`cannot write ${out}: ENAMETOOLONG`) as string,
      }),
    );
  });
});

describe('what is typed', () => {
  test('defaults', () => {
    const file = 'crawl.db';
    expect(parse(['export'])).toEqual({
      command: 'export',
      file,
      format: 'jsonl',
      table: 'pages',
      out: null,
    });
    expect(parse(['export', '--format', 'json-files', '--out', 'x'])).toEqual({
      command: 'export',
      file,
      format: 'json-files',
      folder: 'x',
    });
    expect(parse(['status'])).toEqual({ command: 'status', file, form: 'text' });
  });

  test.each([
    [['export', '--format', 'xml'], "--format must be jsonl, csv or json-files, got 'xml'"],
    [['export', '--what', 'cookies'], "--what must be pages, links or executions, got 'cookies'"],
    [['export', '--format', 'json-files'], '--format json-files needs a folder'],
    [
      ['export', '--format', 'json-files', '--what', 'links', '--out', 'x'],
      '--format json-files is for executions, not for links',
    ],
    [['export', 'crawl.db'], "export does not take the argument 'crawl.db'"],
    [['status', '--json', '--csv'], '--json and --csv exclude each other'],
  ])('%j is refused', (args, message) => {
    expect(() => parse(args)).toThrow(message);
  });

  test('a file that is not there, or not ours', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'notes.txt'), 'to do: nothing\n');
    for (const command of ['export', 'status']) {
      const reading = (name: string): Promise<number> => run([command, '--db', join(folder, name)]);
      await expect(reading('missing.db')).rejects.toThrow(`there is no file ${join(folder, 'missing.db')}`);
      await expect(reading('notes.txt')).rejects.toThrow(`${join(folder, 'notes.txt')} is not a SQLite file`);
    }
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  test('--json is what the library says, and the name of the file', async () => {
    const { path } = runFile();
    const { file, tasks } = JSON.parse(await printed('status', '--json', '--db', path)) as Record<
      string,
      unknown
    >;
    expect([file, tasks]).toEqual([path, 3]);
    expect(await printed('status', '--db', path)).toContain(': 3 tasks, 2 executors\n');
  });
});
