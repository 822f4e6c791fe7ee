import { defineConfig } from 'vitest/config';

// Tests import the built files (`dist/`) and start the built program: what is tested is what ships.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/crash/long.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
