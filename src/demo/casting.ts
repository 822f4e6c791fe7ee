/**
 * Who plays in what. Films and actors are joined through slots: in each slot every film is paired with
 * one actor by a keyed permutation of a stretch of the ring, and the pair is kept by a hash of both. A
 * film walks its slots forwards, an actor backwards, and they agree without asking each other. Most
 * stretches are short (a troupe), some span years, one spans everything: a small world. Two pairs are
 * always kept, each film with its own number and with the next, so that one ring joins everybody.
 */
import { FIXED_ACTORS } from './names.js';
import { mix, permute, unpermute } from './permutation.js';

interface Slot {
  readonly key: number;
  readonly shift: number;
  readonly stretch: number;
  /** One pair in so many is kept, before the weights of film and actor. */
  readonly odds: number;
}

/** Stretches in places on the ring: powers of four, where a permutation needs no second walk. */
const TROUPES = [64, 16, 256, 64];
/** The first slot spans the whole ring, with few pairs kept; the second an era. */
const STRETCHES = [Infinity, 4096];

/** The cast lists of `count` films and as many actors. Holds its few dozen slots and nothing else. */
export class Casting {
  readonly #count: number;
  readonly #seed: number;
  readonly #slots: readonly Slot[];

  constructor(count: number, seed: number) {
    this.#count = count;
    this.#seed = seed;
    this.#slots = slots(count, seed);
  }

  /** Numbers of the actors of a film, each once. `film` is in `filmography(actor)` for each of them. */
  cast(film: number): number[] {
    const cast = [film, (film + 1) % this.#count];
    const weight = this.#filmWeight(film);
    for (const slot of this.#slots) {
      const actor = across(film, this.#count, slot, permute);
      const luck = lot(slot, film, actor);
      // The first test saves weighing the other side when even its largest weight would not do.
      if (luck < weight << 8 && luck < weight * this.#actorWeight(actor) && !cast.includes(actor))
        cast.push(actor);
    }
    return cast;
  }

  /** Numbers of the films of an actor, each once. */
  filmography(actor: number): number[] {
    const films = [actor, (actor + this.#count - 1) % this.#count];
    const weight = this.#actorWeight(actor);
    for (const slot of this.#slots) {
      const film = across(actor, this.#count, slot, unpermute);
      const luck = lot(slot, film, actor);
      if (luck < weight << 8 && luck < weight * this.#filmWeight(film) && !films.includes(film))
        films.push(film);
    }
    return films;
  }

  /** 120 … 255 of 256: how large a cast is. */
  #filmWeight(film: number): number {
    return 120 + (((mix(film, this.#seed ^ 13) & 255) * 136) >> 8);
  }

  /** 80 … 255 of 256, mostly small: how busy an actor is. The two that every wiki knows are the busiest. */
  #actorWeight(actor: number): number {
    if (actor < FIXED_ACTORS.length) return 256;
    const luck = mix(actor, this.#seed ^ 14) & 255;
    return 80 + ((luck * luck * 177) >> 16);
  }
}

/** More slots for larger wikis: about 8 films an actor at 200 pages, about 25 from 100,000 on. */
function slots(count: number, seed: number): Slot[] {
  const wanted = Math.max(20, Math.min(72, Math.round(5.4 * Math.log2(count) - 12)));
  return Array.from({ length: wanted }, (_, k) => {
    const key = mix(seed, 100 + k) | 0;
    const troupe = Math.min(TROUPES[k % TROUPES.length]!, Math.max(16, count >> 3));
    const stretch = Math.min(count, STRETCHES[k] ?? troupe);
    return { key, shift: mix(key, 7) % count, stretch, odds: k === 0 ? 10 : 1 };
  });
}

/** The other end of a slot: from film to actor with `permute`, back with `unpermute`. */
function across(place: number, count: number, slot: Slot, turn: typeof permute): number {
  const shifted = (place + slot.shift) % count;
  const base = shifted - (shifted % slot.stretch);
  const size = Math.min(slot.stretch, count - base);
  const other = base + turn(shifted - base, size, (slot.key + base) | 0) - slot.shift;
  return other < 0 ? other + count : other;
}

/** What film and actor have to outweigh together to be kept: 0 … 65,535, times the odds. */
function lot(slot: Slot, film: number, actor: number): number {
  return (mix(film ^ slot.key, actor) & 0xffff) * slot.odds;
}
