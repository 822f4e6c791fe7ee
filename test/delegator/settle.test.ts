import { describe, expect, test } from 'vitest';
import { isUnreachable, settleOutcome } from '../../dist/delegator/settle.js';
import type { HostFacts, Lease } from '../../dist/frontier/frontier.js';
import type { Failure, FailureCode } from '../../dist/protocol/failure.js';
import type { Outcome } from '../../dist/protocol/outcome.js';

const NOW = 1_000_000;
const SETTINGS = { retries: 3, maxRedirects: 20, retryDelayMs: 1_000 };
const BASE = { startedAt: NOW - 10, durationMs: 10 };

const LEASE: Lease = {
  id: 7,
  hostId: 1,
  kind: 'page',
  pageId: 7,
  isStored: false,
  key: 'http://a.test/~x',
  url: 'http://a.test/~x',
  depth: 2,
  attempts: 0,
  refusals: 0,
  isRespelt: false,
  hops: 0,
  isReasked: false,
  suspect: 0,
};

const HOST: HostFacts = {
  id: 1,
  host: 'http://a.test',
  nextFetchAt: 0,
  blockedUntil: null,
  crawlDelayMs: null,
  failures: 0,
  waits: 0,
  lastSuccessAt: NOW - 1_000,
  lastAnswerAt: NOW - 1_000,
  failingSince: null,
  excusedMs: 0,
  givenUp: null,
  robotsStatus: 200,
  robotsFetchedAt: NOW - 1_000,
  robotsAttempts: 0,
  robotsHop: null,
  robotsHops: 0,
};

type Settled = Exclude<Outcome, { kind: 'robots' }>;

function settle(
  outcome: Settled,
  lease: Partial<Lease> = {},
  host: Partial<HostFacts> = {},
  withCookies = false,
) {
  return settleOutcome({ ...LEASE, ...lease }, outcome, {
    host: { ...HOST, ...host },
    settings: SETTINGS,
    now: NOW,
    random: 0,
    withCookies,
  });
}

function failure(failure: Partial<Failure> & { code: FailureCode }): Settled {
  return { ...BASE, kind: 'failure', failure: { message: 'it broke', ...failure } };
}

function redirect(targetKey: string, targetUrl = targetKey): Settled {
  return { ...BASE, kind: 'redirect', status: 301, targetKey, targetUrl, verdict: 'inside' };
}

