/** `path` on the command line: the shortest chain of links between two pages. */
import { UsageError } from '../errors.js';
import type { Flag } from './flag.js';
import { COMMON_FLAGS, fileToRead, outputSwitch, READ_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

export interface PathCommand {
  readonly command: 'path';
  /** As typed: a title, a URL, or a path on the site of the seeds. */
  readonly from: string;
  readonly to: string;
  readonly file: string;
  /** Only links that are not marked as nofollow. */
  readonly followed: boolean;
  /** Chains listed at most. */
  readonly limit: number;
  readonly isAll: boolean;
  /** Where a picture is written; `-` = standard output, instead of the text; null = nowhere. */
  readonly svg: string | null;
  /** One object on standard output instead of a text. */
  readonly json: boolean;
}

const GROUP = 'What is looked for';

const LIMIT: Flag = {
  name: 'limit',
  option: null,
  kind: 'count',
  placeholder: '<n>',
  unit: 'chains',
  min: 1,
  max: 100_000,
  default: { text: '20', value: 20 },
  group: GROUP,
  help: 'With --all: list so many chains at most, in the order of their URLs. All are counted.',
  resumable: 'free',
};

const SVG: Flag = {
  name: 'svg',
  option: null,
  kind: 'text',
  placeholder: '<file>',
  unit: 'file name',
  default: { text: 'none', value: null },
  group: 'What is shown',
  help: 'Write a picture of the chains that are listed, too; - is standard output, instead of the text. A file is there once it is whole, and takes the place of an older one.',
  resumable: 'free',
};

const ofSearch = (name: string, help: string): Flag => ({ ...outputSwitch(name, help), group: GROUP });

export const PATH: Grammar<PathCommand> = {
  name: 'path',
  usage: 'path <from> <to> [options]',
  summary: 'find the shortest chain of links between two pages',
  description: [
    'Finds how few clicks lead from one page of a crawl to another. Pages are named by title (in whatever case, if only one fits), by URL, or by their path on the site of the seeds. A redirect on the way is shown, and counts no click. Links marked as nofollow are links a reader can click: they count, unless --followed leaves them out. Works while the crawl runs, too; where URLs are still queued, or pages were left out by a walk or a limit, it says so, since a shorter chain may lead through them.',
    'Exits with 0 if there is a chain, with 1 if there is none, with 2 if a page is not in the file or its title is not the only one.',
  ],
  flags: [
    ofSearch('all', 'List all shortest chains instead of one.'),
    LIMIT,
    ofSearch('followed', 'Leave out links marked as nofollow, one by one or with all links of their page.'),
    READ_FLAG,
    SVG,
    outputSwitch('json', 'Print the chains as one JSON object.'),
    ...COMMON_FLAGS,
  ],
  operands: ['from', 'to'],
  examples: [
    ['orbweaver path "Kevin Bacon" "Monty Python"', 'two titles'],
    ['orbweaver path / /docs/old/faq --db docs.db --all --svg faq.svg', 'every shortest way, and a picture'],
  ],
  read(values, [from = '', to = '']) {
    const isAll = values['--all'] === true;
    const [json, svg] = [values['--json'] === true, (values['--svg'] ?? null) as string | null];
    if (json && svg === '-')
      throw new UsageError('--json and --svg - exclude each other: both write to standard output');
    const limit = values['--limit'] as number | undefined;
    if (limit !== undefined && !isAll)
      throw new UsageError('--limit is for --all: without it one chain is listed');
    return {
      command: 'path',
      from,
      to,
      file: fileToRead(values),
      followed: values['--followed'] === true,
      limit: isAll ? (limit ?? (LIMIT.default.value as number)) : 1,
      isAll,
      svg,
      json,
    };
  },
};
