/** Flags about the file that holds the crawl. */
import type { Flag } from '../flag.js';
import { OFF } from './defaults.js';
import { GROUPS } from './groups.js';

/** Where the crawl is kept. */
export const DB_FLAG: Flag = {
  name: 'db',
  option: 'db',
  kind: 'text',
  placeholder: '<file>',
  unit: 'file name',
  default: { text: 'crawl.db', value: 'crawl.db' },
  group: GROUPS.file,
  help: 'SQLite file that holds the crawl. If it holds an unfinished one, that one is continued.',
  resumable: 'free',
};

/** In the order of help. */
export const FILE_FLAGS: readonly Flag[] = [
  DB_FLAG,
  {
    name: 'fresh',
    option: 'fresh',
    kind: 'switch',
    default: OFF,
    group: GROUPS.file,
    help: 'Delete what the file holds and start over.',
    resumable: 'free',
  },
];
