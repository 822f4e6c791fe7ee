/** `demo` on the command line: serve the demo wiki, and with --crawl crawl it too. */
import type { CrawlOptions } from '../config/options.js';
import { UsageError } from '../errors.js';
import { crawlOptions, viewOptions, type ViewOptions } from './crawl-command.js';
import { spell, type Flag } from './flag.js';
import { COMMON_FLAGS, CRAWL_FLAGS } from './flags.js';
import { valueKey, type Grammar, type TypedValues } from './grammar.js';

export interface DemoCommand {
  readonly command: 'demo';
  readonly site: {
    readonly pages: number;
    readonly seed: number;
    /** 0 = any free port. */
    readonly port: number;
    readonly latencyMs: number;
  };
  /** With --crawl: what to crawl it with; the seed comes from the running site. Null = only serve. */
  readonly crawl: {
    readonly options: Omit<CrawlOptions, 'seeds'>;
    readonly view: ViewOptions;
    /** The same command begins anew: the site has another port each time, or the file is the demo's own. */
    readonly startsAfresh: boolean;
  } | null;
}

const SITE = 'The site';
const DEMO_DB = 'demo.db';

const SITE_FLAGS: readonly Flag[] = [
  siteFlag('pages', '<n>', 'pages', 1000, 200, 10_000_000, 'How many articles it has.'),
  siteFlag(
    'demo-seed',
    '<n>',
    'number',
    1,
    0,
    4_294_967_295,
    'Another number gives another site of the same kind.',
  ),
  siteFlag('port', '<n>', 'port on 127.0.0.1', 0, 0, 65_535, 'Where to serve it; 0 takes a free one.'),
  siteFlag('latency', '<ms>', 'ms', 0, 0, 60_000, 'Wait before every answer, like a distant server.'),
  {
    name: 'crawl',
    option: null,
    kind: 'switch',
    default: { text: 'off', value: false },
    group: SITE,
    help: 'Crawl it too, then stop. The flags below are for this crawl.',
    resumable: 'free',
  },
];

/** What failed on it fails again: its answers never change. */
const NOT_FOR_DEMO: ReadonlySet<string> = new Set(['seed', 'seeds', 'base', 'retry-failed']);

/** The flags of `crawl` that make sense on a site whose address and answers are known. */
const PASSED_FLAGS: readonly Flag[] = CRAWL_FLAGS.filter(
  (flag) => !NOT_FOR_DEMO.has(flag.name) && !COMMON_FLAGS.includes(flag),
).map((flag) =>
  flag.name === 'db'
    ? {
        ...flag,
        default: { text: DEMO_DB, value: DEMO_DB },
        help: `SQLite file for the crawl. ${DEMO_DB} is started afresh every time, another file only with --fresh.`,
      }
    : flag,
);

export const DEMO: Grammar<DemoCommand> = {
  name: 'demo',
  usage: 'demo [options]',
  summary: 'serve a wiki to practise on; --crawl crawls it too',
  description: [
    'Serves a wiki of films and actors that exists only in memory, to try the crawler on without a network. It stops with Ctrl-C, or after the crawl if there is one.',
  ],
  flags: [...SITE_FLAGS, ...PASSED_FLAGS, ...COMMON_FLAGS],
  operands: [],
  examples: [
    ['orbweaver demo --crawl', 'serve 1,000 pages on a free port, crawl them into demo.db, stop'],
    [
      'orbweaver demo --pages 100000 --latency 50 --port 8080',
      'serve a large and slow one at http://127.0.0.1:8080',
    ],
  ],
  read(values, _operands, labels) {
    const crawls = values['--crawl'] === true;
    if (!crawls) refuseCrawlFlags(values);
    const port = siteNumber(values, 'port');
    return {
      command: 'demo',
      site: {
        pages: siteNumber(values, 'pages'),
        seed: siteNumber(values, 'demo-seed'),
        port,
        latencyMs: siteNumber(values, 'latency'),
      },
      crawl: crawls
        ? {
            options: demoCrawlOptions(values),
            view: viewOptions(values, labels),
            startsAfresh: port === 0 || crawlOptions(values).db === undefined,
          }
        : null,
    };
  },
};

/** The demo's own file is made for every crawl anew: the site has another port each time. */
function demoCrawlOptions(values: TypedValues): Omit<CrawlOptions, 'seeds'> {
  const options = crawlOptions(values);
  return options.db === undefined ? { ...options, db: DEMO_DB, fresh: true } : options;
}

function refuseCrawlFlags(values: TypedValues): void {
  const flag = PASSED_FLAGS.find((candidate) => values[valueKey(candidate)] !== undefined);
  if (flag === undefined) return;
  throw new UsageError(`${spell(flag)} is for a crawl, and none was asked for`, {
    hint: `Add --crawl: orbweaver demo --crawl ${spell(flag)}${flag.placeholder === undefined ? '' : ' …'}`,
  });
}

function siteNumber(values: TypedValues, name: string): number {
  const byDefault = SITE_FLAGS.find((flag) => flag.name === name)?.default.value;
  return (values[`--${name}`] ?? byDefault) as number;
}

function siteFlag(
  name: string,
  placeholder: string,
  unit: string,
  value: number,
  min: number,
  max: number,
  help: string,
): Flag {
  const fixed = { option: null, kind: 'count', group: SITE, resumable: 'free' } as const;
  return { name, placeholder, unit, default: { text: String(value), value }, min, max, help, ...fixed };
}
