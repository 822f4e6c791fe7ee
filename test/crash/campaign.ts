/**
 * Kills real crawls of the demo wiki and has them go on with the same command, and holds what comes out
 * against an undisturbed crawl, against the wiki's own truth and against what the server was asked for.
 * Used by the suites of every length.
 */
import { expect } from 'vitest';
import { copyAtRest, differences, type Rest, restOf } from '../support/crash-file.js';
import { between, type Random } from '../support/crash-random.js';
import { verify, type Verified } from '../support/crash-verify.js';
import { WatchedWiki } from '../support/crash-wiki.js';
import type { Ended, Folder, Running } from '../support/program.js';
import { pause } from '../support/site.js';

/** When a crawl is killed. */
export type Moment =
  /** At the first words on standard error: before the first request. */
  | { readonly at: 'start' }
  /** So long after a request came in, counted from 1. */
  | { readonly at: 'request'; readonly number: number; readonly afterMs: number }
  /** At the summary: after the last write, before the exit. */
  | { readonly at: 'summary' };

export interface LaneOptions {
  readonly pages: number;
  readonly wikiSeed: number;
  readonly workers: number;
  readonly concurrency: number;
}

/** What the kills of a campaign came to. */
export interface Tally {
  kills: number;
  /** Leases that were open when a kill came, over all kills. */
  leased: number;
  /** Of them: asked for again. */
  refetches: number;
  /** After one kill. */
  mostRefetches: number;
}

export function newTally(): Tally {
  return { kills: 0, leased: 0, refetches: 0, mostRefetches: 0 };
}

/** Where there has been no life yet. */
const UNBORN: Rest = { done: 0, queued: 0, leased: [], settled: [] };

/** A wiki on a port of its own, and the crawls of it, one after the other. */
export class Lane {
  readonly #wiki: WatchedWiki;
  readonly #folder: Folder;
  readonly #name: string;
  readonly #args: readonly string[];
  /** Requests that may be in flight. */
  readonly capacity: number;
  readonly #tally: Tally;
  #crawls = 0;
  #digest = '';
  #result: unknown;

