/** Which URLs are handed out, in which order, and what a claim stores before it answers. */
import { describe, expect, test } from 'vitest';
import type { Allowance, HostFacts } from '../../dist/frontier/frontier.js';
import type { Bench } from './bench.js';
import type { WithBench } from './contract.js';
import { at, pageTo, type Web } from './web.js';

const SEED = at('a', '/');

function web(pages: Readonly<Record<string, readonly string[]>>, seeds: readonly string[] = [SEED]): Web {
  const answers = new Map(Object.entries(pages).map(([key, links]) => [key, pageTo(...links)]));
  return { answers, seeds, maxDepth: null };
}

function takes(count: number, gapMs = 0): () => Allowance {
  return () => ({ kind: 'pages', count, gapMs });
}

/** Hosts a, b, c … with one seed each. */
async function withHosts(
  withBench: WithBench,
  names: string,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  await withBench({ seeds: [...names].map((name) => at(name, '/')) }, use);
}

export function claimingContract(withBench: WithBench): void {
  describe('claiming', () => {
    test('the lowest depth comes first, and first found among equals', async () => {
      await withBench({ seeds: [SEED, at('a', '/far')] }, async (bench) => {
        const site = web({ [SEED]: [at('a', '/1'), at('a', '/2')], [at('a', '/1')]: [at('a', '/3')] });
        await bench.visit(site, SEED);
        await bench.visit(site, at('a', '/1'));
        expect(await bench.claimKeys()).toEqual([at('a', '/far'), at('a', '/2'), at('a', '/3')]);
      });
    });

    test('a URL that was refused goes behind all others of its host', async () => {
      await withBench({ seeds: [at('a', '/1'), at('a', '/2'), at('a', '/3')] }, async (bench) => {
        const refused = async (key: string): Promise<void> => {
          const leases = await bench.lease();
          const settlements = [...leases.values()].map((lease) =>
            lease.key === key
              ? {
                  kind: 'retry' as const,
                  id: lease.id,
                  notBefore: bench.now,
                  charge: 'refusal' as const,
                  detail: '429',
                }
              : { kind: 'release' as const, id: lease.id, suspect: 0 },
          );
          await bench.apply(settlements);
          await bench.settled();
        };
        await refused(at('a', '/1'));
        await refused(at('a', '/2'));
        await refused(at('a', '/1'));
        const { leases } = await bench.claim();
        expect(leases.map(({ key, refusals, attempts }) => [key, refusals, attempts])).toEqual([
          [at('a', '/3'), 0, 0],
          [at('a', '/2'), 1, 0],
          [at('a', '/1'), 2, 0],
        ]);
      });
    });

    test('no more than the limit is leased, over all hosts', async () => {
      await withHosts(withBench, 'abc', async (bench) => {
        expect(await bench.claimKeys({ limit: 2 })).toHaveLength(2);
        expect(await bench.frontier.counts()).toMatchObject({ queued: 1, leased: 2 });
      });
    });

    test('no more than its allowance is leased from a host', async () => {
      await withBench({ seeds: [at('a', '/1'), at('a', '/2'), at('a', '/3')] }, async (bench) => {
        expect(await bench.claimKeys({ allow: takes(2) })).toEqual([at('a', '/1'), at('a', '/2')]);
      });
    });

    test('a leased URL is not claimed twice', async () => {
      await withHosts(withBench, 'ab', async (bench) => {
        expect(await bench.claimKeys()).toHaveLength(2);
        expect(await bench.claimKeys()).toEqual([]);
      });
    });

    test('a host that must wait is passed over and its clock stands still', async () => {
      await withHosts(withBench, 'ab', async (bench) => {
        const allow = (host: HostFacts): Allowance =>
          host.host === 'http://a.test' ? { kind: 'wait' } : { kind: 'pages', count: 1, gapMs: 500 };
        expect(await bench.claimKeys({ allow })).toEqual([at('b', '/')]);
        expect((await bench.host(SEED)).nextFetchAt).toBeLessThanOrEqual(bench.now);
        expect((await bench.host(at('b', '/'))).nextFetchAt).toBe(bench.now + 500);
      });
    });

    test('a host that is owed its robots.txt gives an errand and no lease', async () => {
      await withHosts(withBench, 'a', async (bench) => {
        const claim = await bench.claim({ allow: () => ({ kind: 'robots', gapMs: 700 }) });
        expect(claim.leases).toEqual([]);
        expect(claim.errands.map(({ host }) => host)).toEqual(['http://a.test']);
        expect((await bench.host(SEED)).nextFetchAt).toBe(bench.now + 700);
        expect(await bench.frontier.counts()).toMatchObject({ queued: 1, leased: 0 });
      });
    });

    test('errands count towards the limit', async () => {
      await withHosts(withBench, 'abc', async (bench) => {
        const claim = await bench.claim({ limit: 2, allow: () => ({ kind: 'robots', gapMs: 0 }) });
        expect(claim.errands).toHaveLength(2);
      });
    });

    test('a host is not due again before its gap is over', async () => {
      await withBench({ seeds: [at('a', '/1'), at('a', '/2')] }, async (bench) => {
        const [first] = (await bench.claim({ allow: takes(1, 1_000) })).leases;
        await bench.apply([{ kind: 'skipped', id: first?.id ?? 0, reason: 'content-type' }]);
        expect(await bench.claimKeys()).toEqual([]);
        expect(await bench.frontier.nextDueAt(bench.now)).toBe(bench.now + 1_000);
        bench.now += 999;
        expect(await bench.claimKeys()).toEqual([]);
        bench.now += 1;
        expect(await bench.claimKeys()).toEqual([at('a', '/2')]);
      });
    });

    test('hosts take turns, the one that waited longest first', async () => {
      const seeds = [...'abc'].flatMap((name) => [at(name, '/1'), at(name, '/2'), at(name, '/3')]);
      await withBench({ seeds }, async (bench) => {
        const hosts: string[] = [];
        for (let turn = 0; turn < 9; turn++) {
          bench.now += 10;
          const { leases } = await bench.claim({ limit: 1, allow: takes(1) });
          hosts.push(...leases.map(({ key }) => new URL(key).hostname.slice(0, 1)));
          await bench.apply(leases.map(({ id }) => ({ kind: 'skipped', id, reason: 'content-type' })));
        }
        expect(hosts.join('')).toBe('abcabcabc');
      });
    });

    test('hosts that are due are reached beyond those the caller has in hand', async () => {
      await withHosts(withBench, 'abcdef', async (bench) => {
        const allow = (host: HostFacts): Allowance =>
          host.host > 'http://e.test' ? { kind: 'pages', count: 1, gapMs: 0 } : { kind: 'wait' };
        expect(await bench.claimKeys({ limit: 1, allow })).toEqual([at('f', '/')]);
      });
    });

    test('the caller is told what was taken before and how many hosts are due', async () => {
      await withHosts(withBench, 'abc', async (bench) => {
        const told: (readonly [number, number])[] = [];
        await bench.claim({
          allow: (_, taken, dueHosts) => {
            told.push([taken, dueHosts]);
            return { kind: 'pages', count: 1, gapMs: 0 };
          },
        });
        expect(told).toEqual([
          [0, 3],
          [1, 3],
          [2, 3],
        ]);
      });
    });

    test('a URL that is refused at hand-out is skipped, and the next one takes its place', async () => {
      await withBench({ seeds: [at('a', '/1'), at('a', '/no'), at('a', '/2')] }, async (bench) => {
        const refuse = (key: string) => (key.endsWith('/no') ? ('robots' as const) : null);
        expect(await bench.claimKeys({ refuse, allow: takes(2) })).toEqual([at('a', '/1'), at('a', '/2')]);
        expect((await bench.states())[at('a', '/no')]).toBe('skipped:robots 0');
      });
    });

    test('what is refused does not move the clock of its host', async () => {
      await withHosts(withBench, 'a', async (bench) => {
        await bench.claim({ refuse: () => 'robots', allow: takes(1, 5_000) });
        expect((await bench.host(SEED)).nextFetchAt).toBeLessThanOrEqual(bench.now);
      });
    });

    test('a host with thousands of refused URLs is worked off over several claims', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const closed = Array.from({ length: 5_000 }, (_, n) => at('a', `/no/${n}`));
        await bench.visit(web({ [SEED]: closed }), SEED);
        let claims = 0;
        for (; (await bench.frontier.counts()).queued > 0; claims++) {
          expect(await bench.claimKeys({ limit: 8, refuse: () => 'robots' })).toEqual([]);
        }
        expect(claims).toBeGreaterThan(1);
        expect(await bench.frontier.counts()).toMatchObject({ skipped: 5_000 });
      });
    });

    test('the stored robots.txt is at hand when a URL is judged', async () => {
      await withHosts(withBench, 'ab', async (bench) => {
        const { id } = await bench.host(SEED);
        await bench.apply([], [{ hostId: id, patch: { robotsText: 'Disallow: /' } }]);
        const texts: string[] = [];
        await bench.claim({
          refuse: (key, host, robotsText) => {
            texts.push(`${key} ${host.host}: ${robotsText()}`);
            return null;
          },
        });
        expect(texts.sort()).toEqual([
          'http://a.test/ http://a.test: Disallow: /',
          'http://b.test/ http://b.test: ',
        ]);
      });
    });

    test('a lease says what is known of its URL', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await bench.visit(web({ [SEED]: [at('a', '/1')] }), SEED);
        const [lease] = (await bench.claim()).leases;
        expect(lease).toEqual({
          id: lease?.id,
          hostId: (await bench.host(SEED)).id,
          kind: 'page',
          pageId: lease?.id,
          isStored: false,
          key: at('a', '/1'),
          url: at('a', '/1'),
          depth: 1,
          attempts: 0,
          refusals: 0,
          isRespelt: false,
          hops: 0,
          isReasked: false,
          suspect: 0,
        });
      });
    });

    test('nothing is due where nothing is left', async () => {
      await withHosts(withBench, 'a', async (bench) => {
        await bench.claim({ refuse: () => 'robots' });
        expect(await bench.frontier.nextDueAt(bench.now)).toBeNull();
      });
    });
  });
}
