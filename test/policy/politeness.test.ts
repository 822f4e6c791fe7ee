import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clockAfter,
  type ClockChange,
  fairShare,
  type HostClock,
  type HostEvent,
  hostLimits,
  MAX_RETRY_AFTER_MS,
  restAfterRobots,
} from '../../dist/policy/politeness.js';

const NOW = 1_700_000_000_000;
const SECOND = 1_000;
const MINUTE = 60_000;
const SETTINGS = { perHost: null, delayMs: null, retryDelayMs: SECOND, giveUpMs: 15 * MINUTE };

const HOST: HostClock = {
  host: 'http://a.test',
  nextFetchAt: NOW,
  blockedUntil: null,
  crawlDelayMs: null,
  failures: 0,
  waits: 0,
  lastSuccessAt: null,
  failingSince: null,
  excusedMs: 0,
};

const SUCCESS: HostEvent = { kind: 'success' };
const FAILURE: HostEvent = { kind: 'failure', blames: 'host' };

function refusal(retryAfterMs: number | null = null): HostEvent {
  return { kind: 'refusal', retryAfterMs };
}

function after(event: HostEvent, host: Partial<HostClock> = {}, random = 0): ClockChange {
  return clockAfter({ ...HOST, ...host }, event, SETTINGS, NOW, random);
}

describe('the limits of a host', () => {
  test.each([
    ['http://a.test', null, null, null, 2, 1_000, false],
    ['https://a.test:8443', null, null, null, 2, 1_000, false],
    ['http://127.0.0.1:8080', null, null, null, Infinity, 0, true],
    ['http://[::1]:8080', null, null, null, Infinity, 0, true],
    ['http://192.168.0.9', null, null, null, Infinity, 0, true],
    ['http://localhost:3000', null, null, null, Infinity, 0, true],
    ['http://a.test', 5, null, null, 5, 1_000, false],
    ['http://127.0.0.1', 1, 250, null, 1, 250, true],
    ['http://a.test', null, 0, null, 2, 0, false],
    ['http://a.test', null, null, 5_000, 2, 5_000, false],
    ['http://a.test', null, null, 500, 2, 1_000, false],
    ['http://a.test', null, 2_000, 1_500, 2, 2_000, false],
    ['http://127.0.0.1', null, null, 3_000, Infinity, 3_000, true],
  ])(
    '%s, --per-host %s, --delay %s, Crawl-delay %s',
    (host, perHost, delayMs, crawlDelayMs, most, gapMs, isPrivate) => {
      expect(hostLimits({ host, crawlDelayMs }, { perHost, delayMs })).toEqual({
        perHost: most,
        gapMs,
        isPrivate,
      });
    },
  );
});

describe('the fair share of a host', () => {
  test.each([
    ['the only host has all it may', Infinity, 64, 1, 1, 64],
    ['its own limit comes first', 2, 64, 1, 1, 2],
    ['a quarter stays free for hosts that turn up', Infinity, 64, 1, 5, 48],
    ['hosts at work share alike', Infinity, 64, 4, 10, 16],
    ['more hosts than capacity have one each', Infinity, 8, 100, 100, 1],
    ['no host at work yet', Infinity, 8, 0, 2, 6],
    ['one request at a time is one', Infinity, 1, 2, 2, 1],
  ])('%s', (_, perHost, capacity, active, known, share) => {
    expect(fairShare(perHost, capacity, active, known)).toBe(share);
  });

  test('is at least one and never above limit or capacity', () => {
    const count = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(
        count,
        count,
        fc.nat({ max: 300 }),
        fc.nat({ max: 300 }),
        (perHost, capacity, active, known) => {
          const share = fairShare(perHost, capacity, active, known);
          expect(share).toBeGreaterThanOrEqual(1);
          expect(share).toBeLessThanOrEqual(Math.min(perHost, capacity));
        },
      ),
    );
  });
});

