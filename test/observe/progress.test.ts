import { setTimeout as sleep } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { paintFor, PLAIN } from '../../dist/observe/paint.js';
import { progressBlock, startProgress } from '../../dist/observe/progress.js';
import { snapshot } from './snapshot.js';

class FakeStream extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(isTTY: boolean, columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, callback: () => void): void {
    this.text += chunk;
    callback();
  }
}

afterEach(() => {
  vi.useRealTimers();
});

test('without a terminal there is one plain line every five seconds, and nothing after the end', () => {
  vi.useFakeTimers();
  const stream = new FakeStream(false);
  let now = 0;
  const show = () => snapshot({ now, pagesThisRun: now / 10 });
  const progress = startProgress({ stream, mode: 'auto', snapshot: show });
  for (let i = 0; i < 2; i++) {
    now += 5_000;
    vi.advanceTimersByTime(5_000);
  }
  progress.note('a line between');
  progress.stop();
  vi.advanceTimersByTime(60_000);
  expect(stream.text).toBe(`\
12,345 done, 678 queued, 16 in flight, 3 failed, 141 skipped; 100 pages/s now, 100 average; 456.7 MB; 5.0 s
12,345 done, 678 queued, 16 in flight, 3 failed, 141 skipped; 100 pages/s now, 100 average; 456.7 MB; 10.0 s
a line between
`);
});

test('a terminal without a width gets lines too', () => {
  vi.useFakeTimers();
  const stream = new FakeStream(true, 0);
  const progress = startProgress({ stream, mode: 'auto', snapshot: () => snapshot(), intervalMs: 100 });
  vi.advanceTimersByTime(100);
  progress.stop();
  expect(stream.text).toMatch(/^12,345 done/);
  expect(stream.text).not.toContain('\u001b');
});

test('off shows nothing but notes', () => {
  vi.useFakeTimers();
  const stream = new FakeStream(true, 80);
  const progress = startProgress({ stream, mode: 'off', snapshot: () => snapshot() });
  vi.advanceTimersByTime(60_000);
  expect(stream.text).toBe('');
  progress.note('x');
  progress.stop();
  expect(stream.text).toBe('x\n');
});

test('on a terminal a block is drawn, notes stay above it, and the end takes it away', async () => {
  const stream = new FakeStream(true, 80);
  const progress = startProgress({ stream, mode: 'auto', snapshot: () => snapshot(), intervalMs: 10 });
  progress.note('before the drawing library is there');
  await vi.waitFor(() => expect(stream.text).toContain('12,345 done'));
  progress.note('above the block');
  await vi.waitFor(() =>
    expect(stream.text.lastIndexOf('12,345')).toBeGreaterThan(stream.text.indexOf('above')),
  );
  progress.stop();
  const { text } = stream;
  // Up four lines and clear: the block is gone. The cursor was never hidden.
  expect(text.slice(text.lastIndexOf('12,345'))).toContain('\u001b[1A');
  expect(text).not.toContain('\u001b[?25l');
  await sleep(30);
  expect(stream.text).toBe(text);
  progress.note('after');
  expect(stripVTControlCharacters(stream.text)).toMatch(/after\n$/);
});

test('stopped before the first picture, it draws none', async () => {
  const stream = new FakeStream(true, 80);
  startProgress({ stream, mode: 'live', snapshot: () => snapshot(), intervalMs: 10 }).stop();
  await sleep(50);
  expect(stream.text).toBe('');
});

test('the block, whole', () => {
  const seen = snapshot({
    inFlight: [8, 7],
    slowestHost: { host: 'en.wikipedia.org', waitedMs: 930 },
    politenessBound: true,
    limits: { maxPages: null, maxTimeMs: 203_000 },
  });
  expect(progressBlock(seen, [], 80, PLAIN)).toBe(`\
  URLs      12,345 done · 678 queued · 3 failed · 141 skipped
  pages/s   0 now · 148 average · 456.7 MB in 1 min 23 s
  in flight 15 in 2 workers: 8 7
  slowest   en.wikipedia.org, 1 s under way
  waiting   for hosts: their limits (--delay, --per-host), or a rest they need
  time left about 2 minutes`);
});

test('no line is as wide as the terminal, whatever is in it', () => {
  const seen = snapshot({
    inFlight: Array.from({ length: 64 }, (_, i) => i),
    slowestHost: { host: `${'long.'.repeat(40)}\u001b[2Jorg`, waitedMs: 1e9 },
  });
  for (const columns of [1, 2, 10, 40, 80, 200]) {
    for (const line of progressBlock(seen, [], columns, paintFor({ isTTY: true }, {})).split('\n')) {
      expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(Math.max(1, columns - 1));
      expect(stripVTControlCharacters(line)).not.toContain('\u001b');
    }
  }
  expect(progressBlock(seen, [], 80, PLAIN)).toContain('2016 in 64 workers: 0 to 63 each');
});

test('colours follow the stream and NO_COLOR', () => {
  expect(paintFor({ isTTY: true }, {}).isColorSupported).toBe(true);
  expect(paintFor({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }).isColorSupported).toBe(false);
  expect(paintFor({ isTTY: true }, { NO_COLOR: '' }).isColorSupported).toBe(true);
  expect(paintFor({ isTTY: true }, { TERM: 'dumb' }).isColorSupported).toBe(false);
  expect(paintFor({}, {}).isColorSupported).toBe(false);
  expect(paintFor({}, { FORCE_COLOR: '1' }).isColorSupported).toBe(true);
});
