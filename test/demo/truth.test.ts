/** The stated truth against a walk over the pages themselves, by a crawler that shares no code with either. */
import { describe, expect, it } from 'vitest';
import { DemoWiki } from '../../dist/demo/wiki.js';
import { walk } from './walk.js';

const ORIGIN = 'http://127.0.0.1:8080';

describe.each([
  { pages: 200, seed: 1, seeds: ['/wiki/Kevin_Bacon'] },
  { pages: 201, seed: 7, seeds: ['/wiki/Kevin_Bacon'] },
  { pages: 1_000, seed: 1, seeds: ['/wiki/Kevin_Bacon'] },
  { pages: 300, seed: -5, seeds: ['/wiki/Bacon,_Kevin', '/wiki/Drama_film', '/wiki/Kevin_%42acon'] },
])('$pages pages, seed $seed, from $seeds', ({ pages, seed, seeds }) => {
  const wiki = new DemoWiki({ pages, seed, redirectLoop: true });
  const truth = wiki.truth(ORIGIN, seeds);
  const found = walk(wiki, ORIGIN, seeds);
  const byUrl = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

  it('the walk finds every URL in the state, title and depth stated, and no other', () => {
    expect([...found.pages].sort(byUrl)).toEqual([...truth.pages].sort(byUrl));
  });

  it('the walk finds every edge stated, and no other', () => {
    const flat = (edges: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] =>
      [...edges]
        .flatMap(([from, targets]) => [...targets].map(([to, nofollow]) => `${from} ${to} ${nofollow}`))
        .sort();
    expect(flat(found.edges)).toEqual(flat(truth.edges));
  });

  it('the counts are those of the sets', () => {
    const states = [...truth.pages.values()];
    const edges = [...truth.edges.values()].reduce((sum, targets) => sum + targets.size, 0);
    expect(truth.counts).toEqual(wiki.counts(seeds));
    expect(truth.counts.urls).toBe(states.length);
    expect(truth.counts.edges).toBe(edges);
    expect(truth.counts.pages).toBe(
      states.filter(({ state, httpStatus }) => state === 'done' && httpStatus === 200).length,
    );
    expect([...wiki.truthPages(ORIGIN, seeds)]).toEqual(states);
  });
});

describe('the fixed oddities', () => {
  const truth = new DemoWiki({ pages: 200, redirectLoop: true }).truth(ORIGIN);
  const page = (title: string): unknown => truth.pages.get(`${ORIGIN}/wiki/${title}`);

  it('a complete crawl ends with exactly as many pages as asked for, and twenty oddities', () => {
    for (const pages of [200, 201, 999, 2_000])
      expect(new DemoWiki({ pages, redirectLoop: true }).counts()).toMatchObject({
        urls: pages + 20,
        pages,
        redirects: 8,
        failedStatus: 4,
        failedRedirect: 2,
        skippedRobots: 2,
        skippedContentType: 2,
        skippedNofollow: 2,
      });
  });

  it('a redirect is done with its target, at the depth of the redirect', () => {
    expect(page('Python_(troupe)')).toMatchObject({
      state: 'done',
      httpStatus: 301,
      depth: 2,
      redirectTo: `${ORIGIN}/wiki/The_Pythons`,
    });
    expect(page('The_Pythons')).toMatchObject({
      state: 'done',
      httpStatus: 302,
      depth: 2,
      redirectTo: `${ORIGIN}/wiki/Monty_Python`,
    });
    expect(page('Draft_of_1984')).toMatchObject({ state: 'failed', error: 'status', depth: 2 });
  });

  it('both members of a redirect cycle fail, and what leads into it is done', () => {
    expect(page('Chicken_or_the_egg')).toMatchObject({ state: 'failed', error: 'redirect', httpStatus: 301 });
    expect(page('Egg_or_the_chicken')).toMatchObject({ state: 'failed', error: 'redirect', httpStatus: 302 });
    expect(page('Which_came_first%3F')).toMatchObject({ state: 'done', httpStatus: 301 });
  });

  it('nearly every page links to itself, by its fragments', () => {
    const bare = [...truth.edges]
      .filter(([source, targets]) => !targets.has(source))
      .map(([source]) => source);
    expect(bare).toEqual([`${ORIGIN}/wiki/Unreleased_footage`]);
  });

  it('all three kinds of nofollow occur', () => {
    const kinds = new Set([...truth.edges.values()].flatMap((targets) => [...targets.values()]));
    expect(kinds).toEqual(new Set([0, 1, 2]));
  });

  it('a seed that this wiki has not is refused', () => {
    expect(() => new DemoWiki({ pages: 200 }).truth(ORIGIN, ['/wiki/Nobody'])).toThrow(/\/wiki\/Nobody/);
  });
});
