import { defineConfig } from 'vitest/config';

// The hostile site, a command of its own (npm run test:hostile): its time-outs are short, so it wants the machine
// to itself.
export default defineConfig({
  test: {
    include: ['test/hostile/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 30_000,
  },
});
