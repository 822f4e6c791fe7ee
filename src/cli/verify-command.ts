/** `verify` on the command line: check a file at rest. */
import { outputSwitch, COMMON_FLAGS } from './flags.js';
import type { Grammar } from './grammar.js';

export interface VerifyCommand {
  readonly command: 'verify';
  readonly file: string;
  /** One object on standard output instead of a text. */
  readonly json: boolean;
}

export const VERIFY: Grammar<VerifyCommand> = {
  name: 'verify',
  usage: 'verify <file> [options]',
  summary: 'check that the file of a crawl is whole and consistent',
  description: [
    'Checks the file of a crawl that is not running: every link of every page is there, every target is known, nothing is held, counts agree, depths are the shortest. On an unfinished file, what is still open is reported and is no fault. Exits with 1 if there is a fault.',
  ],
  flags: [outputSwitch('json', 'Print the findings as one JSON object.'), ...COMMON_FLAGS],
  operands: ['file'],
  examples: [
    ['orbweaver verify crawl.db', 'say what is right and what is not'],
    ['orbweaver verify crawl.db --json', 'the same for a program'],
  ],
  read(values, [file = '']) {
    return { command: 'verify', file, json: values['--json'] === true };
  },
};
