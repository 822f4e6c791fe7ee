/** The walkers and their steps, as the file holds them. */
import type { Connection, Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';

export type WalkerEnd = 'nowhere' | 'no-page';

/** A walker where it stands. To be saved when it was changed. */
export interface Walker {
  readonly walker: number;
  readonly seed: string;
  /** -1 = it has not reached its first page. */
  steps: number;
  atId: number | null;
  headingId: number | null;
  viaId: number | null;
  draws: number;
  ended: WalkerEnd | null;
  detail: string | null;
}

/** `back`: the link is on a page of its trail that it had gone back to. */
export type Move = 'start' | 'link' | 'back';

/** A page that a walker has reached. */
export interface Step {
  readonly walker: number;
  readonly step: number;
  readonly pageId: number;
  readonly fromId: number | null;
  readonly viaId: number | null;
  readonly move: Move;
}

/** A page for people. Its title is the site's. */
export interface PageName {
  readonly url: string;
  readonly title: string | null;
}

const COLUMNS = `walker, seed, steps, at_id AS atId, heading_id AS headingId, via_id AS viaId, draws, ended, detail`;

export class WalkerTable {
  readonly #all: Statement<[], Walker>;
  readonly #headings: Statement<[], number>;
  readonly #add: Statement<[number, string, number]>;
  readonly #save: Statement<[Walker]>;
  readonly #wake: Statement<[]>;
  readonly #addStep: Statement<[Step]>;
  readonly #pageAt: Statement<[number, number], number>;
  readonly #from: Statement<[number, number], number | null>;
  readonly #name: Statement<[number], PageName>;

  constructor(connection: Connection) {
    this.#all = connection.prepare(`SELECT ${COLUMNS} FROM walkers ORDER BY walker`);
    this.#headings = connection
      .prepare<[], number>('SELECT heading_id FROM walkers WHERE heading_id IS NOT NULL')
      .pluck();
    this.#add = connection.prepare(
      'INSERT INTO walkers (walker, seed, steps, heading_id) VALUES (?, ?, -1, ?)',
    );
    this.#save = connection.prepare(
      `UPDATE walkers SET steps = @steps, at_id = @atId, heading_id = @headingId, via_id = @viaId, draws = @draws,
         ended = @ended, detail = @detail WHERE walker = @walker`,
    );
    this.#wake = connection.prepare(
      `UPDATE walkers SET ended = NULL, detail = NULL,
         at_id = (SELECT page_id FROM walk_steps s WHERE s.walker = walkers.walker AND s.step = steps),
         heading_id = iif(steps < 0, (SELECT id FROM urls WHERE request_key = seed), NULL)
        WHERE ended IS NOT NULL`,
    );
    this.#addStep = connection.prepare(
      `INSERT INTO walk_steps (walker, step, page_id, from_id, via_id, move)
       VALUES (@walker, @step, @pageId, @fromId, @viaId, @move)`,
    );
    this.#pageAt = connection
      .prepare<[number, number], number>('SELECT page_id FROM walk_steps WHERE walker = ? AND step = ?')
      .pluck();
    this.#from = connection
      .prepare<[number, number], number | null>(
        'SELECT from_id FROM walk_steps WHERE page_id = ? AND walker = ?',
      )
      .pluck();
    this.#name = connection.prepare(
      `SELECT coalesce(u.url, u.request_key) AS url, r.title FROM urls u LEFT JOIN records r ON r.id = u.id WHERE u.id = ?`,
    );
  }

  /** In their order. */
  all(): Walker[] {
    return this.#all.all();
  }

  /** The URLs that walkers wait for. */
  headings(): number[] {
    return this.#headings.all();
  }

  add(walker: number, seed: string, seedId: number): void {
    this.#add.run(walker, seed, seedId);
  }

  save(walker: Walker): void {
    this.#save.run(walker);
  }

  /** Lets those that had ended look again: limits, or a shorter way, may have opened what was no choice, or what failed
   * may have been queued again. */
  wakeEnded(): void {
    this.#wake.run();
  }

  addStep(step: Step): void {
    this.#addStep.run(step);
  }

  /** The page that a walker reached by a step; null where it has none. */
  pageAt(walker: number, step: number): number | null {
    return this.#pageAt.get(walker, step) ?? null;
  }

  /** The page from which a walker came to one of its trail; null for the first. */
  cameFrom(walker: number, pageId: number): number | null {
    return this.#from.get(pageId, walker) ?? null;
  }

  nameOf(id: number): PageName {
    const name = this.#name.get(id);
    if (name === undefined) throw new InvariantError(`there is no URL ${id}`);
    return name;
  }
}
