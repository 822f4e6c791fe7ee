/** The loop over a real frontier, with threads that answer as a test says. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CookieJar } from '../../dist/cookies/jar.js';
import { Cookies } from '../../dist/delegator/cookies.js';
import {
  Delegator,
  type DelegatorParts,
  type DelegatorSettings,
  type Ending,
} from '../../dist/delegator/delegator.js';
import type { FileWork } from '../../dist/delegator/file-work.js';
import { StoreError } from '../../dist/errors.js';
import type { Frontier } from '../../dist/frontier/frontier.js';
import type { Lost, Pool } from '../../dist/delegator/pool.js';
import { makeHolding } from '../../dist/protocol/holding.js';
import type { Outcome } from '../../dist/protocol/outcome.js';
import type { Task } from '../../dist/protocol/task.js';
import { Bench } from '../frontier/bench.js';
import { sqliteHome } from '../frontier/sqlite-home.js';

type Answering = (task: Task, thread: number) => Promise<Outcome | Lost>;

const SETTINGS: DelegatorSettings = {
  workers: 2,
  concurrency: 4,
  perHost: null,
  delayMs: 0,
  retryDelayMs: 1,
  giveUpMs: 900_000,
  maxRedirects: 20,
  retries: 0,
  obeyRobots: true,
  maxPages: null,
  maxTimeMs: null,
  parseTimeoutMs: 60_000,
  executorTimeoutMs: null,
  longestSilenceMs: null,
  keepGoing: false,
  maxInFlight: Infinity,
  seedOrigins: new Set(),
  proxies: null,
};

const BASE = { startedAt: 0, durationMs: 0 };
const SITE = 'http://127.0.0.1:8080';

function robots(text: string): Outcome {
  return { ...BASE, kind: 'robots', status: 200, text, redirectTo: null, retryAfterMs: null };
}

function page(...links: readonly string[]): Outcome {
  return {
    ...BASE,
    kind: 'page',
    status: 200,
    contentType: 'text/html',
    bodyBytes: 1,
    bodySha256: '',
    title: null,
    canonicalUrl: null,
    links: [links.join('\n'), '', ''],
    outside: ['', '', ''],
    outsideHosts: '',
    filtered: 0,
    withinFound: true,
  };
}

/** Threads of which nothing is told. */
const IDLE = {
  holding: makeHolding(SETTINGS.workers),
  listen: () => undefined,
  end: () => undefined,
  close: () => Promise.resolve(true),
} satisfies Partial<Pool>;

