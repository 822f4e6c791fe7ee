/** Redirects: targets are admitted like links at the same depth; circles and long chains fail. */
import { describe, expect, test } from 'vitest';
import type { WithBench } from './contract.js';
import { type Answer, at, pageTo, redirectTo, wall, type Web } from './web.js';

const SEED = at('a', '/');

function site(answers: Readonly<Record<string, Answer>>, seeds: readonly string[] = [SEED]): Web {
  return { answers: new Map(Object.entries(answers)), seeds, maxDepth: null };
}

function link(n: number): string {
  return at('a', `/r${String(n).padStart(2, '0')}`);
}

/** `/r00` redirects to `/r01` and so on, `length` redirects in all; the last URL is a page. */
function chain(length: number): Record<string, Answer> {
  const redirects = Array.from({ length }, (_, n) => [link(n), redirectTo(link(n + 1))] as const);
  return { ...Object.fromEntries(redirects), [link(length)]: pageTo() };
}

export function redirectContract(withBench: WithBench): void {
  describe('redirects', () => {
    test('a target has the depth of what leads to it and is fetched once', async () => {
      const [one, two, end] = [at('a', '/1'), at('a', '/2'), at('a', '/end')];
      const web = site({
        [SEED]: pageTo(one, two),
        [one]: redirectTo(end),
        [two]: redirectTo(end),
        [end]: pageTo(),
      });
      await withBench(web, async (bench) => {
        const { urls } = await bench.crawl(web);
        expect(await bench.states()).toEqual({
          [SEED]: 'done 0',
          [one]: 'done 1',
          [two]: 'done 1',
          [end]: 'done 1',
        });
        expect(urls.map(({ redirectTo, attempts }) => [redirectTo, attempts])).toEqual([
          [null, 1],
          [end, 1],
          [end, 1],
          [null, 1],
        ]);
      });
    });

    test('a redirect is no link', async () => {
      const web = site({ [SEED]: redirectTo(at('a', '/1')), [at('a', '/1')]: pageTo() });
      await withBench(web, async (bench) => {
        expect((await bench.crawl(web)).edges).toEqual([]);
      });
    });

    const ROUND = [link(0), link(1), link(2)] as const;
    test.each([
      ['from its first URL on', [0, 1, 2]],
      ['from its last URL on', [2, 1, 0]],
      ['from its middle on', [1, 0, 2]],
    ])('every URL of a circle fails, visited %s', async (_, order) => {
      const round = {
        [link(0)]: redirectTo(link(1)),
        [link(1)]: redirectTo(link(2)),
        [link(2)]: redirectTo(link(0)),
      };
      const into = at('a', '/into');
      const web = site({ [SEED]: pageTo(...ROUND, into), [into]: redirectTo(link(1)), ...round });
      await withBench(web, async (bench) => {
        await bench.visit(web, SEED);
        for (const n of order) await bench.visit(web, link(n));
        const { urls } = await bench.crawl(web);
        expect(await bench.states()).toEqual({
          [SEED]: 'done 0',
          [into]: 'done 1',
          [link(0)]: 'failed:redirect 1',
          [link(1)]: 'failed:redirect 1',
          [link(2)]: 'failed:redirect 1',
        });
        expect(urls.find(({ key }) => key === link(2))?.redirectTo).toBe(link(0));
      });
    });

    test.each([
      ['the page before the wall', [0, 1]],
      ['the wall before the page', [1, 0]],
    ])('a page behind a wall of cookies is found, asking %s', async (_, order) => {
      const [next, end] = [at('a', '/next'), at('a', '/end')];
      const web = site({
        [SEED]: pageTo(link(0), link(1)),
        [link(0)]: redirectTo(link(1), pageTo(next)),
        [link(1)]: wall(link(0), redirectTo(end)),
        [next]: pageTo(),
        [end]: pageTo(),
      });
      await withBench(web, async (bench) => {
        await bench.visit(web, SEED);
        for (const n of order) await bench.visit(web, link(n));
        const { urls, edges, faults } = await bench.crawl(web);
        expect(faults).toEqual([]);
        expect(edges).toContain(`${link(0)} → ${next} (0)`);
        expect(
          urls.map(({ key, state, depth, attempts, redirectTo }) => [
            key,
            state,
            depth,
            attempts,
            redirectTo,
          ]),
        ).toEqual([
          [SEED, 'done', 0, 1, null],
          [end, 'done', 1, 1, null],
          [next, 'done', 2, 1, null],
          [link(0), 'done', 1, 1, null],
          [link(1), 'done', 1, 1, end],
        ]);
      });
    });

    test('a circle with cookies that stays one fails the second time, each URL asked twice', async () => {
      const round = {
        [link(0)]: redirectTo(link(1)),
        [link(1)]: wall(link(2)),
        [link(2)]: wall(link(0)),
      };
      const web = site({ [SEED]: pageTo(link(0)), ...round });
      await withBench(web, async (bench) => {
        const asked: string[] = [];
        const { urls, faults } = await bench.crawl(web, (key) => asked.push(key));
        expect(faults).toEqual([]);
        expect(asked.filter((key) => key !== SEED).sort()).toEqual([0, 0, 1, 1, 2, 2].map((n) => link(n)));
        expect(urls.slice(1).map(({ state, error, attempts }) => [state, error, attempts])).toEqual(
          Array.from({ length: 3 }, () => ['failed', 'redirect', 1]),
        );
      });
    });

    test('what is only reached through a wall keeps its depth, also a better one found later', async () => {
      const [near, far] = [at('a', '/near'), at('a', '/far')];
      const web = site(
        {
          [SEED]: pageTo(at('a', '/1')),
          [at('a', '/1')]: pageTo(far),
          [far]: pageTo(link(0)),
          [link(0)]: redirectTo(link(1), pageTo()),
          [link(1)]: wall(link(0), pageTo(at('a', '/behind'))),
          [at('a', '/behind')]: pageTo(),
          [near]: pageTo(link(0)),
        },
        [SEED, near],
      );
      await withBench(web, async (bench) => {
        for (const key of [SEED, at('a', '/1'), far, link(0), link(1)]) await bench.visit(web, key);
        expect(await bench.states()).toMatchObject({ [link(0)]: 'queued 3', [link(1)]: 'queued 3' });
        await bench.visit(web, near);
        const { faults } = await bench.crawl(web);
        expect(faults).toEqual([]);
        expect(await bench.states()).toMatchObject({
          [link(0)]: 'done 1',
          [link(1)]: 'done 1',
          [at('a', '/behind')]: 'done 2',
        });
      });
    });

    test('a URL that redirects to itself is asked once more, and says so when it is leased', async () => {
      const web = site({ [SEED]: pageTo() });
      await withBench(web, async (bench) => {
        const first = (await bench.lease()).get(SEED);
        expect(first?.isReasked).toBe(false);
        await bench.apply([{ kind: 'reask', id: first?.id ?? 0 }]);
        const second = (await bench.lease()).get(SEED);
        expect([second?.isReasked, second?.attempts]).toEqual([true, 0]);
        await bench.answer(web, [second]);
        expect(await bench.states()).toEqual({ [SEED]: 'done 0' });
      });
    });

    test('failed circles that are queued again may be asked once more again', async () => {
      const web = site({ [SEED]: pageTo(link(0)), [link(0)]: wall(link(1)), [link(1)]: redirectTo(link(0)) });
      await withBench(web, async (bench) => {
        await bench.crawl(web);
        await bench.restart('redirect');
        const asked: string[] = [];
        const { faults } = await bench.crawl(web, (key) => asked.push(key));
        expect(faults).toEqual([]);
        expect(asked.sort()).toEqual([link(0), link(0), link(1), link(1)]);
      });
    });

    test('twenty redirects in a row are followed', async () => {
      const web = site(chain(20), [link(0)]);
      await withBench(web, async (bench) => {
        const { urls } = await bench.crawl(web);
        expect(urls).toHaveLength(21);
        expect(urls.every(({ state, depth }) => state === 'done' && depth === 0)).toBe(true);
      });
    });

    test('the twenty-first fails, says where it leads, and leads nowhere', async () => {
      const web = site(chain(21), [link(0)]);
      await withBench(web, async (bench) => {
        const { urls } = await bench.crawl(web);
        expect(urls).toHaveLength(21);
        expect(urls.at(-1)).toMatchObject({
          key: link(20),
          state: 'failed',
          error: 'redirect',
          redirectTo: link(21),
        });
        expect(await bench.frontier.counts()).toMatchObject({ done: 20, failed: 1 });
      });
    });

    test('a link into the midst of too long a chain, found late, makes it whole', async () => {
      const late = at('a', '/late');
      const web = site({ [SEED]: pageTo(link(0)), [late]: pageTo(link(5)), ...chain(24) }, [SEED, late]);
      await withBench(web, async (bench) => {
        await bench.visit(web, SEED);
        for (let n = 0; n <= 20; n++) await bench.visit(web, link(n));
        expect((await bench.states())[link(20)]).toBe('failed:redirect 1');
        await bench.visit(web, late);
        const { urls } = await bench.crawl(web);
        expect(urls.every(({ state }) => state === 'done')).toBe(true);
        expect(urls.filter(({ attempts }) => attempts !== 1)).toEqual([]);
      });
    });

    test('a target out of scope gets a row and is not asked for', async () => {
      const web = site({
        [SEED]: pageTo(at('a', '/1'), at('a', '/2')),
        [at('a', '/1')]: redirectTo(at('b', '/')),
      });
      const filtered = site({
        ...Object.fromEntries(web.answers),
        [at('a', '/2')]: redirectTo(at('a', '/x')),
      });
      await withBench(filtered, async (bench) => {
        await bench.crawl(filtered);
        expect(await bench.states()).toMatchObject({
          [at('b', '/')]: 'skipped:out-of-scope 1',
          [at('a', '/x')]: 'skipped:out-of-scope 1',
          [at('a', '/1')]: 'done 1',
        });
      });
    });
  });
}
