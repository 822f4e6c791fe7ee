/** The stages of a page in a real crawl, and the profiles that Node.js leaves of every thread. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INTERVAL_US, REST, samplesBy, type Stages } from './cpu-stages.js';

export type Thread = 'main' | 'worker';

/** In the order of a page's way; places are those of {@link Stages}. */
export const CRAWL_STAGES: Readonly<Record<Thread, Stages>> = {
  main: {
    claim: ['queue.js', 'sqlite.js claim', 'waiting.js', 'dispatcher.js #claim', 'politeness.js'],
    dispatch: [
      'dispatcher.js',
      'flights.js',
      'slots.js',
      'pool.js',
      'task-for.js',
      'piscina/',
      'postMessage',
    ],
    file: [
      'filing.js',
      'batch.js',
      'records.js',
      'sqlite.js',
      'sqlite.js apply',
      'urls.js settle',
      'urls.js row',
    ],
    'look up and admit': ['urls.js', 'known-urls.js', 'outside.js', 'scope.js'],
    edges: ['graph.js'],
    'host clocks': ['hosts.js', 'host-ledger.js'],
    commit: ['transactions.js commit'],
    'start and end': ['node:internal/modules/', 'node:internal/bootstrap/', 'commands/', 'cli/', 'database/'],
    collect: ['(garbage collector)'],
    // Sockets, the disk, the event loop itself.
    'no JavaScript': ['(program)'],
  },
  worker: {
    fetch: [
      ...files('fetcher lines exchange asker guard'),
      'undici/',
      'node:net',
      'node:internal/stream_base_commons',
      'node:internal/streams/',
      'node:timers',
    ],
    decode: files('decode answer-body content-coding coding-stream answer'),
    extract: [
      ...files('links fast-lane finds within bails link-table nofollow tag-names'),
      ...files('quick-head quick-nesting quick-scan scan-tables quick-svg quick-tags page-bytes lean-tree'),
      'parse5/',
    ],
    resolve: [
      ...files('link-sorter link-memory href page-base key-lists'),
      ...files('canonicalise percent scope strip-params copied'),
    ],
    hash: ['node:internal/crypto/', 'node:crypto'],
    post: ['postMessage', 'page.js', 'piscina/'],
    'start and end': ['node:internal/modules/', 'node:internal/bootstrap/'],
    collect: ['(garbage collector)'],
    // Sockets, the disk, the event loop itself.
    'no JavaScript': ['(program)'],
  },
};

/** Whole files, by name. */
function files(names: string): string[] {
  return names.split(' ').map((name) => `${name}.js`);
}

/** How to have Node.js leave a profile of every thread in a folder. */
export function profileFlags(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`];
}

/** Samples by stage, `main claim` and so on, of all profiles in a folder. */
export function crawlSamples(folder: string): Record<string, number> {
  const sums: Record<string, number> = Object.fromEntries(stageNames().map((name) => [name, 0]));
  for (const file of readdirSync(folder)) {
    // CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile; the main thread is 0.
    const thread: Thread = file.split('.')[4] === '0' ? 'main' : 'worker';
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profiler.Profile; // Written by Node.js.
    for (const [stage, count] of Object.entries(samplesBy(CRAWL_STAGES[thread], unbundled(profile))))
      sums[`${thread} ${stage}`] = (sums[`${thread} ${stage}`] ?? 0) + count;
  }
  return sums;
}

/** A profile whose frames name the files that the program was put together from (scripts/bundle.mjs). */
function unbundled(profile: Profiler.Profile): Profiler.Profile {
  const maps = new Map<string, SourceMap | null>();
  const sourceOf = (url: string, line: number, column: number): string => {
    if (!url.startsWith('file:') || url.includes('/node_modules/')) return url;
    let map = maps.get(url);
    if (map === undefined) maps.set(url, (map = sourceMapOf(url)));
    const entry = map?.findEntry(line, column);
    return entry !== undefined && 'originalSource' in entry ? entry.originalSource.replace(/ts$/, 'js') : url;
  };
  const nodes = profile.nodes.map((node) => {
    const { url, lineNumber, columnNumber } = node.callFrame;
    return { ...node, callFrame: { ...node.callFrame, url: sourceOf(url, lineNumber, columnNumber) } };
  });
  return { ...profile, nodes };
}

function sourceMapOf(url: string): SourceMap | null {
  const file = `${fileURLToPath(url)}.map`;
  // Written by the compiler or the bundler.
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as never) : null;
}

/** All of them, in order. */
export function stageNames(): string[] {
  const threads: readonly Thread[] = ['main', 'worker'];
  return threads.flatMap((thread) =>
    [...Object.keys(CRAWL_STAGES[thread]), REST].map((stage) => `${thread} ${stage}`),
  );
}
