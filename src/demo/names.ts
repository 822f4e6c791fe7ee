/**
 * Which title belongs to which actor or film, and back. Both ways are arithmetic: the number is shuffled
 * by a keyed permutation and its digits choose the words, so ten million titles need no table and no two
 * are equal. Reading a title back is checked by writing it again, which makes every misspelling a miss.
 */
import { mix, permute, unpermute } from './permutation.js';
import { PLAIN, type ForeignList, type Vocabulary } from './words.js';

/** The actors that exist at every size and seed: numbers 0 and 1. */
export const FIXED_ACTORS: readonly string[] = ['Kevin Bacon', 'Monty Python'];

/** The films that exist at every size and seed: numbers 0 to 3. */
export const FIXED_FILMS: readonly string[] = [
  'Footloose (1984 film)',
  "Monty Python's The Meaning of Life",
  'Amélie',
  'Face/Off',
];

/** 128 first names × 128 last names; further actors get middle initials. */
const NAME_PAIRS = 1 << 14;
/** 64 adjectives × 128 nouns × 32 frames; further films are sequels. */
const FILM_TITLES = 1 << 18;
/** 16 × 16; further ones are numbered. */
const FOREIGN_TITLES = 1 << 8;

/** One title in 32 is Cyrillic and one in 32 is Han: these are the remainders. */
const CYRILLIC = 5;
const HAN = 21;

/** The titles of one seed. Stateless but for two keys. */
export class Names {
  readonly #actorKey: number;
  readonly #filmKey: number;

  constructor(seed: number) {
    this.#actorKey = mix(seed, 1);
    this.#filmKey = mix(seed, 2);
  }

