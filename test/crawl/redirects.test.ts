/** Redirects, from the answer to the row in the file. */
import { expect } from 'vitest';
import { each, page, paths, text, to } from '../support/site.js';
import type { Route, Site } from '../support/site.js';
import type { Bench } from '../manners/bench.js';
import { endsOf, pagesOf, test } from '../manners/bench.js';

/** A chain of `hops` redirects below a prefix; what follows the last is a page. */
function chain(prefix: string, hops: number): Record<string, Route> {
  const stops = paths(hops + 1, prefix);
  const routes = stops.map((path, index): [string, Route] => {
    const next = stops[index + 1];
    return [path, next === undefined ? page([]) : to(next)];
  });
  return Object.fromEntries(routes);
}

test('every redirecting status is done, relative or absolute, and its target fetched once', async ({
  bench,
}) => {
  const statuses = [301, 302, 303, 307, 308];
  const routes: Record<string, Route> = { '/dir/target': page(['/dir/next']), '/dir/next': page([]) };
  const site: Site = await bench.site(routes);
  for (const status of statuses) {
    site.route(`/dir/rel${status}`, to('target', status));
    site.route(`/abs${status}`, to(`${site.origin}/dir/target#part`, status));
  }
  const entries = statuses.flatMap((status) => [`/dir/rel${status}`, `/abs${status}`]);
  site.route('/', page([...entries, '/dir/target']));
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  const pages = pagesOf(db, site.origin);
  for (const path of entries) {
    const status = Number(path.slice(-3));
    expect(pages[path]).toMatchObject({ state: 'done', http_status: status, depth: 1, title: null });
    expect(pages[path]?.redirect_to).toBe(`${site.origin}/dir/target`);
  }
  expect(pages['/dir/target']).toMatchObject({ state: 'done', http_status: 200, depth: 1 });
  expect(pages['/dir/next']?.depth).toBe(2);
  expect(site.hitsOf('/dir/target').length).toBe(1);
  bench.digest(db);
});

test('the target of a redirect has the depth of the redirect, whoever else links to it', async ({
  bench,
}) => {
  const site = await bench.site({
    '/': page(['/long', '/short']),
    '/long': page(['/target']),
    '/short': to('/target', 301, 300),
    '/target': page(['/below']),
    '/below': page([]),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  const pages = pagesOf(db, site.origin);
  expect([pages['/target']?.depth, pages['/below']?.depth]).toEqual([1, 2]);
  expect(site.hitsOf('/target').length).toBe(1);
  bench.digest(db);
});

test('a redirect to another spelling of its own key is asked once in that spelling', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/%7euser', '/loop%7e', '/plain']),
    // The keys are those with unreserved characters decoded; these servers want them written otherwise.
    '/~user': to('/%7Euser', 301),
    '/%7Euser': page(['/inner']),
    '/loop~': to('/loop%7E', 301),
    '/loop%7E': to('/loop~', 301),
    '/plain': to('/plain', 302),
    '/inner': page([]),
  });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  const pages = pagesOf(db, site.origin);
  expect(pages['/~user']).toMatchObject({
    state: 'done',
    http_status: 200,
    requested_url: `${site.origin}/%7Euser`,
    redirect_to: null,
    attempts: 1,
  });
  expect(pages['/inner']?.state).toBe('done');
  expect(endsOf(db, site.origin)['/loop~']).toBe('failed redirect');
  expect(endsOf(db, site.origin)['/plain']).toBe('failed redirect');
  expect(site.paths.filter((path) => path.includes('user'))).toEqual(['/~user', '/%7Euser']);
  expect(site.paths.filter((path) => path.includes('loop'))).toEqual(['/loop~', '/loop%7E']);
  expect(site.hitsOf('/plain').length).toBe(1);
  expect(totals.failed).toEqual({ redirect: 2 });
});

