/**
 * Guards against sites without end: how many variants of one URL pattern, and how many URLs of one host, are
 * asked for. Off unless limits are set; patterns are counted anyway, so that an endless one can be named.
 * What is held back is kept, by what held it, and comes back when the limit is raised.
 */
import type { Connection, Statement } from '../database.js';
import { patternOf } from '../url/pattern.js';
import type { FrontierNotice } from './frontier.js';
import type { HostTable } from './hosts.js';

/** Variants of one pattern from which on it is worth a word. */
const MANY_VARIANTS = 10_000;
/** Patterns whose counts are kept in memory: a miss costs a look-up. */
const CACHED_PATTERNS = 20_000;

export interface GuardLimits {
  /** Variants of one pattern; null = any number. */
  readonly maxVariants: number | null;
  /** URLs of one host; null = any number. */
  readonly maxPerHost: number | null;
}

/** Why a URL is held back: its pattern, or (null) its host. */
export interface Hold {
  readonly patternId: number | null;
}

interface Pattern {
  readonly id: number;
  admitted: number;
}

export class Guards {
  readonly #hosts: HostTable;
  readonly #byText: Statement<[string], Pattern>;
  readonly #insert: Statement<[string, string]>;
  readonly #setAdmitted: Statement<[number, number]>;
  readonly #hold: Statement<[number, number | null, number]>;
  readonly #release: Statement<[number]>;
  readonly #patterns = new Map<string, Pattern>();
  readonly #changed = new Set<Pattern>();
  readonly #notices: FrontierNotice[] = [];
  #limits: GuardLimits = { maxVariants: null, maxPerHost: null };

  constructor(connection: Connection, hosts: HostTable) {
    this.#hosts = hosts;
    this.#byText = connection.prepare('SELECT id, admitted FROM patterns WHERE pattern = ?');
    this.#insert = connection.prepare('INSERT INTO patterns (pattern, example) VALUES (?, ?)');
    this.#setAdmitted = connection.prepare('UPDATE patterns SET admitted = ? WHERE id = ?');
    this.#hold = connection.prepare(
      'INSERT OR REPLACE INTO held (url_id, pattern_id, host_id) VALUES (?, ?, ?)',
    );
    this.#release = connection.prepare('DELETE FROM held WHERE url_id = ?');
  }

  load(limits: GuardLimits): void {
    this.#limits = limits;
  }

  takeNotices(): FrontierNotice[] {
    return this.#notices.splice(0);
  }

  /**
   * Counts a URL that is to be asked for, unless it must be held back.
   * @param isExempt counted, never held back: seeds
   */
  admit(url: string, hostId: number, isExempt: boolean): Hold | null {
    const { maxVariants, maxPerHost } = this.#limits;
    const text = patternOf(url);
    const pattern = text === null ? null : this.#pattern(text, url);
    if (!isExempt) {
      if (maxVariants !== null && pattern !== null && pattern.admitted >= maxVariants)
        return { patternId: pattern.id };
      if (maxPerHost !== null && this.#hosts.admitted(hostId) >= maxPerHost) return { patternId: null };
    }
    this.#hosts.countAdmitted(hostId);
    if (pattern !== null) this.#count(pattern, text ?? '', url);
    return null;
  }

  /** Notes what holds a URL back. */
  hold(urlId: number, hostId: number, { patternId }: Hold): void {
    this.#hold.run(urlId, patternId, hostId);
  }

  release(urlId: number): void {
    this.#release.run(urlId);
  }

  /** Writes the counts; the last thing in every transaction that admits URLs. */
  flush(): void {
    for (const { id, admitted } of this.#changed) this.#setAdmitted.run(admitted, id);
    this.#changed.clear();
    if (this.#patterns.size > CACHED_PATTERNS) this.#patterns.clear();
  }

  #pattern(text: string, example: string): Pattern {
    const known = this.#patterns.get(text);
    if (known !== undefined) return known;
    const pattern = this.#byText.get(text) ?? {
      id: Number(this.#insert.run(text, example).lastInsertRowid),
      admitted: 0,
    };
    this.#patterns.set(text, pattern);
    return pattern;
  }

  #count(pattern: Pattern, text: string, example: string): void {
    pattern.admitted++;
    this.#changed.add(pattern);
    if (pattern.admitted === MANY_VARIANTS)
      this.#notices.push({ kind: 'many-variants', pattern: text, variants: MANY_VARIANTS, example });
  }
}
