/**
 * How the pages of a wiki of a given size are shared out and numbered. Ids run actors, films, years,
 * genres, fixed articles – together the `pages` – and then the specials. Films and actors are equally
 * many and stand on one ring of time that starts in 1984, so neighbours in number are contemporaries.
 */
import { UsageError } from '../errors.js';
import { FIXED_ARTICLES, SPECIALS } from './specials.js';

/** Smallest and largest wiki, in pages. Below, there would be no room for years and genres. */
export const MIN_PAGES = 200;
export const MAX_PAGES = 10_000_000;

/** What an id stands for. */
export type Kind = 'actor' | 'film' | 'year' | 'genre' | 'fixed' | 'special';

/** The numbering of one size. Plain arithmetic, nothing stored. */
export class Layout {
  /** HTML pages that answer 200 and that a complete crawl from Kevin Bacon ends with. */
  readonly pages: number;
  /** All addresses a correct crawl can come to know. */
  readonly urls: number;
  /** Actors, and as many films. */
  readonly actors: number;
  readonly years: number;
  readonly genres: number;
  readonly firstFilm: number;
  readonly firstYear: number;
  readonly firstGenre: number;
  readonly firstFixed: number;
  /** The calendar year of year 0. */
  readonly earliest: number;

  /** @throws UsageError if `pages` is not a whole number from {@link MIN_PAGES} to {@link MAX_PAGES} */
  constructor(pages: number) {
    if (!Number.isInteger(pages) || pages < MIN_PAGES || pages > MAX_PAGES)
      throw new UsageError(`pages must be a whole number from ${MIN_PAGES} to ${MAX_PAGES}, not ${pages}`);
    this.pages = pages;
    this.urls = pages + SPECIALS.length;
    this.years = Math.min(100, Math.floor(pages / 20));
    // A thirteenth genre takes up the odd page, so that films and actors pair up.
    this.genres = (pages - this.years - FIXED_ARTICLES.length) % 2 === 0 ? 12 : 13;
    this.actors = (pages - this.years - this.genres - FIXED_ARTICLES.length) / 2;
    this.firstFilm = this.actors;
    this.firstYear = 2 * this.actors;
    this.firstGenre = this.firstYear + this.years;
    this.firstFixed = this.firstGenre + this.genres;
    this.earliest = 1984 - Math.floor(this.years * 0.59);
  }

  kind(id: number): Kind {
    if (id < this.firstFilm) return 'actor';
    if (id < this.firstYear) return 'film';
    if (id < this.firstGenre) return 'year';
    if (id < this.firstFixed) return 'genre';
    return id < this.pages ? 'fixed' : 'special';
  }

  /** The year (0 …) of a place on the ring, the number of a film or an actor. */
  yearAt(place: number): number {
    const passed = Math.floor((place * this.years) / this.actors);
    return (passed + 1984 - this.earliest) % this.years;
  }

  /** The places of a year: from the first to before the last. */
  placesOf(year: number): { from: number; to: number } {
    const passed = (year - (1984 - this.earliest) + this.years) % this.years;
    const place = (t: number): number => Math.ceil((t * this.actors) / this.years);
    return { from: place(passed), to: place(passed + 1) };
  }

  /** The number of the film released last. */
  get newestFilm(): number {
    return this.placesOf(this.years - 1).to - 1;
  }
}