describe('the delegator', () => {
  let bench: Bench;
  afterEach(async () => bench.close());

  async function crawl(
    answering: Answering,
    settings: Partial<DelegatorSettings> = {},
    stop = new AbortController(),
    parts: Partial<DelegatorParts> = {},
  ): Promise<Ending> {
    const pool: Pool = { ...IDLE, run: answering };
    const delegator = new Delegator(
      { ...SETTINGS, ...settings },
      {
        frontier: bench.frontier,
        store: { write: () => undefined },
        executions: null,
        cookies: new Cookies(null, { write: () => undefined }),
        listener: { onFiled: () => undefined, onNotice: () => undefined },
        checkStore: () => true,
        clock: Date.now,
        random: () => 0,
        pool,
        ...parts,
      },
    );
    return delegator.run(stop.signal);
  }

  describe('finishes', () => {
    beforeEach(async () => {
      bench = await Bench.start(sqliteHome(), { seeds: [`${SITE}/`] });
    });

    test('when every page is done', async () => {
      const pages: Record<string, Outcome> = { [`${SITE}/`]: page(`${SITE}/1`, `${SITE}/2`) };
      const ending = await crawl(async (task) =>
        task.kind === 'robots' ? robots('') : (pages[task.url] ?? page()),
      );
      expect(ending).toBe('finished');
      expect(await bench.frontier.counts()).toMatchObject({ done: 3, queued: 0, leased: 0 });
    });

    test('by the error that our own disk refuses with, once all that was filed is told', async () => {
      const told: string[] = [];
      const fileWork = {
        startsOf: () => [],
        isLast: () => false,
        meter: { forget: () => undefined },
        place: () => {
          throw new StoreError('the disk is gone');
        },
      };
      const ended = crawl(
        async (task) => (task.kind === 'robots' ? robots('') : page()),
        { obeyRobots: false },
        undefined,
        {
          fileWork: fileWork as unknown as FileWork,
          listener: { onFiled: ({ lease }) => told.push(lease.key), onNotice: () => undefined },
        },
      );
      await expect(ended).rejects.toThrow('the disk is gone');
      expect(told).toEqual([`${SITE}/`]);
    });

    test('when robots.txt forbids the only seed', async () => {
      expect(await crawl(async () => robots('User-agent: *\nDisallow: /\n'))).toBe('finished');
      expect(await bench.states()).toEqual({ [`${SITE}/`]: 'skipped:robots 0' });
    });

    test('when robots.txt forbids all that was left', async () => {
      const rules = robots('User-agent: *\nDisallow: /no\n');
      const ending = await crawl(async (task) => (task.kind === 'robots' ? rules : page(`${SITE}/no/1`)));
      expect(ending).toBe('finished');
      expect(await bench.states()).toEqual({ [`${SITE}/`]: 'done 0', [`${SITE}/no/1`]: 'skipped:robots 1' });
    });

    test('when robots.txt forbids more than one claim works off', async () => {
      const rules = robots('User-agent: *\nDisallow: /no\n');
      const closed = Array.from({ length: 5_000 }, (_, n) => `${SITE}/no/${n}`);
      const ending = await crawl(async (task) => (task.kind === 'robots' ? rules : page(...closed)));
      expect(ending).toBe('finished');
      expect(await bench.frontier.counts()).toMatchObject({ done: 1, skipped: 5_000, queued: 0 });
    });

    test('when what robots.txt allows lies behind more than one claim works off', async () => {
      const rules = robots('User-agent: *\nDisallow: /no\n');
      const links = [...Array.from({ length: 5_000 }, (_, n) => `${SITE}/no/${n}`), `${SITE}/yes`];
      const ending = await crawl(async (task) => {
        if (task.kind === 'robots') return rules;
        return task.url === `${SITE}/` ? page(...links) : page();
      });
      expect(ending).toBe('finished');
      expect((await bench.states())[`${SITE}/yes`]).toBe('done 1');
    });
  });

  describe('files answers that come in one by one', () => {
    const links = Array.from({ length: 200 }, (_, n) => `${SITE}/${n}`);
    /** Answers come a few turns of the event loop after one another, whatever that takes here. */
    let previous: Promise<void> = Promise.resolve();
    const inTurn = (): Promise<void> => {
      previous = previous.then(async () => {
        for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
      });
      return previous;
    };

    /** How many pages were recorded each time something was. */
    async function batchesOf(settings: Partial<DelegatorSettings>): Promise<number[]> {
      bench = await Bench.start(sqliteHome(), { seeds: [`${SITE}/`] });
      const batches: number[] = [];
      let written = 0;
      const counting: Frontier = new Proxy(bench.frontier, {
        get: (frontier, name) => {
          const method: unknown = Reflect.get(frontier, name);
          if (typeof method !== 'function') return method;
          if (name !== 'apply') return method.bind(frontier);
          return async (...args: unknown[]): Promise<void> => {
            written = 0;
            await method.apply(frontier, args);
            if (written > 0) batches.push(written);
          };
        },
      });
      await crawl(
        async (task) => {
          if (task.kind === 'robots') return robots('');
          await inTurn();
          return task.url === `${SITE}/` ? page(...links) : page();
        },
        settings,
        undefined,
        { frontier: counting, store: { write: () => void written++ } },
      );
      return batches;
    }

    test('several at once, while most requests are under way', async () => {
      const batches = await batchesOf({ workers: 2, concurrency: 16, perHost: 32 });
      expect(batches.reduce((sum, size) => sum + size)).toBe(201);
      expect(batches.length).toBeLessThan(100);
    });

    test('at once, when nothing else is under way', async () => {
      const batches = await batchesOf({ workers: 1, concurrency: 1, perHost: 1 });
      expect(batches).toEqual(Array.from({ length: 201 }, () => 1));
    });
  });

  test('a rest that a host asks for holds for the pages that shared a dead thread, too', async () => {
    bench = await Bench.start(sqliteHome(), { seeds: [1, 2, 3, 4].map((n) => `${SITE}/${n}`) });
    const stop = new AbortController();
    const asked: string[] = [];
    const refusal: Outcome = {
      ...BASE,
      kind: 'failure',
      failure: { code: 'status', message: '', status: 429, retryAfterMs: 3_600_000 },
    };
    await crawl(
      async ({ url }) => {
        asked.push(url);
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (asked.length <= 4)
          return { kind: 'lost', message: 'the thread died', endedFor: null, executor: null };
        setTimeout(() => stop.abort(), 200);
        return refusal;
      },
      { obeyRobots: false, workers: 1, concurrency: 4 },
      stop,
    );
    expect(asked.length).toBe(5);
    expect(await bench.frontier.counts()).toMatchObject({ queued: 4, leased: 0 });
  });

  test('a thread that has stopped to answer is ended, and its pages are tried again, alone', async () => {
    bench = await Bench.start(sqliteHome(), { seeds: [1, 2].map((n) => `${SITE}/${n}`) });
    const waiting: ((lost: Lost) => void)[] = [];
    const ended: (number | null)[] = [];
    const notices: string[] = [];
    const pool: Pool = {
      ...IDLE,
      // Both hang at first.
      run: async () => (waiting.length < 2 ? new Promise((answer) => waiting.push(answer)) : page()),
      end: (_, flightId) => {
        ended.push(flightId);
        for (const answer of waiting)
          answer({ kind: 'lost', message: 'terminated', endedFor: flightId, executor: null });
      },
    };
    const ending = await crawl(
      () => Promise.reject(new Error('not asked')),
      // How often it is looked depends on the shortest limit.
      { obeyRobots: false, workers: 1, longestSilenceMs: 120, parseTimeoutMs: 80 },
      new AbortController(),
      {
        pool,
        listener: { onFiled: () => undefined, onNotice: ({ kind }) => void notices.push(kind) },
      },
    );
    expect(ending).toBe('finished');
    expect([ended, notices]).toEqual([[null], ['thread-silent']]);
    expect(await bench.frontier.counts()).toMatchObject({ done: 2, queued: 0, leased: 0 });
  });

  test('time in which one page is filed is not counted against a host that refuses', async () => {
    const busy = 'http://127.0.0.2:8080/';
    bench = await Bench.start(sqliteHome(), { seeds: [`${SITE}/`, busy] });
    let lateMs = 0;
    let refusals = 0;
    const refusal: Outcome = {
      ...BASE,
      kind: 'failure',
      failure: { code: 'status', message: '', status: 429 },
    };
    const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 50));
    const ending = await crawl(
      async ({ url }) => {
        if (url === busy) return ++refusals <= 3 ? refusal : page();
        // Until the other host is known to refuse.
        await pause();
        return page();
      },
      { obeyRobots: false, retryDelayMs: 200 },
      new AbortController(),
      {
        clock: () => Date.now() + lateMs,
        store: {
          // An hour goes by while this page is filed.
          write: ({ key }) => void (lateMs += key === `${SITE}/` ? 3_600_000 : 0),
        },
      },
    );
    expect(ending).toBe('finished');
    expect(refusals).toBe(4);
    expect(await bench.host(busy)).toMatchObject({ givenUp: null });
    expect(await bench.frontier.counts()).toMatchObject({ done: 2 });
  });

  test('a host whose robots.txt leads to a dead one has answered, and is not beyond reach itself', async () => {
    bench = await Bench.start(sqliteHome(), { seeds: [`${SITE}/`] });
    const stop = new AbortController();
    const elsewhere = 'http://127.0.0.2/robots.txt';
    const lost: Outcome = { ...BASE, kind: 'failure', failure: { code: 'connect', message: 'refused' } };
    const moved: Outcome = {
      ...BASE,
      kind: 'robots',
      status: 301,
      text: '',
      redirectTo: elsewhere,
      retryAfterMs: null,
    };
    await crawl(
      async ({ url }) => {
        if (url !== elsewhere) return moved;
        stop.abort();
        return lost;
      },
      { retries: 0 },
      stop,
    );
    expect(await bench.host(SITE)).toMatchObject({ givenUp: null, lastSuccessAt: expect.any(Number) });
  });

  test('what an answer sets goes with the next request, is stored with it, and shown to nobody', async () => {
    bench = await Bench.start(sqliteHome(), { seeds: [`${SITE}/`] });
    const sent: unknown[] = [];
    const stored: string[] = [];
    const shown: unknown[] = [];
    await crawl(
      async (task) => {
        sent.push([new URL(task.url).pathname, task.cookie]);
        if (task.kind === 'robots') return { ...robots(''), setCookies: ['r=1; Path=/'] };
        const answer = task.url === `${SITE}/` ? page(`${SITE}/next`) : page();
        return { ...answer, setCookies: ['p=2; Path=/', 'nonsense'] };
      },
      {},
      new AbortController(),
      {
        cookies: new Cookies(new CookieJar(), {
          write: (changes) => stored.push(...changes.map(({ cookie }) => cookie.name)),
        }),
        store: { write: (answer) => void shown.push(answer) },
        listener: { onFiled: (filed) => void shown.push(filed), onNotice: () => undefined },
      },
    );
    expect(sent).toEqual([
      ['/robots.txt', null],
      ['/', 'r=1'],
      ['/next', 'r=1; p=2'],
    ]);
    expect(stored).toEqual(['r', 'p']);
    expect(shown).toHaveLength(4);
    expect(JSON.stringify(shown)).not.toMatch(/setCookies|p=2/);
  });

  test('a thread is not idle because the hosts that waited longest belong to a busy one', async () => {
    // Hosts are numbered from 1 and belong to thread number modulo 2: the even ones wait for the slow one.
    const host = (n: number): string => `http://127.0.0.${n}`;
    const even = [2, 4, 6, 8, 10, 12].map((n) => `${host(n)}/`);
    const odd = ['/1', '/2', '/3'].map((path) => host(1) + path);
    const seeds = [
      `${host(1)}/`,
      even[0] as string,
      `${host(3)}/`,
      even[1] as string,
      `${host(5)}/`,
      even[2] as string,
    ];
    bench = await Bench.start(sqliteHome(), { seeds: [...seeds, `${host(7)}/`, even[3] as string] });
    const answered: string[] = [];
    let answerSlow: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (answerSlow = resolve));
    const timer = setTimeout(answerSlow, 5_000);
    await crawl(
      async ({ url }) => {
        if (url === even[0]) await slow;
        answered.push(url);
        if (odd.every((each) => answered.includes(each))) answerSlow();
        return url === `${host(1)}/` ? page(...odd) : page();
      },
      { obeyRobots: false, perHost: 1, concurrency: 1 },
    );
    clearTimeout(timer);
    expect(answered.slice(answered.indexOf(even[0] as string))).not.toContain(odd.at(-1));
  });
});
