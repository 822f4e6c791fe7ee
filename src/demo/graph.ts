/**
 * Who links to whom, and under which title: the one model that both the pages and the truth about them
 * are made from. Links between films and actors come from casting.ts and hold in both directions; lists
 * of years and genres, navigation boxes and "See also" are added here, as hubs and cliques and one-way
 * streets, which a real wiki has too.
 */
import { Casting } from './casting.js';
import { Layout } from './layout.js';
import { FIXED_FILMS, Names } from './names.js';
import { mix, permute, unpermute } from './permutation.js';
import { FIXED_ARTICLES, ODD_LINKS, SPECIALS, type FixedArticle, type Special } from './specials.js';
import { PLAIN, type Vocabulary } from './words.js';

/** 0 = an ordinary link, 1 = rel=nofollow (recorded and followed), 2 = a page-level nofollow (not followed). */
export type Nofollow = 0 | 1 | 2;

/** One edge of a page; each target once. */
export interface DemoLink {
  readonly target: number;
  readonly nofollow: Nofollow;
}

/** The ids a page links to, by the part of the page they stand in. The same id may stand in several. */
export interface LinkPlan {
  /** A film's cast, an actor's films, what a list lists. */
  readonly main: readonly number[];
  /** Years and genres. */
  readonly context: readonly number[];
  /** "See also". */
  readonly similar: readonly number[];
  /** Whether the links under "See also" carry rel=nofollow. */
  readonly similarNofollow: boolean;
  /** The navigation box. */
  readonly group: readonly number[];
  /** Redirects, missing pages and other oddities. */
  readonly odd: readonly number[];
}

const FRANCHISE = 16;
const AWARD_WINNERS = 24;
const AWARD_STRETCH = 192;
const DECADE = 10;
const LISTED_FILMS = 60;
const LISTED_ACTORS = 20;

/** The links and titles of one wiki. Immutable; holds a few hundred numbers whatever the size. */
export class Graph {
  readonly layout: Layout;
  readonly #hasLoop: boolean;
  readonly #seed: number;
  readonly #names: Names;
  readonly #casting: Casting;
  readonly #odd: ReadonlyMap<number, readonly number[]>;

