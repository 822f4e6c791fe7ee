/** The threads benchmark in quick mode: every answer right, every file there. How fast it is, is not asked. */
import { beforeAll, describe, expect, it } from 'vitest';
import { benchmark, type Ended } from './program.js';

const { folder, run, files, read } = benchmark('threads');

describe('bench:threads --quick', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await run('--quick', '--latency', '10', '--out', folder);
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
    expect(files()).toEqual(['README.md', 'raw.jsonl', 'summary.txt', 'threads.svg']);
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
  const ended = await run(...flags);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});

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
