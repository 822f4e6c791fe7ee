/** What an executor is given, what its answer becomes, and in which order several are run. */
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { test } from '../manners/bench.js';
import { page } from '../support/site.js';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf, statusesOf } from './bench.js';

const FACTS = `
export const facts = (page, context) => ({
  url: page.url, status: page.status, type: page.headers['content-type'], twice: page.headers['x-twice'],
  bytes: page.body.length, isBytes: page.body instanceof Uint8Array, text: page.text.includes('né'),
  document: page.document.nodeName, links: page.links, key: context.key, params: context.params,
  signal: context.signal.aborted,
});
export const elements = (page) => ({
  first: page.select('li').text(), none: page.select('.nothing'), all: page.selectAll('li').map((li) => li.text()),
  attr: page.select('a').attr('href'), noAttr: page.select('a').attr('rel'), html: page.select('ul').html(),
  inner: page.select('ul').selectAll('b').length, head: page.select('li').select('b').text(),
});
export const before = (page) => Object.keys(page.results);
`;

test('an executor sees all of a page, and what executors before it answered', async ({ bench }) => {
  const body =
    '<meta charset="latin1"><ul><li><b>n\u00e9</b> one</li><li>two</li></ul><a href="/next">n</a><a href="http://other.example/x">o</a>';
  const site = await bench.site({
    '/': {
      headers: { 'content-type': 'text/html', 'x-twice': ['a', 'b'] },
      body: Buffer.from(body, 'latin1'),
    },
  });
  const { db, executors } = await bench.crawl({
    seeds: [`${site.origin}/`],
    executors: [moduleOf(bench, FACTS)],
  });
  expect(executors).toEqual(
    ['facts', 'elements', 'before'].map((name) => ({
      name,
      success: 1,
      failed: 0,
      skipped: 0,
      passedOver: 0,
    })),
  );
  expect(outputOf(db, '/', 'facts')).toEqual({
    url: `${site.origin}/`,
    status: 200,
    type: 'text/html',
    twice: ['a', 'b'],
    bytes: body.length,
    isBytes: true,
    text: true,
    document: '#document',
    links: [`${site.origin}/next`, 'http://other.example/x'],
    key: `${site.origin}/`,
    params: {},
    signal: false,
  });
  expect(outputOf(db, '/', 'elements')).toEqual({
    first: 'n\u00e9 one',
    none: null,
    all: ['n\u00e9 one', 'two'],
    attr: '/next',
    noAttr: null,
    html: '<li><b>n\u00e9</b> one</li><li>two</li>',
    inner: 1,
    head: 'n\u00e9',
  });
  expect(outputOf(db, '/', 'before')).toEqual(['facts', 'elements']);
  expect(faultsIn(db)).toEqual([]);
});

test('executors run in the order they are written in, module after module, in the thread that fetched the page', async ({
  bench,
}) => {
  const source = (names: readonly string[]): string => `
    import { threadId } from 'node:worker_threads';
    ${names.map((name) => `export const ${name} = (page) => [threadId, ...Object.keys(page.results)];`).join('\n')}
    export { helper as last }; function helper(page) { return [threadId, ...Object.keys(page.results)]; }
    export default function unused() { throw new TypeError('default is no name'); }
    export const notAFunction = 1;
  `;
  const first = moduleOf(bench, source(['zebra', 'apple', 'mango']), 'first.mjs');
  const second = moduleOf(bench, source(['zoo', 'ant']).replaceAll('last', 'end'), 'second.mjs');
  const site = await bench.site({ '/': page(['/a', '/b', '/c']), '*': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [first, second], workers: 2 });
  const order = ['zebra', 'apple', 'mango', 'last', 'zoo', 'ant', 'end'];
  const threads = new Set<unknown>();
  for (const path of ['/', '/a', '/b', '/c']) {
    expect(Object.keys(statusesOf(db, path))).toEqual(order);
    const outputs = order.map((name) => outputOf(db, path, name) as [number, ...string[]]);
    expect(new Set(outputs.map(([thread]) => thread)).size).toBe(1);
    outputs.forEach(([thread, ...names], place) => {
      threads.add(thread);
      expect(names).toEqual(order.slice(0, place));
    });
  }
  expect(threads.has(0)).toBe(false);
});

