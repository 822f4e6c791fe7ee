/** Where walkers go, and where not. */
import { expect } from 'vitest';
import { query, test } from '../manners/bench.js';
import { closedOrigin, each, page, paths, text, to } from '../support/site.js';
import { draw } from '../../dist/walk/draw.js';
import { stepsOf, walk, web } from './bench.js';

test('eight walkers visit 200 pages, and no page is asked for twice', async ({ bench }) => {
  const site = await bench.site(web(1000));
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${site.origin}/${n * 100}`);
  const { db, events, ending } = await walk({ seeds, steps: 24, workers: 2, db: bench.file() });
  expect(ending).toBe('finished');
  const steps = stepsOf(db, site.origin);
  expect(steps).toHaveLength(200);
  expect(new Set(steps.map(({ page: path }) => path)).size).toBe(200);
  expect(site.paths.filter((path) => path !== '/robots.txt').sort()).toEqual(
    steps.map(({ page: path }) => path).sort(),
  );
  // What is told is what is stored, in the order of the steps of each walker.
  const told = events.flatMap((event) =>
    event.kind === 'step' ? [[event.walker, event.step, event.page.title].join(' ')] : [],
  );
  expect([...told].sort()).toEqual(
    steps.map(({ walker, step, page: path }) => [walker, step, `Page ${path.slice(1)}`].join(' ')).sort(),
  );
  // Every step follows a link that is there.
  expect(
    query(
      db,
      `SELECT 1 FROM walk_steps s WHERE move <> 'start'
        AND NOT EXISTS (SELECT 1 FROM links l WHERE l.source_id = s.from_id AND l.target_id = s.page_id)`,
    ),
  ).toEqual([]);
  expect(() => bench.digest(db)).not.toThrow();
});

test('a dead end leads back to the last page of the way that has a choice, and at last nowhere', async ({
  bench,
}) => {
  // A tree: /, its children /a /b, theirs /aa /ab …
  const names = ['a', 'b', 'c'];
  const tree = (path: string, depth: number): [string, string][] => {
    const children = depth === 0 ? [] : names.map((name) => `${path === '/' ? '' : path}/${name}`);
    return [[path, page(children)], ...children.flatMap((child) => tree(child, depth - 1))];
  };
  const routes = Object.fromEntries(tree('/', 3));
  const site = await bench.site(routes);
  const { db, events } = await walk({ seeds: [`${site.origin}/`], db: bench.file() });
  const steps = stepsOf(db, site.origin);
  expect(steps.map(({ page: path }) => path).sort()).toEqual(Object.keys(routes).sort());
  const visited = new Set<string>();
  const hasChoice = (path: string): boolean =>
    Object.keys(routes).some((child) => child !== '/' && parent(child) === path && !visited.has(child));
  for (const [index, { page: path, source, move }] of steps.entries()) {
    const trail = steps.slice(0, index).map((step) => step.page);
    expect(source).toBe(trail.findLast(hasChoice) ?? null);
    expect(move).toBe(source === null ? 'start' : source === trail.at(-1) ? 'link' : 'back');
    visited.add(path);
  }
  const backs = events.flatMap((event) => (event.kind === 'back' ? [event.page.url] : []));
  expect(backs).toEqual(
    steps.flatMap(({ move, source }) => (move === 'back' ? [`${site.origin}${source}`] : [])),
  );
  expect(events.at(-1)).toMatchObject({ kind: 'end', walker: 1, reason: 'nowhere', steps: 39 });
});

test('what fails, is no page or is forbidden counts as visited; a redirect leads on where nobody was', async ({
  bench,
}) => {
  const site = await bench.site({
    '/robots.txt': text('User-agent: *\nDisallow: /closed'),
    '/': page([
      '/missing',
      '/picture',
      '/closed',
      '/broken',
      '/old',
      '/circle',
      '/again',
      'https://else.test/',
    ]),
    '/picture': { headers: { 'content-type': 'image/png' }, body: 'x' },
    '/broken': 'hang-up',
    '/old': to('/new'),
    '/new': page(['/', '/newer']),
    '/newer': page(['/new']),
    '/circle': to('/circle2'),
    '/circle2': to('/circle'),
    '/again': to('/'),
  });
  const { db, events, totals } = await walk({ seeds: [`${site.origin}/`], retries: 1, db: bench.file() });
  const reached = stepsOf(db, site.origin);
  expect(reached.map(({ page: path }) => path)).toEqual(['/', '/new', '/newer']);
  expect(reached[1]).toMatchObject({ source: '/', via: '/old', move: 'link' });
  expect(events.at(-1)).toMatchObject({ kind: 'end', reason: 'nowhere' });
  expect(totals.skipped).toEqual({ robots: 1, 'content-type': 1 });
  expect(site.hitsOf('/closed')).toEqual([]);
  // The retry of a connection that broke is the only request made twice.
  const twice = site.paths.filter((path, index) => site.paths.indexOf(path) !== index);
  expect(new Set(twice)).toEqual(new Set(['/broken']));
});

test('of two walkers who are redirected to one page, one goes there and the other chooses again', async ({
  bench,
}) => {
  const site = await bench.site({
    '/a': page(['/to-one', '/x']),
    '/b': page(['/also-to-one', '/y']),
    '/to-one': to('/one'),
    '/also-to-one': to('/one'),
    ...Object.fromEntries(['/one', '/x', '/y'].map((path) => [path, page([])])),
  });
  const seeds = [`${site.origin}/a`, `${site.origin}/b`];
  const { db, walk: stand } = await walk({ seeds, db: bench.file() });
  const reached = stepsOf(db, site.origin).map(({ page: path }) => path);
  expect(reached.sort()).toEqual(['/a', '/b', '/one', '/x', '/y']);
  expect(site.hitsOf('/one')).toHaveLength(1);
  expect(stand?.walkers.map(({ ended }) => ended)).toEqual(['nowhere', 'nowhere']);
});

test('several walkers may start at one page, which is asked for once', async ({ bench }) => {
  const site = await bench.site({ ...web(30), '/here': to('/0') });
  const seeds = [`${site.origin}/0`, `${site.origin}/0`, `${site.origin}/here`];
  const { db, seedsWithoutPage } = await walk({ seeds, steps: 3, db: bench.file() });
  const starts = stepsOf(db, site.origin).filter(({ move }) => move === 'start');
  expect(starts.map(({ walker, page: path, via }) => [walker, path, via])).toEqual([
    [1, '/0', null],
    [2, '/0', null],
    [3, '/0', '/here'],
  ]);
  expect(stepsOf(db)).toHaveLength(12);
  expect(seedsWithoutPage).toEqual([]);
  expect(site.hitsOf('/0')).toHaveLength(1);
});

test('a seed that leads to no page ends its walker, the others go on; a later run may try it again', async ({
  bench,
}) => {
  const site = await bench.site(web(30));
  const options = { seeds: [`${site.origin}/none`, `${site.origin}/0`], steps: 3, db: bench.file() };
  const { events, walk: stand } = await walk(options);
  expect(events.find(({ kind }) => kind === 'end')).toMatchObject({
    walker: 1,
    reason: 'no-page',
    detail: 'HTTP 404',
  });
  expect(stand?.walkers.map(({ steps, ended }) => [steps, ended])).toEqual([
    [0, 'no-page'],
    [3, 'steps'],
  ]);
  site.route('/none', page(['/20', '/21', '/22', '/23', '/24']));
  const again = await walk({ ...options, retryFailed: 'all' });
  expect(again.walk?.walkers.map(({ steps, ended }) => [steps, ended])).toEqual([
    [3, 'steps'],
    [3, 'steps'],
  ]);
});

test.for(['found', 'visited'])(
  'a seed may be redirected late to a page that another walker has %s',
  async (how, { bench }) => {
    const links = how === 'visited' ? ['/goal'] : ['/goal', '/end', '/end2'];
    const site = await bench.site({
      '/a': page(links),
      '/b': to('/goal', 302, 300),
      '/goal': page(['/on']),
      ...each(['/end', '/end2'], { body: page([]), afterMs: 600 }),
      '/on': page([]),
    });
    const seeds = [`${site.origin}/a`, `${site.origin}/b`];
    const { db } = await walk({ seeds, db: bench.file() });
    const [start] = stepsOf(db, site.origin).filter(({ walker }) => walker === 2);
    expect(start).toMatchObject({ page: '/goal', via: '/b', move: 'start' });
    expect(site.hitsOf('/goal')).toHaveLength(1);
    expect(() => bench.digest(db)).not.toThrow();
  },
);

test('a seed that is redirected to another host takes it into the scope', async ({ bench }) => {
  const elsewhere = await bench.site(web(20), { address: '127.0.0.2' });
  const site = await bench.site({ '/': to(`${elsewhere.origin}/0`) });
  const seeds = [`${site.origin}/`];
  const { db } = await walk({ seeds, steps: 5, allowPrivate: true, db: bench.file() });
  expect(stepsOf(db, elsewhere.origin).map(({ step, via }) => [step, via])).toEqual([
    [0, `${site.origin}/`],
    ...[1, 2, 3, 4, 5].map((step) => [step, null]),
  ]);
});

test('a host that was given up has no choices any more: they are left for later, not used up', async ({
  bench,
}) => {
  const dead = closedOrigin();
  const site = await bench.site({
    '/': page(['/next', ...paths(40).map((path) => dead + path)]),
    '/next': page([]),
  });
  const options = {
    seeds: [`${site.origin}/`],
    scope: 'any' as const,
    allowPrivate: true,
    retries: 0,
    db: bench.file(),
  };
  const { totals, events } = await walk(options);
  expect(totals.pages).toBe(2);
  expect(totals.failed).toEqual({ connect: 1 });
  expect(totals.skipped).toEqual({ unchosen: 39 });
  expect(events.at(-1)).toMatchObject({ kind: 'end', reason: 'nowhere' });
});

test('all walkers together keep the gap between requests of their host', async ({ bench }) => {
  const site = await bench.site(web(30));
  const seeds = [0, 1, 2].map((n) => `${site.origin}/${n}`);
  await walk({ seeds, steps: 2, workers: 2, delay: 0.1, db: bench.file() });
  expect(site.hits).toHaveLength(10);
  for (const gap of site.gaps()) expect(gap).toBeGreaterThan(95);
});

test('every choice is as likely as any other', () => {
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let draws = 0; draws < 7_000; draws++) counts[draw(7, 1, draws, 7)]! += 1;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  // Walkers and seeds have numbers of their own.
  const row = (seed: number, walker: number): number[] =>
    Array.from({ length: 20 }, (_, draws) => draw(seed, walker, draws, 1_000));
  expect(new Set([row(1, 1), row(1, 2), row(2, 1)].map((numbers) => numbers.join())).size).toBe(3);
  expect(row(1, 1)).toEqual(row(1, 1));
});

function parent(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}
