/**
 * Seeds that redirect: their chains are exempt from scope and widen it, and what lies outside while one
 * is open is judged when it ends, so that it cannot matter which answer came first.
 */
import { describe, expect, test } from 'vitest';
import type { WithBench } from './contract.js';
import { type Answer, at, pageTo, redirectTo, type Web } from './web.js';

const [ONE, TWO] = [at('a', '/1'), at('a', '/2')];
const [VIA, END, OTHER] = [at('b', '/via'), at('c', '/end'), at('c', '/other')];

function site(answers: Readonly<Record<string, Answer>>, seeds: readonly string[] = [ONE]): Web {
  return { answers: new Map(Object.entries(answers)), seeds, maxDepth: null };
}

export function seedChainContract(withBench: WithBench): void {
  describe('a seed that redirects', () => {
    test('widens the scope by the origin of its last page, not by those on the way, and says so once', async () => {
      const web = site({
        [ONE]: redirectTo(VIA),
        [VIA]: redirectTo(END),
        [END]: pageTo(OTHER, at('b', '/')),
      });
      await withBench({ seeds: web.seeds }, async (bench) => {
        await bench.visit(web, ONE);
        await bench.visit(web, VIA);
        const lease = (await bench.lease()).get(END);
        expect(lease).toBeDefined();
        await bench.frontier.apply([], [], () => undefined);
        await bench.answer(web, [lease]);
        const { edges, outsideHosts } = await bench.crawl(web);
        expect(edges).toEqual([`${END} → ${OTHER} (0)`]);
        expect(outsideHosts).toEqual({ 'b.test': 1 });
        expect(await bench.states()).toEqual({
          [ONE]: 'done 0',
          [VIA]: 'done 0',
          [END]: 'done 0',
          [OTHER]: 'failed:status 1',
        });
      });
    });

    test.each([
      ['before', true],
      ['after', false],
    ])('links out of scope found %s its end are judged alike', async (_, isBefore) => {
      const web = site(
        {
          [ONE]: redirectTo(END),
          [TWO]: pageTo(OTHER, at('d', '/')),
          [END]: pageTo(),
          [OTHER]: pageTo(),
        },
        [ONE, TWO],
      );
      await withBench({ seeds: web.seeds }, async (bench) => {
        if (isBefore) await bench.visit(web, TWO);
        await bench.visit(web, ONE);
        await bench.visit(web, END);
        const { edges, outsideHosts } = await bench.crawl(web);
        expect(edges).toEqual([`${TWO} → ${OTHER} (0)`]);
        expect(outsideHosts).toEqual({ 'd.test': 1 });
        expect((await bench.states())[OTHER]).toBe('done 1');
      });
    });

    test.each([
      ['before', true],
      ['after', false],
    ])('redirects out of scope found %s its end are judged alike', async (_, isBefore) => {
      const [hop, away] = [at('a', '/hop'), at('a', '/away')];
      const web = site(
        {
          [ONE]: redirectTo(END),
          [TWO]: pageTo(hop, away),
          [hop]: redirectTo(OTHER),
          [away]: redirectTo(at('d', '/')),
          [END]: pageTo(),
          [OTHER]: pageTo(),
        },
        [ONE, TWO],
      );
      await withBench({ seeds: web.seeds }, async (bench) => {
        if (isBefore) for (const key of [TWO, hop, away]) await bench.visit(web, key);
        await bench.visit(web, ONE);
        await bench.visit(web, END);
        await bench.crawl(web);
        expect(await bench.states()).toMatchObject({
          [hop]: 'done 1',
          [away]: 'done 1',
          [OTHER]: 'done 1',
          [at('d', '/')]: 'skipped:out-of-scope 1',
        });
      });
    });

    test('links are asked for by name while its chain is open, and ever after once it has widened the scope', async () => {
      const web = site({ [ONE]: redirectTo(END), [END]: pageTo(OTHER), [OTHER]: pageTo() });
      await withBench({ seeds: web.seeds }, async (bench) => {
        expect(await bench.frontier.mustKeepOutside()).toBe(true);
        await bench.visit(web, ONE);
        expect(await bench.frontier.mustKeepOutside()).toBe(true);
        await bench.visit(web, END);
        expect(await bench.frontier.mustKeepOutside()).toBe(true);
        await bench.crawl(web);
        expect(await bench.frontier.mustKeepOutside()).toBe(true);
      });
    });

    test('links are no longer asked for by name once all seeds were pages', async () => {
      const web = site({ [ONE]: pageTo(at('a', '/3')) });
      await withBench({ seeds: web.seeds }, async (bench) => {
        await bench.visit(web, ONE);
        expect(await bench.frontier.mustKeepOutside()).toBe(false);
      });
    });

    test('a chain that ends without a page adds nothing', async () => {
      const web = site({ [ONE]: redirectTo(END), [TWO]: pageTo(OTHER), [END]: { kind: 'broken' } }, [
        ONE,
        TWO,
      ]);
      await withBench({ seeds: web.seeds }, async (bench) => {
        const { edges, outsideHosts } = await bench.crawl(web);
        expect(edges).toEqual([]);
        expect(outsideHosts).toEqual({ 'c.test': 1 });
        expect(await bench.frontier.mustKeepOutside()).toBe(false);
      });
    });

    test('a chain that is waiting for a retry is still open', async () => {
      const web = site({ [ONE]: redirectTo(END), [TWO]: pageTo(OTHER), [END]: pageTo(), [OTHER]: pageTo() }, [
        ONE,
        TWO,
      ]);
      await withBench({ seeds: web.seeds }, async (bench) => {
        await bench.visit(web, ONE);
        const leases = await bench.lease();
        const id = leases.get(END)?.id ?? 0;
        const notBefore = bench.now + 1_000;
        await bench.apply([{ kind: 'retry', id, notBefore, charge: 'attempt', detail: 'timeout' }]);
        await bench.restart();
        await bench.visit(web, TWO);
        await bench.settled();
        expect((await bench.states())[OTHER]).toBeUndefined();
        bench.now = notBefore;
        await bench.crawl(web);
        expect((await bench.states())[OTHER]).toBe('done 1');
      });
    });

    test('a URL that was done before a seed led to it widens the scope likewise', async () => {
      const [hop, page] = [at('a', '/hop'), at('a', '/page')];
      const web = site(
        {
          [ONE]: pageTo(hop, page),
          [TWO]: redirectTo(hop),
          [hop]: redirectTo(END),
          [page]: pageTo(OTHER),
          [END]: pageTo(),
        },
        [ONE, TWO],
      );
      await withBench({ seeds: web.seeds }, async (bench) => {
        for (const key of [ONE, page, hop, TWO]) await bench.visit(web, key);
        const { edges } = await bench.crawl(web);
        expect(edges).toContain(`${page} → ${OTHER} (0)`);
      });
    });

    test('its chain is open until what was done before it is known to be part of it', async () => {
      const [hop, page] = [at('a', '/hop'), at('a', '/page')];
      const web = site(
        {
          [ONE]: pageTo(hop, page),
          [TWO]: redirectTo(hop),
          [hop]: redirectTo(END),
          [page]: pageTo(OTHER),
          [END]: pageTo(),
        },
        [ONE, TWO],
      );
      await withBench({ seeds: web.seeds }, async (bench) => {
        await bench.visit(web, ONE);
        await bench.visit(web, hop);
        const leases = await bench.lease();
        // Both answers in one batch: the page's links are judged before the hop is looked at again.
        await bench.answer(web, [leases.get(TWO), leases.get(page)]);
        const { edges } = await bench.crawl(web);
        expect(edges).toContain(`${page} → ${OTHER} (0)`);
      });
    });

    test('a chain that was too long ends alike whether a link that shortens it is found before or after', async () => {
      const link = (n: number): string => at('a', `/r${n}`);
      const [short, page] = [at('a', '/short'), at('a', '/page')];
      const redirects = Array.from({ length: 22 }, (_, n) => [link(n), redirectTo(link(n + 1))] as const);
      const web = site(
        {
          ...Object.fromEntries(redirects),
          [link(22)]: redirectTo(END),
          [END]: pageTo(),
          [TWO]: pageTo(short, page),
          [short]: pageTo(link(10)),
          [page]: pageTo(OTHER),
        },
        [link(0), TWO],
      );
      const chain = Array.from({ length: 21 }, (_, n) => link(n));
      const ends: unknown[] = [];
      for (const order of [
        [TWO, short, page, ...chain],
        [TWO, ...chain, page, short],
      ]) {
        await withBench({ seeds: web.seeds }, async (bench) => {
          for (const key of order) await bench.visit(web, key);
          const { urls, edges, outsideHosts } = await bench.crawl(web);
          ends.push({ urls, edges, outsideHosts });
        });
      }
      expect(ends[0]).toEqual(ends[1]);
    });
  });
}
