/** What is kept of pages met lately: it may miss, but what it says must be true. */
import { describe, expect, test } from 'vitest';
import { KnownUrls } from '../../dist/frontier/known-urls.js';

const missed: string[] = [];
const miss = (key: string): number => {
  missed.push(key);
  return -1;
};
const ids = (known: KnownUrls, keys: readonly string[], depth: number | null): number[] =>
  known.idsOf(keys.join('\n'), depth, miss);

describe('known URLs', () => {
  test('a link at the same depth, deeper, or not followed is answered; a shorter one is not', () => {
    const known = new KnownUrls();
    known.note('http://a/1', 7, 3);
    expect([3, 4, null, 2].map((depth) => ids(known, ['http://a/1'], depth)[0])).toEqual([7, 7, 7, -1]);
    known.note('http://a/1', 7, 2);
    expect(ids(known, ['http://a/1'], 2)).toEqual([7]);
  });

  test('keys keep their order, and each that is not known is asked for', () => {
    const known = new KnownUrls();
    known.note('http://a/1', 1, 0);
    known.note('http://a/ü', 2, 0);
    missed.length = 0;
    expect(ids(known, ['http://a/ü', 'http://a/', 'http://a/1', 'http://a/11'], 1)).toEqual([2, -1, 1, -1]);
    expect(missed).toEqual(['http://a/', 'http://a/11']);
  });

  test('nothing is left after it was cleared', () => {
    const known = new KnownUrls();
    known.note('http://a/1', 1, 0);
    known.clear();
    expect(ids(known, ['http://a/1'], null)).toEqual([-1]);
  });

  test('of more keys than it holds the latest are known, and none is taken for another', () => {
    const known = new KnownUrls();
    const count = 1_200_000;
    for (let id = 1; id <= count; id++) known.note(`http://a/${id}`, id, 1);
    let answered = 0;
    for (let id = 1; id <= count; id += 7) {
      const [found] = known.idsOf(`http://a/${id}`, 1, miss);
      if (found === id) answered++;
      else if (found !== -1) throw new Error(`${id} was taken for ${found}`);
    }
    expect(answered).toBeGreaterThan(count / 7 / 2);
    expect(ids(known, [`http://a/${count}`, 'http://a/0'], 1)).toEqual([count, -1]);
  });
});
