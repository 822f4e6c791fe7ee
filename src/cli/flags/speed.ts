/** Flags that say how fast requests are made, and how politely. */
import { availableParallelism } from 'node:os';
import type { Flag } from '../flag.js';
import { GROUPS } from './groups.js';

const CORES = availableParallelism();
/** Of a crawl, whose main thread has a core's work to do itself. */
export const CORES_LESS_ONE = { text: 'cores available less one, at least 1', value: Math.max(1, CORES - 1) };
/** Where threads do more than find links. */
export const ALL_CORES = { text: 'cores available', value: CORES };

/** In the order of help. */
export const SPEED_FLAGS: readonly Flag[] = [
  {
    name: 'workers',
    option: 'workers',
    kind: 'count',
    placeholder: '<n>',
    unit: 'threads',
    default: CORES_LESS_ONE,
    min: 1,
    max: 256,
    group: GROUPS.speed,
    help: 'Worker threads that fetch and parse pages.',
    resumable: 'free',
  },
  {
    name: 'concurrency',
    option: 'concurrency',
    kind: 'count',
    placeholder: '<n>',
    unit: 'requests per worker',
    default: { text: '16', value: 16 },
    min: 1,
    max: 1024,
    group: GROUPS.speed,
    help: 'Requests in flight in one worker thread.',
    resumable: 'free',
  },
  {
    name: 'per-host',
    option: 'perHost',
    kind: 'count',
    placeholder: '<n>',
    unit: 'requests',
    default: { text: '2 public, unlimited private', value: null },
    min: 1,
    max: 10_000,
    group: GROUPS.speed,
    help: 'Requests in flight to one host. Private: a loopback or private address, or localhost.',
    resumable: 'free',
  },
  {
    name: 'delay',
    option: 'delay',
    kind: 'seconds',
    placeholder: '<seconds>',
    unit: 'seconds',
    default: { text: '1 public, 0 private', value: null },
    min: 0,
    max: 86_400,
    group: GROUPS.speed,
    help: 'Least time between the starts of two requests to one host. A longer Crawl-delay in robots.txt wins.',
    resumable: 'free',
  },
  {
    name: 'worker-memory',
    option: 'workerMemory',
    kind: 'count',
    placeholder: '<MiB>',
    unit: 'MiB',
    // From here on V8 lets a small heap grow fourfold before it collects all of it, not by half: a third as many
    // collections, which the bytes of pages bring about.
    default: { text: '2048', value: 2048 },
    min: 32,
    max: 65_536,
    group: GROUPS.speed,
    help: 'Heap limit of one worker thread. A thread that passes it is replaced. Less than the default costs up to a sixth more CPU time, and saves memory where pages are large.',
    resumable: 'free',
  },
];

/** Of `run` only: there it takes the place of --concurrency. */
export const MAX_PARALLELISM: Flag = {
  name: 'max-parallelism',
  option: 'maxParallelism',
  kind: 'count',
  placeholder: '<n>',
  unit: 'tasks',
  default: { text: '100', value: 100 },
  min: 1,
  max: 10_000,
  group: GROUPS.speed,
  help: 'Tasks at once, in all threads together; --per-host and --delay still hold.',
  resumable: 'free',
};
