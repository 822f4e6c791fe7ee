/** The flags of `download`: its own, and those of `crawl` that are about requests. */
import type { Flag } from './flag.js';
import { CRAWL_FLAGS, outputSwitch } from './flags.js';
import { ALL_CORES, MAX_PARALLELISM } from './flags/speed.js';

const GROUPS = {
  choice: 'Which files',
  place: 'Where they go',
  speed: 'How fast, and how politely',
} as const;
const ALL = { text: 'all', value: null } as const;
const OFF = { text: 'off', value: false } as const;

/** One that links must match. */
function rule(name: 'text' | 'select' | 'match', kind: 'regex' | 'selector', help: string): Flag {
  return {
    name,
    option: name,
    kind,
    placeholder: `<${kind}>`,
    unit: kind === 'regex' ? 'regular expression' : 'CSS selector',
    default: ALL,
    group: GROUPS.choice,
    help,
    resumable: 'free',
  };
}

const OWN_FLAGS: readonly Flag[] = [
  rule('text', 'regex', 'Take links whose text matches; not anchored.'),
  rule('select', 'selector', 'Take links that match, or that stand inside what matches.'),
  rule('match', 'regex', 'Take links whose address matches; not anchored.'),
  {
    name: 'ext',
    option: 'ext',
    kind: 'text',
    placeholder: '<list>',
    repeatable: true,
    unit: 'endings, as in mp3,pdf',
    default: ALL,
    group: GROUPS.choice,
    help: 'Take links to files that are named so.',
    resumable: 'free',
  },
  {
    name: 'type',
    option: 'type',
    kind: 'text',
    placeholder: '<list>',
    repeatable: true,
    unit: 'content types, as in audio/*',
    default: ALL,
    group: GROUPS.choice,
    help: 'Keep only answers of these types. Each link that the other rules allow is asked for, to know.',
    resumable: 'free',
  },
  {
    name: 'depth',
    option: 'depth',
    kind: 'count',
    placeholder: '<n>',
    unit: 'listings',
    default: { text: '0', value: 0 },
    min: 0,
    max: 100,
    group: GROUPS.choice,
    help: 'Follow nested listings that deep: folders below a page, never above.',
    resumable: 'free',
  },
  {
    ...outputSwitch(
      'dry-run',
      'Ask for the listing pages only, and print what would be fetched, one file a line.',
    ),
    option: 'dryRun',
    group: GROUPS.choice,
  },
  {
    name: 'into',
    option: 'into',
    kind: 'text',
    placeholder: '<folder>',
    unit: 'folder name',
    default: { text: 'downloads', value: 'downloads' },
    group: GROUPS.place,
    help: 'Folder for the files; made where there is none.',
    resumable: 'free',
  },
  {
    name: 'layout',
    option: 'layout',
    kind: 'choice',
    placeholder: '<which>',
    choices: ['tree', 'flat', 'by-page'],
    default: { text: 'tree', value: 'tree' },
    group: GROUPS.place,
    help: 'tree: folders as on the server, below the page; flat: none; by-page: one for each listing page, named after it. Stays the same for the life of a --db.',
    resumable: 'free',
  },
  {
    name: 'refresh',
    option: 'refresh',
    kind: 'switch',
    default: OFF,
    group: GROUPS.place,
    help: 'Ask for files that are there, too, and fetch those that have changed.',
    resumable: 'free',
  },
  {
    ...MAX_PARALLELISM,
    default: { text: '16', value: 16 },
    help: 'Requests at once, in all workers together: files, pieces of large ones, and pages.',
  },
  {
    name: 'segments',
    option: 'segments',
    kind: 'count',
    placeholder: '<n>',
    unit: 'requests',
    default: { text: '1', value: 1 },
    min: 1,
    max: 16,
    group: GROUPS.speed,
    help: 'Fetch a large file by so many requests side by side, where the server can; they count for --max-parallelism and --per-host.',
    resumable: 'free',
  },
  {
    name: 'limit-rate',
    option: 'limitRate',
    kind: 'bytes',
    placeholder: '<size>',
    unit: 'bytes a second',
    default: { text: 'no limit', value: null },
    min: 1024,
    max: 1024 ** 4,
    group: GROUPS.speed,
    help: 'Rate of all files together.',
    resumable: 'free',
  },
];

/** Flags of `crawl` that mean the same, or what stands here. */
const SHARED: Readonly<Record<string, Partial<Flag>>> = {
  config: {
    help: 'JSON file with flags: { "ext": ["mp3"], "into": "music", "depth": 5 }. A flag that is typed takes the place of the one in the file. Names of files in it are taken from its own folder.',
  },
  workers: { default: ALL_CORES, help: 'Worker threads that fetch, hash and write.' },
  'per-host': {},
  delay: {},
  'max-time': {},
  'max-redirects': { help: 'Redirects in a row that are followed.' },
  'max-body': { help: 'Largest listing page; files have no limit.' },
  'no-robots': { help: 'Do not obey robots.txt. For sites of your own.' },
  'allow-private': {
    help: 'Let links and redirects lead to loopback and private addresses. Without it only hosts named on the command line are connected to there.',
  },
  'user-agent': {},
  header: { help: 'Extra request header, sent to the sites of the pages named only.' },
  ca: {},
  proxy: {},
  proxies: {},
  'no-cookies': {},
  'load-cookies': {},
  timeout: {
    help: 'Time for a page, or for the head of a file and for silence after it; a file as a whole has no limit.',
  },
  retries: {},
  'retry-delay': {},
  'give-up': {},
  db: {
    default: { text: 'downloads.db', value: 'downloads.db' },
    help: 'SQLite file that remembers what was fetched. What is there is not fetched again.',
  },
  quiet: {},
  verbose: { help: 'Print a line for every file and page.' },
  json: {
    help: 'Print the summary as one JSON object on standard output; with --dry-run, one for each file.',
  },
  'no-progress': {},
  help: {},
  version: {},
};

/** Every flag of `download`, in the order of help. */
export const DOWNLOAD_FLAGS: readonly Flag[] = [
  ...OWN_FLAGS,
  ...CRAWL_FLAGS.filter(({ name }) => name in SHARED).map((flag): Flag => ({
    ...flag,
    ...SHARED[flag.name],
    resumable: 'free',
  })),
];
