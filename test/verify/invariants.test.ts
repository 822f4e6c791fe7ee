import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkInvariants, damageIn } from '../../dist/verify/invariants.js';
import { Crawled } from './crawled.js';

const crawled = new Crawled();
beforeAll(() => crawled.crawl());
afterAll(() => crawled.remove());

/** SQL for the id of a URL of the crawl. */
function id(path: string): string {
  return `(SELECT id FROM urls WHERE request_key = 'http://a.test${path}')`;
}

function faultsAfter(sql: string): string[] {
  return checkInvariants(crawled.copy(sql)).faults.map(({ text }) => text);
}

describe('a finished file', () => {
  test('is whole, and its pages and links are counted', () => {
    expect(checkInvariants(crawled.copy())).toEqual({
      isDamaged: false,
      faults: [],
      open: [],
      pages: 5,
      links: 9,
      downloads: 0,
    });
  });

  test.each([
    [
      'a removed link',
      `DELETE FROM links WHERE source_id = ${id('/1')} AND target_id = ${id('/gone')}`,
      'links that were filed',
    ],
    ['an invented link', `INSERT INTO links VALUES (${id('/2')}, ${id('/1')}, 0)`, 'links that were filed'],
    [
      'a wrong number of links',
      `UPDATE urls SET link_count = 9 WHERE id = ${id('/2')}`,
      'links that were filed',
    ],
    [
      'a link from a failed URL',
      `INSERT INTO links VALUES (${id('/gone')}, ${id('/1')}, 0)`,
      'no finished page',
    ],
    [
      'a link from a redirect',
      `INSERT INTO links VALUES (${id('/moved')}, ${id('/1')}, 0)`,
      'no finished page',
    ],
    [
      'a page queued again with its links',
      `UPDATE urls SET state = 'queued' WHERE id = ${id('/1')}`,
      'no finished page',
    ],
    [
      'a link to nowhere',
      `UPDATE links SET target_id = 999 WHERE source_id = ${id('/new')}`,
      'an unknown URL',
    ],
    ['a lost URL', `DELETE FROM urls WHERE id = ${id('/2')}`, 'an unknown URL'],
    [
      'a redirect that leads elsewhere',
      `UPDATE redirects SET target_id = ${id('/2')} WHERE source_id = ${id('/moved')}`,
      'another URL than',
    ],
    [
      'a redirect that leads to a lost URL',
      `DELETE FROM urls WHERE id = ${id('/square')}`,
      'another URL than',
    ],
    [
      'a lost redirect',
      `DELETE FROM redirects WHERE source_id = ${id('/moved')}`,
      'neither a page nor a redirect',
    ],
    [
      'a page that is none',
      `DELETE FROM links WHERE source_id = ${id('/new')}; UPDATE urls SET link_count = NULL WHERE id = ${id('/new')}`,
      'neither a page nor a redirect',
    ],
    ['a lost record', `DELETE FROM records WHERE id = ${id('/2')}`, 'no record'],
    ['a failure without a reason', `UPDATE urls SET error = NULL WHERE id = ${id('/gone')}`, 'no reason'],
    ['a skip without a reason', `UPDATE urls SET error = NULL WHERE id = ${id('/closed')}`, 'no reason'],
    ['a page with a reason', `UPDATE urls SET error = 'dns' WHERE id = ${id('/2')}`, 'a reason'],
    ['a wrong count of claimable URLs', 'UPDATE hosts SET claimable = claimable + 1', 'other claimable'],
    [
      'a claimable URL that is not counted',
      `UPDATE urls SET state = 'queued', error = NULL WHERE id = ${id('/gone')}`,
      'other claimable',
    ],
    ['a depth too great', `UPDATE urls SET depth = 3 WHERE id = ${id('/deep')}`, 'shortest distance'],
    ['a depth too small', `UPDATE urls SET depth = 1 WHERE id = ${id('/deep')}`, 'shortest distance'],
    ['a missing depth', `UPDATE urls SET depth = NULL WHERE id = ${id('/deep')}`, 'shortest distance'],
    [
      'a depth of what no followed link leads to',
      `UPDATE urls SET depth = 1 WHERE id = ${id('/closed')}`,
      'shortest',
    ],
    ['a link followed that was not', 'UPDATE links SET nofollow = 2 WHERE nofollow = 0', 'shortest distance'],
    [
      'a redirect’s target deeper than the redirect',
      `UPDATE urls SET depth = 3 WHERE id = ${id('/new')}`,
      'shortest',
    ],
    ['a lost seed', `UPDATE settings SET value = '[]' WHERE name = 'seeds'`, 'shortest distance'],
  ])('with %s is at fault', (_, sql, text) => {
    expect(faultsAfter(sql)).toContainEqual(expect.stringContaining(text));
  });

  test('that lacks a seed is not whole', () => {
    const sql = `UPDATE settings SET value = '["http://a.test/","http://a.test/never"]' WHERE name = 'seeds'`;
    const { faults, open } = checkInvariants(crawled.copy(sql));
    expect([...faults, ...open]).not.toEqual([]);
  });

  test('that says how many offenders there are names one of them', () => {
    const { faults } = checkInvariants(
      crawled.copy(`DELETE FROM records WHERE id IN (${id('/2')}, ${id('/new')})`),
    );
    expect(faults).toEqual([
      {
        text: expect.stringContaining('no record'),
        count: 2,
        example: expect.stringMatching(/^http:\/\/a\.test\//),
      },
    ]);
  });
});

test('only what SQLite says of the file itself is damage', () => {
  const error = (code: string) => Object.assign(new Error('it says'), { code });
  for (const code of ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_IOERR_SHORT_READ', 'SQLITE_ERROR']) {
    const text = 'place in the file is damaged';
    expect(damageIn(error(code))).toMatchObject({
      isDamaged: true,
      faults: [{ text, count: 1, example: `it says (${code})` }],
    });
  }
  for (const none of [error('SQLITE_BUSY'), error('SQLITE_FULL'), error('ENOENT'), new TypeError('x'), 'x'])
    expect(damageIn(none)).toBeNull();
});

describe('an unfinished file', () => {
  const unfinished = new Crawled();
  beforeAll(() => unfinished.crawl(2));
  afterAll(() => unfinished.remove());

  test('is sound, and says what is left', () => {
    const { faults, open } = checkInvariants(unfinished.copy());
    expect(faults).toEqual([]);
    expect(open.map(({ text, count }) => [text, count])).toEqual([['URLs are queued', 4]]);
  });

  test.each([
    [
      'leases',
      `UPDATE urls SET state = 'leased' WHERE id = ${id('/2')}; UPDATE hosts SET claimable = 3`,
      'leased',
    ],
    ['depths not handed on', `INSERT INTO relaxations VALUES (1, ${id('/1')})`, 'not yet handed on'],
    [
      'links not judged',
      `INSERT INTO deferred VALUES (${id('/1')}, 'http://b.test/', 0, 'http://b.test')`,
      'the end of a seed',
    ],
    ['a depth still too great', `UPDATE urls SET depth = 7 WHERE id = ${id('/deep')}`, 'queued'],
  ])('with %s is not at fault', (_, sql, text) => {
    const { faults, open } = checkInvariants(unfinished.copy(sql));
    expect(faults).toEqual([]);
    expect(open.map((finding) => finding.text)).toContainEqual(expect.stringContaining(text));
  });

  test.each([
    ['a depth too small', `UPDATE urls SET depth = 0 WHERE id = ${id('/deep')}`, 'shortest distance'],
    ['a depth missing', `UPDATE urls SET depth = NULL WHERE id = ${id('/deep')}`, 'shortest distance'],
    ['a removed link', `DELETE FROM links WHERE target_id = ${id('/gone')}`, 'links that were filed'],
  ])('with %s is at fault', (_, sql, text) => {
    const { faults } = checkInvariants(unfinished.copy(sql));
    expect(faults.map((finding) => finding.text)).toContainEqual(expect.stringContaining(text));
  });
});