  private constructor(wiki: WatchedWiki, folder: Folder, name: string, options: LaneOptions, tally: Tally) {
    const { workers, concurrency } = options;
    this.#wiki = wiki;
    this.#folder = folder;
    this.#name = name;
    this.capacity = workers * concurrency;
    this.#tally = tally;
    this.#args = [
      '--seed',
      wiki.seed,
      '--workers',
      `${workers}`,
      '--concurrency',
      `${concurrency}`,
      '--json',
    ];
  }

  /** Starts a wiki and crawls it once undisturbed. Close the lane when done with it. */
  static async open(folder: Folder, name: string, options: LaneOptions, tally: Tally): Promise<Lane> {
    const { pages, wikiSeed: seed } = options;
    const wiki = await WatchedWiki.start({ pages, seed, latencyMs: 2, latencyJitterMs: 6 });
    const lane = new Lane(wiki, folder, name, options, tally);
    try {
      await lane.#crawlUndisturbed();
    } catch (error) {
      await wiki.close();
      throw error;
    }
    return lane;
  }

  close(): Promise<void> {
    return this.#wiki.close();
  }

  /** Requests of an undisturbed crawl. */
  get requests(): number {
    return this.#wiki.paths.length;
  }

  /** Kills a new crawl at a moment, then has it go on to its end. */
  async killOnce(moment: Moment, context: string): Promise<void> {
    const file = this.#newFile();
    const place = `${context}, killed at ${JSON.stringify(moment)}`;
    const killed = await this.#live(file, UNBORN, moment, place);
    // A process that has printed its summary may be gone before the signal comes.
    if (moment.at !== 'summary') expect(killed.signal, place).toBe('SIGKILL');
    await this.#goOn(file, this.#look(file, place), place);
  }

  /**
   * Kills one crawl again and again, until it ends by itself: at requests of its life that are `gap` apart.
   * A copy of what every `branchEvery`th kill left is also taken to its end; with 0, none.
   *
   * @returns how often it was killed
   */
  async killAgainAndAgain(
    { gap, branchEvery }: { gap: readonly [number, number]; branchEvery: number },
    random: Random,
    context: string,
  ): Promise<number> {
    const file = this.#newFile();
    let rest = UNBORN;
    for (let kills = 0; ; kills++) {
      const place = `${context}, killed again and again, life ${kills + 1}`;
      const moment: Moment = {
        at: 'request',
        number: between(random, ...gap),
        afterMs: between(random, 0, 12),
      };
      const life = await this.#live(file, rest, moment, place);
      if (life.signal === null) {
        this.#judge(file, rest, life, place);
        return kills;
      }
      rest = this.#look(file, place);
      if (branchEvery === 0 || kills % branchEvery !== 0) continue;
      const branch = this.#newFile();
      copyAtRest(file, branch);
      await this.#goOn(branch, rest, `${place}, a copy`);
    }
  }

  async #crawlUndisturbed(): Promise<void> {
    const file = this.#newFile();
    const life = await this.#live(file, UNBORN, null, 'undisturbed');
    this.#digest = this.#verify(file, 'undisturbed').digest;
    this.#result = resultOf(life.stdout);
    this.#judge(file, UNBORN, life, 'undisturbed');
  }

  /** Has a crawl that was killed go on to its end. */
  async #goOn(file: string, rest: Rest, place: string): Promise<void> {
    this.#judge(file, rest, await this.#live(file, rest, null, place), place);
  }

  #newFile(): string {
    return this.#folder.file(`${this.#name}-${this.#crawls++}.db`);
  }

  /** One process life, to its end or until it is killed: it asks for nothing twice, nor for what was settled before. */
  async #live(file: string, before: Rest, moment: Moment | null, place: string): Promise<Ended> {
    let running: Running | undefined;
    const kill = (): void => void running?.process.kill('SIGKILL');
    this.#wiki.watch((number) => {
      if (moment?.at !== 'request' || number !== moment.number) return;
      if (moment.afterMs === 0) kill();
      else setTimeout(kill, moment.afterMs);
    });
    running = this.#folder.start([...this.#args, '--db', file]);
    if (moment?.at === 'start') running.process.stderr.once('data', kill);
    if (moment?.at === 'summary') running.process.stdout.once('data', kill);
    const ended = await running.ended;
    // What a killed process had sent may still be on its way to the server.
    await pause(10);

    const twice = [...this.#wiki.asked].filter(([, times]) => times > 1);
    const settled = new Set(before.settled);
    const again = [...this.#wiki.asked.keys()].filter((path) => settled.has(path));
    expect({ twice, again }, place).toEqual({ twice: [], again: [] });
    const refetches = before.leased.filter((path) => this.#wiki.asked.has(path)).length;
    this.#tally.refetches += refetches;
    this.#tally.mostRefetches = Math.max(this.#tally.mostRefetches, refetches);
    return ended;
  }

  /** Checks a copy of a file at rest and says what is open in it. */
  #look(file: string, place: string): Rest {
    const copy = `${file}.${this.#tally.kills++}`;
    expect(copyAtRest(file, copy), `${place}: the file is there`).toBe(true);
    const rest = restOf(copy);
    this.#tally.leased += rest.leased.length;
    expect(rest.leased.length, `${place}: leases`).toBeLessThanOrEqual(this.capacity);
    this.#verify(copy, place);
    return rest;
  }

  #verify(file: string, place: string): Verified {
    const verified = verify(file);
    expect([verified.status, verified.faults], place).toEqual([0, []]);
    return verified;
  }

  /** The last life of a crawl has ended: the result is that of an undisturbed one, and of the wiki itself. */
  #judge(file: string, before: Rest, last: Ended, place: string): void {
    expect(last.status, `${place}\n${last.stderr}`).toBe(1); // The redirect loop is a failure other than a 4xx.
    if (before !== UNBORN) expect(last.stderr.split('\n', 1)[0], place).toBe(resumingLine(before));
    const { state, digest } = this.#verify(file, place);
    expect(differences(file, this.#wiki.truth), place).toEqual([]);
    expect({ state, digest }, place).toEqual({ state: 'whole', digest: this.#digest });
    expect(resultOf(last.stdout), place).toEqual(this.#result);
    // What had not been settled was asked for, all of it.
    const settled = new Set(before.settled);
    const missing = this.#wiki.paths.filter((path) => !settled.has(path));
    expect([...this.#wiki.asked.keys()].sort(), place).toEqual(missing.sort());
  }
}

/** The start, the first requests, the last, the end, and all over between. */
export function momentsOf(requests: number, count: number, random: Random): Moment[] {
  const at = (number: number, afterMs = 0): Moment => ({ at: 'request', number, afterMs });
  const edges = [
    { at: 'start' } as const,
    at(1),
    at(2),
    at(requests),
    // The last answer takes up to 8 ms; filing it and making the index comes after.
    at(requests, between(random, 9, 20)),
    { at: 'summary' } as const,
  ];
  const others = Array.from({ length: count - edges.length }, (_, index) => {
    const width = (requests - 3) / (count - edges.length);
    return at(3 + Math.floor((index + random()) * width), between(random, 0, 9));
  });
  return [...edges, ...others];
}

function resumingLine({ done, queued, leased }: Rest): string {
  const reclaimed = leased.length === 0 ? '' : `, ${leased.length} reclaimed`;
  return `resuming: ${done} done, ${queued + leased.length} queued${reclaimed}`;
}

/** The part of the summary that says what the crawl found. */
const FINDINGS =
  'outcome pages links redirects queued failed failedStatuses skipped outOfScope filteredLinks seedsWithoutPage hostsGivenUp'.split(
    ' ',
  );

function resultOf(stdout: string): unknown {
  const summary = JSON.parse(stdout) as Record<string, unknown>;
  return FINDINGS.map((name) => [name, summary[name]]);
}
