import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTotals, seedEnd } from '../../dist/store/totals.js';
import { Crawled, SEED } from '../verify/crawled.js';
import { openFile } from './file.js';

const crawled = new Crawled();
beforeAll(() => crawled.crawl());
afterAll(() => crawled.remove());

describe('the totals of a file', () => {
  test('are nothing in a new one', () => {
    expect(readTotals(openFile())).toEqual({
      pages: 0,
      links: 0,
      redirects: 0,
      queued: 0,
      failed: {},
      failedStatuses: {},
      skipped: {},
      outOfScope: { links: 0, hosts: 0, top: [] },
      filteredLinks: 0,
      strippedLinks: 0,
      hostsGivenUp: [],
      sitemaps: { read: 0, missing: 0, failed: 0, pages: 0 },
      patterns: [],
      heldBackByHost: 0,
      tasksTooDeep: 0,
    });
  });

  test('count pages, links, redirects and every reason', () => {
    // The answers of this crawl were recorded with status 200; a failed one says 404.
    const gone = `(SELECT id FROM urls WHERE request_key = 'http://a.test/gone')`;
    expect(readTotals(crawled.copy(`UPDATE records SET http_status = 404 WHERE id = ${gone}`))).toEqual({
      pages: 5,
      links: 9,
      redirects: 1,
      queued: 0,
      failed: { status: 1, redirect: 2 },
      failedStatuses: { 404: 1 },
      skipped: { nofollow: 1 },
      outOfScope: { links: 1, hosts: 1, top: [{ host: 'b.test', links: 1 }] },
      filteredLinks: 0,
      strippedLinks: 0,
      hostsGivenUp: [],
      sitemaps: { read: 0, missing: 0, failed: 0, pages: 0 },
      patterns: [],
      heldBackByHost: 0,
      tasksTooDeep: 0,
    });
  });

  test('name the ten hosts outside the scope that are linked most', () => {
    const rows = Array.from(
      { length: 15 },
      (_, n) => `('h${String(n).padStart(2, '0')}.test', ${1 + (n % 3)})`,
    );
    const { outOfScope } = readTotals(crawled.copy(`INSERT INTO outside_hosts VALUES ${rows.join(', ')}`));
    expect(outOfScope).toMatchObject({ links: 31, hosts: 16 });
    expect(outOfScope.top.map(({ host }) => host.slice(0, 3))).toEqual(
      'h02 h05 h08 h11 h14 h01 h04 h07 h10 h13'.split(' '),
    );
  });

  test('name hosts that were given up with what was lost', () => {
    const sql = `UPDATE hosts SET given_up = 'status' WHERE host = 'http://a.test'`;
    expect(readTotals(crawled.copy(sql)).hostsGivenUp).toEqual([
      { host: 'http://a.test', code: 'status', urls: 1 },
    ]);
    expect(readTotals(crawled.copy(sql.replace('status', 'private'))).hostsGivenUp).toEqual([]);
  });
});

describe('how a seed ended', () => {
  test.each([
    [SEED, null],
    ['http://a.test/moved', null],
    ['http://a.test/round', 'redirect'],
    ['http://a.test/closed', 'nofollow'],
    ['http://a.test/gone', 'HTTP 200'],
    ['http://a.test/never', 'unknown'],
  ])('%s: %s', (key, end) => {
    expect(seedEnd(crawled.copy(), key)).toBe(end);
  });

  test.each([
    ['queued', 'queued'],
    ['leased', 'leased'],
  ])('a seed that is still %s has not ended', (state, end) => {
    const sql = `UPDATE urls SET state = '${state}', link_count = NULL WHERE request_key = '${SEED}'`;
    expect(seedEnd(crawled.copy(sql), SEED)).toBe(end);
  });
});
