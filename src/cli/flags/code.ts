/** Flags about the user's own code. */
import type { Flag } from '../flag.js';
import { NOTHING, OFF } from './defaults.js';
import { GROUPS } from './groups.js';

/** In the order of help. */
export const CODE_FLAGS: readonly Flag[] = [
  {
    name: 'executors',
    option: 'executors',
    kind: 'text',
    placeholder: '<module|scrape>',
    repeatable: true,
    unit: 'file name',
    default: NOTHING,
    group: GROUPS.code,
    help: 'Module whose exported functions are run on every page, in their order, in the thread that fetched it; what they return is stored. scrape, which is built in, writes each body into a file.',
    resumable: 'free',
  },
  {
    name: 'force',
    option: 'force',
    kind: 'text',
    placeholder: '<executor|all>',
    repeatable: true,
    unit: 'name of an executor',
    default: NOTHING,
    group: GROUPS.code,
    help: 'Run an executor again on pages where it has succeeded.',
    resumable: 'free',
  },
  {
    name: 'keep-bodies',
    option: 'keepBodies',
    kind: 'switch',
    default: OFF,
    group: GROUPS.code,
    help: 'Store the bodies of pages, compressed, so that executors can be run again without asking for them.',
    resumable: 'free',
  },
  {
    name: 'executor-timeout',
    option: 'executorTimeout',
    kind: 'seconds',
    placeholder: '<seconds>',
    unit: 'seconds',
    default: { text: '30', value: 30 },
    min: 0.1,
    max: 86_400,
    group: GROUPS.code,
    help: 'How long one executor may take on one page.',
    resumable: 'free',
  },
  {
    name: 'keep-going',
    option: 'keepGoing',
    kind: 'switch',
    default: OFF,
    group: GROUPS.code,
    help: 'Go on after a fault in an executor, such as a TypeError, which ends the run otherwise.',
    resumable: 'free',
  },
  {
    name: 'files',
    option: 'files',
    kind: 'text',
    placeholder: '<folder>',
    unit: 'folder name',
    default: { text: 'that of --db with .files for an ending', value: null },
    group: GROUPS.code,
    help: 'Folder for the files that executors write.',
    resumable: 'free',
  },
];
