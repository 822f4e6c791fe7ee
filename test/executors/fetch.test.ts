/** Requests that executors make: under the manners of the crawl, whichever thread they come from. */
import { describe, expect } from 'vitest';
import { query, test } from '../manners/bench.js';
import { each, page, paths, text, to } from '../support/site.js';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf } from './bench.js';

const NO_RULES = { '/robots.txt': { status: 404 } };

describe('the robots.txt of another host', () => {
  test.for([
    [1, 1],
    [2, 4],
  ])('is asked for first and obeyed, with %d workers of %d', async ([workers, concurrency], { bench }) => {
    const other = await bench.site(
      { '/robots.txt': text('User-agent: *\nDisallow: /closed'), '*': text('here') },
      { address: '127.0.0.2' },
    );
    const own = moduleOf(
      bench,
      `export async function own(page, { fetch }) {
         const open = await fetch('${other.origin}/open');
         const closed = await fetch('${other.origin}/closed').catch((error) => [error.name, error.code]);
         return [open.status, open.text, closed];
       }`,
    );
    const site = await bench.site({ ...NO_RULES, '/': page(['/a', '/b']), '*': page([]) });
    const { db } = await bench.crawl({
      seeds: [`${site.origin}/`],
      executors: [own],
      workers,
      concurrency,
      allowPrivate: true,
    });
    for (const path of ['/', '/a', '/b'])
      expect(outputOf(db, path, 'own')).toEqual([200, 'here', ['FetchError', 'robots']]);
    expect(other.paths).toEqual(['/robots.txt', '/open', '/open', '/open']);
    expect(faultsIn(db)).toEqual([]);
  });

  test('that is not caught fails the task with `robots`', async ({ bench }) => {
    const site = await bench.site({ '/robots.txt': text('User-agent: *\nDisallow: /closed'), '/': page([]) });
    const own = moduleOf(
      bench,
      `export const own = (page, { fetch }) => fetch('/closed').then(({ status }) => status);`,
    );
    const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], concurrency: 1 });
    expect(executionOf(db, '/', 'own').error).toMatch(/^robots: /);
    expect(site.paths).toEqual(['/robots.txt', '/']);
  });
});

test('the gap of a host holds for pages and requests of executors together', async ({ bench }) => {
  const leaves = paths(3);
  const site = await bench.site({
    ...NO_RULES,
    '/': page(leaves),
    ...each(leaves, page([])),
    '*': text('x'),
  });
  const own = moduleOf(
    bench,
    `export const own = async (page, { fetch }) => { await Promise.all(['/x1?', '/x2?'].map((path) => fetch(path + page.url.slice(-2)))); };`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], workers: 2, delay: 0.3 });
  expect(executionsOf(db).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'success'));
  expect(site.hits).toHaveLength(1 + 4 * 3);
  // A request may be late on its way, and the next one is not; all together they take their time.
  for (const gap of site.gaps()) expect(gap).toBeGreaterThan(300 - 150);
  expect(site.gaps().reduce((sum, gap) => sum + gap, 0)).toBeGreaterThan(12 * 300 - 150);
});

test.for([1, 2])(
  'the limit of a host of %d requests in flight holds for both together',
  async (perHost, { bench }) => {
    const leaves = paths(8);
    const site = await bench.site({
      ...NO_RULES,
      '/': page(leaves),
      ...each(leaves, { body: page([]), afterMs: 20 }),
      '*': { ...text('x'), afterMs: 20 },
    });
    const own = moduleOf(
      bench,
      `export const own = async (page, { fetch }) => { await Promise.all([1, 2, 3].map((n) => fetch('/x' + n + page.url.slice(-2)))); };`,
    );
    const { db } = await bench.crawl({
      seeds: [`${site.origin}/`],
      executors: [own],
      workers: 2,
      concurrency: 4,
      perHost,
    });
    expect(executionsOf(db).every(({ status }) => status === 'success')).toBe(true);
    expect(site.hits).toHaveLength(1 + 9 * 4);
    expect(site.peakInFlight).toBe(perHost);
  },
);

test('a refusal is an answer, and the host rests for as long as it asks', async ({ bench }) => {
  const site = await bench.site({
    ...NO_RULES,
    '/': page(['/later']),
    '/later': page([]),
    '/busy': ({ earlier }) => (earlier === 0 ? { status: 429, headers: { 'retry-after': '1' } } : text('x')),
  });
  const own = moduleOf(
    bench,
    `export async function own(page, { fetch }) {
       if (page.url.endsWith('/later')) return;
       const first = await fetch('/busy');
       const second = await fetch('/busy');
       return [first.status, second.status];
     }`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], perHost: 1 });
  expect(outputOf(db, '/', 'own')).toEqual([429, 200]);
  const [first, second] = site.hitsOf('/busy');
  const after = site.hits.filter(({ at }) => at > (first?.at ?? 0));
  expect(after.map(({ path }) => path).sort()).toEqual(['/busy', '/later']);
  for (const { at } of after) expect(at - (first?.at ?? 0)).toBeGreaterThan(950);
  expect(second).toBeDefined();
});

test('a private address is refused, by its number, by a redirect', async ({ bench }) => {
  const other = await bench.site({ '*': text('secret') }, { address: '127.0.0.2' });
  const site = await bench.site({ ...NO_RULES, '/': page([]), '/to': to(`${other.origin}/`) });
  const own = moduleOf(
    bench,
    `export const own = (page, { fetch }) => Promise.all(['${other.origin}/', '/to'].map((url) => fetch(url).catch(({ code }) => code)));`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own] });
  expect(outputOf(db, '/', 'own')).toEqual(['private', 'private']);
  expect(other.hits).toEqual([]);
});

