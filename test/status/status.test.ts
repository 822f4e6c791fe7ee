/** What the library says of a file: counts, and the rows behind them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readStatus, statusSummary, StoreError } from '../../dist/index.js';
import { statusText } from '../../dist/commands/status-text.js';
import { openFile } from '../store/file.js';
import { RAN_AT, runFile } from './file.js';

test('executors, errors, states and failures are counted', () => {
  expect(statusSummary(runFile().path)).toEqual({
    tasks: 3,
    executors: [
      {
        executor: 'price',
        success: 0,
        failed: 1,
        skipped: 1,
        waiting: 1,
        errors: [{ code: 'ValueError', count: 1 }],
      },
      {
        executor: 'title',
        success: 1,
        failed: 1,
        skipped: 0,
        waiting: 1,
        errors: [{ code: 'timeout', count: 1 }],
      },
    ],
    queue: { queued: 2, leased: 1, done: 2, failed: 5, skipped: 1 },
    failures: [
      { code: 'status', httpStatus: 404, urls: 2 },
      { code: 'dns', httpStatus: null, urls: 1 },
      { code: 'status', httpStatus: 500, urls: 1 },
      { code: 'timeout', httpStatus: null, urls: 1 },
    ],
    hosts: [
      {
        host: 'https://a.example',
        givenUp: null,
        urls: 4,
        failures: [
          { code: 'status', httpStatus: 404, urls: 2 },
          { code: 'status', httpStatus: 500, urls: 1 },
          { code: 'timeout', httpStatus: null, urls: 1 },
        ],
      },
      {
        host: 'https://b.example',
        givenUp: 'dns',
        urls: 1,
        failures: [{ code: 'dns', httpStatus: null, urls: 1 }],
      },
    ],
    downloads: null,
    walkers: null,
  });
});

test('the commonest error comes first', () => {
  const { connection, path } = runFile();
  connection.exec(`
    INSERT INTO tasks SELECT id, 'page ' || id, id, '{}' FROM urls WHERE id BETWEEN 4 AND 9;
    INSERT INTO executions SELECT id, 'title', 'failed', NULL, 'Zero: ' || id, 0, 0, 1, '' FROM tasks WHERE id > 3`);
  expect(statusSummary(path).executors[1]?.errors).toEqual([
    { code: 'Zero', count: 6 },
    { code: 'timeout', count: 1 },
  ]);
});

test('as a text, whole', () => {
  const { path } = runFile();
  expect(statusText(statusSummary(path), 'crawl.db')).toBe(`\
crawl.db: 3 tasks, 2 executors

executors
  price  success  0  failed  1  skipped  1  waiting  1
  title  success  1  failed  1  skipped  0  waiting  1

errors of executors
  price  1  ValueError
  title  1  timeout

URLs
  queued   2
  leased   1
  done     2
  failed   5
  skipped  1

failures
  2  HTTP 404
  1  dns
  1  HTTP 500
  1  timeout

failures by host
  4  https://a.example: 2 HTTP 404, 1 HTTP 500, 1 timeout
  1  https://b.example: 1 dns; given up (dns)
`);
});

test('a file without tasks still has its queue; nothing is shown that is not there', () => {
  const connection = openFile();
  expect(statusText(statusSummary(connection.name), 'a\u001b[2J.db')).toBe(`\
a\\x1b[2J.db: 0 of 0 URLs done

URLs
  queued   0
  leased   0
  done     0
  failed   0
  skipped  0
`);
});

test('of many hosts and errors ten are named', () => {
  const { connection, path } = runFile();
  connection.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
      INSERT INTO hosts (host) SELECT 'https://h' || i || '.example' FROM n;
    INSERT INTO urls (request_key, host_id, state, error, hops, seed_hops)
      SELECT host || '/', id, 'failed', 'tls', 0, 0 FROM hosts WHERE id > 2;
    INSERT INTO tasks SELECT id + 100, 'task ' || id, 1, '{}' FROM hosts;
    INSERT INTO executions SELECT id, 'many', 'failed', NULL, 'Error' || id, 0, 0, 1, '' FROM tasks WHERE id > 100`);
  const text = statusText(statusSummary(path), path);
  expect(text.match(/^ {2}\d+ {2}https:\/\//gm)).toHaveLength(10);
  expect(text).toMatch(/\n {5}and 4 more\n$/);
  expect(text.match(/^ {2}many {3}1 {2}Error\d+$/gm)).toHaveLength(10);
  expect(text).toContain('\n            and 4 more\n  price  1  ValueError\n');
});

test('rows: one for each executor and task', () => {
  expect([...readStatus(runFile().path)]).toEqual([
    {
      key: 'https://a.example/',
      params: {},
      executor: 'price',
      status: 'failed',
      error: 'ValueError: no price: 0',
      lastRun: RAN_AT,
      durationMs: 4,
      attempts: 2,
      output: null,
    },
    {
      key: 'https://a.example/',
      params: {},
      executor: 'title',
      status: 'success',
      error: null,
      lastRun: RAN_AT,
      durationMs: 3,
      attempts: 1,
      output: { text: 'A', n: [1, null] },
    },
    {
      key: '=cmd',
      params: { url: 'https://a.example/list', note: 'ä' },
      executor: 'price',
      status: 'skipped',
      error: null,
      lastRun: null,
      durationMs: null,
      attempts: 0,
      output: null,
    },
    {
      key: '=cmd',
      params: { url: 'https://a.example/list', note: 'ä' },
      executor: 'title',
      status: 'failed',
      error: 'timeout',
      lastRun: RAN_AT + 1,
      durationMs: 5,
      attempts: 1,
      output: null,
    },
  ]);
});

test('rows are of one moment, whatever is written meanwhile, and may be left at any of them', () => {
  const { connection, path } = runFile();
  const rows = readStatus(path);
  expect(rows.next().value).toMatchObject({ key: 'https://a.example/' });
  connection.exec(`DELETE FROM executions; UPDATE tasks SET key = 'other ' || id`);
  expect([...rows].map(({ key }) => key)).toEqual(['https://a.example/', '=cmd', '=cmd']);
  for (const row of readStatus(path)) throw new Error(`not deleted: ${row.key}`);

  connection.exec(`INSERT INTO executions VALUES (1, 'a', 'skipped', NULL, NULL, NULL, NULL, 0, NULL)`);
  for (const { key } of readStatus(path)) {
    expect(key).toBe('other 1');
    break;
  }
  // Nobody is in the middle of reading any more: the log can be emptied.
  expect(connection.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
});

test('what is no file of ours is refused, and is not touched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-status-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const missing = join(folder, 'missing.db');
  expect(() => statusSummary(missing)).toThrow(new StoreError(`there is no file ${missing}`));
  expect(() => readStatus(missing).next()).toThrow(new StoreError(`there is no file ${missing}`));
  const notes = join(folder, 'notes.txt');
  writeFileSync(notes, 'to do: nothing\n');
  expect(() => statusSummary(notes)).toThrow(`${notes} is not a SQLite file`);
});
