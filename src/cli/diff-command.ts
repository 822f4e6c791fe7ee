/** `diff` on the command line: what changed from one crawl to another. */
import { FIELDS, type Field } from '../diff/differences.js';
import { UsageError } from '../errors.js';
import type { Flag } from './flag.js';
import { COMMON_FLAGS, outputSwitch } from './flags.js';
import type { Grammar } from './grammar.js';

export interface DiffCommand {
  readonly command: 'diff';
  readonly old: string;
  readonly new: string;
  readonly form: 'text' | 'json' | 'markdown';
  /** Details shown of each kind at most. */
  readonly limit: number;
  readonly fields: ReadonlySet<Field>;
  readonly links: boolean;
  /** As typed. */
  readonly map: { readonly from: string; readonly to: string } | null;
  /** Whether a difference makes the exit status 1. */
  readonly exitCode: boolean;
}

const IGNORABLE = [...FIELDS, 'links'] as const;

const IGNORE: Flag = {
  name: 'ignore',
  option: null,
  kind: 'choice',
  placeholder: '<what>',
  choices: IGNORABLE,
  repeatable: true,
  default: { text: 'nothing', value: null },
  group: 'What is compared',
  help: 'Leave this out: a field of pages, or all links. Bodies differ on every page of sites that print the time.',
  resumable: 'free',
};

const MAP: Flag = {
  name: 'map',
  option: null,
  kind: 'text',
  placeholder: '<from=to>',
  unit: 'two origins, or folders of them',
  default: { text: 'addresses are compared as they are', value: null },
  group: IGNORE.group,
  help: 'Read addresses of the old crawl below <from> as if they were below <to>: one site in two places.',
  resumable: 'free',
};

const LIMIT: Flag = {
  name: 'limit',
  option: null,
  kind: 'count',
  placeholder: '<n>',
  unit: 'lines of each kind',
  min: 1,
  max: 1_000_000,
  default: { text: '20', value: 20 },
  group: 'What is shown',
  help: 'Show so many differences of each kind at most. All are counted; --json prints all.',
  resumable: 'free',
};

export const DIFF: Grammar<DiffCommand> = {
  name: 'diff',
  usage: 'diff <old.db> <new.db> [options]',
  summary: 'say what changed from one crawl to another',
  description: [
    'Compares two crawls by URL: pages added, gone and changed (title, body, HTTP status, redirect, state), links added and gone. Says so when one of them is not finished, or was made with other settings, because then less can be said. Reads only, and beside running crawls, too; files of older versions are read as they are.',
    'Exits with 0 whether they differ or not; with --exit-code it is 1 if they do.',
  ],
  flags: [
    IGNORE,
    MAP,
    LIMIT,
    outputSwitch(
      'json',
      'Print every difference as one JSON object a line, with what the files are before and the counts behind.',
    ),
    outputSwitch('markdown', 'Print a report for an issue or a pull request.'),
    outputSwitch('exit-code', 'Exit with 1 if there is a difference.'),
    ...COMMON_FLAGS,
  ],
  operands: ['old.db', 'new.db'],
  examples: [
    ['orbweaver diff monday.db tuesday.db', 'counts, and the first of each kind'],
    [
      'orbweaver diff test.db live.db --map http://localhost:8080=https://example.org',
      'a site on a test server and the live one',
    ],
    ['orbweaver diff main.db branch.db --ignore body --markdown --exit-code', 'a report for a pull request'],
  ],
  read(values, [old = '', now = '']) {
    const [json, markdown] = [values['--json'] === true, values['--markdown'] === true];
    if (json && markdown) throw new UsageError('--json and --markdown exclude each other');
    const ignored = new Set(values['--ignore'] as readonly string[] | undefined);
    return {
      command: 'diff',
      old,
      new: now,
      form: json ? 'json' : markdown ? 'markdown' : 'text',
      limit: (values['--limit'] ?? LIMIT.default.value) as number,
      fields: new Set(FIELDS.filter((field) => !ignored.has(field))),
      links: !ignored.has('links'),
      map: readMap(values['--map'] as string | undefined),
      exitCode: values['--exit-code'] === true,
    };
  },
};

/** A `=` may also stand inside the first address. */
function readMap(text: string | undefined): DiffCommand['map'] {
  if (text === undefined) return null;
  const [, from, to] = /^(.+?)=(https?:.*)$/i.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { from, to };
  throw new UsageError(`--map must be two addresses with = between them, got '${text}'`, {
    hint: 'write --map http://localhost:8080=https://example.org',
  });
}
