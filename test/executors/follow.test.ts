/** Tasks that executors add: each once, executed as all others, and still there after a kill. */
import { expect } from 'vitest';
import { query, test } from '../manners/bench.js';
import { each, page, paths, text } from '../support/site.js';
import { executionsOf, faultsIn, moduleOf, outputOf } from './bench.js';

const NO_RULES = { '/robots.txt': { status: 404 } };

const OWN = `
export function own(page, { key, params, follow }) {
  if (params.n === undefined) for (const n of [1, 2, 1]) follow('/api?x=1#part', { n, of: { b: 1, a: [n] } });
  if (params.n === 1) { follow('/deeper'); follow(new URL('/deeper', page.url), {}); follow('/api?x=1', { of: { a: [1], b: 1 }, n: 1 }); }
  if (page.url.endsWith('/deeper')) follow('/deeper', { n: 9 });
  return [key, params, page.url];
}`;

test('a task is added once for an address and params, however many pages ask for it', async ({ bench }) => {
  const leaves = paths(6);
  const site = await bench.site({
    ...NO_RULES,
    '/': page(leaves),
    ...each(leaves, page([])),
    '*': text('{}'),
  });
  const options = { seeds: [`${site.origin}/`], executors: [moduleOf(bench, OWN)], workers: 2 };
  const { db, executors } = await bench.crawl(options);
  const api = `${site.origin}/api?x=1`;
  const keys = [
    `${api} {"n":1,"of":{"a":[1],"b":1}}`,
    `${api} {"n":2,"of":{"a":[2],"b":1}}`,
    `${site.origin}/deeper {"n":9}`,
    `${site.origin}/deeper {}`,
  ];
  const followed = executionsOf(db).filter(({ key }) => key.includes(' '));
  expect(followed.map(({ key, status, attempts }) => [key, status, attempts])).toEqual(
    keys.map((key) => [key, 'success', 1]),
  );
  expect(outputOf(db, keys[1] ?? '', 'own')).toEqual([keys[1], { n: 2, of: { a: [2], b: 1 } }, api]);
  expect(site.hitsOf('/api?x=1')).toHaveLength(2);
  expect(site.hitsOf('/deeper')).toHaveLength(2);
  expect(executors).toMatchObject([{ name: 'own', success: 7 + 4, failed: 0 }]);
  // They are no part of the link graph.
  expect(
    query(db, `SELECT count(*) AS n FROM links l JOIN urls u ON u.id = l.target_id WHERE u.kind = 'task'`),
  ).toEqual([{ n: 0 }]);
  expect(faultsIn(db)).toEqual([]);
  const asked = site.hits.length;
  await bench.crawl({ ...options, db });
  expect(site.hits.length).toBe(asked);
});