  /** The name of actor `i` (0 …) in the given spelling. */
  actor(i: number, v: Vocabulary): string {
    const fixed = FIXED_ACTORS[i];
    if (fixed !== undefined) return v.spell(fixed);
    if ((i & 31) === CYRILLIC) return foreignTitle(i, 'cyrillicName', v);
    if ((i & 31) === HAN) return foreignTitle(i, 'hanName', v);
    const pair = permute(i % NAME_PAIRS, NAME_PAIRS, this.#actorKey);
    const level = Math.floor(i / NAME_PAIRS);
    const first = v.firstNames[pair >> 7] + v.space;
    const last = v.lastNames[pair & 127]!;
    return level === 0 ? first + last : first + v.initials[level] + v.space + last;
  }

  /** The title of film `i` (0 …) in the given spelling. */
  film(i: number, v: Vocabulary): string {
    const fixed = FIXED_FILMS[i];
    if (fixed !== undefined) return v.spell(fixed);
    if ((i & 31) === CYRILLIC) return foreignTitle(i, 'cyrillicFilm', v);
    if ((i & 31) === HAN) return foreignTitle(i, 'hanFilm', v);
    const code = permute(i % FILM_TITLES, FILM_TITLES, this.#filmKey);
    const level = Math.floor(i / FILM_TITLES);
    const frame = v.frames[code & 31]!;
    const title = frame[0] + v.adjectives[code >> 12] + frame[1] + v.nouns[(code >> 5) & 127] + frame[2];
    return level === 0 ? title : `${title}${v.space}${level + 1}`;
  }

  /** The actor with exactly this plain name, or undefined. May exceed the size of a given wiki. */
  actorOf(title: string): number | undefined {
    const fixed = FIXED_ACTORS.indexOf(title);
    if (fixed >= 0) return fixed;
    const found =
      this.#latinActor(title) ?? foreignIndex(title, 'cyrillicName') ?? foreignIndex(title, 'hanName');
    return found !== undefined && this.actor(found, PLAIN) === title ? found : undefined;
  }

  /** The film with exactly this plain title, or undefined. May exceed the size of a given wiki. */
  filmOf(title: string): number | undefined {
    const fixed = FIXED_FILMS.indexOf(title);
    if (fixed >= 0) return fixed;
    const foreign = foreignIndex(title, 'cyrillicFilm') ?? foreignIndex(title, 'hanFilm');
    if (foreign !== undefined) return this.film(foreign, PLAIN) === title ? foreign : undefined;
    const { stem, level } = splitSequel(title);
    return this.#latinFilm(stem, level, title) ?? (level > 0 ? this.#latinFilm(title, 0, title) : undefined);
  }

  #latinActor(title: string): number | undefined {
    const words = title.split(' ');
    const first = FIRST.get(words[0] ?? '');
    const last = LAST.get(words.at(-1) ?? '');
    const level = INITIALS.get(words.slice(1, -1).join(' '));
    if (first === undefined || last === undefined || level === undefined) return undefined;
    return level * NAME_PAIRS + unpermute((first << 7) | last, NAME_PAIRS, this.#actorKey);
  }

  #latinFilm(stem: string, level: number, title: string): number | undefined {
    for (const [number, [before, between, after]] of PLAIN.frames.entries()) {
      if (!stem.startsWith(before) || !stem.endsWith(after)) continue;
      const core = stem.slice(before.length, stem.length - after.length);
      const cut = core.indexOf(between);
      const adjective = ADJECTIVE.get(core.slice(0, cut));
      const noun = NOUN.get(core.slice(cut + between.length));
      if (cut < 0 || adjective === undefined || noun === undefined) continue;
      const code = (adjective << 12) | (noun << 5) | number;
      const found = level * FILM_TITLES + unpermute(code, FILM_TITLES, this.#filmKey);
      if (this.film(found, PLAIN) === title) return found;
    }
    return undefined;
  }
}

const FIRST = positions(PLAIN.firstNames);
const LAST = positions(PLAIN.lastNames);
const INITIALS = positions(PLAIN.initials);
const ADJECTIVE = positions(PLAIN.adjectives);
const NOUN = positions(PLAIN.nouns);
const FOREIGN: Readonly<Record<ForeignList, { first: Map<string, number>; second: Map<string, number> }>> = {
  cyrillicName: foreignPositions('cyrillicName'),
  hanName: foreignPositions('hanName'),
  cyrillicFilm: foreignPositions('cyrillicFilm'),
  hanFilm: foreignPositions('hanFilm'),
};

function positions(words: readonly string[]): Map<string, number> {
  return new Map(words.map((word, i) => [word, i]));
}

function foreignPositions(list: ForeignList): { first: Map<string, number>; second: Map<string, number> } {
  return { first: positions(PLAIN.foreign[list].first), second: positions(PLAIN.foreign[list].second) };
}

/** Titles in other scripts are not shuffled: their numbers are already 32 apart. */
function foreignTitle(i: number, list: ForeignList, v: Vocabulary): string {
  const words = v.foreign[list];
  const j = Math.floor(i / 32);
  const code = (j * 37) % FOREIGN_TITLES;
  const title = words.first[code >> 4] + words.joint + words.second[code & 15];
  const level = Math.floor(j / FOREIGN_TITLES);
  return level === 0 ? title : `${title}${v.space}(${level + 1})`;
}

function foreignIndex(title: string, list: ForeignList): number | undefined {
  const [, stem = title, number] = /^(.*) \((\d{1,6})\)$/u.exec(title) ?? [];
  const { joint } = PLAIN.foreign[list];
  const cut = joint === '' ? 2 : stem.indexOf(joint);
  const first = FOREIGN[list].first.get(stem.slice(0, cut));
  const second = FOREIGN[list].second.get(stem.slice(cut + joint.length));
  if (first === undefined || second === undefined) return undefined;
  // 173 undoes the 37 above: 37 × 173 = 1 modulo 256.
  const j = (((first << 4) | second) * 173) % FOREIGN_TITLES;
  const level = number === undefined ? 0 : Number(number) - 1;
  const offset = list === 'cyrillicName' || list === 'cyrillicFilm' ? CYRILLIC : HAN;
  return (level * FOREIGN_TITLES + j) * 32 + offset;
}

function splitSequel(title: string): { stem: string; level: number } {
  const [, stem, number] = /^(.*) ([2-9]|[1-9]\d)$/u.exec(title) ?? [];
  return stem === undefined ? { stem: title, level: 0 } : { stem, level: Number(number) - 1 };
}
