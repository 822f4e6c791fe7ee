/** Depths: upper bounds while work is left, exact when none is; and the limit on them. */
import { describe, expect, test } from 'vitest';
import type { WithBench } from './contract.js';
import { type Answer, at, pageTo, redirectTo, type Web } from './web.js';

const SEED = at('a', '/');
const [A, B, C, D] = ['/1', '/2', '/3', '/4'].map((path) => at('a', path)) as [
  string,
  string,
  string,
  string,
];

function web(answers: Readonly<Record<string, Answer>>, seeds = [SEED], maxDepth: number | null = null): Web {
  return { answers: new Map(Object.entries(answers)), seeds, maxDepth };
}

export function depthContract(withBench: WithBench): void {
  describe('depths', () => {
    test('a shorter way found late lowers all that lies behind it', async () => {
      const site = web(
        { [SEED]: pageTo(A, D), [A]: pageTo(B), [B]: pageTo(C), [C]: pageTo(), [D]: pageTo(B) },
        [SEED, at('a', '/far')],
      );
      const far = web({ ...Object.fromEntries(site.answers), [at('a', '/far')]: pageTo(C) }, [...site.seeds]);
      await withBench({ seeds: far.seeds }, async (bench) => {
        await bench.visit(far, SEED);
        await bench.visit(far, A);
        await bench.visit(far, B);
        await bench.visit(far, C);
        expect((await bench.states())[C]).toBe('done 3');
        await bench.visit(far, at('a', '/far'));
        await bench.settled();
        expect((await bench.states())[C]).toBe('done 1');
      });
    });

    test('a shorter way is handed on through redirects, which cost nothing', async () => {
      const late = at('a', '/late');
      const site = web(
        { [SEED]: pageTo(A), [A]: pageTo(B), [B]: redirectTo(C), [C]: pageTo(D), [late]: pageTo(B) },
        [SEED, late],
      );
      await withBench({ seeds: site.seeds }, async (bench) => {
        for (const key of [SEED, A, B, C]) await bench.visit(site, key);
        expect((await bench.states())[D]).toBe('queued 3');
        await bench.visit(site, late);
        await bench.settled();
        expect(await bench.states()).toMatchObject({ [B]: 'done 1', [C]: 'done 1', [D]: 'queued 2' });
      });
    });

    test('lowering thousands of depths takes several steps and loses none', async () => {
      const late = at('a', '/late');
      const many = Array.from({ length: 5_000 }, (_, n) => at('a', `/many/${n}`));
      const middle = many.slice(0, 3);
      const pages = { [SEED]: pageTo(A), [A]: pageTo(B), [B]: pageTo(...middle), [late]: pageTo(B) };
      const all = Object.fromEntries(middle.map((key) => [key, pageTo(...many)]));
      const site = web({ ...pages, ...all }, [SEED, late]);
      await withBench({ seeds: site.seeds }, async (bench) => {
        for (const key of [SEED, A, B, ...middle]) await bench.visit(site, key);
        await bench.visit(site, late);
        let steps = 0;
        for (; await bench.frontier.maintain(bench.now); steps++) await bench.restart();
        expect(steps).toBeGreaterThan(1);
        const { urls } = await bench.inspect();
        const depths = new Set(urls.filter(({ key }) => !middle.includes(key)).map(({ depth }) => depth));
        expect([...depths].sort()).toEqual([0, 1, 3]);
      });
    });

    test('an unfollowed link gives no depth, a followed one to the same URL does', async () => {
      const unfollowed: Answer = { kind: 'page', links: [{ to: B, nofollow: 2 }] };
      const site = web({ [SEED]: unfollowed, [A]: pageTo(B), [B]: pageTo() }, [SEED, A]);
      await withBench({ seeds: site.seeds }, async (bench) => {
        await bench.visit(site, SEED);
        expect((await bench.states())[B]).toBe('skipped:nofollow –');
        await bench.visit(site, A);
        expect((await bench.states())[B]).toBe('queued 1');
      });
    });

    test('a redirect reopens a URL that was only linked unfollowed', async () => {
      const site = web({ [SEED]: { kind: 'page', links: [{ to: B, nofollow: 2 }] }, [A]: redirectTo(B) }, [
        SEED,
        A,
      ]);
      await withBench({ seeds: site.seeds }, async (bench) => {
        await bench.visit(site, SEED);
        await bench.visit(site, A);
        expect((await bench.states())[B]).toBe('queued 0');
      });
    });

    test('beyond the limit edges are recorded and targets skipped', async () => {
      const site = web({ [SEED]: pageTo(A), [A]: pageTo(B), [B]: pageTo(C) }, [SEED], 1);
      await withBench(site, async (bench) => {
        const { edges } = await bench.crawl(site);
        expect(await bench.states()).toEqual({ [SEED]: 'done 0', [A]: 'done 1', [B]: 'skipped:depth 2' });
        expect(edges).toEqual([`${SEED} → ${A} (0)`, `${A} → ${B} (0)`]);
      });
    });

    test('a skipped URL whose depth falls below the limit is queued', async () => {
      const late = at('a', '/late');
      const site = web({ [SEED]: pageTo(A), [A]: pageTo(B), [late]: pageTo(B) }, [SEED, late], 1);
      await withBench(site, async (bench) => {
        await bench.visit(site, SEED);
        await bench.visit(site, A);
        expect((await bench.states())[B]).toBe('skipped:depth 2');
        await bench.visit(site, late);
        expect((await bench.states())[B]).toBe('queued 1');
      });
    });

    test('depths of URLs that were not fetched are exact too', async () => {
      const late = at('a', '/late');
      const site = web(
        { [SEED]: pageTo(A), [A]: pageTo(B, C), [B]: { kind: 'broken' }, [late]: pageTo(B, C) },
        [SEED, late],
      );
      await withBench({ ...site, maxDepth: null }, async (bench) => {
        for (const key of [SEED, A, B]) await bench.visit(site, key);
        const leases = await bench.lease();
        await bench.apply([{ kind: 'skipped', id: leases.get(C)?.id ?? 0, reason: 'content-type' }]);
        await bench.answer(site, [leases.get(late)]);
        await bench.settled();
        expect(await bench.states()).toMatchObject({ [B]: 'failed:status 1', [C]: 'skipped:content-type 1' });
      });
    });
  });
}
