/** `walk` on the command line: walkers that follow links at random. */
import type { WalkOptions } from '../config/options.js';
import { UsageError } from '../errors.js';
import { crawlOptions, type ViewOptions, viewOptions } from './crawl-command.js';
import type { Flag } from './flag.js';
import { CRAWL_FLAGS } from './flags.js';
import type { Grammar, Labels } from './grammar.js';

export interface WalkCommand {
  readonly command: 'walk';
  /** For `resolveWalkConfig`, together with the seeds of `seedFiles`. */
  readonly options: WalkOptions;
  /** File names, or `-` for standard input; to be read by `readSeedFiles`. */
  readonly seedFiles: readonly string[];
  readonly view: ViewOptions;
  readonly labels: Labels;
}

const HOW_TO_WALK = 'How to walk';

const OWN_FLAGS: readonly Flag[] = [
  {
    name: 'steps',
    option: 'steps',
    kind: 'count',
    placeholder: '<n>',
    unit: 'steps',
    default: { text: '100', value: 100 },
    min: 1,
    max: 1_000_000_000,
    group: HOW_TO_WALK,
    help: 'Pages that each walker goes on to from its first one, over all runs: with more of them the same command goes on.',
    resumable: 'free',
  },
  {
    name: 'rng-seed',
    option: 'rngSeed',
    kind: 'count',
    placeholder: '<n>',
    unit: 'number',
    default: { text: 'none; walkers move freely', value: null },
    min: 0,
    max: 999_999_999_999_999,
    group: HOW_TO_WALK,
    help: 'Repeat a walk: the same number takes the same ways over the same site. Walkers then move in rounds, each at the pace of the slowest.',
    resumable: 'fixed',
  },
];

/** Flags of a crawl that are about covering a site, about user code, or about a display that would be in the way. */
const OF_A_CRAWL: ReadonlySet<string> = new Set(
  (
    'max-pages max-variants max-per-host sitemaps executors force keep-bodies executor-timeout keep-going files ' +
    'max-follow-depth no-progress'
  ).split(' '),
);

/** What flags of both commands mean to `walk`, where that is not the same. */
const OF_A_WALK: Readonly<Record<string, Partial<Flag>>> = {
  seed: { help: 'Page where a walker starts; one walker for each, also where the same page is given again.' },
  config: {
    help: 'JSON file with flags: { "seed": ["/a", "/b"], "steps": 50, "rng-seed": 7 }. A flag that is typed takes the place of the one in the file. Names of files in it are taken from its own folder.',
  },
  'max-depth': { help: 'Do not choose pages more than so many links from the seeds.' },
  'retry-failed': {
    help: 'Let what failed in earlier runs be chosen again, and walkers start again whose seed failed.',
  },
  quiet: { help: 'Print nothing but titles and errors.' },
  verbose: { help: 'Print a line for every request, with its thread number, on standard error.' },
  json: { help: 'Print every move as a JSON object on a line, and the summary as the last one.' },
};

const SHARED_FLAGS = CRAWL_FLAGS.filter(({ name }) => !OF_A_CRAWL.has(name)).map((flag): Flag => ({
  ...flag,
  ...OF_A_WALK[flag.name],
}));
const FIRST_GROUP = SHARED_FLAGS[0]?.group;

/** Every flag of `walk`, in the order of help. */
export const WALK_FLAGS: readonly Flag[] = [
  ...SHARED_FLAGS.filter(({ group }) => group === FIRST_GROUP),
  ...OWN_FLAGS,
  ...SHARED_FLAGS.filter(({ group }) => group !== FIRST_GROUP),
];

export const WALK: Grammar<WalkCommand> = {
  name: 'walk',
  usage: 'walk --seed <url|path> [options]',
  summary: 'follow links at random, one walker a seed',
  description: [
    'Sends one walker a seed over a site. Each goes on by a random link of the page where it is, to a page that nobody has visited; where there is none it goes back to the last page of its way that has one. Titles are printed as they are found, and pages, links and steps are stored in one SQLite file. The same command again goes on where it stopped, after a crash too.',
  ],
  flags: WALK_FLAGS,
  operands: [],
  examples: [
    [
      'orbweaver walk --seed /wiki/Kevin_Bacon --seed /wiki/Apollo_13 --steps 20',
      'two walkers on Wikipedia, who never visit the same page',
    ],
    [
      'orbweaver walk --seed https://docs.example.org/ --rng-seed 7 --db walk.db',
      'a walk that can be repeated',
    ],
  ],
  read(values, _operands, labels) {
    const seeds = (values['seeds'] as readonly string[] | undefined) ?? [];
    const seedFiles = (values['--seeds'] as readonly string[] | undefined) ?? [];
    if (seeds.length + seedFiles.length === 0) {
      throw new UsageError('there is no seed to start from', {
        hint: 'Try orbweaver walk --seed /wiki/Kevin_Bacon --steps 10, or orbweaver walk --help',
      });
    }
    if (seedFiles.filter((file) => file === '-').length > 1)
      throw new UsageError('--seeds - is given twice, but standard input can be read only once');
    const { steps, rngSeed } = values as { readonly steps?: number; readonly rngSeed?: number };
    const own = { ...(steps === undefined ? {} : { steps }), ...(rngSeed === undefined ? {} : { rngSeed }) };
    return {
      command: 'walk',
      options: { ...crawlOptions(values), ...own, seeds },
      seedFiles,
      // Titles are the display.
      view: { ...viewOptions(values, labels), progress: false },
      labels,
    };
  },
};
