/** The extract benchmark on a few pages: both lanes right, every file there. How fast they are, is not asked. */
import { expect, it } from 'vitest';
import { benchmark } from './program.js';

const { folder, run, files } = benchmark('extract');

it('reads pages in every way, and says whether both lanes found what the tree holds', async () => {
  const { status, stdout, stderr } = await run('--quick', '--pages', '30', '--out', folder);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/both lanes +yes +100\.0 %/);
  expect(stdout).toMatch(/tree lane +yes/);
  expect(files()).toEqual(['README.md', 'extract.svg', 'raw.jsonl', 'summary.txt']);
});
