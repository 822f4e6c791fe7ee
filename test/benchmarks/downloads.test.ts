/** The downloads benchmark in quick mode, and the judgement it rests on. How fast anything is, is not asked. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareWith, makeCorpus } from '../../benchmarks/harness/corpus.js';
import { benchmark, type Ended } from './program.js';

const { folder: scratch, run, files, read } = benchmark('downloads');
const isInstalled = ['nginx', 'curl'].every((name) => spawnSync(name, ['-V']).error === undefined);

describe.skipIf(!isInstalled)('bench:downloads --quick, where nginx and curl are installed', () => {
  const out = join(scratch, 'out');
  let ended: Ended;
  beforeAll(async () => {
    ended = await run('--quick', '--peers', 'curl', '--folder', scratch, '--out', out);
  }, 60_000);

  it('ends with 0 and shows the answer beside the time', () => {
    expect(ended, ended.stderr).toMatchObject({ status: 0 });
    expect(ended.stdout).toMatch(/program +files +got +equal +total s/);
    expect(ended.stdout).toMatch(/curl +13 +13 +yes/);
  });

  it('keeps each trial with its costs, and what nginx counted', () => {
    expect(JSON.parse(read('out/raw.jsonl'))).toMatchObject({
      program: 'curl',
      isEqual: true,
      exitStatus: 0,
      requests: 13,
      connections: expect.toSatisfy((count: number) => count >= 1 && count <= 8) as number,
    });
  });

  it('leaves table, samples, plot and a README that shows them, and no file that was fetched', () => {
    expect(files('out')).toEqual(['README.md', 'downloads.svg', 'raw.jsonl', 'summary.txt']);
    expect(read('out/README.md')).toContain('](downloads.svg)');
    expect(read('out/downloads.svg')).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(files().filter((name) => name.startsWith('orbweaver-bench-'))).toEqual([]);
  });
});

describe('what counts as equal', () => {
  const corpus = makeCorpus(join(scratch, 'site'), { files: 3, fileBytes: 1000, largeBytes: 3_000_000 });

  it.each<[string, (folder: string) => void, { got: number; isEqual: boolean }]>([
    ['an exact copy', () => {}, { got: 4, isEqual: true }],
    ['a file that is missing', (folder) => rmSync(join(folder, 'file-0002.bin')), { got: 3, isEqual: false }],
    [
      'a file that is longer',
      (folder) => appendFileSync(join(folder, 'a-large.bin'), 'x'),
      { got: 3, isEqual: false },
    ],
    [
      'a file that is left over',
      (folder) => writeFileSync(join(folder, 'x.part'), ''),
      { got: 4, isEqual: false },
    ],
    [
      'a file in the place of another',
      (folder) => cpSync(join(folder, 'file-0001.bin'), join(folder, 'file-0002.bin')),
      { got: 3, isEqual: false },
    ],
  ])('%s', (_, spoil, expected) => {
    const folder = mkdtempSync(join(scratch, 'copy-'));
    cpSync(corpus.folder, folder, { recursive: true });
    spoil(folder);
    expect(compareWith(corpus, folder)).toEqual(expected);
  });
});

it.each([
  ['a program that nobody knows', ['--peers', 'wget3'], '--peers does not know "wget3"'],
  ['a size out of range', ['--filekb', '0'], '--filekb takes whole numbers from 1 to 1000000, not "0"'],
])('refuses %s with 2, and starts nothing', async (_, flags, message) => {
  const ended = await run(...flags);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
