/** Sites without end, through the whole program. */
import { expect } from 'vitest';
import { page, paths } from '../support/site.js';
import type { Route } from '../support/site.js';
import { endsOf, test } from '../manners/bench.js';

/** A calendar: each day links to the next and to its events, without end. */
const calendar: Route = ({ path }) => {
  const day = Number(new URLSearchParams(path.split('?')[1]).get('day'));
  return page([`/calendar?day=${day + 1}`, `/calendar?day=${day + 1}&view=list`]);
};

test('what --max-variants and --max-per-host hold back is named, kept, and comes back', async ({ bench }) => {
  const pages = paths(20);
  const any: Route = (hit) =>
    hit.path.startsWith('/calendar') ? (calendar as (h: typeof hit) => string)(hit) : page([]);
  const site = await bench.site({ '/': page([...pages, '/calendar?day=1']), '*': any });
  const endless = await bench.site(
    { '*': ({ path }) => page([`${path}x/`, `${path}y/`]) },
    { address: '127.0.0.2' },
  );
  const db = bench.file();
  const base = ['--seed', `${site.origin}/`, '--seed', `${endless.origin}/`, '--db', db];
  const limits = (variants: number, perHost: number): string[] => [
    ...base,
    '--max-variants',
    String(variants),
    '--max-per-host',
    String(perHost),
  ];
  const first = await bench.run(limits(10, 60));
  expect(first.status, first.stderr).toBe(3);
  bench.digest(db);
  const ends = endsOf(db, site.origin);
  for (const path of pages) expect(ends[path], path).toBe('done 200');
  expect(
    Object.entries(ends).filter(([path, end]) => path.startsWith('/calendar') && end === 'done 200'),
  ).toHaveLength(10);
  expect(site.hits.length).toBe(1 + 1 + 20 + 10);
  expect(endless.hits.length).toBe(1 + 60);
  expect(first.stderr).toContain('Stopped at --max-per-host 60: ');
  expect(first.stderr).toContain(`    ${site.origin}/calendar?: 10, `);
  expect(first.stderr).toContain(`      such as ${site.origin}/calendar?day=`);

  expect((await bench.run(limits(10, 60))).status).toBe(3);
  expect(site.hits.length + endless.hits.length).toBe(32 + 61);

  const raised = await bench.run(limits(30, 80));
  expect(raised.status).toBe(3);
  expect(site.hits.length).toBe(1 + 1 + 20 + 30);
  expect(endless.hits.length).toBe(1 + 80);
});

test('a path that repeats itself ends a trap without any flag, and the crawl is finished', async ({
  bench,
}) => {
  const site = await bench.site({
    '/': page(['/loop/', '/plain']),
    '/plain': page([]),
    '*': ({ path }) => (path.startsWith('/loop') ? page([`${path}loop/`]) : { status: 404 }),
  });
  const { db, ending, totals } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(ending).toBe('finished');
  expect(totals.skipped).toEqual({ trap: 1 });
  expect(endsOf(db, site.origin)['/plain']).toBe('done 200');
});
