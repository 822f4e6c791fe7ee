/** The paths benchmark on a small wiki: every answer right, every file there. How fast it is, is not asked. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));
const node = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, args, { cwd: ROOT });

beforeAll(() => node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'benchmarks'), 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('asks every pair, and says of each whether the answer was right', async () => {
  const program = join(ROOT, '.cache/benchmarks/paths.js');
  const { stdout } = await node(program, '--pages', '300', '--pairs', '12', '--out', out);
  expect(stdout).toMatch(/clicks +pairs +right +median ms/);
  expect(stdout).toContain('; 12 right.');
  expect(readdirSync(out).toSorted()).toEqual(['README.md', 'paths.svg', 'raw.jsonl', 'summary.txt']);
  const samples = readFileSync(join(out, 'raw.jsonl'), 'utf8').trimEnd().split('\n');
  expect(samples).toHaveLength(12);
  for (const line of samples) expect(JSON.parse(line)).toMatchObject({ isEqual: true });
});
