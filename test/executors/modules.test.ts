/** Modules that cannot be used: refused before anything is asked for or written. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../manners/bench.js';
import { page } from '../support/site.js';
import { executionsOf, moduleOf, outputOf } from './bench.js';

const GOOD = 'export const one = () => 1;';

test.for<[what: string, source: string, message: RegExp]>([
  [
    'does not parse',
    'export const b = 1;\nexport const a = ;',
    /own\.mjs does not load: SyntaxError: Unexpected token ';'\n.*own\.mjs:2\nexport const a = ;\n +\^/,
  ],
  [
    'throws at the top',
    'export const a = 1;\nthrow new Error("not here");',
    /own\.mjs does not load: Error: not here[\s\S]*own\.mjs:2/,
  ],
  ['throws what is no error', 'throw "words";', /own\.mjs does not load: .*words/],
  ['ends at the top', 'process.exit(0);', /own\.mjs does not load: it ended its thread with status 0/],
  [
    'imports what is not there',
    'import "./nowhere.mjs"; export const a = () => 1;',
    /own\.mjs does not load: .*nowhere\.mjs/,
  ],
  [
    'imports orbweaver where it is not installed',
    'import { TaskError } from "orbweaver/executor"; export const a = () => 1;',
    /package 'orbweaver'.*\ninstall orbweaver in the folder of the module, or do without the import/,
  ],
  ['stops in the middle', 'export function a(\n', /SyntaxError: Unexpected end of input\n\S+own\.mjs:\d$/],
  [
    'exports nothing to call',
    'export const a = 1; export default () => 1;',
    /own\.mjs exports no function by a name/,
  ],
  [
    'rejects at the top',
    'await Promise.reject(new Error("later")); export const a = () => 1;',
    /own\.mjs does not load: Error: later/,
  ],
])('a module that %s', async ([, source, message], { bench }) => {
  const site = await bench.site({ '/': page([]) });
  const db = bench.file();
  const crawl = bench.crawl({ seeds: [`${site.origin}/`], executors: [moduleOf(bench, source)], db });
  const error = await crawl.then(
    () => null,
    (thrown: Error & { readonly hint?: string }) => thrown,
  );
  expect(error?.name).toBe('UsageError');
  expect(`${error?.message}\n${error?.hint}`).toMatch(message);
  expect([site.hits, existsSync(db)]).toEqual([[], false]);
});

test('a file that is not there, a folder, two executors of one name, an unknown name to force', async ({
  bench,
}) => {
  const site = await bench.site({ '/': page([]) });
  const seeds = [`${site.origin}/`];
  const good = moduleOf(bench, GOOD);
  const folder = join(bench.folder, 'folder');
  mkdirSync(folder);
  const { db } = await bench.crawl({ seeds, executors: [good] });
  const before = [readFileSync(db).toString('hex'), executionsOf(db), site.hits.length];
  const refused = (options: object, message: RegExp): Promise<void> =>
    expect(bench.crawl({ seeds, db, ...options })).rejects.toThrow(message);
  await refused({ executors: [join(bench.folder, 'none.mjs')] }, /none\.mjs: there is no such file/);
  await refused({ executors: [folder] }, /folder: it is a folder/);
  await refused(
    { executors: [good, moduleOf(bench, GOOD, 'other.mjs')] },
    /two executors called one: in .*own\.mjs and in .*other\.mjs/,
  );
  await refused({ executors: [good, good] }, /own\.mjs is given twice/);
  const all = moduleOf(bench, 'export const all = () => 1;', 'all.mjs');
  await refused({ executors: [all] }, /an executor cannot be called all/);
  const classes = moduleOf(bench, 'export class Shop {}', 'classes.mjs');
  await refused({ executors: [classes] }, /exports no function by a name \(classes are none\)/);
  await refused({ executors: [good], files: good }, /files: .*own\.mjs is no folder/);
  await refused({ executors: [good], force: ['two'] }, /there is no executor 'two'/);
  await refused({ force: ['one'] }, /there is no executor 'one'/);
  expect([readFileSync(db).toString('hex'), executionsOf(db), site.hits.length]).toEqual(before);
});

test('the program says it with status 2, by file and line', async ({ bench }) => {
  const own = moduleOf(bench, 'export const a = 1;\n\nthrow new Error("not here");');
  const db = bench.file();
  const { status, stderr, stdout } = await bench.run([
    '--seed',
    'http://127.0.0.1:9/',
    '--db',
    db,
    '--executors',
    own,
  ]);
  expect([status, stdout, existsSync(db)]).toEqual([2, '', false]);
  expect(stderr).toContain(`--executors: ${own} does not load: Error: not here`);
  expect(stderr).toContain('own.mjs:3:7');
});

test('CommonJS, a file: URL and a module beside another are loaded', async ({ bench }) => {
  const common = moduleOf(
    bench,
    'exports.b = () => 1; exports.a = (page) => Object.keys(page.results);',
    'own.cjs',
  );
  moduleOf(bench, 'export const help = () => 7;', 'help.mjs');
  const importing = moduleOf(
    bench,
    `import { help } from './help.mjs';\nexport const c = () => help();`,
    'c.mjs',
  );
  const site = await bench.site({ '/': page([]) });
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/`],
    executors: [common, new URL(`file://${importing}`).href],
  });
  expect(outputOf(db, '/', 'a')).toEqual([]);
  expect(outputOf(db, '/', 'c')).toBe(7);
});
