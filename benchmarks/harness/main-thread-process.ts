/**
 * The process of one trial: the delegator, the frontier and the records as in a crawl, threads that answer at once.
 * Called with a file that `writeKnownSite` has made, the size of the wiki and the number of threads; prints what it
 * measured as JSON. With the file `-` and a path it writes that file instead.
 */
import { CookieJar } from '#src/cookies/jar.js';
import { openForWriting } from '#src/database/open.js';
import { Cookies } from '#src/delegator/cookies.js';
import { Delegator, type DelegatorSettings } from '#src/delegator/delegator.js';
import type { Pool } from '#src/delegator/pool.js';
import { makeHolding } from '#src/protocol/holding.js';
import { MIGRATIONS } from '#src/migrations.js';
import type { Outcome } from '#src/protocol/outcome.js';
import type { Task } from '#src/protocol/task.js';
import { CookieTable } from '#src/store/cookies.js';
import { RecordTable } from '#src/store/records.js';
import { profiled, REST, type Stages } from './cpu-stages.js';
import { frontierOn, LINKS, NextPages, SITE, writeKnownSite } from './known-site.js';
import { mainThreadUs } from './machine-times.js';

/** What one trial came to. */
export interface MainThreadTrial {
  /** CPU time of the main thread, µs a page, without what the answers themselves cost. */
  readonly mainUs: number;
  /** The same of the whole process: garbage is collected by several threads. */
  readonly processUs: number;
  /** µs a page by stage; their sum is `mainUs`. */
  readonly stages: Readonly<Record<string, number>>;
  readonly peakBytes: number;
  /** Pages and links filed, and those that should have been. */
  readonly pages: number;
  readonly links: number;
  readonly pagesExpected: number;
  readonly linksExpected: number;
}

const TIMED = 2_000;
/** Pages before those that count. */
const WARM_UP = 700;
/** Pages before them whose links are all that is known. */
const INDEXES = 50;
const CONCURRENCY = 8;
const OWN = 'answers';

const STAGES: Stages = {
  claim: ['sqlite.js claim', 'queue.js claim'],
  maintain: ['waiting.js wakeDue', 'graph.js relax', 'outside.js judgeDeferred', 'queue.js endGivenUp'],
  dispatch: ['dispatcher.js dispatch', 'dispatcher.js #launchFetch', 'flights.js launch'],
  judge: ['filing.js file', 'filing.js #judge', 'filing.js #judgeFetch'],
  record: ['records.js write'],
  'look up links': ['urls.js reachByLinks', 'urls.js reach'],
  'admit new': ['urls.js #admit', 'urls.js #reachBetter'],
  'insert links': ['graph.js addLinks', 'graph.js addEdges'],
  settle: ['sqlite.js apply', 'sqlite.js #settle', 'sqlite.js #settlePage', 'urls.js settle', 'urls.js row'],
  'host clocks': ['hosts.js patch', 'hosts.js flush'],
  commit: ['transactions.js commit'],
  loop: ['delegator.js #turn', 'delegator.js #sleep', 'processImmediate', 'processTicksAndRejections'],
  collect: ['(garbage collector)'],
  [OWN]: ['main-thread-process.js answer'],
};

const SETTINGS: Omit<DelegatorSettings, 'workers' | 'maxPages'> = {
  concurrency: CONCURRENCY,
  // As for a host of one's own: no limit but the threads.
  perHost: 1_000,
  delayMs: 0,
  retryDelayMs: 1_000,
  giveUpMs: 900_000,
  maxRedirects: 20,
  retries: 2,
  obeyRobots: true,
  maxTimeMs: null,
  parseTimeoutMs: 60_000,
  executorTimeoutMs: null,
  longestSilenceMs: null,
  keepGoing: false,
  maxInFlight: Infinity,
  seedOrigins: new Set([SITE]),
  proxies: null,
};

async function measure(path: string, pages: number, workers: number): Promise<MainThreadTrial> {
  const next = new NextPages(pages);
  const { connection, check, close } = openForWriting(path, MIGRATIONS, false);
  const frontier = frontierOn(connection);
  const before = frontier.counts().pages;
  const edges = (): number => connection.prepare<[], number>('SELECT count(*) FROM links').pluck().get() ?? 0;
  const edgesBefore = edges();
  const crawl = async (answers: ReadonlyMap<string, string>): Promise<void> => {
    const delegator = new Delegator(
      { ...SETTINGS, workers, maxPages: frontier.counts().pages + answers.size },
      {
        frontier,
        store: new RecordTable(connection),
        cookies: new Cookies(new CookieJar(), new CookieTable(connection, () => undefined)),
        executions: null,
        listener: { onFiled: () => undefined, onNotice: () => undefined },
        checkStore: check,
        clock: () => Date.now(),
        random: Math.random,
        pool: poolOf(answers, workers),
      },
    );
    await delegator.run(new AbortController().signal);
  };
  const indexes = next.takeIndexes(INDEXES);
  await crawl(indexes);
  await crawl(next.take(WARM_UP));
  const [timed, sampled] = [next.take(TIMED), next.take(TIMED)];
  const usage = process.cpuUsage();
  const mainBefore = mainThreadUs();
  await crawl(timed);
  const { user, system } = process.cpuUsage(usage);
  const mainUs = (mainThreadUs() - mainBefore) / TIMED;
  const shares = await profiled(STAGES, () => crawl(sampled));
  const ownUs = mainUs * (shares[OWN] ?? 0);
  const trial = {
    mainUs: mainUs - ownUs,
    processUs: (user + system) / TIMED - ownUs,
    stages: Object.fromEntries(
      [...Object.keys(STAGES), REST]
        .filter((stage) => stage !== OWN)
        .map((stage) => [stage, mainUs * (shares[stage] ?? 0)]),
    ),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    pages: frontier.counts().pages - before,
    links: edges() - edgesBefore,
    pagesExpected: indexes.size + WARM_UP + 2 * TIMED,
    linksExpected: next.known + (WARM_UP + 2 * TIMED) * LINKS,
  };
  close();
  return trial;
}

/** Threads that have answered as soon as they are asked. */
function poolOf(links: ReadonlyMap<string, string>, threads: number): Pool {
  const answer = ({ kind, url }: Task): Outcome => {
    if (kind === 'robots') return NO_RULES;
    const found = links.get(url);
    if (found === undefined) throw new Error(`${url} is not one of the pages that come next`);
    return {
      kind: 'page',
      startedAt: Date.now(),
      durationMs: 1,
      status: 200,
      contentType: 'text/html; charset=UTF-8',
      bodyBytes: 40_000,
      bodySha256: SHA256,
      title: url,
      canonicalUrl: url,
      links: [found, '', ''],
      outside: ['', '', ''],
      outsideHosts: '',
      filtered: 3,
      withinFound: true,
    };
  };
  return {
    holding: makeHolding(threads),
    listen: () => undefined,
    run: (task) => Promise.resolve(answer(task)),
    end: () => undefined,
    close: () => Promise.resolve(true),
  };
}

const NO_RULES: Outcome = {
  kind: 'robots',
  startedAt: 0,
  durationMs: 1,
  status: 404,
  text: '',
  redirectTo: null,
  retryAfterMs: null,
};
const SHA256 = '0123456789abcdef'.repeat(4);

const [file = '', size = '', threads = ''] = process.argv.slice(2);
if (file === '-') writeKnownSite(threads, Number(size));
else process.stdout.write(JSON.stringify(await measure(file, Number(size), Number(threads))));
