import { defineConfig } from 'vitest/config';

// A command of its own (npm run test:slow), part of every check before a change lands: the hostile site, whose short
// time-outs want the machine to themselves; kills before every step and while clocks run; files that go away under a
// crawl, names of downloads whatever is late, and what lies in their folder already; more random webs; traps; and
// what starts the program most often: the demo, explain, status and export, the terminal, threads that die or are
// stuck, cookies, sitemaps, --ca, proxies, requests of executors, task lists, forced reruns, how much is downloaded
// at once, walks of the program, the benchmarks on a small scale. The rooms behind all of these have tests of their
// own in npm test.
export default defineConfig({
  test: {
    include: [
      'test/hostile/*.test.ts',
      'test/crash/{clocks,executors,kill-more,names,steps}.test.ts',
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
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 30_000,
  },
});
