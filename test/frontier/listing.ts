/** Sitemaps: ways into a site that are neither seeds nor links. */
import { describe, expect, test } from 'vitest';
import type { Settlement } from '../../dist/frontier/frontier.js';
import { Bench, type BenchOptions, type MakeHome } from './bench.js';
import { at, pageTo, type Web } from './web.js';

const SEED = at('a', '/');
const [A, B] = [at('a', '/1'), at('a', '/2')];
const MAP = at('a', '/sitemap.xml');
const CHILD = at('a', '/child.xml');

function webOf(answers: Web['answers']): Web {
  return { answers, seeds: [SEED], maxDepth: null };
}

function sitemap(
  id: number,
  lists: { pages?: readonly string[]; outside?: readonly string[]; sitemaps?: readonly string[] },
): Settlement {
  const { pages = [], outside = [], sitemaps = [] } = lists;
  return {
    kind: 'sitemap',
    id,
    inside: pages.join('\n'),
    outside: outside.join('\n'),
    outsideHosts: '',
    sitemaps: sitemaps.join('\n'),
  };
}

export function listingContract(name: string, makeHome: MakeHome): void {
  async function withBench(options: BenchOptions, work: (bench: Bench) => Promise<void>): Promise<void> {
    const bench = await Bench.start(await makeHome(), {
      ...options,
      sitemapsOf: (origin) => [`${origin}/sitemap.xml`],
    });
    try {
      await work(bench);
    } finally {
      await bench.close();
    }
  }

  describe(`${name}, reading sitemaps`, () => {
    test('they are admitted with the first page of a host, once, and are no pages', async () => {
      await withBench({ seeds: [SEED, A] }, async (bench) => {
        const web = webOf(
          new Map([
            [SEED, pageTo()],
            [A, pageTo()],
          ]),
        );
        await bench.visit(web, SEED);
        await bench.visit(web, A);
        const { leases } = await bench.claim();
        expect(leases.map(({ kind, key, url }) => [kind, key, url])).toEqual([['sitemap', MAP, MAP]]);
        await bench.apply([sitemap(leases[0]?.id ?? 0, {})]);
        expect(await bench.states()).toEqual({ [SEED]: 'done 0', [A]: 'done 0' });
        expect((await bench.frontier.counts()).pages).toBe(2);
        await bench.restart();
        expect(await bench.claimKeys()).toEqual([]);
      });
    });

    test('what they list starts at depth 0, and so does what was found deeper before', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const web = webOf(
          new Map([
            [SEED, pageTo(A)],
            [A, pageTo(B)],
            [B, pageTo()],
          ]),
        );
        await bench.visit(web, SEED);
        const leases = await bench.lease();
        await bench.answer(web, [leases.get(A)]);
        await bench.apply([sitemap(leases.get(MAP)?.id ?? 0, { pages: [A], sitemaps: [CHILD] })]);
        const more = await bench.lease();
        await bench.answer(web, [more.get(B)]);
        await bench.apply([sitemap(more.get(CHILD)?.id ?? 0, {})]);
        const { faults } = await bench.crawl(web);
        expect(faults).toEqual([]);
        expect(await bench.states()).toEqual({ [SEED]: 'done 0', [A]: 'done 0', [B]: 'done 1' });
      });
    });

    test('what lies outside the scope is counted, or taken in when the scope has grown', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await bench.visit(webOf(new Map([[SEED, pageTo()]])), SEED);
        const leases = await bench.lease();
        await bench.apply([sitemap(leases.get(MAP)?.id ?? 0, { outside: [at('b', '/x')] })]);
        const { outsideHosts, counts } = await bench.crawl(webOf(new Map()));
        expect(outsideHosts).toEqual({ 'b.test': 1 });
        expect(counts).toMatchObject({ done: 1, pages: 1, queued: 0 });
      });
    });

    test('a host of which all is forbidden has its sitemaps read as well', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const refuse = (key: string) => (key === SEED ? ('robots' as const) : null);
        expect(await bench.claimKeys({ refuse })).toEqual([MAP]);
      });
    });

    test('what an index names is read, however deep it stands and whatever --max-depth says', async () => {
      await withBench({ seeds: [SEED], maxDepth: 0 }, async (bench) => {
        await bench.visit(webOf(new Map([[SEED, pageTo()]])), SEED);
        for (let level = 0; level < 6; level++) {
          await bench.restart();
          const { leases } = await bench.claim();
          expect(leases.map(({ kind }) => kind)).toEqual(['sitemap']);
          const next = { sitemaps: [at('a', `/level-${level}.xml`)] };
          await bench.apply(leases.map(({ id }) => sitemap(id, next)));
        }
      });
    });
  });
}
