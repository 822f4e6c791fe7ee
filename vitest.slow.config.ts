import { defineConfig } from 'vitest/config';

// A command of its own (npm run test:slow), part of every check before a change lands: the hostile site, whose short
// time-outs want the machine to themselves, and kills before every step of the program.
export default defineConfig({
  test: {
    include: ['test/hostile/*.test.ts', 'test/crash/steps.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 30_000,
  },
});
