/** The threads benchmark in quick mode: every answer right, every file there. How fast it is, is not asked. */
import { execFile, type ExecFileException } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, '.cache/benchmarks/threads.js');
const out = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(async () => {
  const compiled = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'benchmarks');
  expect(compiled, compiled.stdout).toMatchObject({ status: 0 });
}, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('bench:threads --quick', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await node(PROGRAM, '--quick', '--latency', '10', '--out', out);
  }, 60_000);

  it('ends with 0 and shows the answer beside the speed', () => {
    expect(ended, ended.stderr).toMatchObject({ status: 0 });
    expect(ended.stdout).toMatch(/latency +threads +expected +got +equal +pages\/s/);
    expect(ended.stdout).toMatch(/10 ms +1 +200 +200 +yes/);
    expect(ended.stdout).toMatch(/10 ms +2 +200 +200 +yes/);
  });

  it('keeps one sample a row, each equal to what the wiki knows of itself', () => {
    const samples = read('raw.jsonl').trimEnd().split('\n');
    expect(samples.map((line): unknown => JSON.parse(line))).toEqual(
      [1, 2].map((threads): unknown =>
        expect.objectContaining({
          threads,
          latencyMs: 10,
          expected: 200,
          got: 200,
          isEqual: true,
          exitStatus: 0,
        }),
      ),
    );
  });

  it('leaves table, samples, plot and a README that shows them', () => {
    expect(readdirSync(out).toSorted()).toEqual(['README.md', 'raw.jsonl', 'summary.txt', 'threads.svg']);
    expect(read('README.md')).toContain('](threads.svg)');
    expect(ended.stdout).toContain(read('summary.txt'));
  });

  it('draws a well-formed SVG that stands alone', () => {
    const svg = read('threads.svg');
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('background:white');
    expect(unbalancedTag(svg)).toBeUndefined();
    for (const text of ['worker threads', 'pages per second', '10 ms']) expect(svg).toContain(`>${text}`);
  });
});

it.each([
  ['a misspelt flag', ['--thread', '2'], '--thread'],
  ['a value out of range', ['--samples', '0'], '--samples takes whole numbers from 1 to 1000, not "0"'],
  ['a list with a gap', ['--threads', '1,,2'], '--threads takes whole numbers from 1 to 256, not ""'],
])('refuses %s with 2, and starts nothing', async (_, flags, message) => {
  const ended = await node(PROGRAM, ...flags);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});

function read(file: string): string {
  return readFileSync(join(out, file), 'utf8');
}

function node(...args: string[]): Promise<Ended> {
  return new Promise((settle) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error: ExecFileException | null, stdout, stderr) => {
      settle({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** The first thing in an XML text that is out of place: a tag that does not close, a bare `<` or `&`. */
function unbalancedTag(xml: string): string | undefined {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (tag, close, name, _, empty) => {
      if (close === '/') return open.pop() === name ? '' : tag;
      if (empty === '') open.push(name);
      return '';
    },
  );
  return open.at(-1) ?? /<[^]{0,40}|&(?!(?:#\d+|#x[\da-f]+|amp|lt|gt|quot|apos);).{0,40}/i.exec(rest)?.[0];
}