test('cookies travel: what a page sets is sent by a request, and what that sets is sent for pages', async ({
  bench,
}) => {
  const site = await bench.site({
    ...NO_RULES,
    '/': { headers: { 'content-type': 'text/html', 'set-cookie': 'page=1' }, body: page(['/next']) },
    '/asked': { headers: { 'set-cookie': 'asked=2' }, body: 'x' },
    '/next': page([]),
  });
  const own = moduleOf(
    bench,
    `export const own = async (page, { fetch }) => { await fetch('/asked'); await fetch('/asked?again'); };`,
  );
  await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], perHost: 1 });
  expect(site.hitsOf('/asked?again')[0]?.headers.cookie).toMatch(/page=1; asked=2|asked=2; page=1/);
  expect(site.hitsOf('/next')[0]?.headers.cookie).toMatch(/page=1; asked=2|asked=2; page=1/);
});

test('redirects are followed, and the answer is from where they lead', async ({ bench }) => {
  const site = await bench.site({
    ...NO_RULES,
    '/': page([]),
    '/a': to('/b', 307),
    '/b': to('/c', 302),
    '/c': (hit) => text(`${hit.method}${hit.body}`),
    '/round': to('/round'),
  });
  const own = moduleOf(
    bench,
    `export const own = async (page, { fetch }) => {
       const { url, status, text, links } = await fetch('/a', { body: 'x=1', headers: { 'Content-Type': 'a/b' } });
       const round = await fetch('/round').catch(({ code }) => code);
       const gone = await fetch('/gone');
       return [url, status, text, links, round, gone.status];
     };`,
  );
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], maxRedirects: 3 });
  expect(outputOf(db, '/', 'own')).toEqual([`${site.origin}/c`, 200, 'GET', [], 'redirect', 404]);
  expect(site.hitsOf('/b')[0]).toMatchObject({
    method: 'POST',
    body: 'x=1',
    headers: { 'content-type': 'a/b' },
  });
});

describe('an executor whose time is up', () => {
  test('while its request waits for its turn fails with `timeout`, and the turn is another’s', async ({
    bench,
  }) => {
    const site = await bench.site({ ...NO_RULES, '/': page(['/a', '/b']), '*': page([]) });
    const own = moduleOf(
      bench,
      `export const own = (page, { fetch }) => fetch('/x').then(({ status }) => status);`,
    );
    const { db } = await bench.crawl({
      seeds: [`${site.origin}/`],
      executors: [own],
      delay: 0.8,
      executorTimeout: 0.2,
    });
    for (const path of ['/', '/a', '/b']) {
      expect(executionOf(db, path, 'own')).toMatchObject({ status: 'failed' });
      expect(executionOf(db, path, 'own').error, path).toMatch(/^timeout: /);
    }
    expect(site.paths).toEqual(['/robots.txt', '/', '/a', '/b']);
  });

  test('while its request is under way lets the host go on', async ({ bench }) => {
    const site = await bench.site({ ...NO_RULES, '/': page(['/a']), '/a': page([]), '/x': 'silence' });
    const own = moduleOf(
      bench,
      `export const own = (page, { fetch }) => page.url.endsWith('/a') ? 1 : fetch('/x');`,
    );
    const { db } = await bench.crawl({
      seeds: [`${site.origin}/`],
      executors: [own],
      perHost: 1,
      timeout: 1,
      executorTimeout: 0.2,
    });
    expect(executionOf(db, '/', 'own').error).toMatch(/^timeout: /);
    expect(outputOf(db, '/a', 'own')).toBe(1);
  });
});

test.for(['under way', 'waiting'])(
  'a thread that ends while a request of its executor is %s holds up nobody',
  async (when, { bench }) => {
    const site = await bench.site({
      ...NO_RULES,
      '/': page(['/odd', '/a']),
      '/odd': page([]),
      '/a': page([]),
      '/x': 'silence',
    });
    const asks = when === 'waiting' ? `for (let i = 0; i < 3; i++)` : '';
    const own = moduleOf(
      bench,
      `export async function own(page, { fetch }) {
         if (!page.url.endsWith('/odd')) return 1;
         ${asks} void fetch('/x').catch(() => {});
         await new Promise((end) => setTimeout(end, ${when === 'waiting' ? 0 : 100}));
         process.exit();
       }`,
    );
    const { db } = await bench.crawl({
      seeds: [`${site.origin}/`],
      executors: [own],
      perHost: 1,
      timeout: 5,
    });
    expect(executionOf(db, '/odd', 'own').error).toMatch(/^worker-lost: /);
    expect(outputOf(db, '/a', 'own')).toBe(1);
    expect(faultsIn(db)).toEqual([]);
  },
);

test('a private address that an executor may not ask for is no trouble of its host', async ({ bench }) => {
  const other = await bench.site({ '*': text('secret') }, { address: '127.0.0.2' });
  const own = moduleOf(
    bench,
    `export const own = (page, { fetch }) => fetch('${other.origin}/').catch((error) => error.code);`,
  );
  const site = await bench.site({ '*': page([]) });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], executors: [own], robots: false });
  expect(outputOf(db, '/', 'own')).toBe('private');
  expect(other.hits).toEqual([]);
  expect(
    query(db, 'SELECT failures, failing_since, blocked_until FROM hosts WHERE host = ?', other.origin),
  ).toEqual([{ failures: 0, failing_since: null, blocked_until: null }]);
  expect(query(db, 'SELECT requests FROM runs')).toEqual([{ requests: 1 }]);
});
