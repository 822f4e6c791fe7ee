/** `crawl` on the command line. It is the default: its name may be left out. */
import type { CrawlOptions } from '../config/options.js';
import { UsageError } from '../errors.js';
import { CRAWL_FLAGS } from './flags.js';
import type { Grammar, Labels, TypedValues } from './grammar.js';

/** What is shown, and what counts as success. */
export interface ViewOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly progress: boolean;
  readonly failOnBroken: boolean;
}

export interface CrawlCommand {
  readonly command: 'crawl';
  /** For `resolveConfig`, together with the seeds of `seedFiles`. */
  readonly options: CrawlOptions;
  /** File names, or `-` for standard input; to be read by `readSeedFiles`. */
  readonly seedFiles: readonly string[];
  readonly view: ViewOptions;
  /** For `resolveConfig`: what stands in a file of flags is called by that name. */
  readonly labels: Labels;
}

export const CRAWL: Grammar<CrawlCommand> = {
  name: 'crawl',
  usage: '[crawl] --seed <url|path> [options]',
  summary: 'cover a whole site; the command may be left out',
  description: [
    'Crawls a whole site with parallel worker threads into one SQLite file. The same command again continues where it stopped, after a crash too.',
  ],
  flags: CRAWL_FLAGS,
  operands: [],
  examples: [
    [
      'orbweaver --seed /wiki/Kevin_Bacon --max-pages 1000',
      'a thousand articles of Wikipedia, starting at one, into crawl.db',
    ],
    [
      'orbweaver --seed https://docs.example.org/ --exclude "/old/" --db docs.db',
      'a whole site but its old pages, into docs.db',
    ],
  ],
  read(values, _operands, labels) {
    const seeds = (values['seeds'] as readonly string[] | undefined) ?? [];
    const seedFiles = (values['--seeds'] as readonly string[] | undefined) ?? [];
    if (seeds.length + seedFiles.length === 0) {
      throw new UsageError('there is no seed to start from', {
        hint: 'Try orbweaver --seed /wiki/Kevin_Bacon --max-pages 100, or orbweaver demo --crawl, or orbweaver --help',
      });
    }
    if (seedFiles.filter((file) => file === '-').length > 1) {
      throw new UsageError('--seeds - is given twice, but standard input can be read only once');
    }
    return {
      command: 'crawl',
      options: { ...crawlOptions(values), seeds },
      seedFiles,
      view: viewOptions(values, labels),
      labels,
    };
  },
};

/** The options of the library among the values of a command; `seeds` is left to the caller. */
export function crawlOptions(values: TypedValues): Omit<CrawlOptions, 'seeds'> {
  const options: Record<string, unknown> = {};
  for (const { option } of CRAWL_FLAGS) {
    if (option !== null && option !== 'seeds' && values[option] !== undefined)
      options[option] = values[option];
  }
  // Sound: names and types are those of the flag table, and a test holds it against CrawlOptions.
  return options;
}

/**
 * The switches that say what is shown.
 *
 * @throws UsageError for two that exclude each other
 */
export function viewOptions(values: TypedValues, labels: Labels): ViewOptions {
  if (values['--quiet'] === true && values['--verbose'] === true) {
    const [quiet, verbose] = ['--quiet', '--verbose'].map((flag) => labels.get(flag) ?? flag);
    throw new UsageError(`${quiet} and ${verbose} exclude each other`);
  }
  return {
    quiet: values['--quiet'] === true,
    verbose: values['--verbose'] === true,
    json: values['--json'] === true,
    progress: values['--no-progress'] !== false && values['--quiet'] !== true,
    failOnBroken: values['--fail-on-broken'] === true,
  };
}
