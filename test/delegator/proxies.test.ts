/** Which proxy a request goes through, by country and after what became of others; with answers of our own making. */
import { expect, test } from 'vitest';
import type { Notice } from '../../dist/delegator/events.js';
import type { Flight } from '../../dist/delegator/flights.js';
import { Proxies } from '../../dist/delegator/proxies.js';
import { PROXY_TRIES } from '../../dist/protocol/ask.js';
import { FAILURES_BEFORE_BAD } from '../../dist/policy/proxies.js';
import type { Outcome } from '../../dist/protocol/outcome.js';
import type { ProxyMap } from '../../dist/proxies/proxy-map.js';

const URL_ASKED = 'http://site.test/';

function start(map: ProxyMap, except = ''): { proxies: Proxies; notices: Notice[] } {
  const notices: Notice[] = [];
  const onNotice = (notice: Notice): void => void notices.push(notice);
  return { proxies: new Proxies({ http: map, https: null, except }, 1000, { onNotice }), notices };
}

function flight(proxy: string | null, startedAt: number): Flight {
  const slot = { thread: 0, hostId: 1, index: null, isAlone: false, takes: 'task' as const };
  const lease = { id: 1 } as never; // Nothing of it is looked at.
  return {
    flightId: 1,
    errand: { kind: 'fetch', lease },
    url: URL_ASKED,
    slot,
    startedAt,
    hasCookie: false,
    proxy,
    isSent: true,
  };
}

function failure(code: 'proxy' | 'timeout', status?: number): Outcome {
  const known = status === undefined ? {} : { status };
  return { kind: 'failure', startedAt: 0, durationMs: 0, failure: { code, message: 'no', ...known } };
}

function chosen(proxies: Proxies, country: string | null, now = 0, url = URL_ASKED): string | null {
  const choice = proxies.choose(url, country, 1, now);
  return choice.failure === null ? choice.proxy : choice.failure.message;
}

test('each country has its own, others those for any, and so has a task of none', () => {
  const { proxies } = start({ de: ['http://d:1'], fr: ['http://f:1'], '*': ['http://a:1'] });
  expect(chosen(proxies, 'DE')).toBe('http://d:1');
  expect(chosen(proxies, 'fr')).toBe('http://f:1');
  expect(chosen(proxies, 'us')).toBe('http://a:1');
  expect(chosen(proxies, null)).toBe('http://a:1');
});

test('a country without any, where there is none for any: nothing is asked, and it is said', () => {
  const { proxies } = start({ de: ['http://d:1'] });
  expect(proxies.choose(URL_ASKED, 'us', 1, 0)).toEqual({
    failure: { code: 'proxy', message: "there is no proxy for the country 'us'", isFinal: true },
  });
  expect(chosen(proxies, null)).toBe('http://d:1');
});

test('without a plan, for a scheme that has none, and for exceptions: directly', () => {
  const { proxies } = start({ '*': ['http://a:1'] }, 'site.test');
  expect(chosen(proxies, null)).toBeNull();
  expect(chosen(proxies, null, 0, 'https://other.test/')).toBeNull();
  expect(chosen(proxies, null, 0, 'http://other.test/')).toBe('http://a:1');
  expect(chosen(new Proxies(null, 1000, { onNotice: () => undefined }), 'de')).toBeNull();
});

test('what a proxy loses is asked for through others at no cost, so many times', () => {
  const list = Array.from({ length: 8 }, (_, n) => `http://h${n}:1`);
  const { proxies } = start({ '*': list });
  const used = new Set<string | null>();
  for (let i = 1; i <= PROXY_TRIES; i++) {
    const proxy = chosen(proxies, null, i);
    used.add(proxy);
    expect(proxies.land(flight(proxy, i), 1, failure('proxy'), i)).toBe(i < PROXY_TRIES);
  }
  expect(used.size).toBe(PROXY_TRIES);
});

test('a country whose own are all bad has those for any; when these are bad too, nothing is left', () => {
  const { proxies, notices } = start({ de: ['http://d:1'], '*': ['http://a:1'] });
  let now = 0;
  for (const proxy of ['http://d:1', 'http://a:1']) {
    for (let i = 0; i < FAILURES_BEFORE_BAD; i++) {
      now += 1_000_000;
      expect(chosen(proxies, 'de', now)).toBe(proxy);
      proxies.land(flight(proxy, now), 1, failure('proxy'), now);
    }
  }
  expect(proxies.isSpent).toBe(true);
  expect(chosen(proxies, 'de', now)).toBe('every proxy has failed');
  expect(chosen(proxies, null, now)).toBe('every proxy has failed');
  expect(proxies.readyAt(now)).toBeNull();
  expect(notices.filter(({ kind }) => kind === 'proxy-bad')).toHaveLength(2);
  expect(notices.at(-1)).toEqual({ kind: 'proxies-spent', proxies: 2 });
});

test('any answer of the site clears a proxy; silence costs the URL, and its retry goes elsewhere', () => {
  const { proxies, notices } = start({ '*': ['http://a:1', 'http://b:1'] });
  expect(proxies.land(flight('http://a:1', 0), 1, failure('timeout'), 0)).toBe(false);
  expect([chosen(proxies, null), chosen(proxies, null)]).toEqual(['http://b:1', 'http://b:1']);
  proxies.forget(1);
  expect(proxies.land(flight('http://a:1', 0), 1, failure('timeout', 500), 0)).toBe(false);
  proxies.forget(1);
  expect(new Set([chosen(proxies, null), chosen(proxies, null)]).size).toBe(2);
  expect(notices).toEqual([]);
});

test('while all rest nothing is asked for; what failed under way then says nothing new', () => {
  const { proxies, notices } = start({ '*': ['http://a:1'], de: ['http://d:1'] });
  proxies.land(flight('http://a:1', 0), 1, failure('proxy'), 10);
  for (let i = 0; i < 20; i++) proxies.land(flight('http://a:1', 5), i, failure('proxy'), 20);
  expect(proxies.readyAt(20)).toBe(1010);
  expect(proxies.readyAt(1010)).toBeNull();
  expect(notices).toEqual([{ kind: 'proxy-rested', proxy: 'http://a:1', forMs: 1000, detail: 'no' }]);
});
