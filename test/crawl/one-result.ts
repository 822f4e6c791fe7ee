/**
 * The result of a crawl depends on the site alone: not on the number of workers, the timing of answers,
 * interruptions, or limits that were raised later. Every `npm test` has a few crawls of each kind
 * (determinism.test.ts), the slow suite all of them (determinism-all.test.ts).
 */
import { expect } from 'vitest';
import type { DemoTruth } from '../../dist/demo/truth.js';
import { differences, read, restOf } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { WatchedWiki } from '../support/crash-wiki.js';
import { test as base, until, type Ended, type Folder } from '../support/program.js';

interface Timing {
  readonly latencyMs?: number;
  readonly latencyJitterMs?: number;
}

export const FAST: Timing = {};
export const JITTERED: Timing = { latencyMs: 2, latencyJitterMs: 40 };

/** A wiki whose timing can be changed while its address, and so the digest, stays. */
class Site {
  wiki: WatchedWiki;

  constructor(wiki: WatchedWiki) {
    this.wiki = wiki;
  }

  async setTiming(timing: Timing): Promise<void> {
    await this.wiki.close();
    this.wiki = await WatchedWiki.start({
      pages: 200,
      redirectLoop: false,
      port: Number(new URL(this.wiki.seed).port),
      ...timing,
    });
  }

  args(file: string, workers: number): string[] {
    return ['--seed', this.wiki.seed, '--db', file, '--workers', `${workers}`, '--no-progress'];
  }

  /** Each URL that a correct crawl asks for was asked for once, and no other. */
  expectEachAskedOnce(): void {
    expect([...this.wiki.asked].sort()).toEqual(this.wiki.paths.map((path) => [path, 1]).sort());
  }

  /** The file holds what a correct crawl ends with. Answers its digest. */
  expectTruth(file: string): string {
    expect(differences(file, this.wiki.truth)).toEqual([]);
    const { state, digest } = verify(file);
    expect(state).toBe('whole');
    return digest;
  }
}

const test = base.extend<{ site: Site }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  site: async ({}, use) => {
    const site = new Site(await WatchedWiki.start({ pages: 200, redirectLoop: false }));
    await use(site);
    await site.wiki.close();
  },
});

/** One crawl of a site whose result must be that of all the others. */
export interface Way {
  readonly timing: Timing;
  readonly workers: number;
  readonly isInterrupted: boolean;
}

export interface Size {
  readonly ways: readonly Way[];
  /** With the exit status each leads to. */
  readonly signals: readonly (readonly [NodeJS.Signals, number])[];
  /** The limits that --max-depth is raised to. */
  readonly depths: readonly number[];
  readonly fewWorkers: number;
  readonly manyWorkers: number;
}

