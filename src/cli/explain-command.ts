/** `explain` on the command line: why one URL was or was not crawled. */
import { COMMON_FLAGS, fileToRead, outputSwitch, READ_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

export interface ExplainCommand {
  readonly command: 'explain';
  /** As typed: a URL, or a path on the site of the seeds. */
  readonly url: string;
  readonly file: string;
  /** One object on standard output instead of a text. */
  readonly json: boolean;
}

export const EXPLAIN: Grammar<ExplainCommand> = {
  name: 'explain',
  usage: 'explain <url|path> [options]',
  summary: 'say why a URL was or was not crawled',
  description: [
    'Says of any URL what the crawl knows of it: its state and the rule, limit or robots.txt line behind it, how it was found, who links to it, redirects, and every request made for it. Of a URL that is not in the file it says what the settings of the crawl would make of it. Works while the crawl runs, too.',
    'Exits with 0 if the URL was crawled or is queued, else with 1.',
  ],
  flags: [READ_FLAG, outputSwitch('json', 'Print what is known as one JSON object.'), ...COMMON_FLAGS],
  operands: ['url'],
  examples: [
    ['orbweaver explain /wiki/Footloose', 'a path on the site of the seeds'],
    ['orbweaver explain https://docs.example.org/old/ --db docs.db', 'a URL, and another file'],
  ],
  read(values, [url = '']) {
    const file = fileToRead(values);
    return { command: 'explain', url, file, json: values['--json'] === true };
  },
};
