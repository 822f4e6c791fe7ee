/** Names of files: a name leads to a file in the run's folder, or is refused. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../manners/bench.js';
import { page } from '../support/site.js';
import { moduleOf, outputOf } from './bench.js';

const REFUSED = [
  '../x',
  'a/../../x',
  '..',
  '.',
  '',
  '/etc/x',
  'a//b',
  'a/',
  './a',
  'a/./b',
  'nul\0',
  'back\\slash',
  '..\\x',
  'C:x',
  'linked/x',
  'linked',
  'link.txt',
  'dangling/x',
  'dangling',
  'deep/linked/x',
];

test('a name that leads out of the folder is refused, and nothing is made out there', async ({ bench }) => {
  const folder = join(bench.folder, 'own');
  const outside = join(bench.folder, 'outside');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  mkdirSync(outside);
  symlinkSync(outside, join(folder, 'linked'));
  symlinkSync(outside, join(folder, 'deep/linked'));
  symlinkSync(join(outside, 'file'), join(folder, 'link.txt'));
  symlinkSync(join(bench.folder, 'nowhere'), join(folder, 'dangling'));
  const own = moduleOf(
    bench,
    `export const own = (page, { file }) => [...${JSON.stringify(REFUSED)}, 1, null, {}].map((name) => {
       try { return file(name); } catch (error) { return error.name; }
     });
     export const fine = (page, { file }) => ['a', 'a b/c.d/é', '...', '..x', 'x..', encodeURIComponent('../x')].map((name) => file(name));`,
  );
  const site = await bench.site({ '/': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], files: folder });
  const answers = outputOf(db, '/', 'own') as string[];
  expect(answers.map((answer, at) => [REFUSED[at], answer])).toEqual(
    answers.map((_, at) => [REFUSED[at], expect.stringMatching(/Error$/)]),
  );
  expect(readdirSync(outside)).toEqual([]);
  expect(existsSync(join(bench.folder, 'nowhere'))).toBe(false);
  expect(existsSync(join(bench.folder, 'x'))).toBe(false);
  expect(outputOf(db, '/', 'fine')).toEqual(
    ['a', 'a b/c.d/é', '...', '..x', 'x..', '..%2Fx'].map((name) => join(folder, name)),
  );
});

test('the folder may itself be a link of the user’s', async ({ bench }) => {
  const real = join(bench.folder, 'real');
  const folder = join(bench.folder, 'folder');
  mkdirSync(real);
  symlinkSync(real, folder);
  const own = moduleOf(
    bench,
    `import { writeFileSync } from 'node:fs';\nexport const own = (page, { file }) => writeFileSync(file('a/b'), 'x');`,
  );
  const site = await bench.site({ '/': page([]) });
  await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], files: folder });
  expect(existsSync(join(real, 'a/b'))).toBe(true);
});
