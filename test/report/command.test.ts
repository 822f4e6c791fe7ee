/** `report` as a command: what it writes, where, and how it ends. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from '../../dist/cli/parse.js';
import type { Invocation } from '../../dist/commands/invocation.js';
import { reportCommand } from '../../dist/commands/report.js';
import { readReport, StoreError, UsageError } from '../../dist/index.js';
import { runFile } from '../status/file.js';
import { openFile } from '../store/file.js';

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as it would be typed behind `report`. */
async function run(args: readonly string[], stop = new AbortController().signal): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const invocation = { stdout, stderr, stop, stopStatus: () => 130 } as unknown as Invocation; // What it uses of it.
  const command = parse(['report', ...args]);
  if (command.command !== 'report') throw new Error(`not report: ${command.command}`);
  const status = await reportCommand(command, invocation);
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('forms', () => {
  test('a text, beside a crawl that is writing', async () => {
    const { path } = runFile(); // Open for writing as long as the test lasts.
    const { status, stdout, stderr } = await run(['--db', path]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${path}: 1 page, 0 links`);
    expect(stdout).toContain('\n  not finished: 3 URLs still to do, so this is not the last word\n');
    // A name that nobody knows is broken, and so is a server that fails each time; a time-out is not.
    expect(stdout).toContain('\n  4 addresses, 2 links to them: 2 HTTP 404, 1 dns, 1 HTTP 500\n');
    expect(stdout).toContain('\n  timeout   https://a.example/late  (no page)\n');
  });

  test('--json is what the library says, and the name of the file', async () => {
    const { path } = runFile();
    const { stdout } = await run(['--db', path, '--json', '--limit', '2']);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toEqual({ file: path, ...readReport(path, { limit: 2 }) });
    // As printed: what a title says is not obeyed by a terminal.
    expect(stdout).toContain('a\\u001b[31m');
  });

  test('every field of --json is documented, and no other', async () => {
    const { stdout } = await run(['--db', runFile().path, '--json']);
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const table = /\| field of the report \| .*\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '';
    const fields = table
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(fields.sort()).toEqual(Object.keys(JSON.parse(stdout) as object).sort());
  });

  test('--html writes a page, in place of an older one, and says so', async () => {
    const [{ path }, folder] = [runFile(), emptyFolder()];
    const out = join(folder, 'report.html');
    writeFileSync(out, 'old');
    const { status, stdout, stderr } = await run(['--db', path, '--html', out]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^\S+report\.html is written: [\d.]+ KB\n$/);
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  test('--html - is standard output; --json beside a page is, too', async () => {
    const [{ path }, folder] = [runFile(), emptyFolder()];
    const page = await run(['--db', path, '--html', '-']);
    expect(page.stdout).toMatch(/^<!doctype html>/);
    expect(page.stderr).toBe('');
    const both = await run(['--db', path, '--json', '--html', join(folder, 'a.html')]);
    expect(JSON.parse(both.stdout)).toMatchObject({ file: path });
    expect(readdirSync(folder)).toEqual(['a.html']);
  });

  test('a page that was stopped is not there', async () => {
    const [{ path }, folder] = [runFile(), emptyFolder()];
    const { status } = await run(['--db', path, '--html', join(folder, 'a.html')], AbortSignal.abort());
    expect(status).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('--fail-on', () => {
  test.each([
    [['broken'], 1, 'broken addresses: 4 (--fail-on broken)\n'],
    [['unchecked'], 1, 'addresses that could not be checked: 1 (--fail-on unchecked)\n'],
    [['no-access'], 0, ''],
    [['redirect-chains', 'no-access'], 0, ''],
    [['no-access', 'broken', 'broken'], 1, 'broken addresses: 4 (--fail-on broken)\n'],
  ])('%j ends with %d', async (what, status, stderr) => {
    const { path } = runFile();
    const ended = await run(['--db', path, ...what.flatMap((each) => ['--fail-on', each])]);
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status, stderr });
  });

  test('refusals and time-outs are never broken, whatever they are called', async () => {
    const connection = openFile();
    connection.exec(`INSERT INTO hosts (id, host) VALUES (1, 'https://a.example')`);
    const codes = [429, 503, 408, 504, 524, 'timeout', 'connect', 'reset', 'host', 'proxy', 'worker-lost'];
    for (const [i, code] of codes.entries()) {
      const isStatus = typeof code === 'number';
      connection
        .prepare(
          `INSERT INTO urls (id, request_key, host_id, state, error, hops, seed_hops) VALUES (?, ?, 1, 'failed', ?, 0, 1)`,
        )
        .run(i + 1, `https://a.example/${i}`, isStatus ? 'status' : code);
      if (isStatus)
        connection
          .prepare('INSERT INTO records (id, http_status, fetched_at, duration_ms) VALUES (?, ?, 0, 0)')
          .run(i + 1, code);
    }
    expect((await run(['--db', connection.name, '--fail-on', 'broken'])).status).toBe(0);
    expect(readReport(connection.name).unchecked.total).toBe(codes.length);
  });

  test('a name is known to be missing only where no name server was in trouble', () => {
    const connection = openFile();
    connection.exec(`
      INSERT INTO hosts (id, host) VALUES (1, 'https://gone.example'), (2, 'https://later.example');
      INSERT INTO urls (id, request_key, host_id, state, error, error_detail, hops, seed_hops) VALUES
        (1, 'https://gone.example/', 1, 'failed', 'dns', 'getaddrinfo ENOTFOUND gone.example', 0, 1),
        (2, 'https://gone.example/a', 1, 'failed', 'dns', 'the host was given up', 0, 1),
        (3, 'https://later.example/', 2, 'failed', 'dns', 'getaddrinfo EAI_AGAIN later.example', 0, 1),
        (4, 'https://later.example/a', 2, 'failed', 'dns', 'the host was given up', 0, 1);`);
    const { broken, unchecked } = readReport(connection.name);
    expect(broken.rows.map(({ url }) => url)).toEqual(['https://gone.example/', 'https://gone.example/a']);
    expect(unchecked.rows.map(({ url }) => url)).toEqual([
      'https://later.example/',
      'https://later.example/a',
    ]);
  });
});