/** Declares the tests. */
export function oneResult({ ways, signals, depths, fewWorkers, manyWorkers }: Size): void {
  test(
    'any number of workers, fast and slow pages, interrupted or not: one digest, the truth of the site',
    { timeout: 180_000 },
    async ({ folder, site }) => {
      const digests = new Set<string>();
      for (const [number, { timing, workers, isInterrupted }] of ways.entries()) {
        await site.setTiming(timing);
        const file = folder.file(`${number}.db`);
        site.wiki.watch();
        if (isInterrupted) await interrupt(folder, site, file, workers);
        const { status, stderr } = await folder.run(site.args(file, workers));
        expect(status, stderr).toBe(0);
        site.expectEachAskedOnce();
        digests.add(site.expectTruth(file));
      }
      expect(digests.size).toBe(1);
    },
  );

  test.for(signals)(
    '%s waits for what is under way, says how to go on and ends with %i',
    { timeout: 180_000 },
    async ([signal, status], { folder, site }) => {
      const file = folder.file('crawl.db');
      const args = site.args(file, 2);
      await site.setTiming({ latencyMs: 30 });
      site.wiki.watch((number) => number === 60 && running.process.kill(signal));
      const running = folder.start(args);
      const ended = await running.ended;
      expect([ended.status, ended.signal]).toEqual([status, null]);
      expect(ended.stderr).toMatch(/stopping: \d+ requests? under way/);
      expect(ended.stderr).toContain('Interrupted, nothing is lost');
      const resume = /run the same command again:\n *(node .*)\n/.exec(ended.stderr)?.[1];
      expect(resume).toContain(`--db ${file}`);
      expect(restOf(file).leased).toEqual([]);
      expect(verify(file)).toMatchObject({ state: 'unfinished', faults: [] });
      const again = await folder.run(args);
      expect(again.status, again.stderr).toBe(0);
      // What was under way was waited for: nothing had to be asked for twice.
      site.expectEachAskedOnce();
      site.expectTruth(file);
    },
  );

  test(
    'a second SIGINT leaves at once, and loses nothing',
    { timeout: 180_000 },
    async ({ folder, site }) => {
      const file = folder.file('crawl.db');
      const args = site.args(file, fewWorkers);
      expect((await folder.run([...args, '--max-pages', '1'])).status).toBe(3);
      // Longer than a draining program waits: one that is still waiting would not end in time.
      await site.setTiming({ latencyMs: 60_000 });
      const running = folder.start(args);
      await until(() => restOf(file).leased.length > 0, running);
      running.process.kill('SIGINT');
      await until(() => running.stderrSoFar().includes('stopping'), running);
      running.process.kill('SIGINT');
      // By the signal itself, which a shell sees as 130: nothing that user code does can hold that up.
      const { status, signal } = await running.ended;
      expect([status, signal]).toEqual([null, 'SIGINT']);
      const { leased } = restOf(file);
      expect(leased.length).toBeGreaterThan(0);
      expect(verify(file)).toMatchObject({ state: 'unfinished', faults: [] });
      await site.setTiming(FAST);
      const again = await folder.run(args);
      expect(again.status, again.stderr).toBe(0);
      expect(again.stderr).toContain(`${leased.length} reclaimed`);
      site.expectTruth(file);
    },
  );

  test(
    '--max-depth raised step by step ends with the digest of a crawl without it',
    { timeout: 180_000 },
    async ({ folder, site }) => {
      const whole = folder.file('whole.db');
      expect((await folder.run(site.args(whole, fewWorkers))).status).toBe(0);
      const file = folder.file('crawl.db');
      site.wiki.watch();
      for (const limit of depths) {
        const { status, stderr } = await folder.run([
          ...site.args(file, fewWorkers),
          '--max-depth',
          `${limit}`,
        ]);
        // A depth limit alone is a finished crawl.
        expect(status, stderr).toBe(0);
        expect(differences(file, withinDepth(site.wiki.truth, limit))).toEqual([]);
        expect(verify(file)).toMatchObject({ state: 'whole' });
      }
      expect((await folder.run(site.args(file, fewWorkers))).status).toBe(0);
      site.expectEachAskedOnce();
      expect(site.expectTruth(file)).toBe(site.expectTruth(whole));
    },
  );

  test(
    '--max-pages gives exactly so many pages, over all runs, whatever is killed',
    { timeout: 180_000 },
    async ({ folder, site }) => {
      const file = folder.file('crawl.db');
      const run = (...limit: string[]): Promise<Ended> =>
        folder.run([...site.args(file, manyWorkers), ...limit]);
      await site.setTiming(JITTERED);
      site.wiki.watch();
      expect((await run('--max-pages', '57')).status).toBe(3);
      expect(pagesIn(file)).toBe(57);
      const asked = total(site.wiki.asked);
      // At its limit the same command asks for nothing and says the same.
      expect((await run('--max-pages', '57')).status).toBe(3);
      expect(total(site.wiki.asked)).toBe(asked);

      site.wiki.watchOn((number) => number === 40 && running.process.kill('SIGKILL'));
      const running = folder.start([...site.args(file, manyWorkers), '--max-pages', '140']);
      expect((await running.ended).signal).toBe('SIGKILL');
      expect(pagesIn(file)).toBeLessThanOrEqual(140);
      expect((await run('--max-pages', '140')).status).toBe(3);
      expect(pagesIn(file)).toBe(140);
      expect(verify(file)).toMatchObject({ state: 'unfinished', faults: [] });

      const last = await run('--max-pages', '10000');
      expect(last.status, last.stderr).toBe(0);
      site.expectTruth(file);
    },
  );
}

/** Interrupts a new crawl in its middle; it drains. */
async function interrupt(folder: Folder, site: Site, file: string, workers: number): Promise<void> {
  site.wiki.watch((number) => number === 90 && running.process.kill('SIGINT'));
  const running = folder.start(site.args(file, workers));
  const { status, stderr } = await running.ended;
  expect(status, stderr).toBe(130);
}

function total(asked: ReadonlyMap<string, number>): number {
  return [...asked.values()].reduce((sum, times) => sum + times, 0);
}

/** Done pages with a 2xx. */
function pagesIn(file: string): number {
  const sql = `SELECT count(*) AS n FROM pages WHERE state = 'done' AND http_status BETWEEN 200 AND 299`;
  return read<{ n: number }>(file, sql)[0]?.n ?? 0;
}

/** What a correct crawl ends with under --max-depth: edges beyond the limit are recorded, their targets skipped. */
function withinDepth(truth: DemoTruth, limit: number): DemoTruth {
  const isWithin = (url: string): boolean => (truth.pages.get(url)?.depth ?? Infinity) <= limit;
  const edges = new Map([...truth.edges].filter(([source]) => isWithin(source)));
  const pages = new Map([...truth.pages].filter(([url]) => isWithin(url)));
  for (const targets of edges.values()) {
    for (const [url, nofollow] of targets) {
      if (isWithin(url)) continue;
      const isFollowed = nofollow < 2 || pages.get(url)?.depth === limit + 1;
      pages.set(url, {
        url,
        state: 'skipped',
        httpStatus: null,
        // Not among the wiki's own endings: it knows no limits.
        error: (isFollowed ? 'depth' : 'nofollow') as 'nofollow',
        title: null,
        depth: isFollowed ? limit + 1 : null,
        redirectTo: null,
        canonicalUrl: null,
      });
    }
  }
  return { ...truth, pages, edges };
}
