/** `verify` on the command line: check a file at rest. */
import type { Flag } from './flag.js';
import { outputSwitch, COMMON_FLAGS } from './flags.js';
import type { Grammar } from './grammar.js';

export interface VerifyCommand {
  readonly command: 'verify';
  readonly file: string;
  /** What files were downloaded into, to be read and checked, too; null = they are not. */
  readonly folder: string | null;
  /** One object on standard output instead of a text. */
  readonly json: boolean;
}

const FILES: Flag = {
  name: 'files',
  option: null,
  kind: 'text',
  placeholder: '<folder>',
  unit: 'folder name',
  default: { text: 'none', value: null },
  group: 'What is checked',
  help: 'Read the files that were downloaded into this folder, too, and check their sizes and SHA-256.',
  resumable: 'free',
};

export const VERIFY: Grammar<VerifyCommand> = {
  name: 'verify',
  usage: 'verify <file> [options]',
  summary: 'check that the file of a crawl is whole and consistent',
  description: [
    'Checks the file of a crawl that is not running: every link of every page is there, every target is known, nothing is held, counts agree, depths are the shortest. On an unfinished file, what is still open is reported and is no fault. Downloads are checked, too, and with --files what lies on disk. Exits with 1 if there is a fault.',
  ],
  flags: [FILES, outputSwitch('json', 'Print the findings as one JSON object.'), ...COMMON_FLAGS],
  operands: ['file'],
  examples: [
    ['orbweaver verify crawl.db', 'say what is right and what is not'],
    ['orbweaver verify crawl.db --json', 'the same for a program'],
    ['orbweaver verify downloads.db --files downloads', 'whether every file is still what was downloaded'],
  ],
  read(values, [file = '']) {
    const folder = values['--files'];
    return {
      command: 'verify',
      file,
      folder: typeof folder === 'string' ? folder : null,
      json: values['--json'] === true,
    };
  },
};
