/** Requests and pool sizes on a small scale: every answer right, connections kept or not, knees where they belong. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kneeOf } from '../../benchmarks/harness/knee.js';
import { compileBenchmarks, runBenchmark, samplesIn } from '../support/benchmark.js';

const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));

beforeAll(compileBenchmarks, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('asks in four ways, each answer right, and keeps connections only where it says so', async () => {
  const folder = join(out, 'requests');
  const flags = ['--quick', '--requests', '12', '--pool', '4', '--latency', '1', '--jitter', '1'];
  const ended = await runBenchmark('requests', ...flags, '--out', folder);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  expect(ended.stdout).toMatch(/pool, kept alive +12 +12 +yes/);
  expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'raw.jsonl', 'requests.svg', 'summary.txt']);
  const samples = samplesIn<{ method: string; right: number; connections: number }>(folder);
  expect(samples.map(({ method, right, connections }) => [method, right, connections])).toEqual([
    ['one at a time', 12, 12],
    ['one at a time, kept alive', 12, 1],
    ['pool', 12, 12],
    ['pool, kept alive', 12, 4],
  ]);
});

it('measures each pool size, and says where the knee is', async () => {
  const folder = join(out, 'pool-size');
  const flags = ['--quick', '--sizes', '1,8', '--latency', '40'];
  const ended = await runBenchmark('pool-size', ...flags, '--out', folder);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  expect(ended.stdout).toContain('At 40 ms the knee is 8');
  expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'pool-size.svg', 'raw.jsonl', 'summary.txt']);
  const [one, eight] = samplesIn<{ size: number; right: number; answers: number }>(folder);
  for (const sample of [one, eight]) expect(sample?.right).toBe(sample?.answers);
  // Of a second, one after the other, each after 40 ms.
  expect(one?.answers).toBeLessThanOrEqual(25);
  expect(eight?.answers).toBeGreaterThan(25);
});

it.each([
  ['rates that rise all the way', [100, 200, 400], 4],
  ['a second that is nearly as good as the best', [100, 191, 200], 2],
  ['a second that is not', [100, 189, 200], 4],
  ['rates that fall again', [100, 200, 120], 2],
  ['one rate', [100], 1],
  ['none', [], undefined],
])('of %s finds the knee', (_, rates, knee) => {
  expect(kneeOf(rates.map((rate, index) => ({ size: 2 ** index, rate })))).toBe(knee);
});

it.each([
  ['requests', '--pool', '0', '--pool takes whole numbers from 1 to 1000, not "0"'],
  ['requests', '--request', '5', "'--request'"],
  ['pool-size', '--latency', '0', '--latency takes whole numbers from 1 to 60000, not "0"'],
])('%s refuses %s %s with 2, and starts nothing', async (program, flag, value, message) => {
  const ended = await runBenchmark(program, flag, value);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