describe('after a success', () => {
  test('nothing is held against a host any more', () => {
    const host = { failures: 9, waits: 4, failingSince: NOW - MINUTE, excusedMs: 5, lastSuccessAt: NOW - 9 };
    expect(after(SUCCESS, host)).toEqual({
      failures: 0,
      waits: 0,
      failingSince: null,
      excusedMs: 0,
      lastSuccessAt: NOW,
      lastAnswerAt: NOW,
    });
  });

  test('a block it set before still stands', () => {
    expect(after(SUCCESS, { blockedUntil: NOW + MINUTE })).not.toHaveProperty('blockedUntil');
  });
});

describe('after a refusal', () => {
  test.each([
    ['ten seconds', 10 * SECOND, 10 * SECOND],
    ['an hour', 3_600 * SECOND, 3_600 * SECOND],
    ['a day is an hour', 86_400 * SECOND, MAX_RETRY_AFTER_MS],
  ])('a wait asked for, %s, blocks the host that long and is excused', (_, asked, used) => {
    expect(after(refusal(asked))).toEqual({
      failingSince: NOW,
      lastAnswerAt: NOW,
      waits: 1,
      excusedMs: used,
      blockedUntil: NOW + used,
      nextFetchAt: NOW + used,
    });
  });

  test.each([
    ['first', 0, 500, 1_000],
    ['second', 1, 1_000, 2_000],
    ['fifth', 4, 8_000, 16_000],
    ['twentieth', 19, 150_000, 300_000],
  ])(
    'without a wait asked for the %s one rests the host, twice as long each time',
    (_, failures, least, most) => {
      const low = after(refusal(), { failures }, 0);
      const high = after(refusal(), { failures }, 1 - Number.EPSILON);
      expect([low.blockedUntil, high.blockedUntil]).toEqual([NOW + least, NOW + most]);
      expect(low).toMatchObject({ failures: failures + 1, failingSince: NOW, nextFetchAt: NOW + least });
      expect(low).not.toHaveProperty('waits');
      expect(low).not.toHaveProperty('excusedMs');
    },
  );

  test('a wait of nothing is no wait', () => {
    expect(after(refusal(0))).toEqual(after(refusal(null)));
  });

  test('a second one during the block is not counted again', () => {
    const blocked = { blockedUntil: NOW + 10 * SECOND, failingSince: NOW - 1, failures: 1, waits: 1 };
    expect(after(refusal(), blocked)).toEqual({ failingSince: NOW - 1, lastAnswerAt: NOW });
  });

  test('a second one that asks for longer makes the block longer and excuses the difference', () => {
    const blocked = { blockedUntil: NOW + 10 * SECOND, failingSince: NOW, waits: 1, excusedMs: 10 * SECOND };
    const change = after(refusal(25 * SECOND), blocked);
    expect(change).toMatchObject({ blockedUntil: NOW + 25 * SECOND, excusedMs: 25 * SECOND });
    expect(change).not.toHaveProperty('waits');
  });

  test('a second one that asks for less changes nothing', () => {
    const blocked = { blockedUntil: NOW + 30 * SECOND, failingSince: NOW, waits: 1, excusedMs: 30 * SECOND };
    expect(after(refusal(5 * SECOND), blocked)).toMatchObject({
      blockedUntil: NOW + 30 * SECOND,
      excusedMs: 30 * SECOND,
    });
  });

  test('a clock that is further on is never set back', () => {
    expect(after(refusal(SECOND), { nextFetchAt: NOW + MINUTE }).nextFetchAt).toBe(NOW + MINUTE);
  });

  test('a host is given up when it refuses once more after ten waits of its own choosing', () => {
    expect(after(refusal(SECOND), { waits: 9, failingSince: NOW }).givenUp).toBeUndefined();
    expect(after(refusal(SECOND), { waits: 10, failingSince: NOW }).givenUp).toBe('host');
  });
});

