import { expect, test } from 'vitest';
import { forbidsFollowing, headerForbidsFollowing, isRobotsMetaName } from '../../dist/workers/nofollow.js';

test.each<[string | string[], boolean]>([
  ['nofollow', true],
  ['NoIndex, NoFollow', true],
  ['none', true],
  ['noindex', false],
  ['nofollow-not', false],
  ['orbweaver: nofollow', true],
  ['Orbweaver : none', true],
  ['otherbot: nofollow', false],
  ['otherbot: noindex, nofollow', false],
  ['otherbot: noindex, orbweaver: nofollow', true],
  ['otherbot: nofollow, orbweaver: noindex', false],
  ['unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow', true],
  ['max-snippet: 20, nofollow', true],
  [['otherbot: noindex', 'nofollow'], true],
  [['otherbot: nofollow', 'noindex'], false],
  ['', false],
])('X-Robots-Tag %j forbids following: %j', (header, forbids) => {
  expect(headerForbidsFollowing(header)).toBe(forbids);
});

test('no header forbids nothing', () => {
  expect(headerForbidsFollowing(undefined)).toBe(false);
});

test('a robots meta speaks to all or to us, and forbids by nofollow or none', () => {
  expect([' ROBOTS ', 'robots', 'Orbweaver'].map(isRobotsMetaName)).toEqual([true, true, true]);
  expect(['googlebot', 'description', null].map(isRobotsMetaName)).toEqual([false, false, false]);
  expect(['nofollow', 'INDEX,NOFOLLOW', 'none'].map(forbidsFollowing)).toEqual([true, true, true]);
  expect(['index, follow', 'nofollowx', '', null].map(forbidsFollowing)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