describe('what is refused', () => {
  test.each([
    [['--limit', '0'], '--limit must be a whole number from 1 to 10,000'],
    [['--limit', '10001'], '--limit must be a whole number from 1 to 10,000'],
    [['--fail-on', 'slow'], "--fail-on must be broken, no-access, unchecked or redirect-chains, got 'slow'"],
    [['--json', '--html', '-'], '--json and --html - exclude each other'],
    [['crawl.db'], "report does not take the argument 'crawl.db'"],
  ])('%j', (args, message) => {
    expect(() => parse(['report', ...args])).toThrow(message);
  });

  test('by the library, too', () => {
    expect(() => readReport(runFile().path, { limit: 1.5 })).toThrow(
      new UsageError('limit must be a whole number from 1 to 10000, got 1.5'),
    );
  });

  test('a place that is no place for a page, before anything is written', async () => {
    const [{ path, connection }, folder] = [runFile(), emptyFolder()];
    await expect(run(['--db', path, '--html', path])).rejects.toThrow(
      `--html: ${path} is the file of the crawl`,
    );
    await expect(run(['--db', path, '--html', folder])).rejects.toThrow(`--html: ${folder} is a folder`);
    await expect(run(['--db', path, '--html', join(folder, 'a', 'b')])).rejects.toThrow(
      `--html: there is no folder ${join(folder, 'a')}`,
    );
    expect(connection.prepare('SELECT count(*) FROM tasks').pluck().get()).toBe(3);
  });

  test('a file that is not there, or not ours', async () => {
    const folder = emptyFolder();
    const missing = join(folder, 'missing.db');
    await expect(run(['--db', missing])).rejects.toThrow(new StoreError(`there is no file ${missing}`));
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'to do: nothing\n');
    await expect(run(['--db', notes])).rejects.toThrow(`${notes} is not a SQLite file`);
    expect(existsSync(missing)).toBe(false);
  });
});
