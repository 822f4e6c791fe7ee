/**
 * The process of one trial: the frontier alone, on a file in which so many addresses are known. Called with the file and
 * that number; prints what it measured as JSON. With the file `-` and a path it writes that file instead.
 */
import { openForWriting } from '#src/database/open.js';
import type { Lease, Settlement } from '#src/frontier/frontier.js';
import type { SqliteFrontier } from '#src/frontier/sqlite.js';
import { MIGRATIONS } from '#src/migrations.js';
import { frontierOn, SITE } from './known-site.js';
import { mainThreadUs } from './machine-times.js';

/** Elapsed and CPU time of the main thread, µs an item. */
export interface Cost {
  readonly us: number;
  readonly cpuUs: number;
}

/** What is done with an address: as a page's own, or as one that a page links to. */
export type Operation = 'claim' | 'settle' | 'insert' | 'known' | 'known again';

/** What one trial came to. */
export interface FrontierTrial {
  readonly costs: Readonly<Record<Operation, Cost>>;
  readonly peakBytes: number;
  /** Addresses in the file, and links, at the end; and those that should be there. */
  readonly urls: number;
  readonly links: number;
  readonly done: number;
  readonly urlsExpected: number;
  readonly linksExpected: number;
  readonly doneExpected: number;
}

/** As many as a crawl has in flight with eight threads. */
const BATCH = 64;
/** Addresses that are claimed, and settled, without a link and on the clock. */
const PLAIN = 2_048;
/** The same before the clock starts, so that everything is compiled. */
const WARM_UP = 512;
/** Pages with links, for each operation on links; links of a page. */
const PAGES = 128;
const LINKS = 64;
/** Links of a page while the file is written. */
const WRITTEN = 10_000;

/** The address of a number: numbers next to each other are far from each other in any order of addresses. */
function urlOf(number: number): string {
  return `${SITE}/wiki/${(Math.imul(number, 2_654_435_761) >>> 0).toString(36)}_${number.toString(36)}`;
}

function claim(frontier: SqliteFrontier, count: number): Lease[] {
  const leases: Lease[] = [];
  while (leases.length < count) {
    const limit = Math.min(BATCH, count - leases.length);
    const claimed = frontier.claim({
      now: 0,
      limit,
      pageLimit: limit,
      allow: (_, taken) => ({ kind: 'pages', count: limit - taken, gapMs: 0 }),
      refuse: () => null,
    });
    if (claimed.leases.length === 0) throw new Error('there is nothing left to claim');
    leases.push(...claimed.leases);
  }
  return leases;
}

/** A page that has come, with its links, joined by newlines. */
function page({ id }: Lease, links: string): Settlement {
  return { kind: 'page', id, links: [links, '', ''], outside: ['', '', ''], outsideHosts: '' };
}

function settle(frontier: SqliteFrontier, settlements: readonly Settlement[], batch: number): void {
  for (let at = 0; at < settlements.length; at += batch)
    frontier.apply(settlements.slice(at, at + batch), [], () => undefined);
}

function writeKnown(path: string, known: number): void {
  const { connection, close } = openForWriting(path, MIGRATIONS, true);
  connection.pragma('synchronous = OFF'); // Nothing is lost if this file is: it is written again.
  const frontier = frontierOn(connection);
  frontier.admitSeeds([urlOf(0)]);
  for (let next = 1; next < known; next += WRITTEN) {
    const count = Math.min(WRITTEN, known - next);
    const links = Array.from({ length: count }, (_, index) => urlOf(next + index)).join('\n');
    settle(
      frontier,
      claim(frontier, 1).map((lease) => page(lease, links)),
      1,
    );
  }
  close();
}

function measure(path: string, known: number): FrontierTrial {
  const { connection, close } = openForWriting(path, MIGRATIONS, false);
  const frontier = frontierOn(connection);
  const count = (sql: string): number => connection.prepare<[], number>(sql).pluck().get() ?? 0;
  const linksBefore = count('SELECT count(*) FROM links');
  const doneBefore = frontier.counts().done;
  settle(
    frontier,
    claim(frontier, WARM_UP).map((lease) => page(lease, '')),
    BATCH,
  );

  let leases: Lease[] = [];
  const claimed = timed(PLAIN, () => (leases = claim(frontier, PLAIN)));
  const plain = leases.map((lease) => page(lease, ''));
  const settled = timed(PLAIN, () => settle(frontier, plain, BATCH));
  const withLinks = (linkOf: (number: number) => string): Cost => {
    const pages = claim(frontier, PAGES).map((lease, at) =>
      page(lease, Array.from({ length: LINKS }, (_, index) => linkOf(at * LINKS + index)).join('\n')),
    );
    return timed(PAGES * LINKS, () => settle(frontier, pages, BATCH / 4));
  };
  const met = knownNumbers(known, PAGES * LINKS);
  const costs = {
    claim: claimed,
    settle: settled,
    insert: withLinks((number) => urlOf(known + number)),
    known: withLinks((number) => urlOf(met[number]!)),
    'known again': withLinks((number) => urlOf(met[number]!)),
  };
  const trial = {
    costs,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    urls: count('SELECT count(*) FROM pages'),
    links: count('SELECT count(*) FROM links') - linksBefore,
    done: frontier.counts().done - doneBefore,
    urlsExpected: known + PAGES * LINKS,
    linksExpected: 3 * PAGES * LINKS,
    doneExpected: WARM_UP + PLAIN + 3 * PAGES,
  };
  close();
  return trial;
}

/** So many different ones of the known, spread over all of them, none twice. */
function knownNumbers(known: number, count: number): number[] {
  // Steps of a prime that divides no size of ours go round through all of them before one comes again.
  return Array.from({ length: count }, (_, index) => (index * 7_919 + 1) % known);
}

function timed(items: number, work: () => void): Cost {
  const [start, cpuStart] = [performance.now(), mainThreadUs()];
  work();
  const us = (performance.now() - start) * 1000;
  return { us: us / items, cpuUs: (mainThreadUs() - cpuStart) / items };
}

const [file = '', known = '', path = ''] = process.argv.slice(2);
if (file === '-') writeKnown(path, Number(known));
else process.stdout.write(JSON.stringify(measure(file, Number(known))));
