/** The time that an answer may take which is handed on: for its head, for silence, and at the least rate of all. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileExchange, type FileExchangeOptions } from '../../dist/workers/file-exchange.js';

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'] }),
);
afterEach(() => void vi.useRealTimers());

const CONTROLLER = { abort: () => undefined, pause: () => undefined, resume: () => undefined };

/** An exchange whose head is in, and how it ended. */
function begun(options: Partial<FileExchangeOptions> = {}): { exchange: FileExchange; ended: () => unknown } {
  let ended: unknown = null;
  const exchange = new FileExchange({
    onHead: () => 'take',
    onData: () => undefined,
    timeoutMs: 30_000,
    ...options,
  });
  exchange.reply.then(
    () => (ended = 'whole'),
    (error: unknown) => (ended = (error as Error).message),
  );
  exchange.onRequestStart(CONTROLLER);
  exchange.onResponseStart(CONTROLLER, 200, {});
  return { exchange, ended: () => ended };
}

async function drip(exchange: FileExchange, bytes: number, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    exchange.onResponseData(CONTROLLER, Buffer.alloc(bytes));
    await vi.advanceTimersByTimeAsync(1000);
  }
}

test('a body may take as long as it likes, as long as it comes', async () => {
  const { exchange, ended } = begun();
  await drip(exchange, 2_000, 600);
  exchange.onResponseEnd();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended()).toBe('whole');
});

test('a drip is a time-out, after a minute', async () => {
  const { exchange, ended } = begun();
  await drip(exchange, 10, 59);
  expect(ended()).toBeNull();
  await drip(exchange, 10, 3);
  expect(ended()).toMatch(/^only \d+ bytes within a minute$/);
});

test('silence is a time-out', async () => {
  const { exchange, ended } = begun();
  await drip(exchange, 2_000, 3);
  await vi.advanceTimersByTimeAsync(29_500);
  expect(ended()).toBe('nothing came for 30000 ms');
});

test('time in which we held the answer back is not the server’s', async () => {
  const { exchange, ended } = begun({ onData: () => new Promise((resolve) => setTimeout(resolve, 50_000)) });
  for (let piece = 0; piece < 5; piece++) {
    exchange.onResponseData(CONTROLLER, Buffer.alloc(10));
    await vi.advanceTimersByTimeAsync(50_000);
  }
  expect(ended()).toBeNull();
  exchange.onResponseEnd();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended()).toBe('whole');
});
