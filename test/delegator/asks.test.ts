/** Requests of user code: when they get leave, over a real frontier, with a clock and threads that do as a test says. */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { CookieJar } from '../../dist/cookies/jar.js';
import { Asks } from '../../dist/delegator/asks.js';
import { Cookies } from '../../dist/delegator/cookies.js';
import { Flights } from '../../dist/delegator/flights.js';
import type { Pool } from '../../dist/delegator/pool.js';
import { Proxies } from '../../dist/delegator/proxies.js';
import { RobotsDispatch } from '../../dist/delegator/robots-dispatch.js';
import { RobotsGate } from '../../dist/delegator/robots-gate.js';
import { RobotsHops } from '../../dist/delegator/robots-hops.js';
import { Slots } from '../../dist/delegator/slots.js';
import type { HostPatch, Lease } from '../../dist/frontier/frontier.js';
import type { AskedAnswer, Grant } from '../../dist/protocol/ask.js';
import { makeHolding } from '../../dist/protocol/holding.js';
import type { Task } from '../../dist/protocol/task.js';
import type { ProxyPlan } from '../../dist/proxies/plan.js';
import { Bench } from '../frontier/bench.js';
import { sqliteHome } from '../frontier/sqlite-home.js';

/** Where the task itself is, whose user code asks. */
const PAGE = 'http://127.0.0.1:8080/';
/** A public host: one request a second, two in flight. */
const API = 'http://api.example';
const GAP_MS = 1_000;

