/** The politeness benchmark with a few hosts, and how manners are read from arrivals. Not how close to the rate it comes. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mannersOf } from '../../benchmarks/harness/hosts.js';
import { compileBenchmarks, runBenchmark, samplesIn } from '../support/benchmark.js';

const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));

beforeAll(compileBenchmarks, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe.skipIf(process.platform !== 'linux')('bench:politeness --quick, on Linux', () => {
  it('asks every host for each page once, and none faster than it allows', async () => {
    const ended = await runBenchmark(
      'politeness',
      '--quick',
      '--hosts',
      '252',
      '--seconds',
      '1',
      '--out',
      out,
    );
    expect(ended, ended.stderr).toMatchObject({ status: 0 });
    expect(ended.stdout).toMatch(/100 ms +126 +1,386 +1,386 +0 +yes/);
    expect(ended.stdout).toMatch(/200 ms +126 +756 +756 +0 +yes/);
    expect(readdirSync(out).toSorted()).toEqual(['README.md', 'politeness.svg', 'raw.jsonl', 'summary.txt']);
    const [sample] = samplesIn<{ hosts: Record<string, { rate: number }[]> }>(out);
    for (const manners of Object.values(sample?.hosts ?? {}))
      for (const { rate } of manners) expect(rate).toBeLessThanOrEqual(1.01);
  });
});

describe('manners', () => {
  const at = (...times: number[]): { path: string; at: number }[] =>
    times.map((time) => ({ path: `/${time}`, at: time }));

  it.each([
    ['requests just in time', at(0, 100, 200, 300), { rate: 1, earlyMs: 0, burstMs: 0 }],
    ['slow ones', at(0, 200, 400), { rate: 0.5, earlyMs: 0, burstMs: 0 }],
    ['one that comes too early', at(0, 100, 170, 300), { rate: 1, earlyMs: 30, burstMs: 30 }],
    ['two early ones in a row', at(0, 80, 160, 300), { rate: 1, earlyMs: 20, burstMs: 40 }],
    ['a late one that makes the next seem early', at(0, 130, 200), { rate: 1, earlyMs: 30, burstMs: 30 }],
    ['ones that are too fast', at(0, 50, 100), { rate: 2, earlyMs: 50, burstMs: 100 }],
  ])('of %s', (_, arrivals, expected) => {
    expect(mannersOf(arrivals, 100)).toMatchObject({ got: arrivals.length, repeated: 0, ...expected });
  });

  it('counts requests for the same page', () => {
    const twice = [...at(0, 100), { path: '/100', at: 200 }];
    expect(mannersOf(twice, 100)).toMatchObject({ got: 2, repeated: 1 });
  });
});

it.each([
  ['--delays', '5', '--delays takes whole numbers from 10 to 60000, not "5"'],
  ['--seconds', '10', '--seconds: two requests to a host take 16 s at least'],
])('refuses %s %s with 2, and starts nothing', async (flag, value, message) => {
  const ended = await runBenchmark('politeness', flag, value);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
