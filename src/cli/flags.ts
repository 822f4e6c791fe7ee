/**
 * The flags of `crawl` and `run`: one record each, in the file of its section of help. From these come the command line,
 * `--help`, the table in the README, the library's checks and defaults, and the tests over all of them.
 */
import type { Flag } from './flag.js';
import { CODE_FLAGS } from './flags/code.js';
import { FILE_FLAGS } from './flags/file.js';
import { GROUPS } from './flags/groups.js';
import { LIMIT_FLAGS } from './flags/limits.js';
import { COMMON_FLAGS, OUTPUT_FLAGS } from './flags/output.js';
import { REQUEST_FLAGS } from './flags/requests.js';
import { SCOPE_FLAGS } from './flags/scope.js';
import { ALL_CORES, MAX_PARALLELISM, SPEED_FLAGS } from './flags/speed.js';
import { START_FLAGS } from './flags/start.js';

export { fileToRead, READ_FLAG } from './flags/file.js';
export { COMMON_FLAGS, outputSwitch } from './flags/output.js';
export { PROXIES_FLAG, PROXY_FLAG } from './flags/requests.js';

/** Every flag of `crawl`, in the order of help. */
export const CRAWL_FLAGS: readonly Flag[] = [
  ...START_FLAGS,
  ...SCOPE_FLAGS,
  ...SPEED_FLAGS,
  ...LIMIT_FLAGS,
  ...REQUEST_FLAGS,
  ...CODE_FLAGS,
  ...FILE_FLAGS,
  ...OUTPUT_FLAGS,
  ...COMMON_FLAGS,
];

/** Flags that say which pages belong to a crawl, or when it has enough of them. */
const OF_A_SITE: ReadonlySet<string> = new Set(
  (
    'seed seeds base scope profile include exclude strip-param within sitemaps concurrency max-pages max-depth ' +
    'max-variants max-per-host retry-failed fail-on-broken'
  ).split(' '),
);

/** What flags of both commands mean to `run`, where that is not the same. */
const OF_TASKS: Readonly<Record<string, Partial<Flag>>> = {
  config: {
    help: 'JSON file with flags: { "db": "work.db", "max-parallelism": 20, "no-robots": true }. A flag that is typed takes the place of the one in the file. Names of files in it are taken from its own folder.',
  },
  'no-robots': { group: GROUPS.requests, help: 'Do not obey robots.txt. For sites of your own.' },
  'allow-private': {
    group: GROUPS.requests,
    help: 'Let redirects, and requests of executors, lead to loopback and private addresses. Without it only hosts named in the list are connected to there.',
  },
  workers: { default: ALL_CORES, help: 'Worker threads that fetch pages and run executors.' },
  'max-body': { help: 'Largest answer, as sent and as unpacked; a larger one fails as too-large.' },
  header: { help: 'Extra request header, sent to the origins named in the list only.' },
  'parse-timeout': { help: 'Time that one page may hold its thread, once it is fetched.' },
  executors: {
    default: { text: 'scrape', value: 'scrape' },
    help: 'Module whose exported functions are run on every answer, in their order, in the thread that fetched it; what they return is stored. scrape, which is built in, writes each body into a file.',
  },
  force: { help: 'Run an executor again on tasks where it has succeeded.' },
  'executor-timeout': {
    default: { text: 'that of --timeout', value: null },
    help: 'How long one executor may take on one task.',
  },
  db: {
    help: 'SQLite file that holds tasks and results. What succeeded in an earlier run over it is passed over.',
  },
};

/** Every flag of `run`, in the order of help. Nothing in the file must match: a list says itself what belongs to it. */
export const TASK_FLAGS: readonly Flag[] = [
  MAX_PARALLELISM,
  ...CRAWL_FLAGS.filter(({ name }) => !OF_A_SITE.has(name)).map((flag): Flag => ({
    ...flag,
    ...OF_TASKS[flag.name],
    resumable: 'free',
  })),
];
