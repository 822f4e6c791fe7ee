/** A benchmark that calls every answer right would be worse than none. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkAnswer } from '../../benchmarks/harness/answer.js';
import { startDemo, type DemoServer } from '../../dist/demo/server.js';

const CRAWLER = resolve(import.meta.dirname, '../../dist/crawl.js');
const folder = mkdtempSync(join(tmpdir(), 'orbweaver-answer-test-'));
let site: DemoServer;

beforeAll(async () => {
  site = await startDemo({ pages: 200 });
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a correct crawl is equal', async () => {
  expect(checkAnswer(site, await crawl('right.db'))).toEqual({ expected: 200, got: 200, isEqual: true });
});

it('a crawl that stopped early is not, and its pages are counted', async () => {
  const { got, isEqual } = checkAnswer(site, await crawl('early.db', '--max-pages', '50'));
  expect(isEqual).toBe(false);
  expect(got).toBeGreaterThan(0);
  expect(got).toBeLessThanOrEqual(50);
});

it('a crawl that found all pages, and more than it should, is not equal', async () => {
  const { got, isEqual } = checkAnswer(site, await crawl('more.db', '--no-robots'));
  expect(got).toBeGreaterThan(150);
  expect(isEqual).toBe(false);
});

it('a crawl of links that are none is not equal', async () => {
  const { got, isEqual } = checkAnswer(site, await crawl('links.db', '--within', 'body'));
  expect(got).toBeLessThan(200);
  expect(isEqual).toBe(false);
});

/** Answers the file; what the crawler's exit status is does not matter here. */
function crawl(name: string, ...flags: string[]): Promise<string> {
  const file = join(folder, name);
  const args = [CRAWLER, '--seed', `${site.origin}/wiki/Kevin_Bacon`, '--db', file, '--quiet', ...flags];
  return new Promise((settle) => {
    execFile(process.execPath, args, () => settle(file));
  });
}