describe('after a failure', () => {
  test('of one URL nothing is held against its host', () => {
    expect(after({ kind: 'failure', blames: 'url' }, { failures: 3 })).toEqual({ lastAnswerAt: NOW });
  });

  test.each([
    [0, null],
    [1, null],
    [2, null],
    [3, null],
    [4, 500],
    [5, 1_000],
    [6, 2_000],
    [30, 150_000],
  ])('with %d before it in a row the host rests for %s ms or more', (failures, restMs) => {
    const change = after(FAILURE, { failures });
    expect(change).toMatchObject({ failures: failures + 1, failingSince: NOW, lastAnswerAt: NOW });
    expect(change.blockedUntil).toBe(restMs === null ? undefined : NOW + restMs);
    expect(change.nextFetchAt).toBe(restMs === null ? undefined : NOW + restMs);
  });

  test('that was under way when the host was rested nothing new is said', () => {
    const blocked = { blockedUntil: NOW + SECOND, failures: 6, failingSince: NOW - MINUTE };
    expect(after(FAILURE, blocked)).toEqual({ failingSince: NOW - MINUTE, lastAnswerAt: NOW });
  });

  test('the first one in a row is when trouble began', () => {
    expect(after(FAILURE, { failingSince: NOW - 5 }).failingSince).toBe(NOW - 5);
  });
});

describe('a host is given up', () => {
  const FIFTEEN = 15 * MINUTE;
  const events: readonly (readonly [string, HostEvent])[] = [
    ['a failure', FAILURE],
    ['a refusal', refusal()],
    ['a refusal with a wait', refusal(SECOND)],
  ];

  test.each(
    events.flatMap(([name, event]) => [
      [`${name} just before fifteen minutes of trying`, event, NOW - FIFTEEN + 1, 0, undefined] as const,
      [`${name} after fifteen minutes of trying`, event, NOW - FIFTEEN, 0, 'host'] as const,
      [`${name} after them, a millisecond excused`, event, NOW - FIFTEEN, 1, undefined] as const,
      [`${name} after an hour, most of it excused`, event, NOW - 60 * MINUTE, 45 * MINUTE, 'host'] as const,
      [`${name} as the first one`, event, null, 0, undefined] as const,
    ]),
  )('%s', (_, event, failingSince, excusedMs, givenUp) => {
    expect(after(event, { failingSince, excusedMs, failures: 2 }).givenUp).toBe(givenUp);
  });

  test('not by a refusal during a block', () => {
    const host = { failingSince: NOW - FIFTEEN, waits: 10, blockedUntil: NOW + 1 };
    expect(after(refusal(), host).givenUp).toBeUndefined();
  });

  test('in the end whatever it answers, as long as it is never a success', () => {
    const event = fc.oneof(
      fc.constant(FAILURE),
      fc.option(fc.integer({ min: 0, max: 2 * MAX_RETRY_AFTER_MS })).map((asked) => refusal(asked)),
    );
    fc.assert(
      fc.property(
        fc.infiniteStream(event),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (answers, random) => {
          let host = HOST;
          let now = NOW;
          for (let asked = 0; asked < 1_000; asked++) {
            const change = clockAfter(host, answers.next().value, SETTINGS, now, random);
            if (change.givenUp !== undefined) return true;
            host = { ...host, ...change };
            now = Math.max(now + SECOND, host.nextFetchAt);
          }
          return false;
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a robots.txt without a definite answer', () => {
  test.each([
    [1, 500],
    [2, 1_000],
    [4, 4_000],
    [40, 150_000],
  ])('rests its host at the %d. attempt for %d ms or more', (attempts, restMs) => {
    expect(restAfterRobots(HOST, attempts, SETTINGS, NOW, 0)).toEqual({
      failures: 1,
      failingSince: NOW,
      lastAnswerAt: NOW,
      blockedUntil: NOW + restMs,
      nextFetchAt: NOW + restMs,
    });
  });

  test('gives its host up after fifteen minutes of trying', () => {
    const host = { ...HOST, failingSince: NOW - 15 * MINUTE };
    expect(restAfterRobots(host, 9, SETTINGS, NOW, 0).givenUp).toBe('host');
    expect(restAfterRobots({ ...host, excusedMs: 1 }, 9, SETTINGS, NOW, 0).givenUp).toBeUndefined();
  });
});
