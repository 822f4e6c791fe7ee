/** What files of older versions are asked is answered as after their migration; the rest is refused, and nothing changed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from '../dist/cli/parse.js';
import { explainCommand } from '../dist/commands/explain.js';
import { exportCommand } from '../dist/commands/export.js';
import type { Invocation } from '../dist/commands/invocation.js';
import { verifyCommand } from '../dist/commands/verify.js';
import type { Connection } from '../dist/database/connection.js';
import { openForWriting } from '../dist/database/open.js';
import { readReport, readStatus, shortestPaths, statusSummary } from '../dist/index.js';
import { MIGRATIONS } from '../dist/migrations.js';
import { makeOlder } from './support/older-file.js';

/** Home links to what is moved and to what is gone; what is moved leads to a page without a title. */
function fill(connection: Connection): void {
  connection.exec(`
    INSERT INTO settings VALUES ('seeds', '["https://a.example/"]');
    INSERT INTO runs (command_line, version, started_at) VALUES ('orbweaver', '0.1.0', 1000);
    INSERT INTO hosts (id, host, claimable) VALUES (1, 'https://a.example', 1);
    INSERT INTO urls (id, request_key, host_id, state, error, depth, found_on, hops, seed_hops, link_count) VALUES
      (1, 'https://a.example/', 1, 'done', NULL, 0, NULL, 0, 0, 2),
      (2, 'https://a.example/moved', 1, 'done', NULL, 1, 1, 0, 30, NULL),
      (3, 'https://a.example/page', 1, 'done', NULL, 1, 2, 1, 30, 1),
      (4, 'https://a.example/gone', 1, 'failed', 'status', 1, 1, 0, 30, NULL),
      (5, 'https://a.example/next', 1, 'queued', NULL, 2, 3, 0, 30, NULL);
    INSERT INTO records (id, http_status, title, content_type, body_bytes, body_sha256, fetched_at, duration_ms) VALUES
      (1, 200, 'Home', 'text/html', 100, 'aa', 1000, 20), (2, 301, NULL, NULL, 0, NULL, 2000, 10),
      (3, 200, NULL, 'text/html', 300, 'bb', 3000, 30), (4, 404, NULL, 'text/html', 5, NULL, 4000, 40);
    INSERT INTO links VALUES (1, 2, 0), (1, 4, 1), (3, 5, 0);
    INSERT INTO redirects (source_id, target_url, verdict, target_id)
      VALUES (2, 'https://a.example/page', 'in-scope', 3);
    INSERT INTO outside_hosts VALUES ('b.example', 7)`);
}

/** What a command prints, its lines read as JSON. */
async function printed(args: readonly string[]): Promise<unknown> {
  let text = '';
  const stdout = {
    write: (part: string) => ((text += part), true),
    on: () => undefined,
    off: () => undefined,
  };
  const invocation = { stdout, stop: new AbortController().signal } as unknown as Invocation; // What they use of it.
  const command = parse(args);
  if (command.command === 'export') await exportCommand(command, invocation);
  else if (command.command === 'explain') explainCommand(command, invocation);
  else if (command.command === 'verify') verifyCommand(command, invocation);
  else throw new Error(`not a command of this test: ${command.command}`);
  return text.split('\n').map((line) => (line === '' ? '' : (JSON.parse(line) as unknown)));
}

type Ask = (file: string) => unknown;

/** What is asked, the first version that it is answered for, and how it is asked. */
const QUESTIONS: readonly (readonly [what: string, oldest: number, ask: Ask])[] = [
  ['export of pages', 1, (file) => printed(['export', '--db', file])],
  ['export of links', 1, (file) => printed(['export', '--what', 'links', '--db', file])],
  ['report', 3, (file) => readReport(file)],
  ['path', 3, (file) => shortestPaths(file, 'Home', '/next')],
  ['status', 5, (file) => statusSummary(file)],
  ['rows of status', 5, (file) => [...readStatus(file)]],
  ['export of executions', 5, (file) => printed(['export', '--what', 'executions', '--db', file])],
  ['explain', 6, (file) => printed(['explain', '/page', '--json', '--db', file])],
  ['verify', MIGRATIONS.length, (file) => printed(['verify', file, '--json'])],
];

/** Columns that came later are empty. */
function withoutNulls(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value === null ? undefined : value,
    ),
  );
}

/** What is answered, or why it is not. */
async function answers(file: string): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const [, , ask] of QUESTIONS)
    all.push(
      await Promise.resolve(file)
        .then(ask)
        .catch((error: unknown) => error),
    );
  return all;
}

test.for(MIGRATIONS.map((_, step) => step + 1))('a file of version %i', async (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-older-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'crawl.db');
  makeOlder(file, version, fill);
  const bytes = readFileSync(file);
  const before = await answers(file);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  openForWriting(file, MIGRATIONS, false).close();
  const after = await answers(file);
  QUESTIONS.forEach(([what, oldest], at) => {
    if (version >= oldest) return expect(withoutNulls(before[at]), what).toEqual(withoutNulls(after[at]));
    const newest = MIGRATIONS.length;
    const needs = oldest === newest ? `version ${newest}` : `versions ${oldest} to ${newest}`;
    expect(before[at], what).toMatchObject({
      code: 'store',
      message: `${file} has schema version ${version}, and what is asked for needs ${needs}`,
      hint: expect.stringContaining('brings it up to date') as string,
    });
  });
  for (const answer of after) expect(answer).not.toBeInstanceOf(Error);
});
