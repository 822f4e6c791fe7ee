import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../dist/verify/digest.js';
import { Crawled } from './crawled.js';

const crawled = new Crawled();
beforeAll(() => crawled.crawl());
afterAll(() => crawled.remove());

const ONE = `(SELECT id FROM urls WHERE request_key = 'http://a.test/1')`;
const TWO = `(SELECT id FROM urls WHERE request_key = 'http://a.test/2')`;

describe('the digest', () => {
  test('is a SHA-256 and the same for the same file', () => {
    expect(digestOf(crawled.copy())).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(crawled.copy())).toBe(digestOf(crawled.copy()));
  });

  test.each([
    ['a key', `UPDATE urls SET request_key = 'http://a.test/one' WHERE id = ${ONE}`],
    ['a state', `UPDATE urls SET state = 'failed' WHERE id = ${ONE}`],
    ['a status', `UPDATE records SET http_status = 203 WHERE id = ${ONE}`],
    ['an error', `UPDATE urls SET error = 'dns' WHERE id = ${ONE}`],
    ['a title', `UPDATE records SET title = 'T' WHERE id = ${ONE}`],
    ['a title that is empty', `UPDATE records SET title = '' WHERE id = ${ONE}`],
    ['a depth', `UPDATE urls SET depth = 5 WHERE id = ${ONE}`],
    [
      'a redirect’s target',
      `UPDATE redirects SET target_url = 'http://a.test/other' WHERE rowid IN (SELECT min(rowid) FROM redirects)`,
    ],
    ['a canonical URL', `UPDATE records SET canonical_url = 'http://a.test/' WHERE id = ${ONE}`],
    [
      'a lost edge',
      `DELETE FROM links WHERE source_id = ${ONE} AND target_id = ${TWO}; DELETE FROM links WHERE source_id = ${ONE}`,
    ],
    ['a new edge', `INSERT INTO links VALUES (${TWO}, ${ONE}, 0)`],
    ['an edge of another page', `UPDATE links SET source_id = ${TWO} WHERE source_id = ${ONE}`],
    ['a lost URL', `DELETE FROM urls WHERE id = ${TWO}`],
  ])('changes with %s', (_, sql) => {
    expect(digestOf(crawled.copy(sql))).not.toBe(digestOf(crawled.copy()));
  });

  test.each([
    ['times', 'UPDATE records SET fetched_at = fetched_at + 1, duration_ms = 9'],
    ['where a URL was found', `UPDATE urls SET found_on = ${TWO}`],
    ['tries', 'UPDATE urls SET attempts = attempts + 3, refusals = 2'],
    ['the words of a failure', `UPDATE urls SET error_detail = 'other words' WHERE state = 'failed'`],
    ['hops', 'UPDATE urls SET hops = hops + 1'],
    ['sizes', `UPDATE records SET body_bytes = 7, body_sha256 = 'ab', content_type = 'x'`],
    ['the clocks of hosts', 'UPDATE hosts SET next_fetch_at = 5, failures = 2'],
    ['runs', `INSERT INTO runs (command_line, version, started_at) VALUES ('x', '0', 1)`],
    ['a link’s nofollow', 'UPDATE links SET nofollow = 1 WHERE nofollow = 0'],
    [
      'the numbers of its URLs',
      `UPDATE urls SET id = id + 1000; UPDATE records SET id = id + 1000;
       UPDATE links SET source_id = source_id + 1000, target_id = target_id + 1000;
       UPDATE redirects SET source_id = source_id + 1000, target_id = target_id + 1000`,
    ],
    [
      'the order in which its URLs were found',
      `UPDATE urls SET id = -id; UPDATE records SET id = -id;
       UPDATE links SET source_id = -source_id, target_id = -target_id;
       UPDATE redirects SET source_id = -source_id, target_id = -target_id`,
    ],
  ])('does not change with %s', (_, sql) => {
    expect(digestOf(crawled.copy(sql))).toBe(digestOf(crawled.copy()));
  });
});
