/**
 * A random walk over a site: which link each walker takes. Fetching is the crawl's own work: a choice queues a URL, and
 * what became of it is read from the frontier. All that decides is in the file, each step one transaction, so that a walk
 * goes on from any moment.
 *
 * Walkers move freely, or (`rounds`) together: nobody chooses before all answers of a round are filed, then all do, in
 * their order, those who are behind first. Then choices depend on the site and the generator alone.
 */
import type { Choices } from '../frontier/frontier.js';
import { draw } from './draw.js';
import type { WalkEvent, WalkStand, WalkerStand } from './events.js';
import type { Walker, WalkerEnd, WalkerTable } from './walkers.js';

/** Runs work on the frontier in one transaction. */
export interface Choosing {
  choosing<T>(work: (choices: Choices) => T): T;
}

export interface WalkSettings {
  /** Keys, one a walker. */
  readonly seeds: readonly string[];
  readonly steps: number;
  readonly rngSeed: number;
  readonly rounds: boolean;
}

export class Walk {
  readonly #settings: WalkSettings;
  readonly #frontier: Choosing;
  readonly #table: WalkerTable;
  readonly #onEvent: (event: WalkEvent) => void;
  #events: WalkEvent[] = [];
  /** By walker: the end that was told of it, in this run or an earlier one. It may look again, and find nothing again. */
  readonly #told = new Map<number, string>();

  /** @param onEvent called when what it tells is in the file */
  constructor(
    settings: WalkSettings,
    frontier: Choosing,
    table: WalkerTable,
    onEvent: (event: WalkEvent) => void,
  ) {
    this.#settings = settings;
    this.#frontier = frontier;
    this.#table = table;
    this.#onEvent = onEvent;
  }