test('all URLs of a cycle fail, whichever came first; what leads into it is done', async ({ bench }) => {
  const routes: Record<string, Route> = {
    '/': page(['/into', '/c1', '/linked']),
    '/linked': page(['/c2']),
    '/into': to('/c0'),
    '/c0': to('/c1'),
    '/c1': to('/c2'),
    '/c2': to('/c0'),
  };
  const late: Record<string, Route> = {
    '/into': to('/c0', 302, 150),
    '/c0': to('/c1', 302, 150),
    '/c1': to('/c2', 302, 150),
    '/c2': to('/c0', 302, 150),
  };
  const sites = await Promise.all(
    Object.entries(late).map(([path, route]) => bench.site({ ...routes, [path]: route })),
  );
  const { db, totals } = await bench.crawl({ seeds: sites.map(({ origin }) => `${origin}/`) });
  const ends = endsOf(db);
  for (const { origin, hits } of sites) {
    for (const path of ['/c0', '/c1', '/c2']) expect(ends[origin + path]).toBe('failed redirect');
    expect([ends[`${origin}/into`], ends[`${origin}/linked`]]).toEqual(['done 302', 'done 200']);
    expect(hits.length).toBe(1 + Object.keys(routes).length);
  }
  expect(totals.failed).toEqual({ redirect: 3 * sites.length });
  bench.digest(db);
});

test('a chain fails at its twentieth hop, unless a link leads into its middle', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/t0', '/u0', '/v0']),
    ...chain('/t', 20),
    ...chain('/u', 21),
    ...chain('/v', 25),
    // Found after the chain has failed: deeper than anything on it.
    '/x0': page([]),
  });
  site.route('/t20', page(['/x0']));
  site.route('/x0', page(['/x1']));
  site.route('/x1', page(['/v10']));
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  const ends = endsOf(db, site.origin);
  expect(paths(20, '/t').map((path) => ends[path])).toEqual(Array(20).fill('done 302'));
  expect(ends['/t20']).toBe('done 200');
  expect(paths(20, '/u').map((path) => ends[path])).toEqual(Array(20).fill('done 302'));
  expect(ends['/u20']).toBe('failed redirect');
  expect(ends['/u21']).toBeUndefined();
  expect(paths(25, '/v').map((path) => ends[path])).toEqual(Array(25).fill('done 302'));
  expect(ends['/v25']).toBe('done 200');
  const pages = pagesOf(db, site.origin);
  expect([pages['/v24']?.depth, pages['/v25']?.depth]).toEqual([1, 1]);
  expect(site.hits.filter(({ path, earlier }) => path.startsWith('/v') && earlier > 0)).toEqual([]);
  bench.digest(db);
});

test('a redirect to nowhere fails, and is asked for once', async ({ bench }) => {
  const invalid: Record<string, Route> = {
    '/mail': to('mailto:a@example.org'),
    '/script': to('javascript:void(0)'),
    '/file': to('file:///etc/passwd'),
    '/broken': to('http://'),
    '/port': to('http://127.0.0.1:99999/'),
    '/none': { status: 301 },
    '/empty': to(''),
    '/choices': { status: 300, headers: { location: '/page' } },
    '/unchanged': { status: 304 },
  };
  const site = await bench.site({ '/': page(Object.keys(invalid)), ...invalid, '/page': page([]) });
  const { db, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  for (const path of Object.keys(invalid)) {
    expect(endsOf(db, site.origin)[path], path).toBe('failed redirect');
    expect(site.hitsOf(path).length, path).toBe(1);
  }
  expect(totals.failed).toEqual({ redirect: Object.keys(invalid).length });
});

test('a redirect out of scope is done, its target a skipped row that nobody asks for', async ({ bench }) => {
  const other = await bench.site({ '/': page([]) }, { address: '127.0.0.2' });
  const long = `/${'x'.repeat(2_100)}`;
  const site = await bench.site({
    '/': page(['/away', '/hidden', '/long']),
    '/away': to(`${other.origin}/`),
    '/hidden': to('/private/page'),
    '/long': to(long),
    '/private/page': page([]),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], exclude: ['^/private'] });
  const pages = pagesOf(db, site.origin);
  const ends = endsOf(db, site.origin);
  expect([ends['/away'], ends['/hidden'], ends['/long']]).toEqual(Array(3).fill('done 302'));
  expect(ends[`${other.origin}/`]).toBe('skipped out-of-scope');
  expect(ends['/private/page']).toBe('skipped out-of-scope');
  expect(pages['/long']?.redirect_to?.startsWith(`${site.origin}/xxx`)).toBe(true);
  expect(Object.values(ends).filter((end) => end === 'skipped url').length).toBe(1);
  expect(other.hits).toEqual([]);
  expect(site.hitsOf('/private/page')).toEqual([]);
  bench.digest(db);
});

