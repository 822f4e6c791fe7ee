/**
 * Sites without end in one crawl with limits: it ends, says that it was a limit, and holds what it did not ask
 * for, by what held it; a higher limit takes that up again.
 */
import { expect } from 'vitest';
import { Network } from '../site/network.js';
import { BESIDE, openEndlessSitemaps, openManyVariants, openTraps } from '../site/traps.js';
import type { Trap, TrapSite } from '../site/traps.js';
import { read } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { test } from '../support/program.js';
import { crawlSite } from './crawl.js';

/** How many URLs of each trap ended how. */
type Ends = Readonly<Record<string, Readonly<Record<string, number>>>>;

function endsOf({ traps }: TrapSite, file: string): Ends {
  const rows = read<{ url: string; end: string }>(
    file,
    `SELECT url, state || coalesce(' ' || error, '') AS end FROM pages`,
  );
  return Object.fromEntries(
    traps.map(({ name, origin, isInside }) => {
      const inside = rows.filter(
        ({ url }) => url.startsWith(`${origin}/`) && isInside(url.slice(origin.length)),
      );
      const ends = [...new Set(inside.map(({ end }) => end))].sort();
      return [
        name,
        Object.fromEntries(ends.map((end) => [end, inside.filter((row) => row.end === end).length])),
      ];
    }),
  );
}

/** Ordinary pages of each host: they are found before its trap, and no limit is so low. */
const ORDINARY = BESIDE.length + 1;

/** Pages of a trap that are fetched with these limits. */
function doneOf({ guard, size }: Trap, variants: number, perHost: number): number {
  if (guard === 'variants') return Math.min(size, variants);
  return perHost - ORDINARY;
}

function limits(variants: number, perHost: number): string[] {
  return ['--workers', '2', '--max-variants', `${variants}`, '--max-per-host', `${perHost}`];
}

test('traps end at their limits, what is held back is kept, and a higher limit takes it up', async ({
  folder,
}) => {
  const network = new Network();
  try {
    const site = await openTraps(network);
    const file = folder.file('traps.db');
    const guarded = site.traps.filter(({ guard }) => guard !== 'path');
    for (const [variants, perHost] of [
      [20, 60],
      [40, 90],
      [130, 150],
    ] as const) {
      const { status, stderr, summary } = await crawlSite(folder, site, file, limits(variants, perHost));
      expect(status, stderr).toBe(3);
      expect(verify(file)).toMatchObject({ state: 'whole', faults: [] });
      const ends = endsOf(site, file);
      for (const trap of guarded) {
        const { done, 'skipped limit': held = 0, ...others } = ends[trap.name] ?? {};
        expect(others, trap.name).toEqual({});
        expect(done, trap.name).toBe(doneOf(trap, variants, perHost));
        if (trap.size > variants) expect(held, trap.name).toBeGreaterThan(0);
        else expect(held, trap.name).toBe(0);
        const row = summary.patterns.find(({ pattern }) => pattern === trap.origin + trap.pattern);
        if (trap.guard === 'variants' && trap.size > variants)
          expect(row, trap.name).toMatchObject({ variants, heldBack: held });
      }
      // What stops by itself does so with any limit.
      expect(ends['a path that repeats itself']).toEqual({ done: 3, 'skipped trap': 1 });
      const byHost = guarded
        .filter(({ guard }) => guard === 'host')
        .map(({ name }) => ends[name]?.['skipped limit']);
      expect(summary.heldBackByHost).toBe(byHost.reduce((sum: number, n = 0) => sum + n, 0));
      expect(site.beside.map((url) => network.asked.get(url))).toEqual(site.beside.map(() => 1));
      // Again with the same limits: nothing is asked for.
      const before = network.requests;
      expect((await crawlSite(folder, site, file, limits(variants, perHost))).status).toBe(3);
      expect(network.requests).toBe(before);
      expect(endsOf(site, file)).toEqual(ends);
    }
  } finally {
    await network.close();
  }
});

test('a pattern of 10,000 variants is told of, with an example and the flag that stops it', async ({
  folder,
}) => {
  const network = new Network();
  try {
    const origin = await openManyVariants(network, 10_001);
    const site = { seeds: [`${origin}/`] };
    const { status, stderr, summary } = await crawlSite(folder, site, folder.file('many.db'), []);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `10,000 variants of ${origin}/list\\?, ${origin}/list\\?page=\\d+ for one: if this is a trap, --max-variants stops it\n`,
      ),
    );
    expect(stderr).toContain(`    ${origin}/list?: 10,001\n      such as ${origin}/list?page=`);
    expect(summary.patterns).toMatchObject([{ pattern: `${origin}/list?`, variants: 10_001, heldBack: 0 }]);
    expect(network.requests).toBe(2);

    const few = await openManyVariants(network, 9_999);
    const quiet = await crawlSite(folder, { seeds: [`${few}/`] }, folder.file('few.db'), []);
    expect(quiet.stderr).not.toContain('variants');
    expect(quiet.summary.patterns).toEqual([]);
  } finally {
    await network.close();
  }
});

test('sitemaps that name others without end stop at --max-per-host, and cost no page', async ({ folder }) => {
  const network = new Network();
  try {
    const site = { seeds: [`${await openEndlessSitemaps(network)}/`] };
    const file = folder.file('maps.db');
    for (const perHost of [20, 30]) {
      const flags = ['--sitemaps', '--max-per-host', `${perHost}`];
      const { status, stderr } = await crawlSite(folder, site, file, flags);
      expect(status, stderr).toBe(3);
      expect(verify(file)).toMatchObject({ state: 'whole', faults: [] });
      const ends = read<{ end: string; n: number }>(
        file,
        `SELECT state || coalesce(' ' || error, '') AS end, count(*) AS n FROM sitemaps GROUP BY 1 ORDER BY 1`,
      );
      expect(ends).toEqual([
        { end: 'done', n: perHost - ORDINARY },
        { end: 'skipped limit', n: 1 },
      ]);
      expect(read(file, `SELECT DISTINCT state, http_status FROM pages`)).toEqual([
        { state: 'done', http_status: 200 },
      ]);
    }
  } finally {
    await network.close();
  }
});
