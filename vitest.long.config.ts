import { defineConfig } from 'vitest/config';

// The long crash suite, a command of its own (npm run test:crash): it takes minutes.
export default defineConfig({
  test: { include: ['test/crash/long.test.ts'], pool: 'forks', testTimeout: 1_800_000, hookTimeout: 30_000 },
});
