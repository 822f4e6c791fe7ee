/**
 * The hostile site, crawled whole by the built program: every ordinary page is fetched, every case ends as a
 * standard says it must, nothing is asked for that is no link, in bounded memory and time.
 */
import { expect } from 'vitest';
import { compareEnds } from '../site/ends.js';
import { HOLDING_PATTERN } from '../site/held.js';
import { HostileSite } from '../site/hostile-site.js';
import { HAS_ADDRESSES } from '../site/network.js';
import { read } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { test } from '../support/program.js';
import type { Folder } from '../support/program.js';
import { crawlSite, STEADY } from './crawl.js';

const MB = 1_000_000;
const TIMEOUT = { timeout: 120_000 };

/**
 * A crawl to its end; what it ended with is compared with what the site says. `isCounted`: requests too. With
 * more threads than cores a page now and then takes longer than `--timeout`, and is asked for again.
 */
async function judge(
  folder: Folder,
  site: HostileSite,
  name: string,
  flags: readonly string[],
  isCounted = true,
) {
  site.network.watch();
  const file = folder.file(`${name}.db`);
  const { status, stderr, summary } = await crawlSite(folder, site, file, flags);
  const { found, expected, tally, todo } = compareEnds(site, file, isCounted);
  expect(found, name).toEqual(expected);
  // URLs that failed for another reason than a 4xx.
  expect(status, stderr).toBe(1);
  const { status: verified, state, digest, faults } = verify(file);
  expect({ verified, state, faults }, name).toEqual({ verified: 0, state: 'whole', faults: [] });
  process.stderr.write(`${name}: ${JSON.stringify({ ...tally, ...costs(summary) })}\n`);
  return { digest, todo, stderr, summary };
}

function costs({ peakMemoryBytes, elapsedMs }: { peakMemoryBytes: number; elapsedMs: number }) {
  return { 'peak MB': Math.round(peakMemoryBytes / MB), s: elapsedMs / 1000 };
}

test(
  'every page and every case ends as it must, the same with 1 and with 8 workers',
  TIMEOUT,
  async ({ folder }) => {
    const site = await HostileSite.steady();
    try {
      const one = await judge(folder, site, 'one worker', [
        ...STEADY,
        '--workers',
        '1',
        '--concurrency',
        '16',
        '--worker-memory',
        '512',
      ]);
      const eight = await judge(
        folder,
        site,
        'eight workers',
        [...STEADY, '--workers', '8', '--concurrency', '8'],
        false,
      );
      expect(eight.digest).toBe(one.digest);
      // That none went astray is worth something only where many came back.
      if (HAS_ADDRESSES) expect(site.network.cookiesReturned).toBeGreaterThan(20);
      // Each thread may have pages of 10 MB at once; whether two have is chance.
      expect(one.summary.peakMemoryBytes).toBeLessThan(400 * MB);
      expect(eight.summary.peakMemoryBytes).toBeLessThan(1000 * MB);
      // Two tries of three seconds are the longest any case may take; the rest is for the machine.
      expect(one.summary.elapsedMs).toBeLessThan(30_000);
      for (const todo of one.todo) process.stderr.write(`not judged yet – ${todo}\n`);
    } finally {
      await site.close();
    }
  },
);

test(
  'hosts that answer nothing but trouble are given up aloud, and nobody else with them',
  TIMEOUT,
  async ({ folder }) => {
    const site = await HostileSite.givingUp();
    try {
      const flags = ['--workers', '2', '--concurrency', '16', '--give-up', '0.02'];
      const { stderr, summary } = await judge(folder, site, 'giving up', flags);
      expect(summary.peakMemoryBytes).toBeLessThan(400 * MB);
      expect(summary.elapsedMs).toBeLessThan(20_000);
      const aloud = [...stderr.matchAll(/^giving up (\S+) \(host\)/gm)].map(([, host]) => host).sort();
      expect(aloud).toEqual(summary.hostsGivenUp.map(({ host }) => host).sort());
      // Seven without a robots.txt, and two that answer it and nothing else.
      expect(aloud.length).toBe(9);
    } finally {
      await site.close();
    }
  },
);

test(
  'a page that holds the only thread fails alone, and what it held up is fetched',
  TIMEOUT,
  async ({ folder }) => {
    const site = await HostileSite.held();
    try {
      const limits = ['--exclude', HOLDING_PATTERN, '--parse-timeout', '4'];
      const flags = [...limits, '--workers', '1', '--concurrency', '16'];
      const { stderr, summary } = await judge(folder, site, 'held', flags);
      expect(stderr).toMatch(/was held by http:\S+\/holds for more than 4 s: ended and replaced/);
      expect(summary.elapsedMs).toBeLessThan(30_000);
    } finally {
      await site.close();
    }
  },
);

test('a wait of years is cut to an hour, a Crawl-delay to a minute', TIMEOUT, async ({ folder }) => {
  const site = await HostileSite.absurd();
  try {
    const file = folder.file('absurd.db');
    const startedAt = Date.now();
    const { status, stderr } = await crawlSite(folder, site, file, ['--max-time', '2']);
    const { found, expected } = compareEnds(site, file);
    expect(found).toEqual(expected);
    expect(status, stderr).toBe(3);
    expect(stderr).toMatch(/robots\.txt sets 60 s between requests/);
    const hosts = read<{ wait: number | null; delay: number | null }>(
      file,
      `SELECT blocked_until - ${startedAt} AS wait, crawl_delay_ms AS delay FROM hosts
         WHERE blocked_until IS NOT NULL OR crawl_delay_ms IS NOT NULL ORDER BY delay`,
    );
    expect(hosts.map(({ delay }) => delay)).toEqual([null, null, null, 60_000]);
    for (const { wait } of hosts.slice(0, 3)) {
      expect(wait).toBeGreaterThan(3_599_000);
      expect(wait).toBeLessThan(3_610_000);
    }
  } finally {
    await site.close();
  }
});
