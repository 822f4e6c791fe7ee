/** The paths benchmark on a small wiki: every answer right, every file there. How fast it is, is not asked. */
import { expect, it } from 'vitest';
import { benchmark } from './program.js';

const { folder, run, files, read } = benchmark('paths');

it('asks every pair, and says of each whether the answer was right', async () => {
  const { status, stdout, stderr } = await run('--pages', '300', '--pairs', '12', '--out', folder);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/clicks +pairs +right +median ms/);
  expect(stdout).toContain('; 12 right.');
  expect(files()).toEqual(['README.md', 'paths.svg', 'raw.jsonl', 'summary.txt']);
  const samples = read('raw.jsonl').trimEnd().split('\n');
  expect(samples).toHaveLength(12);
  for (const line of samples) expect(JSON.parse(line)).toMatchObject({ isEqual: true });
});
