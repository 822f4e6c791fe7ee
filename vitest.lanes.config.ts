import { defineConfig } from 'vitest/config';

// The two lanes of link extraction on a million mutated pages, a command of its own (npm run test:lanes): it takes
// minutes. ORBWEAVER_FUZZ_PAGES=<folder> mutates the HTML files of a folder, ORBWEAVER_FUZZ_SEED begins elsewhere.
export default defineConfig({
  test: {
    include: ['test/workers/lanes.test.ts'],
    pool: 'forks',
    env: { ORBWEAVER_FUZZ_RUNS: process.env['ORBWEAVER_FUZZ_RUNS'] ?? '1000000' },
    hookTimeout: 30_000,
  },
});
