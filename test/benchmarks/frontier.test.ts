/** The frontier benchmark on small files: every address and link there. How fast it is, is not asked. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileBenchmarks, runBenchmark, samplesIn } from '../support/benchmark.js';

const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));

beforeAll(compileBenchmarks, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('files every address and link, and says what each operation took', async () => {
  const ended = await runBenchmark('frontier', '--quick', '--folder', out, '--out', join(out, 'results'));
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  expect(ended.stdout).toMatch(/known +equal +claim µs +settle µs +insert µs +known µs +known again µs/);
  expect(ended.stdout).not.toContain(out);
  expect(readdirSync(out)).toEqual(['results']);
  const files = readdirSync(join(out, 'results')).toSorted();
  expect(files).toEqual(['README.md', 'frontier.svg', 'raw.jsonl', 'summary.txt']);
  const samples = samplesIn<Record<string, number>>(join(out, 'results'));
  expect(samples.map(({ known }) => known)).toEqual([10_000, 20_000]);
  for (const { known = 0, urls, links, done } of samples)
    expect({ urls, links, done }).toEqual({ urls: known + 8_192, links: 24_576, done: 2_944 });
});

it.each([
  ['--known', '9999', '--known takes whole numbers from 10000 to 100000000, not "9999"'],
  ['--know', '10000', "'--know'"],
])('refuses %s %s with 2, and starts nothing', async (flag, value, message) => {
  const ended = await runBenchmark('frontier', flag, value);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
