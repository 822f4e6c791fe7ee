/** Turns, rests and the end of proxies, with the time in our own hands. */
import { expect, test } from 'vitest';
import { FAILURES_BEFORE_BAD, ProxyRotation } from '../../dist/policy/proxies.js';

const LIST = ['a', 'b', 'c'];
const NONE = new Set<string>();

function picks(rotation: ProxyRotation, count: number, now: number, avoid = NONE): string {
  return Array.from({ length: count }, () => rotation.pick(LIST, avoid, now)).join('');
}

test('all take turns', () => {
  expect(picks(new ProxyRotation(1000), 7, 0)).toBe('abcabca');
});

test('no proxies, none picked', () => {
  expect(new ProxyRotation(1000).pick([], NONE, 0)).toBeNull();
});

test('one that fails rests, longer each time; a success forgets it all', () => {
  const rotation = new ProxyRotation(1000);
  expect(rotation.report('b', 'failed', 0, 0)).toEqual({ kind: 'rested', forMs: 1000 });
  expect(picks(rotation, 4, 999)).not.toContain('b');
  expect(picks(rotation, 3, 1000)).toContain('b');
  expect(rotation.report('b', 'failed', 1000, 1500)).toEqual({ kind: 'rested', forMs: 2000 });
  rotation.report('b', 'served', 4000, 4000);
  expect(rotation.report('b', 'failed', 5000, 5000)).toEqual({ kind: 'rested', forMs: 1000 });
});

test('failures of requests that were under way when a rest began say nothing new', () => {
  const rotation = new ProxyRotation(1000);
  rotation.report('a', 'failed', 0, 100);
  for (let i = 0; i < 20; i++) expect(rotation.report('a', 'failed', 99, 200)).toBeNull();
  expect(rotation.isBad('a')).toBe(false);
});

test('one that fails so often in a row is bad, and stays so', () => {
  const rotation = new ProxyRotation(1000);
  let now = 0;
  for (let i = 1; i < FAILURES_BEFORE_BAD; i++) {
    now += 100_000;
    expect(rotation.report('a', 'failed', now, now)?.kind).toBe('rested');
  }
  now += 100_000;
  expect(rotation.report('a', 'failed', now, now)).toEqual({ kind: 'bad' });
  expect(rotation.report('a', 'failed', now + 1, now + 1)).toBeNull();
  expect(picks(rotation, 4, Number.MAX_SAFE_INTEGER)).not.toContain('a');
  expect(rotation.pick(['a'], NONE, now)).toBeNull();
  expect(rotation.readyAt(['a'], now)).toBeNull();
});

test('those to be avoided are taken when there is no other', () => {
  const rotation = new ProxyRotation(1000);
  expect(picks(rotation, 4, 0, new Set(['a', 'b']))).toBe('cccc');
  expect(picks(rotation, 3, 0, new Set(LIST))).toHaveLength(3);
  rotation.report('c', 'failed', 0, 0);
  expect(picks(rotation, 4, 1, new Set(['a']))).toBe('bbbb');
  expect(picks(rotation, 2, 1, new Set(['a', 'b']))).not.toContain('c');
});

test('one in doubt is asked last, for longer each time, and never bad', () => {
  const rotation = new ProxyRotation(1000);
  for (let i = 0; i < 30; i++) expect(rotation.report('a', 'doubtful', 0, 0)).toBeNull();
  expect(picks(rotation, 4, 299_999)).not.toContain('a');
  expect(rotation.pick(['a'], NONE, 0)).toBe('a');
  expect(rotation.readyAt(['a'], 0)).toBeNull();
  expect(picks(rotation, 3, 300_000)).toContain('a');
});

test('when all rest, it is known when the first is ready', () => {
  const rotation = new ProxyRotation(1000);
  rotation.report('a', 'failed', 0, 0);
  expect(rotation.readyAt(LIST, 0)).toBeNull();
  rotation.report('b', 'failed', 0, 500);
  rotation.report('c', 'failed', 0, 700);
  expect(rotation.readyAt(LIST, 800)).toBe(1000);
  expect(rotation.pick(LIST, NONE, 800)).toBe('a');
  expect(rotation.readyAt(LIST, 1000)).toBeNull();
});