describe('what an answer does to its URL', () => {
  test('a page takes its links with it', () => {
    const { settlement, event } = settle({
      ...BASE,
      kind: 'page',
      status: 200,
      contentType: 'text/html',
      bodyBytes: 5,
      bodySha256: '00',
      title: 'T',
      canonicalUrl: null,
      links: ['http://a.test/1', '', ''],
      outside: ['', 'http://b.test/', ''],
      outsideHosts: 'c.test 2\n',
      filtered: 0,
      withinFound: true,
    });
    expect(settlement).toMatchObject({
      kind: 'page',
      id: 7,
      links: ['http://a.test/1', '', ''],
      outside: ['', 'http://b.test/', ''],
      outsideHosts: 'c.test 2\n',
    });
    expect(event).toEqual({ kind: 'success' });
  });

  test('what the thread declined is skipped, at no cost and with no word about its host', () => {
    const declined = { ...BASE, kind: 'declined', reason: 'private', detail: '10.0.0.1 is private' } as const;
    expect(settle(declined, {}, { failures: 3 })).toEqual({
      settlement: { kind: 'skipped', id: 7, reason: 'private', detail: '10.0.0.1 is private' },
      event: null,
    });
  });

  test('another content type is skipped, and its host is well', () => {
    expect(settle({ ...BASE, kind: 'other-type', status: 200, contentType: 'image/png' })).toEqual({
      settlement: { kind: 'skipped', id: 7, reason: 'content-type' },
      event: { kind: 'success' },
    });
  });

  test.each<[string, Settled, Partial<Lease>, object]>([
    [
      'to another URL is followed',
      redirect('http://a.test/y'),
      {},
      { kind: 'redirect', targetKey: 'http://a.test/y' },
    ],
    [
      'to another spelling of itself is asked for in that one',
      redirect(LEASE.key, 'http://a.test/%7Ex'),
      {},
      { kind: 'respell', url: 'http://a.test/%7Ex' },
    ],
    [
      'to a third spelling fails',
      redirect(LEASE.key, 'http://a.test/%7ex'),
      { url: 'http://a.test/%7Ex', isRespelt: true },
      { kind: 'failed', code: 'redirect' },
    ],
    [
      'back to the first spelling fails',
      redirect(LEASE.key),
      { url: 'http://a.test/%7Ex', isRespelt: true },
      { kind: 'failed', code: 'redirect' },
    ],
    ['to itself fails', redirect(LEASE.key), {}, { kind: 'failed', code: 'redirect' }],
    ['says that it came without cookies', redirect('http://a.test/y'), {}, { withCookies: false }],
    [
      'elsewhere from another spelling is followed',
      redirect('http://a.test/y'),
      { url: 'http://a.test/%7Ex', isRespelt: true },
      { kind: 'redirect', targetKey: 'http://a.test/y' },
    ],
  ])('a redirect %s', (_, outcome, lease, settlement) => {
    expect(settle(outcome, lease)).toMatchObject({
      settlement: { id: 7, ...settlement },
      event: { kind: 'success' },
    });
  });

  test.each<[string, Partial<Lease>, string]>([
    ['is asked once more', {}, 'reask'],
    ['fails the second time', { isReasked: true }, 'failed'],
  ])('a redirect to itself that came with cookies %s', (_, lease, kind) => {
    expect(settle(redirect(LEASE.key), lease, {}, true).settlement.kind).toBe(kind);
    expect(settle(redirect('http://a.test/y'), lease, {}, true).settlement).toMatchObject({
      withCookies: true,
    });
  });

  test.each<[string, Settled, Partial<Lease>, Partial<HostFacts>, object, object]>([
    [
      'a 404 ends the URL and is a success of the host',
      failure({ code: 'status', status: 404 }),
      {},
      {},
      { kind: 'failed', code: 'status' },
      { kind: 'success' },
    ],
    [
      'a 408 is tried again and is a success of the host',
      failure({ code: 'status', status: 408 }),
      {},
      {},
      { kind: 'retry', charge: 'attempt', notBefore: NOW + 500 },
      { kind: 'success' },
    ],
    [
      'a 500 is tried again and blames the host',
      failure({ code: 'status', status: 500 }),
      { attempts: 1 },
      {},
      { kind: 'retry', charge: 'attempt', notBefore: NOW + 1_000 },
      { kind: 'failure', blames: 'host' },
    ],
    [
      'a 501 is final and no sign of health',
      failure({ code: 'status', status: 501 }),
      {},
      {},
      { kind: 'failed', code: 'status' },
      { kind: 'failure', blames: 'host' },
    ],
    [
      'a 429 uses up no try, and passes on what it asks for',
      failure({ code: 'status', status: 429, retryAfterMs: 5_000 }),
      { attempts: 3, refusals: 3 },
      {},
      { kind: 'retry', charge: 'refusal', notBefore: NOW },
      { kind: 'refusal', retryAfterMs: 5_000 },
    ],
    [
      'the fifth 503 ends the URL when its host has ever succeeded',
      failure({ code: 'status', status: 503 }),
      { refusals: 4 },
      {},
      { kind: 'failed', code: 'status' },
      { kind: 'refusal', retryAfterMs: null },
    ],
    [
      'the fifth 503 is tried again when its host has never succeeded',
      failure({ code: 'status', status: 503 }),
      { refusals: 4 },
      { lastSuccessAt: null },
      { kind: 'retry', charge: 'refusal' },
      { kind: 'refusal', retryAfterMs: null },
    ],
    [
      'a file that is cut after a good part of it costs nothing and is a success of the host',
      failure({ code: 'reset', hasProgress: true }),
      { attempts: 3 },
      {},
      { kind: 'retry', charge: 'nothing', notBefore: NOW + 500 },
      { kind: 'success' },
    ],
    [
      'a 503 to a piece of a file passes on what it asks for, also after a good part of the file',
      failure({ code: 'status', status: 503, retryAfterMs: 5_000, hasProgress: true }),
      {},
      {},
      { kind: 'retry', charge: 'refusal', notBefore: NOW },
      { kind: 'refusal', retryAfterMs: 5_000 },
    ],
    [
      'a timeout is tried again',
      failure({ code: 'timeout' }),
      { attempts: 2 },
      {},
      { kind: 'retry', charge: 'attempt', notBefore: NOW + 2_000 },
      { kind: 'failure', blames: 'host' },
    ],
    [
      'a timeout with no tries left is final',
      failure({ code: 'timeout' }),
      { attempts: 3 },
      {},
      { kind: 'failed', code: 'timeout' },
      { kind: 'failure', blames: 'host' },
    ],
    [
      'a body too large is final and says nothing of the host',
      failure({ code: 'too-large' }),
      {},
      {},
      { kind: 'failed', code: 'too-large' },
      { kind: 'failure', blames: 'url' },
    ],
    [
      'a body too large that came with a 200 is a success of the host',
      failure({ code: 'too-large', status: 200 }),
      {},
      {},
      { kind: 'failed', code: 'too-large' },
      { kind: 'success' },
    ],
  ])('%s', (_, outcome, lease, host, settlement, event) => {
    const decision = settle(outcome, lease, host);
    expect(decision.settlement).toMatchObject({ id: 7, ...settlement });
    expect(decision.event).toEqual(event);
  });

  test.each<[FailureCode, number | null, boolean]>([
    ['dns', null, true],
    ['connect', null, true],
    ['tls', null, true],
    ['dns', NOW, false],
    ['timeout', null, false],
    ['reset', null, false],
    ['status', null, false],
  ])('%s with a last success at %s: beyond reach is %s', (code, lastSuccessAt, expected) => {
    expect(isUnreachable(code, { lastSuccessAt })).toBe(expected);
  });
});
