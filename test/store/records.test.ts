import { describe, expect, test } from 'vitest';
import type { Outcome, PageOutcome } from '../../dist/protocol/outcome.js';
import { RecordTable } from '../../dist/store/records.js';
import { openFile } from './file.js';

const KEY = 'http://a.test/~x';
const BASE = { startedAt: 1_000, durationMs: 25 };

const PAGE: PageOutcome = {
  ...BASE,
  kind: 'page',
  status: 200,
  contentType: 'text/html; charset=utf-8',
  bodyBytes: 512,
  bodySha256: 'ab',
  title: 'Kevin Bacon',
  canonicalUrl: 'http://a.test/x',
  links: ['', '', ''],
  outside: ['', '', ''],
  outsideHosts: '',
  filtered: 3,
  withinFound: true,
};

const NOTHING = {
  id: 1,
  requested_url: null,
  http_status: null,
  title: null,
  content_type: null,
  body_bytes: null,
  body_sha256: null,
  fetched_at: 1_000,
  duration_ms: 25,
  canonical_url: null,
  filtered_links: null,
  stripped_links: null,
  proxy: null,
};

describe('the record of an answer', () => {
  test.each<[string, Outcome, object]>([
    [
      'a page with all we know of it',
      PAGE,
      {
        http_status: 200,
        title: 'Kevin Bacon',
        content_type: 'text/html; charset=utf-8',
        body_bytes: 512,
        body_sha256: 'ab',
        canonical_url: 'http://a.test/x',
        filtered_links: 3,
      },
    ],
    [
      'a redirect with its status',
      { ...BASE, kind: 'redirect', status: 308, targetKey: 'k', targetUrl: 'k', verdict: 'inside' },
      { http_status: 308 },
    ],
    [
      'another type with its type',
      { ...BASE, kind: 'other-type', status: 200, contentType: 'image/png' },
      { http_status: 200, content_type: 'image/png' },
    ],
    [
      'a failure with the status it had',
      { ...BASE, kind: 'failure', failure: { code: 'status', message: 'HTTP 404', status: 404 } },
      { http_status: 404 },
    ],
    [
      'a failure without an answer',
      { ...BASE, kind: 'failure', failure: { code: 'dns', message: 'none' } },
      {},
    ],
  ])('holds %s', (_, outcome, facts) => {
    const connection = openFile();
    new RecordTable(connection).write({ id: 1, key: KEY, url: KEY, outcome, isLast: true, proxy: null });
    expect(connection.prepare('SELECT * FROM records').all()).toEqual([{ ...NOTHING, ...facts }]);
  });

  test('holds the requested spelling only where it differs from the key', () => {
    const connection = openFile();
    new RecordTable(connection).write({
      id: 1,
      key: KEY,
      url: 'http://a.test/%7Ex',
      outcome: PAGE,
      isLast: true,
      proxy: null,
    });
    expect(connection.prepare('SELECT requested_url FROM records').pluck().get()).toBe('http://a.test/%7Ex');
  });

  test('is that of the last answer, nothing of an earlier one left', () => {
    const connection = openFile();
    const records = new RecordTable(connection);
    records.write({ id: 1, key: KEY, url: 'http://a.test/%7Ex', outcome: PAGE, isLast: true, proxy: null });
    const failure = { code: 'timeout', message: 'too slow' } as const;
    records.write({
      id: 1,
      key: KEY,
      url: KEY,
      outcome: { ...BASE, kind: 'failure', failure },
      isLast: true,
      proxy: null,
    });
    expect(connection.prepare('SELECT * FROM records').all()).toEqual([NOTHING]);
  });
});