  /** @throws UsageError if `pages` is out of range */
  constructor(pages: number, seed: number, hasLoop: boolean) {
    this.#hasLoop = hasLoop;
    this.layout = new Layout(pages);
    this.#seed = seed;
    this.#names = new Names(seed);
    this.#casting = new Casting(this.layout.actors, seed);
    this.#odd = new Map(
      Object.entries(ODD_LINKS).map(([from, to]) => [this.#find(from), to.map(this.#find)]),
    );
  }

  /** The title of an id in the given spelling. */
  title(id: number, v: Vocabulary): string {
    const { layout } = this;
    switch (layout.kind(id)) {
      case 'actor':
        return this.#names.actor(id, v);
      case 'film':
        return this.#names.film(id - layout.firstFilm, v);
      case 'year':
        return `${layout.earliest + id - layout.firstYear}${v.space}in${v.space}film`;
      case 'genre':
        return v.genres[id - layout.firstGenre]!;
      case 'fixed':
        return v.spell(this.fixedArticle(id)!.title);
      case 'special':
        return v.spell(this.special(id)!.title);
    }
  }

  /** The id of a plain title (spaces, not underscores), or undefined if this wiki has no such address. */
  idOf(title: string): number | undefined {
    const { layout } = this;
    const reserved = RESERVED.get(title);
    if (reserved !== undefined) return layout.firstFixed + reserved;
    const year = /^(\d{4}) in film$/.exec(title)?.[1];
    if (year !== undefined) return within(Number(year) - layout.earliest, layout.years, layout.firstYear);
    const genre = PLAIN.genres.indexOf(title);
    if (genre >= 0) return within(genre, layout.genres, layout.firstGenre);
    return (
      within(this.#names.actorOf(title), layout.actors, 0) ??
      within(this.#names.filmOf(title), layout.actors, layout.firstFilm)
    );
  }

  /** The table entry of a special, undefined for any other id. */
  special(id: number): Special | undefined {
    return SPECIALS[id - this.layout.pages];
  }

  /** The table entry of a fixed article, undefined for any other id. */
  fixedArticle(id: number): FixedArticle | undefined {
    return FIXED_ARTICLES[id - this.layout.firstFixed];
  }

  /** Where a redirect leads (one hop), or undefined if the id is no redirect. */
  redirectTarget(id: number): number | undefined {
    const special = this.special(id);
    if (special?.kind !== 'redirect') return undefined;
    if (this.#hasLoop && special.loopTo !== undefined) return this.#find(special.loopTo);
    return special.to === null ? this.layout.firstFilm + this.layout.newestFilm : this.#find(special.to);
  }

  /** Whether a crawl that comes to the id gets an HTML page, whose links it records. */
  isPage(id: number): boolean {
    const special = this.special(id);
    return special === undefined || (special.kind === 'page' && !special.disallowed);
  }

  /**
   * Every edge that a crawl records from an id, each target once, with the least nofollow; itself included
   * where it links there. Empty where there is no page to read.
   */
  links(id: number): DemoLink[] {
    if (!this.isPage(id)) return [];
    const plan = this.plan(id);
    const edges = new Map<number, Nofollow>();
    const pageLevel = this.fixedArticle(id)?.nofollow === undefined ? 0 : 2;
    for (const target of plan.similar) edges.set(target, pageLevel || (plan.similarNofollow ? 1 : 0));
    for (const part of [plan.main, plan.context, plan.group, plan.odd])
      for (const target of part) edges.set(target, pageLevel);
    if (this.linksToItself(id)) edges.set(id, pageLevel);
    return Array.from(edges, ([target, nofollow]) => ({ target, nofollow }));
  }

  /** The targets of {@link links} alone, in no useful order. */
  targets(id: number): Set<number> {
    if (!this.isPage(id)) return new Set();
    const { main, context, similar, group, odd } = this.plan(id);
    const targets = new Set(main);
    for (const part of [context, similar, group, odd]) for (const target of part) targets.add(target);
    return this.linksToItself(id) ? targets.add(id) : targets;
  }

  /** Whether the page has a fragment link, which resolves to the page itself. All articles but a stub have. */
  linksToItself(id: number): boolean {
    return this.fixedArticle(id)?.stub !== true && this.special(id) === undefined;
  }

  /** What the page links to, part by part. Only meaningful for ids that answer with an HTML page. */
  plan(id: number): LinkPlan {
    const { layout } = this;
    switch (layout.kind(id)) {
      case 'actor':
        return this.#actorPlan(id);
      case 'film':
        return this.#filmPlan(id - layout.firstFilm);
      case 'year':
        return this.#yearPlan(id - layout.firstYear);
      case 'genre':
        return this.#genrePlan(id - layout.firstGenre);
      default:
        return this.#fixedPlan(id);
    }
  }

  #filmPlan(film: number): LinkPlan {
    const { layout } = this;
    const h = mix(film, this.#seed ^ 11);
    return {
      main: this.#casting.cast(film),
      context: [
        layout.firstYear + layout.yearAt(film),
        layout.firstGenre + (h % layout.genres),
        layout.firstGenre + ((h >>> 8) % layout.genres),
      ],
      similar: [1, 2, 3].map((salt) => layout.firstFilm + this.#nearby(film, salt)),
      similarNofollow: (h >>> 16) % 16 === 0,
      group: others(film, FRANCHISE, layout.actors).map((other) => layout.firstFilm + other),
      odd: [],
    };
  }

  #actorPlan(actor: number): LinkPlan {
    const { layout } = this;
    const h = mix(actor, this.#seed ^ 12);
    const debut = layout.yearAt(actor);
    const isKevin = actor === 0;
    return {
      main: this.#casting.filmography(actor).map((film) => layout.firstFilm + film),
      context: [
        layout.firstYear + debut,
        layout.firstYear + ((debut + 1 + (h % 4)) % layout.years),
        layout.firstGenre + ((h >>> 8) % layout.genres),
      ],
      similar: isKevin ? [1] : [this.#nearby(actor, 4), this.#nearby(actor, 5)],
      similarNofollow: isKevin,
      group: this.#awardWinners(actor),
      odd: this.#odd.get(actor) ?? [],
    };
  }

  #yearPlan(year: number): LinkPlan {
    const { layout } = this;
    const { from, to } = layout.placesOf(year);
    return {
      main: sample(from, to, LISTED_FILMS).map((film) => layout.firstFilm + film),
      context: range(layout.firstGenre, layout.genres),
      similar: sample(from, to, LISTED_ACTORS),
      similarNofollow: false,
      group: others(year, DECADE, layout.years).map((other) => layout.firstYear + other),
      odd: [],
    };
  }

  #genrePlan(genre: number): LinkPlan {
    const { layout } = this;
    const listed = range(0, Math.min(LISTED_FILMS, layout.actors >> 5));
    return {
      main: listed.map((j) => layout.firstFilm + (mix(this.#seed ^ genre, j) % layout.actors)),
      context: [1, 2].map((salt) => layout.firstYear + (mix(genre, this.#seed ^ salt) % layout.years)),
      similar: [],
      similarNofollow: false,
      group: range(layout.firstGenre, layout.genres).filter((id) => id !== layout.firstGenre + genre),
      odd: [],
    };
  }

  /** The first fixed article, about the game itself, gathers the oddities; the others are nearly bare. */
  #fixedPlan(id: number): LinkPlan {
    const { layout } = this;
    const isGame = id === layout.firstFixed;
    return {
      main: isGame ? [0, 1, ...range(layout.firstFilm, FIXED_FILMS.length)] : [0, 1],
      context: isGame ? range(layout.firstGenre, layout.genres) : [],
      similar: isGame ? [layout.firstFilm + (layout.actors >> 1), layout.actors >> 1] : [],
      similarNofollow: isGame,
      group: [],
      odd: this.#odd.get(id) ?? [],
    };
  }

  /** Another place a little later on the ring. */
  #nearby(place: number, salt: number): number {
    const reach = Math.max(8, Math.floor(this.layout.actors / 50));
    return (place + 1 + (mix(place, this.#seed ^ (salt + 32)) % reach)) % this.layout.actors;
  }

  /** A shuffled stretch of contemporaries, cut into groups. */
  #awardWinners(actor: number): number[] {
    const base = actor - (actor % AWARD_STRETCH);
    const size = Math.min(AWARD_STRETCH, this.layout.actors - base);
    const key = mix(base, this.#seed ^ 15);
    const seats = others(permute(actor - base, size, key), AWARD_WINNERS, size);
    return seats.map((seat) => base + unpermute(seat, size, key));
  }

  /** For the titles of our own tables, which exist at every size. */
  readonly #find = (title: string): number => this.idOf(title)!;
}

/** Titles that are not made of words, by their distance from the first fixed article. */
const RESERVED: ReadonlyMap<string, number> = new Map(
  [...FIXED_ARTICLES, ...SPECIALS].map(({ title }, number) => [title, number]),
);

/** The other members of the group of `size` neighbours that `place` is in. */
function others(place: number, size: number, count: number): number[] {
  const base = place - (place % size);
  return range(base, Math.min(size, count - base)).filter((other) => other !== place);
}

/** At most `limit` places from `from` to before `to`, evenly spread. */
function sample(from: number, to: number, limit: number): number[] {
  const count = Math.min(limit, to - from);
  return range(0, count).map((j) => from + Math.floor((j * (to - from)) / count));
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, j) => first + j);
}

function within(number: number | undefined, count: number, first: number): number | undefined {
  return number !== undefined && number >= 0 && number < count ? first + number : undefined;
}
