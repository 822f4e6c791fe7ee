/**
 * A small site whose result depends on order more than most: a seed that redirects, slowly, to another
 * origin, while another seed's pages already link there; a URL that insists on another spelling; a chain
 * of redirects and a loop; links that robots.txt or a page's robots element forbids; URLs that are never answered well; a shorter way found late.
 */
import { expect } from 'vitest';
import BetterSqlite3 from 'better-sqlite3';
import { copyAtRest, read } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { each, page, Site, text, to } from '../support/site.js';
import { PROGRAM, type Folder, type Running } from '../support/program.js';

export class Crossing {
  readonly #here: Site;
  readonly #there: Site;

  private constructor(here: Site, there: Site) {
    this.#here = here;
    this.#there = there;
  }

  static async open(): Promise<Crossing> {
    const there = await Site.open({
      '/robots.txt': text('User-agent: *\nDisallow: /closed\n'),
      '/home': page(['/a', '/closed/1', '/b?x=1', '/loop/1']),
      ...each(['/a', '/b?x=1'], page(['/home', '/c'])),
      '/c': page(['/d'], { head: '<meta name="robots" content="nofollow">' }),
      '/loop/1': to('/loop/2'),
      '/loop/2': to('/loop/1'),
    });
    const here = await Site.open({
      '/robots.txt': text('User-agent: *\nDisallow: /closed\n'),
      '/moved': to('/moved/on', 302, 40),
      '/moved/on': to(`${there.origin}/home`, 301, 20),
      '/quick': page(['/1', '/2', `${there.origin}/c`, 'http://127.0.0.1:9/elsewhere', '/closed/2']),
      '/1': page(['/3', '/hop/1'], { title: 'One' }),
      '/2': page(['/5', '/%7Etilde', `${there.origin}/b?x=1`]),
      '/3': { body: page(['/4']), afterMs: 15 },
      '/4': page(['/5', '/gone', '/broken', '/busy']),
      '/broken': { status: 500 },
      '/busy': { status: 503 },
      '/5': { body: page(['/6']), afterMs: 25 },
      '/6': page([]),
      '/~tilde': to('/%7Etilde', 301),
      '/%7Etilde': page(['/6'], { title: 'Tilde' }),
      '/hop/1': to('/hop/2'),
      '/hop/2': to('/6'),
    });
    return new Crossing(here, there);
  }

  get args(): string[] {
    const seeds = ['/moved', '/quick'].flatMap((path) => ['--seed', this.#here.origin + path]);
    return [...seeds, '--workers', '1', '--concurrency', '4', '--retry-delay', '0.01'];
  }

  /** Requests at both origins so far. */
  get requests(): number {
    return this.#here.hits.length + this.#there.hits.length;
  }

  async close(): Promise<void> {
    await Promise.all([this.#here.close(), this.#there.close()]);
  }
}

/** What a crawl of the site comes to: the digest, and what each URL was charged for. */
export interface Outcome {
  readonly digest: string;
  readonly attempts: ReadonlyMap<string, number>;
}

/** Crawls it once, undisturbed. */
export async function undisturbed(folder: Folder, crossing: Crossing, file: string): Promise<Outcome> {
  const { status, stderr } = await folder.run([...crossing.args, '--db', file]);
  // A redirect loop and a status of 5xx are failures other than a 4xx.
  expect(status, stderr).toBe(1);
  const { state, digest, pages } = verify(file);
  expect([state, pages]).toEqual(['whole', 12]);
  return { digest, attempts: attemptsIn(file) };
}

export function expectOutcome(file: string, expected: Outcome, place = ''): void {
  const { state, digest } = verify(file);
  expect({ state, digest, attempts: attemptsIn(file) }, place).toEqual({ state: 'whole', ...expected });
}

/** A killed crawl's file has no faults; before there is a schema there is nothing to verify. */
export function expectSoundAtRest(file: string, place: string): void {
  const copy = `${file}.copy`;
  if (!copyAtRest(file, copy)) return;
  // Killed in the middle of a transaction that only a writer can roll back.
  const connection = new BetterSqlite3(copy);
  const version = connection.pragma('user_version', { simple: true });
  connection.close();
  if (version !== 0) expect(verify(copy).faults, place).toEqual([]);
}

function attemptsIn(file: string): Outcome['attempts'] {
  const rows = read<{ url: string; attempts: number }>(file, 'SELECT url, attempts FROM pages ORDER BY url');
  return new Map(rows.map(({ url, attempts }) => [url, attempts]));
}

const PRELOAD = new URL('../support/crash-preload.mjs', import.meta.url).href;

/** A step of the program before which, or so long after whose beginning, it is killed; see crash-preload.mjs. */
export interface Step {
  readonly number: number;
  /** Counts only steps whose text contains this. */
  readonly match?: string;
  readonly afterUs?: number;
}

/** Starts the program so that it dies at a step. Without a step that far, it ends by itself. */
export function startDying(
  folder: Folder,
  args: readonly string[],
  { number, match, afterUs }: Step,
): Running {
  return folder.spawn(process.execPath, ['--import', PRELOAD, PROGRAM, ...args], {
    CRASH_STEP: `${number}`,
    ...(match === undefined ? {} : { CRASH_MATCH: match }),
    ...(afterUs === undefined ? {} : { CRASH_AFTER: `${afterUs}` }),
  });
}

/**
 * Kills one crawl before step `first`, has it go on, kills it before a later step, and so on to its end:
 * `stride` steps further each time while it starts up, and by more when it is past that.
 * @returns how many times it was killed
 */
export async function dieFurtherEachTime(
  folder: Folder,
  args: readonly string[],
  first: number,
  stride: number,
): Promise<number> {
  const file = args.at(-1) as string;
  for (let number = first, kills = 0; ; number += number < START_UP ? stride : 16, kills++) {
    const { status, signal, stderr } = await startDying(folder, args, { number }).ended;
    if (signal === null) {
      expect(status, stderr).toBe(1);
      return kills;
    }
    expectSoundAtRest(file, `killed before step ${number}`);
  }
}

/** Steps of a start that finds a crawl, up to the first request, and a few more. */
const START_UP = 50;