test('what a follow asks for obeys robots.txt and is no private address', async ({ bench }) => {
  const other = await bench.site({ '*': text('secret') }, { address: '127.0.0.2' });
  const site = await bench.site({
    '/robots.txt': text('User-agent: *\nDisallow: /closed'),
    '/': page([]),
    '*': page([]),
  });
  const own = moduleOf(
    bench,
    `export function own(page, { params, follow }) { if (!params.n) for (const url of ['/closed', '${other.origin}/', '/open']) follow(url, { n: 1 }); }`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  const errors = Object.fromEntries(
    executionsOf(db).map(({ key, error }) => [
      new URL(key.split(' ')[0] ?? '').pathname + key.includes('.2:'),
      error,
    ]),
  );
  expect(site.paths).toEqual(['/robots.txt', '/', '/open']);
  expect(other.hits).toEqual([]);
  expect(errors['/openfalse']).toBeNull();
  const states = query<{ url: string; state: string; error: string }>(
    db,
    `SELECT url, state, error FROM urls WHERE kind = 'task' ORDER BY url`,
  );
  expect(states.map(({ state, error }) => `${state} ${error}`).sort()).toEqual([
    'done null',
    'skipped private',
    'skipped robots',
  ]);
  expect(faultsIn(db)).toEqual([]);
});

test.for([
  [`'javascript:alert(1)'`, /TypeError: follow needs an http/],
  [`'/a', 'text'`, /TypeError: params of follow must be an object/],
  [`'/a', { method: 'PUT' }`, /TypeError: follow: method must be GET or POST/],
  [`'/a', { n: 1n }`, /TypeError: .*BigInt/],
] as const)(
  'what no request can be made of is a fault of the code: %s',
  async ([args, message], { bench }) => {
    const site = await bench.site({ '/': page([]), '*': page([]) });
    const own = moduleOf(bench, `export function own(page, { follow }) { follow(${args}); }`);
    await expect(bench.crawl({ seeds: [`${site.origin}/`], executors: [own] })).rejects.toThrow(message);
  },
);

test('params say how a task is asked for, as in a list', async ({ bench }) => {
  const site = await bench.site({
    ...NO_RULES,
    '/': page([]),
    '/api': (hit) => text(`${hit.method} ${hit.body}`),
  });
  const own = moduleOf(
    bench,
    `export function own(page, { params, follow }) { if (!params.post_payload) follow('/api', { post_payload: { a: 1 }, url: 'mine' }); return [page.text, params.url]; }`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  expect(outputOf(db, '}', 'own')).toEqual(['POST {"a":1}', 'mine']);
});

test('tasks that were added are there after kill -9, and each is done once', async ({ bench }) => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const site = await bench.site({
    ...NO_RULES,
    '/': page(['/a']),
    '/a': page([]),
    '*': async (hit) => {
      if (hit.path === '/api/2') await opened;
      return text('x');
    },
  });
  const own = moduleOf(
    bench,
    `export function own(page, { params, follow }) { if (!params.n) for (const n of [1, 2, 3]) follow('/api/' + n, { n }); }`,
  );
  const db = bench.file();
  const args = [
    '--seed',
    `${site.origin}/`,
    '--db',
    db,
    '--profile',
    'web',
    '--executors',
    own,
    '--workers',
    '1',
  ];
  const first = bench.start(args);
  await site.asked(6);
  await new Promise((later) => setTimeout(later, 150));
  await first.kill();
  open();
  const { status, stderr } = await bench.run(args);
  expect(status, stderr).toBe(0);
  expect(
    executionsOf(db)
      .map(({ key, status: end, attempts }) => [new URL(key.split(' ')[0] ?? '').pathname, end, attempts])
      .sort(),
  ).toEqual(['/', '/a', '/api/1', '/api/2', '/api/3'].map((path) => [path, 'success', 1]));
  expect(faultsIn(db)).toEqual([]);
});

test('tasks take nothing from --max-pages, and are done before it ends the run', async ({ bench }) => {
  const leaves = paths(6);
  const site = await bench.site({
    ...NO_RULES,
    '/': page(leaves),
    ...each(leaves, page([])),
    '*': text('{}'),
  });
  const own = moduleOf(
    bench,
    `export const own = (page, { follow }) => { if (!page.url.includes('/api')) for (const n of [1, 2]) follow('/api' + new URL(page.url).pathname, { n }); };`,
  );
  const seeds = [`${site.origin}/`];
  const options = { seeds, executors: [own], maxPages: 3, delay: 0.02 };
  const { db, ending } = await bench.crawl(options);
  expect(ending).toBe('max-pages');
  const done = (): unknown =>
    query(db, `SELECT kind, count(*) AS n FROM urls WHERE state = 'done' GROUP BY kind ORDER BY kind`);
  expect(done()).toEqual([
    { kind: 'page', n: 3 },
    { kind: 'task', n: 6 },
  ]);
  expect((await bench.crawl({ ...options, db, maxPages: 5 })).ending).toBe('max-pages');
  expect(done()).toEqual([
    { kind: 'page', n: 5 },
    { kind: 'task', n: 10 },
  ]);
  expect(faultsIn(db)).toEqual([]);
});
