/** Flags that say where a crawl starts. */
import type { Flag } from '../flag.js';
import { NOTHING } from './defaults.js';
import { GROUPS } from './groups.js';

/** In the order of help. */
export const START_FLAGS: readonly Flag[] = [
  {
    name: 'seed',
    option: 'seeds',
    kind: 'text',
    placeholder: '<url|path>',
    repeatable: true,
    unit: 'URL, or path below --base',
    default: { text: 'none; one is required', value: null },
    group: GROUPS.start,
    help: 'Page to start from; may be given more than once.',
    resumable: 'fixed',
  },
  {
    name: 'seeds',
    option: null,
    kind: 'text',
    placeholder: '<file|->',
    repeatable: true,
    unit: 'file name',
    default: NOTHING,
    group: GROUPS.start,
    help: 'File with one seed a line, or - for standard input. Blank lines and lines that start with # are left out.',
    resumable: 'fixed',
  },
  {
    name: 'base',
    option: 'base',
    kind: 'text',
    placeholder: '<origin>',
    unit: 'URL',
    default: { text: 'https://en.wikipedia.org', value: 'https://en.wikipedia.org' },
    group: GROUPS.start,
    help: 'Site of the seeds that are given as a path.',
    resumable: 'free',
  },
  {
    name: 'config',
    option: null,
    kind: 'text',
    placeholder: '<file>',
    unit: 'file name',
    default: NOTHING,
    group: GROUPS.start,
    help: 'JSON file with flags: { "seed": ["/a"], "max-pages": 100, "no-robots": true }. A flag that is typed takes the place of the one in the file. Names of files in it are taken from its own folder.',
    resumable: 'free',
  },
];
