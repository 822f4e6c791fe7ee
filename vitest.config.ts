import { defineConfig } from 'vitest/config';

// Tests import the built files (`dist/`) and start the built program: what is tested is what ships.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Commands of their own: vitest.long.config.ts, vitest.slow.config.ts.
    exclude: [
      'test/crash/{clocks,executors,kill-more,long,names,steps}.test.ts',
      'test/hostile/*.test.ts',
      'test/cli/{demo,explain,one-writer,storage,terminal,views}.test.ts',
      'test/crawl/{ca,cookies,determinism-all,proxies,sitemaps,threads,traps}.test.ts',
      'test/executors/{failures,fetch,follow,follow-depth,force,lost,rerun,stuck,verify}.test.ts',
      'test/download/{foreign-files,limits,names,views}.test.ts',
      'test/frontier/sqlite-more.test.ts',
      'test/run/{limits,lists,requests}.test.ts',
      'test/walk/{lost,program}.test.ts',
      'test/benchmarks/*.test.ts',
    ],
    pool: 'forks',
    // Most tests wait for processes and clocks, not for the processor.
    maxWorkers: 4,
    testTimeout: 60_000,
    isolate: false,
    hookTimeout: 30_000,
  },
});
