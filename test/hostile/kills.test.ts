/** The hostile site in a crawl that is killed ten times: each life goes on where the last one fell, to the same end. */
import { expect } from 'vitest';
import { compareEnds, unwanted } from '../site/ends.js';
import { HostileSite } from '../site/hostile-site.js';
import { verify } from '../support/crash-verify.js';
import { test } from '../support/program.js';
import type { Running } from '../support/program.js';
import { crawlSite, startCrawl, STEADY } from './crawl.js';

/** At which request of its life each is killed: early ones, and some that get far. */
const KILLS = [1, 30, 140, 90, 180, 70, 160, 110, 150, 120];
const FLAGS = [...STEADY, '--workers', '2', '--concurrency', '16'];

test('ten kills end with the digest of an undisturbed crawl', { timeout: 120_000 }, async ({ folder }) => {
  const site = await HostileSite.steady();
  try {
    const undisturbed = folder.file('undisturbed.db');
    const { summary } = await crawlSite(folder, site, undisturbed, FLAGS);
    // Of one thread site.test.ts asks for less; two may each have a page of 10 MB at once.
    expect(summary.peakMemoryBytes).toBeLessThan(550_000_000);
    const file = folder.file('killed.db');
    for (const number of KILLS) {
      let running: Running | undefined;
      site.network.watch((request) => request === number && running?.process.kill('SIGKILL'));
      running = startCrawl(folder, site, file, FLAGS);
      expect((await running.ended).signal, `killed at request ${number}`).toBe('SIGKILL');
      expect(verify(file).faults, `after the kill at request ${number}`).toEqual([]);
      expect(unwanted(site)).toEqual([]);
    }
    site.network.watch();
    const { stderr } = await crawlSite(folder, site, file, FLAGS);
    expect(stderr).toContain('resuming: ');
    const { found, expected } = compareEnds(site, file, false);
    expect(found).toEqual(expected);
    expect(verify(file)).toMatchObject({ state: 'whole', digest: verify(undisturbed).digest });
  } finally {
    await site.close();
  }
});
