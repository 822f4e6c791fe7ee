/** The programs in examples/ do what they say, and the README shows them as they are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startDemo } from '../../dist/demo/server.js';
import { bytesOf, FileSite, pageOf } from '../download/file-site.js';
import { type Folder, test } from '../support/program.js';
import { type Hit, Site } from '../support/site.js';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'examples');

/** Runs an example to its end and answers the lines that it printed. */
async function linesOf(folder: Folder, name: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await folder.spawn(process.execPath, [join(EXAMPLES, name), ...args])
    .ended;
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n');
}

function product(price: string): string {
  return `<!doctype html><h1>A thing</h1><p class="price">${price}</p>`;
}

test('crawl.mjs prints every page with what an executor answered', async ({ folder }) => {
  const demo = await startDemo({ pages: 200 });
  onTestFinished(() => demo.close());
  const lines = await linesOf(folder, 'crawl.mjs', `${demo.origin}/wiki/Kevin_Bacon`);
  expect(lines.at(-1)).toBe('finished 200');
  expect(lines).toContain(`done 200 ${demo.origin}/wiki/Kevin_Bacon Kevin Bacon`);
  expect(lines.filter((line) => line.startsWith('done 200 '))).toHaveLength(200);
});

test('tasks.mjs and export.mjs: retries, validation, what is sold out, and the results as JSON Lines', async ({
  folder,
}) => {
  const onceBusy = ({ earlier }: Hit): { status: number; body: string } =>
    earlier === 0 ? { status: 500, body: '' } : { status: 200, body: product('129.90') };
  const site = await Site.open({
    '/chair': onceBusy,
    '/table': '<!doctype html><p>This table is sold out.',
    '/search': '<!doctype html><p>Are you a robot?',
  });
  onTestFinished(() => site.close());
  const lines = await linesOf(folder, 'tasks.mjs', site.origin);
  expect(lines.slice(0, 2)).toEqual(['succeeded: chair', 'failed: table, search']);
  expect(lines.slice(2).sort()).toEqual(['search: validation: no product page', 'table: executor: sold out']);
  expect(site.hitsOf('/chair')).toHaveLength(2);
  await linesOf(folder, 'export.mjs');
  expect(readFileSync(folder.file('prices.jsonl'), 'utf8')).toBe(
    '{"key":"chair","amount":129.9,"currency":"EUR"}\n',
  );
});

test('download.mjs prints every file and how it came out, and fetches nothing twice', async ({ folder }) => {
  const body = bytesOf(20_000);
  await using site = await FileSite.open({
    '/talks/': pageOf(['one.mp3'], ['old/'], ['gone.pdf'], ['notes.txt']),
    '/talks/old/': pageOf(['two.mp3']),
    '/talks/one.mp3': { body },
    '/talks/old/two.mp3': { body },
  });
  const lines = await linesOf(folder, 'download.mjs', site.url('/talks/'), 'here');
  expect(lines.slice(0, -1).sort()).toEqual([
    'done old/two.mp3 20000',
    'done one.mp3 20000',
    'failed gone.pdf status',
  ]);
  expect(lines.at(-1)).toBe('2 fetched, 0 were there');
  expect(readFileSync(folder.file('here/old/two.mp3')).equals(body)).toBe(true);
  const again = await linesOf(folder, 'download.mjs', site.url('/talks/'), 'here');
  expect(again).toEqual(['failed gone.pdf status', '0 fetched, 2 were there']);
});

test('download.mjs says which listing could not be read, and ends with 1', async ({ folder }) => {
  await using site = await FileSite.open({});
  const page = site.url('/none/');
  const { status, stdout, stderr } = await folder.spawn(process.execPath, [
    join(EXAMPLES, 'download.mjs'),
    page,
    'here',
  ]).ended;
  expect([status, stdout, stderr]).toEqual([
    1,
    '0 fetched, 0 were there\n',
    `${page} could not be read: HTTP 404\n`,
  ]);
});

test('walk.mjs prints the steps of both walkers, the same each time', async ({ folder }) => {
  const demo = await startDemo({ pages: 200 });
  onTestFinished(() => demo.close());
  const seeds = ['Kevin_Bacon', 'Mystery_film'].map((name) => `${demo.origin}/wiki/${name}`);
  const lines = await linesOf(folder, 'walk.mjs', ...seeds);
  expect(lines.slice(0, 2)).toEqual(['1 0 Kevin Bacon', '2 0 Mystery film']);
  expect(lines.slice(2, -2).map((line) => /^\d \d/.exec(line)?.[0])).toEqual(
    [1, 2, 3, 4, 5].flatMap((step) => [`1 ${step}`, `2 ${step}`]),
  );
  expect(lines.slice(-2)).toEqual(['1 ended by steps', '2 ended by steps']);
});

test('the README shows every example as it is', () => {
  const shown = [
    ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```js examples\/(\S+)\n([^]*?)^```$/gm),
  ].map(([, name = '', text = '']) => [name, text] as const);
  expect(shown.map(([name]) => name).sort()).toEqual(readdirSync(EXAMPLES).sort());
  for (const [name, text] of shown) expect(text, name).toBe(readFileSync(join(EXAMPLES, name), 'utf8'));
});
