/** `report` on the command line: what one wants to know after a crawl. */
import { UsageError } from '../errors.js';
import type { Flag } from './flag.js';
import { COMMON_FLAGS, fileToRead, outputSwitch, READ_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

/** What may be found that a crawl in CI should fail for. */
export const FAILINGS = ['broken', 'no-access', 'unchecked', 'redirect-chains'] as const;
export type Failing = (typeof FAILINGS)[number];

export interface ReportCommand {
  readonly command: 'report';
  readonly file: string;
  /** Rows of a section; null = as many as suit the form. */
  readonly limit: number | null;
  readonly json: boolean;
  /** File of the HTML page; `-` = standard output, null = none. */
  readonly html: string | null;
  readonly failOn: readonly Failing[];
}

const HTML: Flag = {
  name: 'html',
  option: null,
  kind: 'text',
  placeholder: '<file|->',
  unit: 'file name',
  default: { text: 'none', value: null },
  group: 'What is shown',
  help: 'Write the report as one HTML page that needs no network and no script, instead of the text. - is standard output.',
  resumable: 'free',
};

const LIMIT: Flag = {
  name: 'limit',
  option: null,
  kind: 'count',
  placeholder: '<n>',
  unit: 'rows',
  min: 1,
  max: 10_000,
  default: { text: '10 as a text, else 100', value: null },
  group: HTML.group,
  help: 'Rows of each list. Beside it stands how many there are.',
  resumable: 'free',
};

const FAIL_ON: Flag = {
  name: 'fail-on',
  option: null,
  kind: 'choice',
  placeholder: '<what>',
  choices: FAILINGS,
  repeatable: true,
  default: { text: 'nothing', value: null },
  group: HTML.group,
  help: 'Exit with 1 if there are any: broken links, addresses that need permission or could not be checked, redirects of more than one hop.',
  resumable: 'free',
};

export const REPORT: Grammar<ReportCommand> = {
  name: 'report',
  usage: 'report [options]',
  summary: 'show what is broken, redirected, lonely, slow or twice',
  description: [
    'Reads the file of a crawl and shows broken links with the pages that hold them, redirect chains, pages nobody links to (with --sitemaps in the crawl), dead ends, the slowest and the largest pages, depths, hosts, content types, duplicate titles and bodies, and pages per second. Works while the crawl runs, too: all of it is of one moment.',
    'Broken are 4xx and lasting 5xx statuses, names that do not exist, and redirects that lead nowhere. 429, 503, time-outs and other trouble that may pass are never called broken, and are listed apart, as is what needs a login (401, 403).',
  ],
  flags: [
    HTML,
    LIMIT,
    FAIL_ON,
    outputSwitch('json', 'Print the report as one JSON object.'),
    READ_FLAG,
    ...COMMON_FLAGS,
  ],
  operands: [],
  examples: [
    ['orbweaver report --html report.html', 'a page with charts, of crawl.db'],
    ['orbweaver report --db docs.db --fail-on broken', 'in CI: status 1 if a link is broken'],
  ],
  read(values) {
    const [json, html] = [values['--json'] === true, (values['--html'] ?? null) as string | null];
    if (json && html === '-')
      throw new UsageError('--json and --html - exclude each other: both write to standard output');
    return {
      command: 'report',
      file: fileToRead(values),
      limit: (values['--limit'] ?? null) as number | null,
      json,
      html,
      failOn: [...new Set((values['--fail-on'] ?? []) as Failing[])],
    };
  },
};
