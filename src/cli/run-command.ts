/** `run` on the command line: a list of tasks instead of a site. */
import type { TaskOptions } from '../config/options.js';
import { TASK_FORMATS, type TaskFormat } from '../tasks/format.js';
import { crawlOptions, type ViewOptions, viewOptions } from './crawl-command.js';
import type { Flag } from './flag.js';
import { TASK_FLAGS } from './flags.js';
import type { Grammar, Labels } from './grammar.js';

export interface RunCommand {
  readonly command: 'run';
  /** File name, or `-` for standard input. */
  readonly list: string;
  /** null = told by the file. */
  readonly format: TaskFormat | null;
  readonly options: TaskOptions;
  readonly view: ViewOptions;
  readonly labels: Labels;
}

const FORMAT: Flag = {
  name: 'format',
  option: null,
  kind: 'choice',
  placeholder: '<format>',
  choices: [...TASK_FORMATS],
  default: { text: 'told by the file', value: null },
  group: 'Where to start',
  help: 'How the list is written.',
  resumable: 'free',
};

export const RUN: Grammar<RunCommand> = {
  name: 'run',
  usage: 'run <list> [options]',
  summary: 'run executors on a list of tasks',
  description: [
    'Asks for every address of a list (a JSON map from keys to params, a list of keys known from an earlier run, JSONL, or CSV; - is standard input) and runs executors on the answers. The same command again does only what is missing: what failed, what was added, what never ran.',
    'Params: url (required), method, headers, post_payload (sent as JSON), post_form, country; all others are handed to the executors.',
  ],
  flags: [FORMAT, ...TASK_FLAGS],
  operands: ['list'],
  examples: [
    ['orbweaver run tasks.json --executors ./prices.mjs --db work.db', 'run your functions on every task'],
    ['orbweaver run urls.csv --db work.db', 'write every answer into a file below work.files'],
  ],
  read(values, [list = ''], labels) {
    const format = values['--format'] as TaskFormat | undefined;
    const { maxParallelism } = values as { readonly maxParallelism?: number };
    return {
      command: 'run',
      list,
      format: format ?? null,
      options: { ...crawlOptions(values), ...(maxParallelism === undefined ? {} : { maxParallelism }) },
      view: viewOptions(values, labels),
      labels,
    };
  },
};
