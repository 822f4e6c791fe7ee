/** What a new process makes of what the one before it left: leases, clocks, limits, failures. */
import { afterEach, describe, expect, test } from 'vitest';
import { Bench, type BenchOptions, type MakeHome } from './bench.js';
import { type Answer, at, pageTo, redirectTo, type Web } from './web.js';

const SEED = at('a', '/');
const [A, B, C] = [at('a', '/1'), at('a', '/2'), at('a', '/3')];
const MINUTE = 60_000;

function site(answers: Readonly<Record<string, Answer>>, maxDepth: number | null = null): Web {
  return { answers: new Map(Object.entries(answers)), seeds: [SEED], maxDepth };
}

const LINE = { [SEED]: pageTo(A), [A]: pageTo(B), [B]: pageTo(C), [C]: pageTo() };

export function restartContract(name: string, makeHome: MakeHome): void {
  describe(`${name}, started again`, () => {
    const benches: Bench[] = [];
    const start = async (options: BenchOptions): Promise<Bench> => {
      const bench = await Bench.start(await makeHome(), options);
      benches.push(bench);
      return bench;
    };
    afterEach(async () => {
      for (const bench of benches.splice(0)) await bench.close();
    });

    test('what was leased is queued again at no cost', async () => {
      const bench = await start({ seeds: [SEED, A] });
      await bench.claim();
      const { reclaimed, counts } = await bench.restart();
      expect(reclaimed).toBe(2);
      expect(counts).toMatchObject({ queued: 2, leased: 0 });
      const { leases } = await bench.claim();
      expect(leases.map(({ attempts, refusals, suspect }) => [attempts, refusals, suspect])).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    });

    test('the clock that a claim moved stays moved', async () => {
      const bench = await start({ seeds: [SEED, A] });
      await bench.claim({ allow: () => ({ kind: 'pages', count: 1, gapMs: 3_000 }) });
      await bench.restart();
      expect((await bench.host(SEED)).nextFetchAt).toBe(bench.now + 3_000);
      expect(await bench.claimKeys()).toEqual([]);
      expect(await bench.frontier.nextDueAt(bench.now)).toBe(bench.now + 3_000);
    });

    test('the clock that an errand for robots.txt moved stays moved', async () => {
      const bench = await start({ seeds: [SEED] });
      await bench.claim({ allow: () => ({ kind: 'robots', gapMs: 3_000 }) });
      await bench.restart();
      expect((await bench.host(SEED)).nextFetchAt).toBe(bench.now + 3_000);
    });

    test('blocks, back-off and robots.txt are kept', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const patch = {
        blockedUntil: bench.now + MINUTE,
        nextFetchAt: bench.now + MINUTE,
        failures: 7,
        waits: 2,
      };
      await bench.apply(
        [],
        [{ hostId: id, patch: { ...patch, robotsText: 'Disallow: /x', robotsAttempts: 1 } }],
      );
      await bench.restart();
      expect(await bench.host(SEED)).toMatchObject({ ...patch, robotsAttempts: 1 });
      expect(await bench.claimKeys()).toEqual([]);
      bench.now += MINUTE;
      const texts: string[] = [];
      await bench.claim({
        refuse: (_key, _host, robotsText) => {
          texts.push(robotsText());
          return null;
        },
      });
      expect(texts).toEqual(['Disallow: /x']);
    });

    test('known seeds are left as they are', async () => {
      const bench = await start({ seeds: [SEED] });
      await bench.crawl(site({ [SEED]: pageTo() }));
      await bench.restart();
      expect(await bench.states()).toEqual({ [SEED]: 'done 0' });
    });

    test('a raised limit reopens what it had cut', async () => {
      const web = site(LINE, 1);
      const bench = await start(web);
      await bench.crawl(web);
      expect((await bench.states())[B]).toBe('skipped:depth 2');
      bench.maxDepth = 2;
      await bench.restart();
      await bench.crawl(web);
      expect(await bench.states()).toMatchObject({ [B]: 'done 2', [C]: 'skipped:depth 3' });
      bench.maxDepth = null;
      await bench.restart();
      await bench.crawl(web);
      expect((await bench.states())[C]).toBe('done 3');
    });

    test('a lowered limit cuts what is queued beyond it, what waits for a retry too', async () => {
      const web = site(LINE);
      const bench = await start(web);
      for (const key of [SEED, A]) await bench.visit(web, key);
      const lease = (await bench.lease()).get(B);
      const notBefore = bench.now + MINUTE;
      await bench.apply([
        { kind: 'retry', id: lease?.id ?? 0, notBefore, charge: 'attempt', detail: 'timeout' },
      ]);
      bench.maxDepth = 1;
      await bench.restart();
      expect((await bench.states())[B]).toBe('skipped:depth 2');
      expect(await bench.frontier.nextDueAt(bench.now)).toBeNull();
      bench.maxDepth = null;
      await bench.restart();
      expect(await bench.claimKeys()).toEqual([B]);
    });

    test('failed URLs are queued again when asked for, all or one code, with all their tries', async () => {
      const bench = await start({ seeds: [SEED, A, B] });
      const leases = await bench.lease();
      const id = (key: string): number => leases.get(key)?.id ?? 0;
      await bench.apply([
        { kind: 'failed', id: id(SEED), code: 'dns', detail: '' },
        { kind: 'failed', id: id(A), code: 'timeout', detail: '' },
        { kind: 'skipped', id: id(B), reason: 'content-type' },
      ]);
      await bench.restart();
      expect(await bench.claimKeys()).toEqual([]);
      await bench.restart('timeout');
      expect(await bench.states()).toMatchObject({ [SEED]: 'failed:dns 0', [A]: 'queued 0' });
      await bench.restart('all');
      const { leases: again } = await bench.claim();
      expect(again.map(({ key, attempts }) => [key, attempts])).toEqual([
        [SEED, 0],
        [A, 0],
      ]);
    });

    test('a circle of redirects that was straightened out is done after all', async () => {
      const round = { [SEED]: pageTo(A), [A]: redirectTo(B), [B]: redirectTo(A) };
      const bench = await start({ seeds: [SEED] });
      await bench.crawl(site(round));
      expect(await bench.states()).toMatchObject({ [A]: 'failed:redirect 1', [B]: 'failed:redirect 1' });
      await bench.restart('redirect');
      await bench.crawl(site({ ...round, [B]: pageTo() }));
      expect(await bench.states()).toMatchObject({ [A]: 'done 1', [B]: 'done 1' });
    });

    test('a circle that is mended leaves nothing behind of the ways that led through it', async () => {
      const bench = await start({ seeds: [SEED] });
      await bench.crawl(site({ [SEED]: pageTo(A), [A]: redirectTo(B), [B]: redirectTo(A) }));
      await bench.restart('all');
      const { faults } = await bench.crawl(
        site({ [SEED]: pageTo(A), [A]: redirectTo(C), [B]: pageTo(), [C]: pageTo() }),
      );
      expect(faults).toEqual([]);
      expect(await bench.states()).toMatchObject({ [A]: 'done 1', [B]: 'skipped:nofollow –', [C]: 'done 1' });
    });

    test('what failed beyond a lowered limit is not asked for again', async () => {
      const bench = await start({ seeds: [SEED] });
      await bench.crawl(site({ [SEED]: pageTo(A), [A]: pageTo(B) }));
      expect((await bench.states())[B]).toBe('failed:status 2');
      bench.maxDepth = 1;
      await bench.restart('all');
      expect(await bench.claimKeys()).toEqual([]);
    });

    test('hosts given up get another chance with their URLs, others do not', async () => {
      const bench = await start({ seeds: [SEED, at('b', '/')] });
      const [a, b] = [await bench.host(SEED), await bench.host(at('b', '/'))];
      await bench.apply(
        [],
        [
          { hostId: a.id, patch: { givenUp: 'host', failures: 9, failingSince: bench.now, waits: 10 } },
          { hostId: b.id, patch: { givenUp: 'dns', failures: 4, failingSince: bench.now } },
        ],
      );
      await bench.settled();
      await bench.restart('dns');
      expect(await bench.host(at('b', '/'))).toMatchObject({
        givenUp: null,
        failures: 0,
        failingSince: null,
      });
      expect(await bench.host(SEED)).toMatchObject({ givenUp: 'host', failures: 9 });
      expect(await bench.claimKeys()).toEqual([at('b', '/')]);
    });

    test('private hosts and their URLs stay as they are until private addresses are allowed', async () => {
      const bench = await start({ seeds: [SEED, at('b', '/')] });
      const { id } = await bench.host(SEED);
      const lease = (await bench.lease()).get(at('b', '/'));
      await bench.apply(
        [{ kind: 'skipped', id: lease?.id ?? 0, reason: 'private', detail: '10.0.0.1' }],
        [{ hostId: id, patch: { givenUp: 'private' } }],
      );
      await bench.restart();
      await bench.settled();
      expect(await bench.states()).toEqual({
        [SEED]: 'skipped:private 0',
        [at('b', '/')]: 'skipped:private 0',
      });
      bench.allowPrivate = true;
      await bench.restart();
      expect(await bench.host(SEED)).toMatchObject({ givenUp: null });
      expect((await bench.claimKeys()).sort()).toEqual([SEED, at('b', '/')]);
    });

    test('times that only a clock set wrong can have written are brought back', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const ahead = bench.now + 48 * 60 * MINUTE;
      await bench.apply([], [{ hostId: id, patch: { nextFetchAt: ahead, blockedUntil: ahead } }]);
      await bench.restart();
      expect(await bench.host(SEED)).toMatchObject({ nextFetchAt: bench.now + 60 * MINUTE });
      await bench.apply([], [{ hostId: id, patch: { nextFetchAt: ahead, blockedUntil: null } }]);
      await bench.restart();
      expect(await bench.host(SEED)).toMatchObject({ nextFetchAt: bench.now + MINUTE });
    });

    test('a URL that is tried again brings its host along, whatever that was given up for', async () => {
      const bench = await start({ seeds: [SEED, A] });
      const { id } = await bench.host(SEED);
      const leases = await bench.lease();
      await bench.apply(
        [{ kind: 'failed', id: leases.get(SEED)?.id ?? 0, code: 'timeout', detail: '' }],
        [{ hostId: id, patch: { givenUp: 'host', failures: 9, failingSince: bench.now } }],
      );
      await bench.restart('timeout');
      await bench.settled();
      expect(await bench.claimKeys()).toContain(SEED);
    });

    test('a host in trouble is excused for the time in which nobody ran', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const failingSince = bench.now;
      bench.now += MINUTE;
      await bench.apply([], [{ hostId: id, patch: { failingSince, lastAnswerAt: bench.now, failures: 1 } }]);
      bench.now += 30 * MINUTE;
      await bench.restart();
      expect((await bench.host(SEED)).excusedMs).toBe(30 * MINUTE);
    });

    test('time in which nobody could be asked is excused while it runs, too, and once', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const failingSince = bench.now;
      const asked = { failingSince, lastAnswerAt: failingSince, blockedUntil: failingSince + MINUTE };
      await bench.apply([], [{ hostId: id, patch: asked }]);
      bench.now += 3 * MINUTE;
      // For the first of them the host rested.
      await bench.frontier.excuse(bench.now - 3 * MINUTE, bench.now);
      expect((await bench.host(SEED)).excusedMs).toBe(2 * MINUTE);
      await bench.frontier.excuse(bench.now - 2 * MINUTE, bench.now);
      await bench.restart();
      expect((await bench.host(SEED)).excusedMs).toBe(2 * MINUTE);
      bench.now += 4 * MINUTE;
      await bench.frontier.excuse(bench.now - MINUTE, bench.now);
      expect((await bench.host(SEED)).excusedMs).toBe(3 * MINUTE);
    });

    test('a host without trouble needs no excuse', async () => {
      const bench = await start({ seeds: [SEED] });
      bench.now += MINUTE;
      await bench.frontier.excuse(bench.now - MINUTE, bench.now);
      expect((await bench.host(SEED)).excusedMs).toBe(0);
    });

    test('a wait that was asked for is not excused a second time', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const asked = { failingSince: bench.now, lastAnswerAt: bench.now, excusedMs: MINUTE };
      await bench.apply([], [{ hostId: id, patch: { ...asked, blockedUntil: bench.now + MINUTE } }]);
      bench.now += 3 * MINUTE;
      await bench.restart();
      expect((await bench.host(SEED)).excusedMs).toBe(3 * MINUTE);
    });

    test('the same absence is not excused again by every start that follows without an answer', async () => {
      const bench = await start({ seeds: [SEED] });
      const { id } = await bench.host(SEED);
      const failingSince = bench.now;
      await bench.apply([], [{ hostId: id, patch: { failingSince, lastAnswerAt: bench.now } }]);
      for (let starts = 0; starts < 5; starts++) {
        bench.now += MINUTE;
        await bench.restart();
      }
      expect((await bench.host(SEED)).excusedMs).toBeLessThanOrEqual(bench.now - failingSince);
    });

    test('a scope won earlier still holds, and is not announced again', async () => {
      const far = at('b', '/');
      const web = site({
        [SEED]: redirectTo(far),
        [far]: pageTo(at('b', '/1')),
        [at('b', '/1')]: pageTo(at('b', '/2')),
      });
      const bench = await start({ seeds: [SEED] });
      await bench.visit(web, SEED);
      await bench.visit(web, far);
      expect(bench.frontier.takeNotices()).toEqual([
        { kind: 'scope-widened', scopeKey: 'http://b.test', url: far },
      ]);
      expect(bench.frontier.takeNotices()).toEqual([]);
      await bench.restart();
      expect(bench.frontier.takeNotices()).toEqual([]);
      await bench.crawl(web);
      expect((await bench.states())[at('b', '/2')]).toBe('failed:status 2');
    });
  });
}
