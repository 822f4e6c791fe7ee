import { describe, expect, test } from 'vitest';
import { judgeRobots, MAX_ROBOTS_HOPS } from '../../dist/policy/robots-answer.js';
import type { DeclinedOutcome, FailureOutcome, RobotsOutcome } from '../../dist/protocol/outcome.js';

const BASE = { startedAt: 0, durationMs: 0 };
const ELSEWHERE = 'https://b.test/robots.txt';

function answer(status: number, rest: Partial<RobotsOutcome> = {}): RobotsOutcome {
  return { ...BASE, kind: 'robots', status, text: '', redirectTo: null, retryAfterMs: null, ...rest };
}

function failure(code: FailureOutcome['failure']['code']): FailureOutcome {
  return { ...BASE, kind: 'failure', failure: { code, message: 'no answer' } };
}

const DECLINED: DeclinedOutcome = { ...BASE, kind: 'declined', reason: 'private', detail: 'not there' };

describe('an answer to a request for robots.txt', () => {
  test.each<[string, RobotsOutcome | DeclinedOutcome, number, object]>([
    [
      '200 gives rules',
      answer(200, { text: 'Disallow: /' }),
      0,
      { kind: 'rules', status: 200, text: 'Disallow: /' },
    ],
    ['204 gives none', answer(204), 0, { kind: 'rules', status: 204, text: '' }],
    ['301 leads elsewhere', answer(301, { redirectTo: ELSEWHERE }), 0, { kind: 'hop', url: ELSEWHERE }],
    [
      'a fifth redirect is followed',
      answer(302, { redirectTo: ELSEWHERE }),
      MAX_ROBOTS_HOPS - 1,
      { kind: 'hop', url: ELSEWHERE },
    ],
    [
      'a sixth redirect allows all',
      answer(302, { redirectTo: ELSEWHERE }),
      MAX_ROBOTS_HOPS,
      { kind: 'rules', status: 302, text: '' },
    ],
    ['a redirect to nowhere allows all', answer(301), 0, { kind: 'rules', status: 301, text: '' }],
    ['a private host is left alone', DECLINED, 0, { kind: 'private', detail: 'not there' }],
    ['a redirect to a private host allows all', DECLINED, 1, { kind: 'rules', status: null, text: '' }],
    ['304 allows all', answer(304), 0, { kind: 'rules', status: 304, text: '' }],
    ['401 allows all', answer(401), 0, { kind: 'rules', status: 401, text: '' }],
    ['403 allows all', answer(403), 0, { kind: 'rules', status: 403, text: '' }],
    ['404 allows all', answer(404), 0, { kind: 'rules', status: 404, text: '' }],
    ['the text of a 404 is no rule', answer(404, { text: 'Disallow: /' }), 0, { kind: 'rules', text: '' }],
    [
      '429 is a refusal',
      answer(429),
      0,
      { kind: 'unknown', code: 'status', isRefusal: true, retryAfterMs: null },
    ],
    [
      '503 is a refusal, with the wait it asks for',
      answer(503, { retryAfterMs: 9_000 }),
      0,
      { kind: 'unknown', isRefusal: true, retryAfterMs: 9_000, detail: 'HTTP 503' },
    ],
    [
      '500 is no answer',
      answer(500),
      0,
      { kind: 'unknown', code: 'status', isRefusal: false, detail: 'HTTP 500' },
    ],
    [
      '502 after redirects is no answer',
      answer(502),
      3,
      { kind: 'unknown', code: 'status', isRefusal: false },
    ],
    ['599 is no answer', answer(599), 0, { kind: 'unknown', code: 'status', isRefusal: false }],
  ])('%s', (_, outcome, hops, verdict) => {
    expect(judgeRobots(outcome, hops)).toMatchObject(verdict);
  });

  test.each(['dns', 'connect', 'tls', 'timeout', 'reset', 'protocol', 'worker-lost'] as const)(
    '%s is no answer',
    (code) => {
      expect(judgeRobots(failure(code), 0)).toEqual({
        kind: 'unknown',
        code,
        detail: 'no answer',
        isRefusal: false,
        retryAfterMs: null,
      });
    },
  );
});