  /** The URLs that walkers wait for. */
  get chosen(): ReadonlySet<number> {
    return new Set(this.#table.headings());
  }

  /** Called once, when the seeds are admitted. */
  begin(): void {
    this.#frontier.choosing((choices) => {
      if (this.#table.all().length > 0) return this.#wakeEnded();
      for (const [index, seed] of this.#settings.seeds.entries())
        this.#table.add(index + 1, seed, choices.idOf(seed));
    });
  }

  /** Moves walkers whose answers are filed, and lets them choose. Does nothing where all are under way. */
  step(): void {
    this.#frontier.choosing((choices) => this.#move(choices));
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#onEvent(event);
  }

  stand(): WalkStand {
    const { rngSeed, rounds, seeds } = this.#settings;
    const walkers = this.#table.all().map((walker) => this.#standOf(walker));
    return { rngSeed, isRepeatable: rounds || seeds.length === 1, walkers };
  }

  #standOf({ walker, seed, steps, ended }: Walker): WalkerStand {
    const pageId = this.#table.pageAt(walker, steps);
    return {
      walker,
      seed,
      steps: Math.max(0, steps),
      page: pageId === null ? null : this.#table.nameOf(pageId),
      ended: ended ?? (steps >= this.#settings.steps ? 'steps' : null),
    };
  }

  #move(choices: Choices): void {
    if (choices.takeOpened()) this.#wakeEnded();
    const walkers = this.#table.all().filter(({ ended }) => ended === null);
    const isOpen = ({ headingId }: Walker): boolean =>
      headingId !== null && choices.endOf(headingId).kind === 'open';
    if (this.#settings.rounds && walkers.some(isOpen)) return;
    for (const walker of walkers) while (this.#land(walker, choices));
    for (let free = this.#free(walkers); free.length > 0; free = this.#free(walkers))
      for (const walker of free) this.#choose(walker, choices);
  }

  /** Those who may choose now. */
  #free(walkers: readonly Walker[]): Walker[] {
    const going = walkers.filter(
      ({ ended, headingId, steps }) => ended === null && (headingId !== null || steps < this.#settings.steps),
    );
    const behind = this.#settings.rounds ? Math.min(...going.map(({ steps }) => steps)) : Infinity;
    return going.filter(({ headingId, steps }) => headingId === null && steps <= behind);
  }

  /** Looks at what became of the URL a walker waits for. Answers whether to look again, at where it was led. */
  #land(walker: Walker, choices: Choices): boolean {
    if (walker.headingId === null) return false;
    const end = choices.endOf(walker.headingId);
    switch (end.kind) {
      case 'open':
        return false;
      case 'page':
        return this.#arrive(walker, walker.headingId);
      case 'redirect':
        return this.#follow(walker, walker.headingId, end.targetId, choices);
      case 'unchosen':
        return choices.choose(walker.headingId) ? false : this.#lose(walker, 'held back by a limit');
      case 'none':
        return this.#lose(walker, end.error);
      default:
        return end satisfies never;
    }
  }

  #arrive(walker: Walker, pageId: number): false {
    const { walker: number, atId: fromId, viaId } = walker;
    const last = this.#table.pageAt(number, walker.steps);
    const move = fromId === null ? 'start' : fromId === last ? 'link' : 'back';
    const step = walker.steps + 1;
    this.#table.addStep({ walker: number, step, pageId, fromId, viaId, move });
    this.#events.push({
      kind: 'step',
      walker: number,
      step,
      move,
      page: this.#table.nameOf(pageId),
      from: fromId === null ? null : this.#table.nameOf(fromId),
      via: viaId === null ? null : this.#table.nameOf(viaId).url,
    });
    this.#change(walker, { steps: step, atId: pageId, headingId: null, viaId: null });
    return false;
  }

  /** To where nobody was, and at the start anywhere: several walkers may start at one page. */
  #follow(walker: Walker, sourceId: number, targetId: number, choices: Choices): boolean {
    const isNew = choices.endOf(targetId).kind === 'unchosen' && choices.choose(targetId);
    if (!isNew && walker.steps >= 0) return this.#lose(walker, 'redirected to a page that was visited');
    this.#change(walker, { headingId: targetId, viaId: walker.viaId ?? sourceId });
    return true;
  }

  /** What it had chosen led to no page: it chooses again from where it is, or has no page to start from. */
  #lose(walker: Walker, detail: string): false {
    this.#change(walker, { headingId: null, viaId: null });
    if (walker.steps < 0) this.#end(walker, 'no-page', detail);
    return false;
  }

  #choose(walker: Walker, choices: Choices): void {
    let at = walker.atId;
    while (at !== null) {
      const count = choices.countAt(at);
      if (count === 0) {
        // What was visited stays so: a page without a choice is passed over from then on.
        at = this.#table.cameFrom(walker.walker, at);
        continue;
      }
      const place = draw(this.#settings.rngSeed, walker.walker, walker.draws, count);
      const id = choices.at(at, place);
      if (at !== walker.atId)
        this.#events.push({ kind: 'back', walker: walker.walker, page: this.#table.nameOf(at) });
      this.#change(walker, { atId: at, draws: walker.draws + 1 });
      if (choices.choose(id)) return this.#change(walker, { headingId: id });
    }
    this.#end(walker, 'nowhere', null);
  }

  #end(walker: Walker, reason: WalkerEnd, detail: string | null): void {
    this.#change(walker, { ended: reason, detail });
    const { walker: number, seed, steps } = walker;
    if (this.#told.get(number) === endText(walker)) return;
    this.#told.set(number, endText(walker));
    this.#events.push({ kind: 'end', walker: number, seed, reason, steps: Math.max(0, steps), detail });
  }

  #wakeEnded(): void {
    for (const walker of this.#table.all())
      if (walker.ended !== null) this.#told.set(walker.walker, endText(walker));
    this.#table.wakeEnded();
  }

  #change(walker: Walker, change: Partial<Walker>): void {
    Object.assign(walker, change);
    this.#table.save(walker);
  }
}

function endText({ ended, steps, detail }: Walker): string {
  return `${ended} ${steps} ${detail}`;
}
