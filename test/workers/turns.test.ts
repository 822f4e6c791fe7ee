/** The turns of a thread's tasks, in a real thread. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { expect, onTestFinished, test } from 'vitest';
import { Holder, isUnbegun, makeHolding, recall } from '../../dist/protocol/holding.js';
import type { PageOutcome, Returned } from '../../dist/protocol/outcome.js';
import type { ThreadData } from '../../dist/protocol/settings.js';
import { fetchTask, serve, settingsFor } from './servers.js';

interface Started {
  readonly holding: ThreadData['holding'];
  /** Paths in the order in which they were asked for. */
  readonly asked: string[];
  /** The most requests that were open at once. */
  most: number;
  /** Runs tasks that may wait, numbered from 1. */
  all(paths: readonly string[]): Promise<Returned>[];
}

/** A thread with room for two requests, or as many as are said. Pages answer after 20 ms; `/gone` is hung up on, `/cookie` sets one, numbers are a status. */
async function start(concurrency = 2): Promise<Started> {
  const asked: string[] = [];
  let open = 0;
  const site = await serve(({ url = '' }, response) => {
    asked.push(url);
    started.most = Math.max(started.most, ++open);
    setTimeout(() => {
      open--;
      if (url === '/gone') response.destroy();
      else {
        if (url === '/cookie') response.setHeader('set-cookie', 'a=b');
        response.writeHead(Number(url.slice(1)) || 200, { 'content-type': 'text/html' }).end();
      }
    }, 20);
  });
  const holding = makeHolding(1);
  const settings = settingsFor(site.origin, { concurrency });
  const pool = new Piscina({
    filename: fileURLToPath(new URL('../../dist/workers/page.js', import.meta.url)),
    workerData: { settings, holding } satisfies ThreadData,
    minThreads: 1,
    maxThreads: 1,
    atomics: 'disabled',
    concurrentTasksPerWorker: 16,
  });
  onTestFinished(() => pool.destroy());
  const started: Started = {
    holding,
    asked,
    most: 0,
    all: (paths) =>
      paths.map((path, at) =>
        // The pool returns what the thread posted.
        pool.run(fetchTask(site.origin + path, { flightId: at + 1, mayWait: true })),
      ) as Promise<Returned>[],
  };
  return started;
}

const kinds = (outcomes: readonly Returned[]): string[] => outcomes.map(({ kind }) => kind);

test('so many ask at once as may, in their order', async () => {
  const thread = await start();
  const paths = Array.from({ length: 9 }, (_, n) => `/p${n}`);
  expect(kinds(await Promise.all(thread.all(paths)))).toEqual(Array(9).fill('page'));
  expect([thread.asked, thread.most]).toEqual([paths, 2]);
  expect(isUnbegun(thread.holding, { thread: 0, flightId: 9 })).toBe(false);
  expect(isUnbegun(thread.holding, { thread: 0, flightId: 10 })).toBe(true);
});

test.each(['/503', '/429'])(
  'those behind an answer that asks for a rest are handed back: %s',
  async (trouble) => {
    const thread = await start();
    const outcomes = await Promise.all(thread.all([trouble, '/p1', '/p2', '/p3']));
    expect(kinds(outcomes)).toEqual(['failure', 'page', 'handed-back', 'handed-back']);
    expect(outcomes[3]).toEqual({ kind: 'handed-back' });
    expect(thread.asked.sort()).toEqual([trouble, '/p1'].sort());
    expect(kinds(await Promise.all(thread.all(['/p4', '/p5', '/p6'])))).toEqual(Array(3).fill('page'));
  },
);

test.each(['/404', '/500', '/gone'])('trouble with one page is not that of the next: %s', async (path) => {
  const thread = await start();
  const outcomes = await Promise.all(thread.all([path, '/p1', '/p2', '/p3']));
  expect(kinds(outcomes)).toEqual(['failure', 'page', 'page', 'page']);
});

test('nor is it that of all others before it is that of five in a row', async () => {
  const thread = await start(1);
  const paths = [
    '/500',
    '/502',
    '/504',
    '/gone',
    '/p1',
    '/500',
    '/500',
    '/504',
    '/gone',
    '/500',
    '/p2',
    '/p3',
  ];
  const outcomes = kinds(await Promise.all(thread.all(paths)));
  expect(outcomes.slice(4, 5).concat(outcomes.slice(9))).toEqual([
    'page',
    'failure',
    'handed-back',
    'handed-back',
  ]);
});

test('once an answer has set cookies nothing waits any more', async () => {
  const thread = await start(1);
  const outcomes = await Promise.all(thread.all(['/p1', '/cookie', '/p2', '/p3']));
  expect(kinds(outcomes)).toEqual(['page', 'page', 'handed-back', 'handed-back']);
  expect(kinds(await Promise.all(thread.all(['/p4'])))).toEqual(['handed-back']);
});

test('those that are recalled are handed back as soon as an answer is in, later ones are not', async () => {
  const thread = await start();
  const answers = thread.all(['/p0', '/p1', '/p2', '/p3', '/p4']);
  while (thread.asked.length < 2) await pause(1);
  recall(thread.holding, 4);
  expect(kinds(await Promise.all(answers))).toEqual(['page', 'page', 'handed-back', 'handed-back', 'page']);
  expect(thread.asked).toEqual(['/p0', '/p1', '/p4']);
  expect(kinds(await Promise.all(thread.all(['/p5'])))).toEqual(['handed-back']);
});

test('which flights had begun is told by the highest of them, once there is any', () => {
  const holding = makeHolding(2);
  const holder = new Holder(holding);
  expect(isUnbegun(holding, { thread: 1, flightId: 6 })).toBe(false);
  holder.begin({ thread: 1, flightId: 7 });
  holder.begin({ thread: 1, flightId: 5 });
  expect([6, 7, 8].map((flightId) => isUnbegun(holding, { thread: 1, flightId }))).toEqual([
    false,
    false,
    true,
  ]);
  expect(isUnbegun(holding, { thread: 0, flightId: 8 })).toBe(false);
});

test('the time of an answer, whatever it is, counts from the turn, not from the wait for it', async () => {
  const thread = await start(1);
  const outcomes = await Promise.all(
    thread.all(['/p0', '/p1', '/p2', '/p3', '/p4', '/p5', '/404', '/p6', '/gone']),
  );
  const times = outcomes.map((outcome) => outcome as PageOutcome);
  for (const [at, { startedAt, durationMs }] of times.entries()) {
    const { startedAt: before } = times[Math.max(0, at - 1)] as PageOutcome;
    expect(startedAt).toBeGreaterThanOrEqual(before + (at === 0 ? 0 : 15));
    // Six wait for 20 ms and more in front of the first failure.
    expect(durationMs).toBeLessThan(100);
  }
});
