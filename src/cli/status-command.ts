/** `status` on the command line: how far a crawl or a run has come. */
import { UsageError } from '../errors.js';
import { COMMON_FLAGS, fileToRead, outputSwitch, READ_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

export interface StatusCommand {
  readonly command: 'status';
  readonly file: string;
  /** `csv`: the rows instead of their counts. */
  readonly form: 'text' | 'json' | 'csv';
}

export const STATUS: Grammar<StatusCommand> = {
  name: 'status',
  usage: 'status [options]',
  summary: 'count what executors did, what is queued, downloaded and failed',
  description: [
    'Counts the results of every executor by status and by error, the URLs by state, and the failures by code and by host; of a file of downloads, the files by state, their bytes and their failures; of a walk, the walkers and their steps. Works while the crawl runs, too: all figures are of one moment. With --csv it prints a row for every executor and task: key, params, executor, status, error, last_run, duration_ms, attempts, output.',
  ],
  flags: [
    READ_FLAG,
    outputSwitch('json', 'Print the counts as one JSON object.'),
    outputSwitch('csv', 'Print the rows behind the counts of executors, as CSV.'),
    ...COMMON_FLAGS,
  ],
  operands: [],
  examples: [
    ['orbweaver status', 'how far crawl.db has come'],
    ['orbweaver status --db products.db --csv > status.csv', 'every row, for a spreadsheet'],
    ['orbweaver status --db downloads.db', 'how far a download has come'],
  ],
  read(values) {
    const [json, csv] = [values['--json'] === true, values['--csv'] === true];
    if (json && csv) throw new UsageError('--json and --csv exclude each other');
    const file = fileToRead(values);
    return { command: 'status', file, form: json ? 'json' : csv ? 'csv' : 'text' };
  },
};
