/** The extract benchmark on a few pages: both lanes right, every file there. How fast they are, is not asked. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

it('reads pages in every way, and says whether both lanes found what the tree holds', async () => {
  const program = join(ROOT, '.cache/benchmarks/extract.js');
  const { stdout } = await node(program, '--quick', '--pages', '30', '--out', out);
  expect(stdout).toMatch(/both lanes +yes +100\.0 %/);
  expect(stdout).toMatch(/tree lane +yes/);
  expect(readdirSync(out).toSorted()).toEqual(['README.md', 'extract.svg', 'raw.jsonl', 'summary.txt']);
});
