/**
 * The contract of src/frontier/frontier.ts as one suite for every frontier. It runs twice: with one
 * frontier all along, and with a new one opened over the same home after every step in which no lease is
 * held. Calls are awaited, so that a frontier whose methods answer promises can run it as it stands.
 */
import { describe } from 'vitest';
import { Bench, type BenchOptions, type MakeHome } from './bench.js';
import { claimingContract } from './claiming.js';
import { depthContract } from './depths.js';
import { filingContract } from './filing.js';
import { guardContract } from './guards.js';
import { listingContract } from './listing.js';
import { redirectContract } from './redirects.js';
import { restartContract } from './restarts.js';
import { seedChainContract } from './seed-chains.js';

/** Runs a test with a started frontier and takes it away afterwards. */
export type WithBench = (options: BenchOptions, use: (bench: Bench) => Promise<void>) => Promise<void>;

export function frontierContract(name: string, makeHome: MakeHome): void {
  describe.each([
    ['in one go', false],
    ['reopened after every step', true],
  ])(`${name}, %s`, (_, isReopening) => {
    const withBench: WithBench = async (options, use) => {
      const bench = await Bench.start(await makeHome(), options, isReopening);
      try {
        await use(bench);
      } finally {
        await bench.close();
      }
    };
    claimingContract(withBench);
    filingContract(withBench);
    depthContract(withBench);
    redirectContract(withBench);
    seedChainContract(withBench);
  });
  guardContract(name, makeHome);
  listingContract(name, makeHome);
  restartContract(name, makeHome);
}
