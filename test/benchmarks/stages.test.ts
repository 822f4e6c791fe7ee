/** The stages benchmark on a small site: every thread profiled, every stage found in the code. Not how fast it is. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRAWL_STAGES } from '../../benchmarks/harness/crawl-stages.js';
import { compileBenchmarks, runBenchmark, samplesIn } from '../support/benchmark.js';

const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));

beforeAll(compileBenchmarks, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('deals out the time of a right crawl, most of it to stages', async () => {
  const ended = await runBenchmark('stages', '--quick', '--out', out);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  expect(readdirSync(out).toSorted()).toEqual(['README.md', 'raw.jsonl', 'stages.svg', 'summary.txt']);
  const [sample] = samplesIn<{ cpuMs: number; expected: number; stages: Record<string, number> }>(out);
  if (sample === undefined) throw new Error('no sample');
  const { stages, cpuMs, expected } = sample;
  const sum = Object.values(stages).reduce((total, us) => total + us, 0);
  expect(sum).toBeCloseTo((cpuMs * 1000) / expected, 3);
  // A file that was given another name falls out of its stage.
  for (const stage of ['claim', 'dispatch', 'file', 'look up and admit', 'edges', 'commit', 'start and end'])
    expect(stages[`main ${stage}`], stage).toBeGreaterThan(0);
  for (const stage of ['fetch', 'decode', 'extract', 'resolve', 'post', 'start and end'])
    expect(stages[`worker ${stage}`], stage).toBeGreaterThan(0);
  expect((stages['main rest'] ?? 0) + (stages['worker rest'] ?? 0)).toBeLessThan(sum * 0.25);
});

it('names no file that there is not', () => {
  const files = new Set(['src', 'workers'].flatMap((room) => sourcesIn(room)));
  const places = Object.values(CRAWL_STAGES).flatMap((stages) => Object.values(stages).flat());
  const named = places.flatMap((place) => /^[\w-]+\.js(?= |$)/.exec(place) ?? []);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !files.has(name))).toEqual([]);
});

/** As they are called once compiled. */
function sourcesIn(room: string): string[] {
  const folder = fileURLToPath(new URL(`../../${room}/`, import.meta.url));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => basename(name).replace(/\.ts$/, '.js'));
}

it.each([
  ['--threads', '0', '--threads takes whole numbers from 1 to 256, not "0"'],
  ['--thread', '2', "'--thread'"],
])('refuses %s %s with 2, and starts nothing', async (flag, value, message) => {
  const ended = await runBenchmark('stages', flag, value);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