/** A crawl from a seed that redirects over two hops to another origin, after `delays` ms at each. */
async function crawlMoved(bench: Bench, sites: readonly [Site, Site], delays: readonly [number, number]) {
  const [old, home] = sites;
  old.route('/', to('/hop', 301, delays[0]));
  old.route('/hop', to(`${home.origin}/home`, 302, delays[1]));
  const db = bench.file();
  const seeds = [`${old.origin}/`, `${old.origin}/other`].flatMap((seed) => ['--seed', seed]);
  const ended = await bench.run([
    ...seeds,
    '--db',
    db,
    '--workers',
    '1',
    '--profile',
    'web',
    '--allow-private',
  ]);
  const { stdout } = await bench.run(['verify', db, '--json']);
  const { state, digest } = JSON.parse(stdout) as { state: string; digest: string };
  expect(state).toBe('whole');
  return { ...ended, db, digest };
}

test('a seed that redirects widens the scope aloud, and what was found before its end belongs to it', async ({
  bench,
}) => {
  const far = await bench.site({ '/': page([]) }, { address: '127.0.0.3' });
  const home = await bench.site(
    {
      '/home': page(['/new']),
      '/new': page([]),
      '/early': page(['/deep']),
      '/deep': page([]),
      '/moved': page([]),
    },
    { address: '127.0.0.2' },
  );
  const old = await bench.site({
    '/other': page([`${home.origin}/early`, `${far.origin}/`, '/to-home', '/to-far']),
    '/to-home': to(`${home.origin}/moved`),
    '/to-far': to(`${far.origin}/x`),
  });
  const quick = await crawlMoved(bench, [old, home], [0, 0]);
  const slow = await crawlMoved(bench, [old, home], [600, 300]);
  expect(slow.digest).toBe(quick.digest);
  for (const { status, stderr, db } of [quick, slow]) {
    expect(status).toBe(0);
    expect(stderr).toContain(`the seed was redirected: ${home.origin} now belongs to the crawl`);
    const ends = endsOf(db);
    for (const path of ['/home', '/new', '/early', '/deep', '/moved']) {
      expect(ends[home.origin + path]).toBe('done 200');
    }
    expect(ends[`${old.origin}/to-far`]).toBe('done 302');
    expect(ends[`${far.origin}/x`]).toBe('skipped out-of-scope');
    // A link out of scope is counted and has no row.
    expect(ends[`${far.origin}/`]).toBeUndefined();
  }
  expect(far.hits).toEqual([]);
});

test('a seed whose chain runs over a page known already widens the scope whatever the timing', async ({
  bench,
}) => {
  // `/mid` is found by a link, redirects, and is known long before the seed turns out to lead to it.
  const home = await bench.site(
    { '/home': page([]), ...each(paths(40, '/e'), page([])) },
    { address: '127.0.0.2' },
  );
  const linkers = paths(40, '/l');
  const old = await bench.site({
    '/other': page(['/mid', ...linkers]),
    '/mid': to(`${home.origin}/home`),
    ...Object.fromEntries(
      linkers.map((path, index): [string, Route] => [path, page([`${home.origin}/e${index}`])]),
    ),
  });
  const digests = new Set<string>();
  for (const delay of [0, 300]) {
    old.route('/', to('/mid', 301, delay));
    // Pages of the old site that come in together with the seed's answer.
    for (const [index, path] of linkers.entries()) {
      old.route(path, { body: page([`${home.origin}/e${index}`]), afterMs: index < 8 ? delay : 0 });
    }
    const { db, totals } = await bench.crawl({
      seeds: [`${old.origin}/`, `${old.origin}/other`],
      concurrency: 20,
      allowPrivate: true,
    });
    expect(totals.pages, `seed after ${delay} ms`).toBe(1 + 40 + 1 + 40);
    digests.add(bench.digest(db));
  }
  expect(digests.size).toBe(1);
});

test('a redirect is no link, and robots.txt of its target still counts', async ({ bench }) => {
  const other = await bench.site(
    { '/robots.txt': text('User-agent: *\nDisallow: /\n'), '/': page([]) },
    { address: '127.0.0.2' },
  );
  const site = await bench.site({ '/': to(`${other.origin}/`) });
  const { db, totals, seedsWithoutPage } = await bench.crawl({
    seeds: [`${site.origin}/`],
    allowPrivate: true,
  });
  expect(endsOf(db)).toEqual({ [`${site.origin}/`]: 'done 302', [`${other.origin}/`]: 'skipped robots' });
  expect(totals.links).toBe(0);
  expect(seedsWithoutPage).toEqual([{ url: `${site.origin}/`, reason: 'robots' }]);
});