describe('what an executor answers', () => {
  test('is any JSON value, nothing is null', async ({ bench }) => {
    const own = moduleOf(
      bench,
      `export const object = async () => ({ a: [1, { b: null }], 'é"\\n': '\\ud800' });
       export const nothing = () => {};
       export const nul = async () => null;
       export const no = () => false;
       export const zero = () => 0;
       export const empty = () => '';
       export const date = () => new Date(0);`,
    );
    const site = await bench.site({ '/': page([]) });
    const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
    const outputs = Object.fromEntries(executionsOf(db).map(({ executor, output }) => [executor, output]));
    expect(outputs).toEqual({
      object: JSON.stringify({ a: [1, { b: null }], 'é"\n': '\ud800' }),
      nothing: 'null',
      nul: 'null',
      no: 'false',
      zero: '0',
      empty: '""',
      date: '"1970-01-01T00:00:00.000Z"',
    });
  });

  test.for([
    ['1n', /BigInt/],
    ['(() => { const a = {}; a.a = a; return a; })()', /circular/],
    ['() => 1', /answered a function/],
    ['Symbol("x")', /answered a symbol/],
  ] as const)('is a fault where JSON cannot hold it: %s', async ([answer, message], { bench }) => {
    const own = moduleOf(bench, `export const odd = () => (${answer});\nexport const next = () => 1;`);
    const site = await bench.site({ '/': page([]) });
    const db = bench.file();
    await expect(bench.crawl({ seeds: [`${site.origin}/`], executors: [own], db })).rejects.toThrow(message);
    expect(statusesOf(db, '/')).toEqual({ odd: 'failed', next: 'skipped' });
    expect(executionOf(db, '/', 'odd').error).toMatch(/^exception: TypeError: odd answered /);
  });
});

test('a page that is no HTML, a redirect and a missing page have no executions; others have their columns filled', async ({
  bench,
}) => {
  const own = moduleOf(
    bench,
    'export const one = async () => { await new Promise((r) => setTimeout(r, 30)); };',
  );
  const site = await bench.site({
    '/': page(['/file', '/moved', '/gone']),
    '/file': { headers: { 'content-type': 'text/plain' }, body: 'x' },
    '/moved': { status: 302, headers: { location: '/' } },
  });
  const startedAt = Date.now();
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  const rows = executionsOf(db);
  expect(rows.map(({ key }) => key)).toEqual([`${site.origin}/`]);
  const [row] = rows;
  expect(row).toMatchObject({ attempts: 1, status: 'success', output: 'null', error: null });
  expect(row?.code_hash).toMatch(/^[0-9a-f]{64}$/);
  expect(row?.last_run).toBeGreaterThanOrEqual(startedAt);
  expect(row?.last_run).toBeLessThanOrEqual(Date.now());
  expect(row?.duration_ms).toBeGreaterThanOrEqual(25);
  expect(row?.duration_ms).toBeLessThan(10_000);
});

test('what user code logs is told with the key of the task, made printable', async ({ bench }) => {
  const own = moduleOf(
    bench,
    `export const one = (page, { log }) => { log.info('fine \\u001b[31m'); log.warn({ odd: 1 }); log.info('x'.repeat(5000)); };`,
  );
  const site = await bench.site({ '/': page([]) });
  const { notices } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  const said = notices.filter(({ kind }) => kind === 'said');
  expect(said).toMatchObject([
    { key: `${site.origin}/`, level: 'info', text: 'fine \u001b[31m' },
    { level: 'warn', text: '{ odd: 1 }' },
    { text: 'x'.repeat(2000) },
  ]);
});

test('files of executors go into the folder beside the database', async ({ bench }) => {
  const own = moduleOf(
    bench,
    `import { writeFileSync } from 'node:fs';
     export const one = (page, { file }) => { const path = file('a/b/c.txt'); writeFileSync(path, 'x'); return path; };`,
  );
  const site = await bench.site({ '/': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  expect(outputOf(db, '/', 'one')).toBe(join(db.replace('.db', '.files'), 'a/b/c.txt'));
});
