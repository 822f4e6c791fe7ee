/**
 * The promise that timing cannot matter: webs made at random are crawled in orders made at random, with
 * steps of left-over work, retries, releases and restarts thrown in anywhere, and must end as the rules
 * say they must (reference.ts).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lease, Settlement } from '../../dist/frontier/frontier.js';
import { Bench, type Inspection, type MakeHome } from './bench.js';
import { randomWeb } from './random-web.js';
import { expectedEnd } from './reference.js';
import { settlementOf, type Web } from './web.js';

/** ms a web; a busy machine takes many times the tenth of a second that an idle one does. */
const PATIENCE_MS = 2_500;
/** More than any of these crawls takes; a crawl that goes on beyond it never ends. */
const MAX_STEPS = 20_000;

/** @param webs how many are made */
export function anyOrderContract(name: string, makeHome: MakeHome, webs: number): void {
  describe(`${name}, in whatever order answers arrive`, () => {
    test(
      'a crawl ends with what the rules say, restarts and retries included',
      { timeout: webs * PATIENCE_MS },
      async () => {
        await fc.assert(
          fc.asyncProperty(randomWeb, fc.nat(), async (web, order) => {
            const expected = expectedEnd(web);
            expect(await crawlInAnyOrder(makeHome, web, order)).toEqual(expected);
            expect(await crawlInAnyOrder(makeHome, web, order + 1)).toEqual(expected);
          }),
          { numRuns: webs, seed: 20240607 },
        );
      },
    );
  });
}

/** An answer that is under way, and whether its worker was told to send outside links by name. */
interface Flight {
  readonly lease: Lease;
  readonly keepOutside: boolean;
}

async function crawlInAnyOrder(
  makeHome: MakeHome,
  web: Web,
  order: number,
): Promise<ReturnType<typeof expectedEnd>> {
  const bench = await Bench.start(await makeHome(), web);
  const random = randomOf(order);
  const pick = (n: number): number => Math.floor(random() * n);
  // Some put off the work that is left over for as long as they can, some take everything at once.
  const diligence = random() < 0.5 ? 0.02 : 0.3;
  const appetite = 1 + pick(5);
  const slowness = random() < 0.5 ? 0 : 0.4;
  let flights: Flight[] = [];

  async function claim(): Promise<void> {
    const limit = 1 + pick(appetite);
    const { leases } = await bench.claim({
      limit,
      refuse: (key) => (web.answers.get(key)?.kind === 'forbidden' ? 'robots' : null),
    });
    expect(leases.length).toBeLessThanOrEqual(limit);
    for (const { id } of leases) expect(flights.map(({ lease }) => lease.id)).not.toContain(id);
    const keepOutside = await bench.frontier.mustKeepOutside();
    flights.push(...leases.map((lease) => ({ lease, keepOutside })));
  }

  /** Some answers are slow: they arrive when all that was to be found without them has been. */
  const slow = new Map<string, boolean>();
  const isSlow = ({ lease }: Flight): boolean => {
    const known = slow.get(lease.key) ?? random() < slowness;
    slow.set(lease.key, known);
    return known;
  };

  async function land(): Promise<void> {
    const fast = flights.filter((flight) => !isSlow(flight));
    const arriving = fast.length > 0 || random() < 0.5 ? fast : [...flights];
    const landing: Flight[] = [];
    for (let n = 1 + pick(appetite); n > 0 && arriving.length > 0; n--) {
      const [flight] = arriving.splice(pick(arriving.length), 1);
      if (flight !== undefined) landing.push(flight);
    }
    flights = flights.filter((flight) => !landing.includes(flight));
    await bench.apply(landing.map((flight) => disturbed(web, flight, bench.now, random)));
  }

  try {
    for (let step = 0; step < MAX_STEPS; step++) {
      bench.now += pick(50);
      const action = random();
      if (action < 0.02) {
        await bench.restart();
        flights = [];
      } else if (action < 0.02 + diligence) await bench.frontier.maintain(bench.now);
      else if (action < 0.55) await claim();
      else await land();
      const { queued, leased } = await bench.frontier.counts();
      if (queued + leased > 0 || (await bench.frontier.maintain(bench.now))) continue;
      return resultOf(await bench.inspect());
    }
    throw new Error('the crawl does not end');
  } finally {
    await bench.close();
  }
}

/** Now and then a URL has to be asked for again: after a failure, in another spelling, or for nothing. */
function disturbed(web: Web, { lease, keepOutside }: Flight, now: number, random: () => number): Settlement {
  const { id } = lease;
  const chance = random();
  if (chance < 0.05)
    return { kind: 'retry', id, notBefore: now + 100, charge: 'attempt', detail: 'timed out' };
  if (chance < 0.1) return { kind: 'retry', id, notBefore: now, charge: 'refusal', detail: 'HTTP 429' };
  if (chance < 0.13) return { kind: 'release', id, suspect: 1 };
  if (chance < 0.15) return { kind: 'respell', id, url: `${lease.key}#` };
  return settlementOf(web, lease, keepOutside);
}

function resultOf({ urls, edges, outsideHosts, faults }: Inspection): ReturnType<typeof expectedEnd> {
  expect(faults).toEqual([]);
  return {
    urls: urls.map(({ key, state, error, depth, redirectTo }) => ({ key, state, error, depth, redirectTo })),
    edges,
    outsideHosts,
  };
}

/** A repeatable sequence in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
