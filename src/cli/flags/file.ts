/** Flags about the file that holds the crawl. */
import type { Flag } from '../flag.js';
import type { TypedValues } from '../grammar.js';
import { OFF } from './defaults.js';
import { GROUPS } from './groups.js';

/** Where the crawl is kept. */
const DB_FLAG: Flag = {
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

/** The same for commands that only read the file. */
export const READ_FLAG: Flag = { ...DB_FLAG, option: null, help: 'SQLite file of the crawl.' };

/** Which file to read, of the values of a command that has `READ_FLAG`. */
export function fileToRead(values: TypedValues): string {
  return (values['--db'] ?? READ_FLAG.default.value) as string;
}

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
