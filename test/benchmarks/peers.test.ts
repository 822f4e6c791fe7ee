/** The peers benchmark on a small site of our own: pages compared as sets, and what it refuses. Not how fast it is. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPeer } from '../../benchmarks/harness/peer-trial.js';
import { savedPages } from '../../benchmarks/harness/site-peer.js';
import { siteIn } from '../../benchmarks/harness/static-site.js';
import { startDemo } from '../../dist/demo/server.js';
import { compileBenchmarks, runBenchmark, samplesIn } from '../support/benchmark.js';

const scratch = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));
const isInstalled = spawnSync('nginx', ['-v']).error === undefined;

const FILES = {
  'index.html': '<!doctype html><base href="/sub/"><a href="caf%C3%A9.html">x</a><a href="/logo.png">x</a>',
  'sub/café.html':
    '<html><area href="../last.html#top"><a href="//else.where/x.html">x</a><a href="?q">x</a>',
  'last.html': '<!-- --><html><a href="/">x</a><a href="/gone.html">x</a><a href="/data.txt">x</a>',
  'unlinked.html': '<!doctype html>',
  'logo.png': 'PNG',
  'data.txt': 'no page',
};

beforeAll(compileBenchmarks, 60_000);
beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(scratch, 'site', name, '..'), { recursive: true });
    writeFileSync(join(scratch, 'site', name), text);
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('knows the pages that links lead to, and no others', () => {
  const { pages } = siteIn(join(scratch, 'site'), '/index.html');
  expect([...pages]).toEqual([
    ['/index.html', '/index.html'],
    ['/sub/café.html', '/sub/caf%C3%A9.html'],
    ['/last.html', '/last.html'],
  ]);
});

it('tells saved pages from other files by how they begin', () => {
  expect(savedPages(join(scratch, 'site')).toSorted()).toEqual([
    '/index.html',
    '/last.html',
    '/sub/café.html',
    '/unlinked.html',
  ]);
});

it('lets dead addresses count for a program that cannot tell them', async () => {
  const demo = await startDemo({ pages: 200 });
  const start = '/wiki/Kevin_Bacon';
  const site = { origin: demo.origin, start, pages: new Map([[start, start]]), server: null };
  const peer = {
    name: 'lists',
    version: () => '1',
    install: '',
    note: '',
    command: () => [process.execPath, '-e', '0'] as const,
    found: () => [start, '/never.html', '/robots.txt'],
  };
  const place = { site, scratch, connections: 1, workers: 1 };
  expect(await runPeer(peer, place)).toMatchObject({ got: 1, extra: 2, isEqual: false });
  expect(await runPeer({ ...peer, listsDeadLinks: true }, place)).toMatchObject({ got: 1, extra: 1 });
  await demo.close();
});

describe.skipIf(!isInstalled)('bench:peers --quick, where nginx is installed', () => {
  it('crawls a folder, and finds its pages and no others', async () => {
    const out = join(scratch, 'out');
    const own = ['--folder', join(scratch, 'site'), '--peers', 'orbweaver,fetch-only', '--out', out];
    const ended = await runBenchmark('peers', '--quick', ...own);
    expect(ended, ended.stderr).toMatchObject({ status: 0 });
    expect(ended.stdout).toMatch(/orbweaver +3 +3 +0 +yes/);
    expect(ended.stdout).not.toContain(scratch);
    expect(readdirSync(out).toSorted()).toEqual(['README.md', 'peers.svg', 'raw.jsonl', 'summary.txt']);
    expect(samplesIn(out)).toMatchObject([
      { program: 'orbweaver', got: 3, extra: 0, isEqual: true },
      { program: 'fetch only', got: 3, extra: 0, isEqual: true, requests: 3 },
    ]);
  });
});

it('ends with 1 if a page is missing, and says which', async () => {
  const list = join(scratch, 'list.txt');
  writeFileSync(list, '/wiki/Kevin_Bacon\n/never.html\n');
  const demo = await startDemo({ pages: 200 });
  const site = ['--site', `${demo.origin}/wiki/Kevin_Bacon`, '--list', list];
  const ended = await runBenchmark('peers', '--quick', ...site, '--peers', 'orbweaver');
  await demo.close();
  expect(ended.status).toBe(1);
  expect(ended.stdout).toMatch(/orbweaver +2 +1 +[\d,]+ +NO +not ranked/);
  expect(ended.stderr).toContain('missing, as one: /never.html');
});

it.each([
  [['--peers', 'wget3'], '--peers does not know "wget3"'],
  [['--site', 'http://127.0.0.1/'], '--site and --list go together'],
  [['--folder', scratch, '--start', '/nothing.html'], 'there is no file "/nothing.html"'],
  [['--connections', '0'], '--connections takes whole numbers from 1 to 1000, not "0"'],
])('refuses %j with 2, and starts nothing', async (flags, message) => {
  const ended = await runBenchmark('peers', ...flags);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
