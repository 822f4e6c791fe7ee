/** `download` on the command line: from listing pages to files on disk. */
import type { DownloadOptions } from '../config/download-options.js';
import { type ViewOptions, viewOptions } from './crawl-command.js';
import { DOWNLOAD_FLAGS } from './download-flags.js';
import type { Grammar, Labels } from './grammar.js';

export interface DownloadCommand {
  readonly command: 'download';
  /** Listing pages, as typed. */
  readonly pages: readonly string[];
  readonly options: DownloadOptions;
  readonly view: ViewOptions;
  readonly labels: Labels;
}

export const DOWNLOAD: Grammar<DownloadCommand> = {
  name: 'download',
  usage: 'download <page-url...> [options]',
  summary: 'fetch the files that pages link to',
  description: [
    'Reads listing pages (an index that a server made, or any page with links), fetches the files they link to, several at once, and keeps a record of each in a SQLite file. A file under its name is always whole; the same command again goes on where it stopped, and fetches only what is missing.',
    'Without rules it takes what is named like a file, and what lies below the page and is no folder. Rules that are given must all hold.',
  ],
  flags: DOWNLOAD_FLAGS,
  operands: ['page-url...'],
  examples: [
    [
      'orbweaver download "https://exams.example/?dir=A/B/2018-Mar" "https://exams.example/?dir=A/B/2018-Oct-Nov" "https://exams.example/?dir=A/B/2019-Mar" "https://exams.example/?dir=A/B/2019-Oct-Nov" --text "^Download$" --layout by-page --into exams --db exams.db',
      'the papers behind the links called Download of four pages, a folder for each page, named after it',
    ],
    [
      'orbweaver download https://media.example.org/music/ --ext mp3,flac --depth 10 --into music --db music.db',
      'all music below a folder, its tree of folders kept',
    ],
  ],
  read(values, operands, labels) {
    const options: Record<string, unknown> = {};
    for (const { option } of DOWNLOAD_FLAGS)
      if (option !== null && values[option] !== undefined) options[option] = values[option];
    return {
      command: 'download',
      pages: operands,
      // Sound: names and types are those of the flag table.
      options,
      view: viewOptions(values, labels),
      labels,
    };
  },
};
