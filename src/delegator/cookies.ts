/**
 * The cookies of a crawl as the loop uses them: what goes with a task, and what an answer sets. Changes wait
 * here until the batch they came with is stored, so that both are stored or neither.
 */
import type { CookieChange } from '../cookies/cookie.js';
import type { CookieJar } from '../cookies/jar.js';
import type { Outcome } from '../protocol/outcome.js';

/** Where changes are stored; see store/cookies.ts. */
export interface CookieStore {
  write(changes: readonly CookieChange[]): void;
}

export class Cookies {
  readonly #jar: CookieJar | null;
  readonly #store: CookieStore;
  #changes: CookieChange[] = [];

  /** @param jar null: the crawl takes and sends none */
  constructor(jar: CookieJar | null, store: CookieStore) {
    this.#jar = jar;
    this.#store = store;
  }

  /** The Cookie header of a request; null = none. */
  headerFor(url: string, now: number): string | null {
    return this.#jar?.headerFor(url, now) ?? null;
  }

  /**
   * Takes what an answer sets.
   * @returns whether any of it was valid
   */
  take(url: string, { setCookies }: Pick<Outcome, 'setCookies'>, now: number): boolean {
    if (setCookies === undefined || this.#jar === null) return false;
    const { changes, isAnyValid } = this.#jar.take(url, setCookies, now);
    this.#changes.push(...changes);
    return isAnyValid;
  }

  /** Stores what was taken since the last time; to be called in the transaction that stores the answers. */
  store(): void {
    this.#store.write(this.#changes);
    this.#changes = [];
  }
}

/** The answer without its cookies, for everybody who may show it. */
export function withoutCookies<Some extends Outcome>(outcome: Some): Some {
  if (outcome.setCookies === undefined) return outcome;
  const { setCookies: _secret, ...rest } = outcome;
  // All but an optional field: still the same kind of outcome, which the compiler cannot tell of a type parameter.
  return rest as Some;
}
