/** The main-thread benchmark on a small site: every page and link filed, every stage told. How fast, is not asked. */
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

it('files every link, and finds its stages in the code', async () => {
  await node(join(ROOT, '.cache/benchmarks/main-thread.js'), '--quick', '--out', out);
  expect(readdirSync(out).toSorted()).toEqual(['README.md', 'main-thread.svg', 'raw.jsonl', 'summary.txt']);
  const { pages, pagesExpected, links, linksExpected, mainUs, stages } = JSON.parse(
    readFileSync(join(out, 'raw.jsonl'), 'utf8'),
  ) as Record<string, number> & { stages: Record<string, number> };
  expect([pages, links]).toEqual([pagesExpected, linksExpected]);
  // A function that was given another name falls out of its stage.
  for (const stage of ['claim', 'look up links', 'insert links', 'settle'])
    expect(stages[stage]).toBeGreaterThan(0);
  expect(stages['rest']).toBeLessThan((mainUs as number) * 0.25);
});
