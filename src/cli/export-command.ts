/** `export` on the command line: the rows of a file, for other programs. */
import { UsageError } from '../errors.js';
import type { Flag } from './flag.js';
import { COMMON_FLAGS, fileToRead, READ_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

const FORMATS = ['jsonl', 'csv', 'json-files'] as const;
const TABLES = ['pages', 'links', 'executions'] as const;

export type ExportCommand = { readonly command: 'export'; readonly file: string } & (
  | {
      readonly format: 'jsonl' | 'csv';
      readonly table: (typeof TABLES)[number];
      /** Null = standard output. */
      readonly out: string | null;
    }
  | { readonly format: 'json-files'; readonly folder: string }
);

const FORMAT: Flag = {
  name: 'format',
  option: null,
  kind: 'choice',
  placeholder: '<format>',
  choices: FORMATS,
  default: { text: 'jsonl', value: 'jsonl' },
  group: 'What is written',
  help: 'How rows are written: one JSON object a line, CSV, or a file for each task.',
  resumable: 'free',
};

const WHAT: Flag = {
  name: 'what',
  option: null,
  kind: 'choice',
  placeholder: '<rows>',
  choices: TABLES,
  default: { text: 'pages; executions with json-files', value: null },
  group: FORMAT.group,
  help: 'Which rows: URLs with all that is known of them, links, or results of executors.',
  resumable: 'free',
};

const OUT: Flag = {
  name: 'out',
  option: null,
  kind: 'text',
  placeholder: '<path>',
  unit: 'file name; for json-files a folder',
  default: { text: 'standard output', value: null },
  group: FORMAT.group,
  help: 'Where to. A file is there once it is whole, and takes the place of an older one.',
  resumable: 'free',
};

export const EXPORT: Grammar<ExportCommand> = {
  name: 'export',
  usage: 'export [options]',
  summary: 'write pages, links or results as JSON Lines, CSV or JSON files',
  description: [
    'Writes the rows of a crawl for other programs, all of one moment; works while the crawl runs, too. The columns of pages are those of the view pages; of links source, target, nofollow; of executions key, params, executor, status, error, last_run, duration_ms, attempts, output. Cookies are never written.',
    'In CSV a text that a spreadsheet could take for a formula has a single quote in front of it, and control and invisible characters are written as \\x1b or \\u{202e}; JSON Lines change nothing. json-files writes <key>.status.json for each task, with its params, and the output, status and time of every executor.',
  ],
  flags: [FORMAT, WHAT, READ_FLAG, OUT, ...COMMON_FLAGS],
  operands: [],
  examples: [
    ['orbweaver export --what links --format csv --out links.csv', 'every link, for a spreadsheet'],
    ['orbweaver export --db products.db --format json-files --out results', 'one file for each task'],
  ],
  read(values) {
    const file = fileToRead(values);
    const format = (values['--format'] ?? FORMAT.default.value) as (typeof FORMATS)[number];
    const table = values['--what'] as (typeof TABLES)[number] | undefined;
    const out = (values['--out'] ?? null) as string | null;
    if (format !== 'json-files') return { command: 'export', file, format, table: table ?? 'pages', out };
    if (table !== undefined && table !== 'executions')
      throw new UsageError(`--format json-files is for executions, not for ${table}`);
    if (out === null)
      throw new UsageError('--format json-files needs a folder', { hint: 'give --out <folder>' });
    return { command: 'export', file, format, folder: out };
  },
};
