/** What holds URLs back: paths that repeat themselves, variants of one page, too many of one host. */
import { describe, expect, test } from 'vitest';
import { Bench, type BenchOptions, type MakeHome } from './bench.js';
import { at, pageTo, settlementOf, type Web } from './web.js';

const SEED = at('a', '/');

function variants(count: number, path = '/list?page='): string[] {
  return Array.from({ length: count }, (_, n) => at('a', `${path}${n}`));
}

/** The seed links to these pages; all of them are there. */
function siteOf(pages: readonly string[]): Web {
  return {
    answers: new Map([[SEED, pageTo(...pages)], ...pages.map((key) => [key, pageTo()] as const)]),
    seeds: [SEED],
    maxDepth: null,
  };
}

export function guardContract(name: string, makeHome: MakeHome): void {
  async function withBench(options: BenchOptions, work: (bench: Bench) => Promise<void>): Promise<void> {
    const bench = await Bench.start(await makeHome(), options);
    try {
      await work(bench);
    } finally {
      await bench.close();
    }
  }

  async function endsOf(bench: Bench): Promise<Record<string, number>> {
    const ends: Record<string, number> = {};
    for (const end of Object.values(await bench.states())) ends[end] = (ends[end] ?? 0) + 1;
    return ends;
  }

  describe(`${name}, on a site without end`, () => {
    test('a path that says the same four times is a trap, unless it is a seed', async () => {
      const trap = at('a', '/t/t/t/t/u');
      const seed = at('a', '/y/y/y/y/z');
      await withBench({ seeds: [SEED, seed] }, async (bench) => {
        await bench.crawl(siteOf([trap, seed]));
        expect(await bench.states()).toMatchObject({ [trap]: 'skipped:trap 1', [seed]: 'done 0' });
      });
    });

    test('no more variants of a page are asked for than allowed, until more are', async () => {
      const web = siteOf([...variants(8), ...variants(3, '/other/')]);
      await withBench({ seeds: [SEED], maxVariants: 5 }, async (bench) => {
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 8, 'skipped:limit 1': 3 });
        await bench.restart();
        expect(await bench.claimKeys()).toEqual([]);
        bench.maxVariants = 7;
        await bench.restart();
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 10, 'skipped:limit 1': 1 });
        bench.maxVariants = null;
        await bench.restart();
        const { faults } = await bench.crawl(web);
        expect(faults).toEqual([]);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 11 });
      });
    });

    test('what a batch counted that came to nothing counts no more', async () => {
      const web = siteOf(variants(3));
      await withBench({ seeds: [SEED], maxVariants: 3 }, async (bench) => {
        const [lease] = (await bench.lease()).values();
        if (lease === undefined) throw new Error('the seed was not leased');
        const batch = [settlementOf(web, lease, false)];
        const fail = (): never => {
          throw new Error('disk full');
        };
        bench.frontier.hold();
        await bench.frontier.apply(batch, [], () => undefined);
        await expect((async () => bench.frontier.apply([], [], fail))()).rejects.toThrow('disk full');
        await bench.apply(batch);
        expect((await bench.claimKeys()).sort()).toEqual(variants(3));
      });
    });

    test('no more URLs of a host are asked for than allowed, until more are', async () => {
      const web = siteOf(variants(6, '/page/'));
      await withBench({ seeds: [SEED], maxPerHost: 4 }, async (bench) => {
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 3, 'skipped:limit 1': 3 });
        bench.maxPerHost = 7;
        await bench.restart();
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 6 });
      });
    });

    test('what comes back from beyond a depth is counted as well', async () => {
      await withBench({ seeds: [SEED], maxDepth: 0, maxVariants: 2 }, async (bench) => {
        const web = siteOf(variants(5));
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'skipped:depth 1': 5 });
        bench.maxDepth = 1;
        await bench.restart();
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 2, 'skipped:limit 1': 3 });
      });
    });

    test('what a lower depth cut and a higher one brings back is counted once', async () => {
      const web = siteOf(variants(8, '/page/'));
      await withBench({ seeds: [SEED], maxPerHost: 10 }, async (bench) => {
        await bench.visit(web, SEED);
        bench.maxDepth = 0;
        await bench.restart();
        bench.maxDepth = null;
        await bench.restart();
        await bench.crawl(web);
        expect(await endsOf(bench)).toEqual({ 'done 0': 1, 'done 1': 8 });
      });
    });

    test('a pattern of ten thousand variants is named, once', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const [first = ''] = variants(1);
        await bench.crawl(siteOf(variants(10_001)));
        expect(bench.frontier.takeNotices()).toEqual([
          {
            kind: 'many-variants',
            pattern: at('a', '/list?'),
            variants: 10_000,
            example: expect.stringContaining('/list?page='),
          },
        ]);
        expect(first).toContain('/list?page=0');
        expect(bench.frontier.takeNotices()).toEqual([]);
      });
    });
  });
}
