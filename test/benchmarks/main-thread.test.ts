/** The main-thread benchmark on a small site: every page and link filed, every stage told. How fast, is not asked. */
import { expect, it } from 'vitest';
import { benchmark } from './program.js';

const { folder, run, files, read } = benchmark('main-thread');

it('files every link, and finds its stages in the code', async () => {
  const ended = await run('--quick', '--out', folder);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  expect(files()).toEqual(['README.md', 'main-thread.svg', 'raw.jsonl', 'summary.txt']);
  const { pages, pagesExpected, links, linksExpected, mainUs, stages } = JSON.parse(
    read('raw.jsonl'),
  ) as Record<string, number> & { stages: Record<string, number> };
  expect([pages, links]).toEqual([pagesExpected, linksExpected]);
  // A function that was given another name falls out of its stage.
  for (const stage of ['claim', 'look up links', 'insert links', 'settle'])
    expect(stages[stage]).toBeGreaterThan(0);
  expect(stages['rest']).toBeLessThan((mainUs as number) * 0.25);
});
