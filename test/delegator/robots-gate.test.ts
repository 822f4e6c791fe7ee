import { describe, expect, test } from 'vitest';
import { adoptRobots, withoutRobots } from '../../dist/delegator/host-robots.js';
import { RobotsGate } from '../../dist/delegator/robots-gate.js';
import type { HostFacts } from '../../dist/frontier/frontier.js';
import type { FailureCode } from '../../dist/protocol/failure.js';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const SETTINGS = { perHost: null, delayMs: null, retryDelayMs: 1_000, giveUpMs: 900_000, retries: 3 };

const HOST: HostFacts = {
  id: 4,
  host: 'http://a.test',
  nextFetchAt: 0,
  blockedUntil: null,
  crawlDelayMs: null,
  failures: 0,
  waits: 0,
  lastSuccessAt: null,
  lastAnswerAt: null,
  failingSince: null,
  excusedMs: 0,
  givenUp: null,
  robotsStatus: null,
  robotsFetchedAt: null,
  robotsAttempts: 0,
  robotsHop: null,
  robotsHops: 0,
};

function unknown(code: FailureCode, isRefusal = false, retryAfterMs: number | null = null) {
  return { kind: 'unknown' as const, code, detail: '', isRefusal, retryAfterMs };
}

describe('whether a robots.txt is owed', () => {
  test.each([
    ['never read', null, true],
    ['just read', NOW, false],
    ['read almost a day ago', NOW - 24 * HOUR + 1, false],
    ['read a day ago', NOW - 24 * HOUR, true],
  ])('%s', (_, robotsFetchedAt, isMissing) => {
    expect(new RobotsGate(true).isMissing({ ...HOST, robotsFetchedAt }, NOW)).toBe(isMissing);
    expect(new RobotsGate(false).isMissing({ ...HOST, robotsFetchedAt }, NOW)).toBe(false);
  });

  test('an errand asks at the root of the host and is under way until it ends', () => {
    const gate = new RobotsGate(true);
    expect(gate.isUnderWay(4)).toBe(false);
    expect(gate.begin(HOST)).toEqual({ hostId: 4, url: 'http://a.test/robots.txt', hops: 0 });
    expect([gate.isUnderWay(4), gate.isUnderWay(5)]).toEqual([true, false]);
    gate.end(4);
    expect(gate.isUnderWay(4)).toBe(false);
  });
});

describe('what the stored rules refuse', () => {
  const RULES = 'User-agent: *\nDisallow: /no\nDisallow: /*?q=\n';

  test.each([
    ['http://a.test/no/1', 'robots'],
    ['http://a.test/yes', null],
    ['http://a.test/yes?q=1', 'robots'],
    ['http://a.test/', null],
  ])('%s: %s', (key, reason) => {
    expect(new RobotsGate(true).refuse(key, 4, () => RULES)).toBe(reason);
    expect(new RobotsGate(false).refuse(key, 4, () => RULES)).toBeNull();
  });

  test('nothing where there is no robots.txt', () => {
    expect(new RobotsGate(true).refuse('http://a.test/no', 4, () => '')).toBeNull();
  });

  test('are read once, and anew after the next errand', () => {
    const gate = new RobotsGate(true);
    let text = RULES;
    let reads = 0;
    const read = (): string => {
      reads++;
      return text;
    };
    gate.refuse('http://a.test/no', 4, read);
    gate.refuse('http://a.test/no', 4, read);
    expect(reads).toBe(1);
    text = '';
    gate.end(4);
    expect(gate.refuse('http://a.test/no', 4, read)).toBeNull();
  });

  test('are told apart by host, however many there are', () => {
    const gate = new RobotsGate(true);
    const textOf = (id: number) => () => (id % 2 === 0 ? RULES : '');
    for (let round = 0; round < 2; round++) {
      for (let id = 0; id < 600; id++) {
        expect(gate.refuse('http://a.test/no', id, textOf(id))).toBe(id % 2 === 0 ? 'robots' : null);
      }
    }
  });
});

describe('a definite robots.txt', () => {
  test.each([
    ['no crawl delay', 'User-agent: *\nDisallow:\n', null, null],
    ['a crawl delay', 'User-agent: *\nCrawl-delay: 2.5\n', 2_500, 2_500],
    ['one longer than we wait', 'User-agent: *\nCrawl-delay: 600\n', 600_000, 60_000],
    ['another’s crawl delay', 'User-agent: other\nCrawl-delay: 5\n', null, null],
  ])('%s', (_, text, askedDelayMs, crawlDelayMs) => {
    expect(adoptRobots({ kind: 'rules', status: 200, text }, NOW)).toEqual({
      askedDelayMs,
      patch: {
        robotsStatus: 200,
        robotsFetchedAt: NOW,
        robotsAttempts: 0,
        robotsHop: null,
        robotsHops: 0,
        robotsText: text,
        crawlDelayMs,
      },
    });
  });
});

describe('an indefinite robots.txt', () => {
  test('rests the host, longer each time', () => {
    const first = withoutRobots(unknown('status'), HOST, SETTINGS, NOW, 0);
    expect(first).toMatchObject({
      robotsAttempts: 1,
      failures: 1,
      failingSince: NOW,
      blockedUntil: NOW + 500,
    });
    const third = withoutRobots(unknown('status'), { ...HOST, robotsAttempts: 2 }, SETTINGS, NOW, 0);
    expect(third).toMatchObject({ robotsAttempts: 3, blockedUntil: NOW + 2_000, nextFetchAt: NOW + 2_000 });
  });

  test('that is a refusal is waited out as asked', () => {
    const patch = withoutRobots(unknown('status', true, 30_000), HOST, SETTINGS, NOW, 0);
    expect(patch).toMatchObject({
      robotsAttempts: 1,
      waits: 1,
      excusedMs: 30_000,
      blockedUntil: NOW + 30_000,
    });
  });

  test.each<[string, FailureCode, Partial<HostFacts>, FailureCode | undefined]>([
    ['dns with tries left', 'dns', { robotsAttempts: 2 }, undefined],
    ['dns with none left', 'dns', { robotsAttempts: 3 }, 'dns'],
    ['connect with none left', 'connect', { robotsAttempts: 3 }, 'connect'],
    ['tls with none left', 'tls', { robotsAttempts: 3 }, 'tls'],
    ['dns of a host that has answered before', 'dns', { robotsAttempts: 3, lastSuccessAt: 1 }, undefined],
    ['a timeout', 'timeout', { robotsAttempts: 9 }, undefined],
    ['a 503', 'status', { robotsAttempts: 9 }, undefined],
    ['fifteen minutes of trying', 'timeout', { robotsAttempts: 9, failingSince: NOW - 900_000 }, 'host'],
    ['some of them excused', 'timeout', { failingSince: NOW - 900_000, excusedMs: 1 }, undefined],
  ])('%s', (_, code, host, givenUp) => {
    expect(withoutRobots(unknown(code), { ...HOST, ...host }, SETTINGS, NOW, 0).givenUp).toBe(givenUp);
  });
});