interface Options {
  readonly perHost?: number;
  readonly delayMs?: number;
  readonly plan?: ProxyPlan;
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** One thread with room for one task, which is in it: flight 1, whose user code asks. */
async function start({ perHost, delayMs, plan }: Options = {}) {
  const bench = await Bench.start(sqliteHome(), { seeds: [PAGE] });
  closing.push(() => bench.close());
  const { frontier } = bench;
  const tasks: Task[] = [];
  const pool: Pool = {
    holding: makeHolding(1),
    listen: () => undefined,
    run: (task) => {
      tasks.push(task);
      return new Promise(() => undefined);
    },
    end: () => undefined,
    close: () => Promise.resolve(true),
  };
  const clock = (): number => bench.now;
  const slots = new Slots(1, 1, clock);
  const flights = new Flights(
    pool,
    slots,
    clock,
    () => undefined,
    () => undefined,
  );
  const gate = new RobotsGate(true);
  const hops = new RobotsHops();
  const stored: string[] = [];
  const cookies = new Cookies(new CookieJar(), {
    write: (changes) => stored.push(...changes.map(({ cookie }) => cookie.name)),
  });
  const proxies = new Proxies(plan ?? null, 1_000, { onNotice: () => undefined });
  const settings = {
    perHost: perHost ?? null,
    delayMs: delayMs ?? null,
    retryDelayMs: 1_000,
    giveUpMs: 900_000,
    seedOrigins: new Set([API]),
  };
  const shared = { frontier, flights, slots, gate, cookies, proxies, settings };
  const robots = new RobotsDispatch({ ...shared, hops, hasUserCode: true });
  let changes = 0;
  const asks = new Asks({ ...shared, robots, random: () => 0, onChange: () => void changes++ });
  const lease = { id: 1, url: PAGE } as Lease; // Nothing else of it is looked at.
  const slot = slots.acquire((await frontier.hostOf(PAGE)).id, Infinity);
  if (slot === null) throw new Error('an empty thread has no room');
  flights.launch({ kind: 'fetch', lease }, slot, bench.now, (flightId) => ({
    kind: 'sitemap',
    key: PAGE,
    thread: 0,
    flightId,
    url: PAGE,
    slotted: false,
    keepOutside: false,
    sendHeaders: false,
    spaced: false,
    cookie: null,
    proxy: null,
  }));
  tasks.length = 0;
  const set = async (origin: string, patch: HostPatch): Promise<void> =>
    frontier.apply([], [{ hostId: (await frontier.hostOf(`${origin}/`)).id, patch }], () => undefined);
  return {
    bench,
    asks,
    flights,
    slots,
    gate,
    tasks,
    stored,
    set,
    /** Its robots.txt has been read. */
    open: (origin: string, robotsText = '') => set(origin, { robotsFetchedAt: bench.now, robotsText }),
    inFlight: async (origin: string) => slots.inFlight((await frontier.hostOf(`${origin}/`)).id),
    changes: () => changes,
    /** Answers how to read what came back; null = nothing yet. */
    ask: (askId: string, url: string, flightId = 1, country: string | null = null): (() => Grant | null) => {
      const { port1, port2 } = new MessageChannel();
      closing.push(() => port1.close());
      asks.add({ kind: 'ask', askId, flightId, url, country, isBeside: false, port: port2 });
      return () => read(port1);
    },
  };
}

function read(port: MessagePort): Grant | null {
  return (receiveMessageOnPort(port)?.message as Grant | undefined) ?? null;
}

function answered(startedAt: number, more: Partial<AskedAnswer> = {}): AskedAnswer {
  return { startedAt, failure: null, setCookies: [], ...more };
}

const GRANTED = { kind: 'granted', sendHeaders: true, cookie: null, proxy: null };

test('the host of a request has its gap: the next in its order gets leave when the gap is up and the first is over', async () => {
  const { bench, asks, ask, open } = await start();
  await open(API);
  const first = ask('a', `${API}/1`);
  const second = ask('b', `${API}/2`);
  await asks.grant(bench.now);
  expect([first(), second()]).toEqual([GRANTED, null]);
  expect(await asks.nextAt(bench.now)).toBe(bench.now + GAP_MS);
  const isSoon = async (afterMs: number): Promise<Grant | null> => {
    bench.now += afterMs;
    await asks.grant(bench.now);
    return second();
  };
  expect(await isSoon(GAP_MS)).toBeNull();
  // It counts from when the request was made, which was later than its leave.
  asks.end({ kind: 'asked', askId: 'a', answer: answered(bench.now) });
  expect(await asks.file(bench.now)).toBe(1);
  expect(await asks.nextAt(bench.now)).toBe(bench.now + GAP_MS);
  expect(await isSoon(GAP_MS - 1)).toBeNull();
  expect(await isSoon(1)).toEqual(GRANTED);
  expect(await asks.nextAt(bench.now)).toBeNull();
});

test('one that must wait holds up those behind it at its host, and nobody at another', async () => {
  const { bench, asks, ask, open, set } = await start({ delayMs: 0, perHost: 1 });
  await open(API);
  await open('http://other.example');
  await set(API, { nextFetchAt: bench.now + 5 });
  const waiting = [ask('a', `${API}/1`), ask('b', `${API}/2`)];
  const other = ask('c', 'http://other.example/');
  await asks.grant(bench.now);
  expect([...waiting.map((grant) => grant()), other()]).toEqual([
    null,
    null,
    { ...GRANTED, sendHeaders: false },
  ]);
  bench.now += 5;
  await asks.grant(bench.now);
  expect(waiting.map((grant) => grant())).toEqual([GRANTED, null]);
});

test('no more are under way at a host than it may have, also where no thread has room for a task', async () => {
  const { bench, asks, ask, open, slots, inFlight, changes } = await start({ delayMs: 0, perHost: 1 });
  await open(API);
  expect(slots.free()).toBe(0);
  const [first, second] = [ask('a', `${API}/1`), ask('b', `${API}/2`)];
  await asks.grant(bench.now);
  expect([first(), second(), await inFlight(API)]).toEqual([GRANTED, null, 1]);
  expect([asks.areUnderWay, asks.isUnderWay((await bench.host(API)).id)]).toEqual([true, true]);
  const before = changes();
  asks.end({ kind: 'asked', askId: 'a', answer: null });
  expect([asks.areUnderWay, await inFlight(API), changes() - before]).toEqual([false, 0, 1]);
  await asks.grant(bench.now);
  expect(second()).toEqual(GRANTED);
});

test('a robots.txt that was not read goes out first, on the reserve of a full thread, once', async () => {
  const { bench, asks, ask, open, flights, gate, tasks } = await start();
  const [allowed, closed] = [ask('a', `${API}/yes`), ask('b', `${API}/no`)];
  await asks.grant(bench.now);
  await asks.grant(bench.now);
  expect(tasks).toMatchObject([
    { kind: 'robots', url: `${API}/robots.txt`, sendHeaders: true, spaced: true },
  ]);
  expect([allowed(), closed()]).toEqual([null, null]);
  const host = await bench.host(API);
  expect(host.nextFetchAt).toBe(bench.now + GAP_MS);
  await open(API, 'User-agent: *\nDisallow: /no\n');
  gate.end(host.id);
  bench.now = host.nextFetchAt;
  // The request for it is not known to be made: the gap counts from that.
  await asks.grant(bench.now);
  expect(allowed()).toBeNull();
  flights.start(tasks[0]?.flightId ?? 0);
  await asks.grant(bench.now);
  expect([allowed(), closed()]).toEqual([GRANTED, null]);
});

test('what robots.txt forbids is refused, and costs the host nothing', async () => {
  const { bench, asks, ask, open, inFlight } = await start();
  await open(API, 'User-agent: *\nDisallow: /no\n');
  const [closed, allowed] = [ask('a', `${API}/no`), ask('b', `${API}/yes`)];
  await asks.grant(bench.now);
  expect(closed()).toEqual({
    kind: 'refused',
    code: 'robots',
    message: `robots.txt of ${API} does not allow ${API}/no`,
  });
  expect([allowed(), await inFlight(API)]).toEqual([GRANTED, 1]);
});

test('nothing of a host that was given up gets leave', async () => {
  const { bench, asks, ask, set } = await start();
  await set(API, { givenUp: 'dns', nextFetchAt: bench.now + 60_000 });
  const grant = ask('a', `${API}/`);
  await asks.grant(bench.now);
  expect(grant()).toEqual({ kind: 'refused', code: 'dns', message: `${API} was given up` });
});

test('where there is no proxy for its country it is refused, and gives its slot back', async () => {
  const plan = { http: { de: ['http://127.0.0.1:1'] }, https: null, except: '' };
  const { bench, asks, ask, open, inFlight } = await start({ plan });
  await open(API);
  const [french, german] = [ask('a', `${API}/`, 1, 'fr'), ask('b', `${API}/`, 1, 'de')];
  await asks.grant(bench.now);
  expect(french()).toMatchObject({ kind: 'refused', code: 'proxy' });
  expect(german()).toEqual({ ...GRANTED, proxy: 'http://127.0.0.1:1' });
  expect(await inFlight(API)).toBe(1);
});

test('an answer counts for its host, and its cookies are stored and go with the next request', async () => {
  const { bench, asks, ask, open, stored } = await start({ delayMs: 0 });
  await open(API);
  ask('a', `${API}/1`);
  await asks.grant(bench.now);
  const failure = { code: 'status', message: 'busy', status: 503, retryAfterMs: 60_000 } as const;
  const setCookies = ['s=1; Path=/'];
  asks.end({ kind: 'asked', askId: 'a', answer: answered(bench.now, { failure, setCookies }) });
  expect(await asks.file(bench.now)).toBe(1);
  expect(await asks.file(bench.now)).toBe(0);
  expect(stored).toEqual(['s']);
  expect(await bench.host(API)).toMatchObject({ waits: 1, blockedUntil: bench.now + 60_000 });
  const later = ask('b', `${API}/2`);
  await asks.grant(bench.now + 59_999);
  expect(later()).toBeNull();
  await asks.grant(bench.now + 60_000);
  expect(later()).toEqual({ ...GRANTED, cookie: 's=1' });
});

test.each([
  ['its task was lost', (asks: Asks) => asks.drop(1)],
  ['its thread is gone', (asks: Asks) => asks.dropThread(0)],
])('where %s neither leave nor slot is left of what it asked for', async (_, drop) => {
  const { bench, asks, ask, open, inFlight } = await start({ delayMs: 0, perHost: 1 });
  await open(API);
  ask('a', `${API}/1`);
  const waiting = ask('b', `${API}/2`);
  await asks.grant(bench.now);
  expect([asks.isWaitedFor(1), asks.areUnderWay, await inFlight(API)]).toEqual([true, true, 1]);
  drop(asks);
  expect([asks.isWaitedFor(1), asks.areUnderWay, await inFlight(API)]).toEqual([false, false, 0]);
  await asks.grant(bench.now);
  expect(waiting()).toBeNull();
  // Its answer may come all the same, and says nothing any more.
  asks.end({ kind: 'asked', askId: 'a', answer: answered(bench.now) });
  expect(await asks.file(bench.now)).toBe(0);
});

test('other tasks and threads keep what they asked for', async () => {
  const { bench, asks, ask, open } = await start();
  await open(API);
  const grant = ask('a', `${API}/1`);
  asks.drop(2);
  asks.dropThread(1);
  await asks.grant(bench.now);
  expect(grant()).toEqual(GRANTED);
});

test('an executor whose time is up leaves its place to the next', async () => {
  const { bench, asks, ask, open } = await start();
  await open(API);
  const [first, second] = [ask('a', `${API}/1`), ask('b', `${API}/2`)];
  asks.end({ kind: 'asked', askId: 'a', answer: null });
  await asks.grant(bench.now);
  expect([first(), second()]).toEqual([null, GRANTED]);
});

test('one whose task is over is not waited for', async () => {
  const { asks, ask } = await start();
  ask('a', `${API}/`, 99);
  expect([asks.isWaitedFor(99), await asks.nextAt(0)]).toEqual([false, null]);
});
