/** What a batch of results does to URLs and hosts, and that it is filed whole or not at all. */
import { describe, expect, test } from 'vitest';
import type { Awaitable, Lease, Settlement } from '../../dist/frontier/frontier.js';
import type { Bench } from './bench.js';
import { stateText } from './bench.js';
import type { WithBench } from './contract.js';
import { at, pageTo, settlementOf, type Web } from './web.js';

const SEED = at('a', '/');

async function leaseSeed(bench: Bench): Promise<Lease> {
  const lease = (await bench.lease()).get(SEED);
  if (lease === undefined) throw new Error('the seed was not claimable');
  return lease;
}

/** Claims the seed and settles it. */
async function settleSeed(bench: Bench, settle: (id: number) => Settlement): Promise<void> {
  const { id } = await leaseSeed(bench);
  await bench.apply([settle(id)]);
}

export function filingContract(withBench: WithBench): void {
  describe('settling', () => {
    test.each<[string, (id: number) => Settlement, string, number]>([
      [
        'a failure ends a URL',
        (id) => ({ kind: 'failed', id, code: 'tls', detail: 'expired' }),
        'failed:tls 0',
        1,
      ],
      [
        'a skip ends a URL',
        (id) => ({ kind: 'skipped', id, reason: 'content-type' }),
        'skipped:content-type 0',
        1,
      ],
      ['a release puts a URL back at no cost', (id) => ({ kind: 'release', id, suspect: 1 }), 'queued 0', 0],
      [
        'another spelling costs no attempt',
        (id) => ({ kind: 'respell', id, url: `${SEED}?` }),
        'queued 0',
        0,
      ],
      [
        'a retry counts as an attempt',
        (id) => ({ kind: 'retry', id, notBefore: 0, charge: 'attempt', detail: 'reset' }),
        'queued 0',
        1,
      ],
      [
        'a refusal does not count as an attempt',
        (id) => ({ kind: 'retry', id, notBefore: 0, charge: 'refusal', detail: 'HTTP 429' }),
        'queued 0',
        0,
      ],
    ])('%s', async (_, settle, state, attempts) => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await settleSeed(bench, settle);
        const { urls } = await bench.inspect();
        expect(urls.map((url) => [stateText(url), url.attempts])).toEqual([[state, attempts]]);
      });
    });

    test('a page is done, its links are admitted one deeper and filed as edges', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const web: Web = {
          seeds: [SEED],
          maxDepth: null,
          answers: new Map([
            [
              SEED,
              {
                kind: 'page',
                links: [
                  { to: at('a', '/0'), nofollow: 0 },
                  { to: at('a', '/1'), nofollow: 1 },
                  { to: at('a', '/2'), nofollow: 2 },
                  { to: SEED, nofollow: 0 },
                ],
              },
            ],
          ]),
        };
        await bench.visit(web, SEED);
        expect(await bench.states()).toEqual({
          [SEED]: 'done 0',
          [at('a', '/0')]: 'queued 1',
          [at('a', '/1')]: 'queued 1',
          [at('a', '/2')]: 'skipped:nofollow –',
        });
        expect((await bench.inspect()).edges).toEqual([
          `${SEED} → ${SEED} (0)`,
          `${SEED} → ${at('a', '/0')} (0)`,
          `${SEED} → ${at('a', '/1')} (1)`,
          `${SEED} → ${at('a', '/2')} (2)`,
        ]);
      });
    });

    test('links outside the scope are counted by host name, by name or by number', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await settleSeed(bench, (id) => ({
          kind: 'page',
          id,
          links: ['', '', ''],
          outside: ['http://b.test/1\nhttp://b.test:8080/2', 'http://c.test/', ''],
          outsideHosts: 'd.test 3\nb.test 2\n',
        }));
        const { outsideHosts } = await bench.crawl({ seeds: [SEED], maxDepth: null, answers: new Map() });
        expect(outsideHosts).toEqual({ 'b.test': 4, 'c.test': 1, 'd.test': 3 });
      });
    });

    test('a URL too long to ask for is skipped and its edge kept', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const long = at('a', `/${'x'.repeat(2_100)}`);
        await settleSeed(bench, (id) => ({
          kind: 'page',
          id,
          links: [long, '', ''],
          outside: ['', '', ''],
          outsideHosts: '',
        }));
        expect((await bench.states())[long]).toBe('skipped:url 1');
        expect((await bench.inspect()).edges).toEqual([`${SEED} → ${long} (0)`]);
      });
    });

    test('an outside link whose host name was cut in the midst is counted like any other', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        // As url/canonicalise.ts cuts it: what is left of the last label is no valid punycode.
        const cut = `http://${'xn--bcher-kva.'.repeat(148)}xn--#sha256=${'0'.repeat(64)}`;
        await settleSeed(bench, (id) => ({
          kind: 'page',
          id,
          links: ['', '', ''],
          outside: [cut, '', ''],
          outsideHosts: '',
        }));
        await bench.settled();
        expect(Object.values((await bench.inspect()).outsideHosts)).toEqual([1]);
      });
    });

    test('a retry is claimable again once its time has come, and not before', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const notBefore = bench.now + 5_000;
        await settleSeed(bench, (id) => ({
          kind: 'retry',
          id,
          notBefore,
          charge: 'attempt',
          detail: 'timeout',
        }));
        await bench.settled();
        expect(await bench.claimKeys()).toEqual([]);
        expect(await bench.frontier.nextDueAt(bench.now)).toBe(notBefore);
        bench.now = notBefore - 1;
        await bench.settled();
        expect(await bench.claimKeys()).toEqual([]);
        bench.now = notBefore;
        await bench.settled();
        expect((await leaseSeed(bench)).attempts).toBe(1);
      });
    });

    test('the next spelling is what the next lease asks for', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await settleSeed(bench, (id) => ({ kind: 'respell', id, url: `${SEED}%7Ea` }));
        await settleSeed(bench, (id) => ({ kind: 'release', id, suspect: 0 }));
        expect(await leaseSeed(bench)).toMatchObject({ key: SEED, url: `${SEED}%7Ea`, isRespelt: true });
      });
    });

    test('a suspect stays one until it is settled otherwise', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        await settleSeed(bench, (id) => ({ kind: 'release', id, suspect: 2 }));
        expect((await leaseSeed(bench)).suspect).toBe(2);
      });
    });

    test('settling what is not leased is refused, and nothing of its batch is filed', async () => {
      await withBench({ seeds: [SEED, at('a', '/2')] }, async (bench) => {
        const leases = await bench.lease();
        const ids = [...leases.values()].map(({ id }) => id);
        await bench.apply([{ kind: 'failed', id: ids[0] ?? 0, code: 'dns', detail: '' }]);
        const batch = ids
          .toReversed()
          .map((id): Settlement => ({ kind: 'skipped', id, reason: 'content-type' }));
        await expect((async () => bench.apply(batch))()).rejects.toThrow(
          /is settled as skipped but is failed/,
        );
        await bench.restart();
        expect(Object.values(await bench.states()).sort()).toEqual(['failed:dns 0', 'queued 0']);
      });
    });
  });

  describe('a batch', () => {
    test('is not applied at all when recording its answers throws', async () => {
      await withBench({ seeds: [SEED, at('b', '/')] }, async (bench) => {
        const leases = await bench.lease();
        const before = await bench.inspect();
        const web: Web = { seeds: [SEED], maxDepth: null, answers: new Map([[SEED, pageTo(at('a', '/1'))]]) };
        const settlements = [...leases.values()].map((lease) => settlementOf(web, lease, false));
        const { id } = await bench.host(SEED);
        const apply = async (): Promise<void> => {
          await bench.frontier.apply(settlements, [{ hostId: id, patch: { failures: 3 } }], () => {
            throw new Error('disk full');
          });
        };
        await expect(apply()).rejects.toThrow('disk full');
        expect(await bench.inspect()).toEqual(before);
        expect((await bench.host(SEED)).failures).toBe(0);
        // The leases are still held, so the batch can be filed after all.
        await bench.apply(settlements);
        expect(await bench.frontier.counts()).toEqual({
          queued: 1,
          leased: 0,
          done: 1,
          failed: 1,
          skipped: 0,
          pages: 1,
          answers: 0,
          leasedPages: 0,
          queuedTasks: 0,
        });
      });
    });

    test('that is held is told of when it is stored, and undone by what fails after it', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const [lease] = (await bench.lease()).values();
        if (lease === undefined) throw new Error('the seed was not leased');
        const before = await bench.inspect();
        const web: Web = { seeds: [SEED], maxDepth: null, answers: new Map([[SEED, pageTo(at('a', '/1'))]]) };
        const told: string[] = [];
        const file = (): Awaitable<void> => {
          bench.frontier.hold();
          return bench.frontier.apply(
            [settlementOf(web, lease, false)],
            [],
            () => undefined,
            () => told.push(lease.key),
          );
        };
        const fail = async (): Promise<void> => {
          await bench.frontier.apply([], [], () => {
            throw new Error('disk full');
          });
        };
        await file();
        await expect(fail()).rejects.toThrow('disk full');
        bench.frontier.commit();
        expect(await bench.inspect()).toEqual(before);
        await file();
        expect(told).toEqual([]);
        bench.frontier.commit();
        expect(told).toEqual([SEED]);
        await bench.restart();
        expect(await bench.claimKeys()).toEqual([at('a', '/1')]);
      });
    });

    test('changes the host facts it names and leaves the others', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const before = await bench.host(SEED);
        const patch = { crawlDelayMs: 2_000, robotsStatus: 200, robotsFetchedAt: bench.now, waits: 2 };
        await bench.apply([], [{ hostId: before.id, patch }]);
        await bench.apply([], [{ hostId: before.id, patch: { waits: 3, blockedUntil: bench.now + 9 } }]);
        expect(await bench.host(SEED)).toEqual({
          ...before,
          ...patch,
          waits: 3,
          blockedUntil: bench.now + 9,
        });
      });
    });

    test('a fact can be taken back', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const { id } = await bench.host(SEED);
        await bench.apply([], [{ hostId: id, patch: { crawlDelayMs: 2_000 } }]);
        await bench.apply([], [{ hostId: id, patch: { crawlDelayMs: null } }]);
        expect((await bench.host(SEED)).crawlDelayMs).toBeNull();
      });
    });

    test('that gives a host up ends all its URLs with that code, those waiting for a retry too', async () => {
      await withBench({ seeds: [SEED, at('a', '/2'), at('b', '/')] }, async (bench) => {
        const { id: hostId } = await bench.host(SEED);
        const leases = await bench.lease();
        const id = leases.get(SEED)?.id ?? 0;
        const others = [...leases.values()].filter((lease) => lease.id !== id);
        await bench.apply(
          [
            { kind: 'retry', id, notBefore: bench.now + 60_000, charge: 'attempt', detail: 'connect' },
            ...others.map((lease): Settlement => ({ kind: 'release', id: lease.id, suspect: 0 })),
          ],
          [{ hostId, patch: { givenUp: 'connect' } }],
        );
        await bench.settled();
        expect(await bench.states()).toEqual({
          [SEED]: 'failed:connect 0',
          [at('a', '/2')]: 'failed:connect 0',
          [at('b', '/')]: 'queued 0',
        });
      });
    });

    test('for a private host leaves its URLs skipped, those that wait and those found later too', async () => {
      await withBench({ seeds: [SEED, at('a', '/2')] }, async (bench) => {
        const { id: hostId } = await bench.host(SEED);
        const leases = await bench.lease();
        const id = leases.get(SEED)?.id ?? 0;
        const other = leases.get(at('a', '/2'))?.id ?? 0;
        const links = [at('a', '/3'), '', ''] as const;
        await bench.apply(
          [
            { kind: 'skipped', id, reason: 'private', detail: '10.0.0.1' },
            { kind: 'page', id: other, links, outside: ['', '', ''], outsideHosts: '' },
          ],
          [{ hostId, patch: { givenUp: 'private' } }],
        );
        await bench.settled();
        expect(await bench.states()).toEqual({
          [SEED]: 'skipped:private 0',
          [at('a', '/2')]: 'done 0',
          [at('a', '/3')]: 'skipped:private 1',
        });
      });
    });

    test('that finds new URLs of a host given up before ends them likewise', async () => {
      await withBench({ seeds: [SEED] }, async (bench) => {
        const { id } = await leaseSeed(bench);
        const { id: hostId } = await bench.host(SEED);
        await bench.frontier.apply([], [{ hostId, patch: { givenUp: 'host' } }], () => undefined);
        const links = [at('a', '/1'), '', ''] as const;
        await bench.apply([{ kind: 'page', id, links, outside: ['', '', ''], outsideHosts: '' }]);
        await bench.settled();
        expect((await bench.states())[at('a', '/1')]).toBe('failed:host 1');
      });
    });
  });
}
