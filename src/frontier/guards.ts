/**
 * Guards against sites without end: how many variants of one URL pattern, and how many URLs of one host, are
 * asked for. Off unless limits are set; patterns are counted anyway, so that an endless one can be named.
 * What is held back is kept, by what held it, and comes back when the limit is raised.
 */
import type { Connection, Statement } from '../database/connection.js';
import { copied } from '../url/copied.js';
import { MANY_VARIANTS, patternOf } from '../url/pattern.js';
import type { FrontierNotice } from './frontier.js';
import type { HostTable } from './hosts.js';

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

/** A pattern as it is counted. */
interface Pattern {
  /** Null while it is counted in memory only. */
  id: number | null;
  readonly text: string;
  readonly example: string;
  admitted: number;
}

export class Guards {
  readonly #connection: Connection;
  readonly #hosts: HostTable;
  readonly #byText: Statement<[string], { id: number; admitted: number }>;
  readonly #save: Statement<[string, string, number], number>;
  readonly #hold: Statement<[number, number | null, number]>;
  readonly #release: Statement<[number]>;
  readonly #patterns = new Map<string, Pattern>();
  readonly #changed = new Set<Pattern>();
  readonly #notices: FrontierNotice[] = [];
  #limits: GuardLimits = { maxVariants: null, maxPerHost: null };

  constructor(connection: Connection, hosts: HostTable) {
    this.#connection = connection;
    this.#hosts = hosts;
    this.#byText = connection.prepare('SELECT id, admitted FROM patterns WHERE pattern = ?');
    this.#save = connection
      .prepare<[string, string, number], number>(
        `INSERT INTO patterns (pattern, example, admitted) VALUES (?, ?, ?)
         ON CONFLICT (pattern) DO UPDATE SET admitted = max(admitted, excluded.admitted) RETURNING id`,
      )
      .pluck();
    this.#hold = connection.prepare(
      'INSERT OR REPLACE INTO held (url_id, pattern_id, host_id) VALUES (?, ?, ?)',
    );
    this.#release = connection.prepare('DELETE FROM held WHERE url_id = ?');
  }

  /** Takes the limits of a run. What they count is counted anew from the file, as other limits have changed it. */
  load(limits: GuardLimits): void {
    this.#limits = limits;
    this.#patterns.clear();
    this.#changed.clear();
    if (limits.maxPerHost !== null) this.#hosts.recountAdmitted();
    if (limits.maxVariants !== null) this.#recount();
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
        return { patternId: pattern.id ?? this.#write(pattern) };
      if (maxPerHost !== null && this.#hosts.admitted(hostId) >= maxPerHost) return { patternId: null };
    }
    this.#hosts.countAdmitted(hostId);
    if (pattern !== null) this.#count(pattern);
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
    for (const pattern of this.#changed) this.#write(pattern);
    this.#changed.clear();
    if (this.#patterns.size <= CACHED_PATTERNS) return;
    // With a limit all are in the file; without one only those that may yet be worth a word need remembering.
    for (const [text, { admitted }] of this.#patterns) {
      if (this.#limits.maxVariants !== null || admitted < MANY_VARIANTS / 10) this.#patterns.delete(text);
    }
  }

  /** What was counted comes from the file again; without a limit counting begins anew, as nothing but words hang on it. */
  undo(): void {
    this.#patterns.clear();
    this.#changed.clear();
    this.#notices.length = 0;
  }

  /** Without a limit patterns cost the file nothing until they are worth a word. */
  #pattern(text: string, example: string): Pattern {
    let pattern = this.#patterns.get(text);
    if (pattern !== undefined) return pattern;
    const stored = this.#limits.maxVariants === null ? undefined : this.#byText.get(text);
    pattern = {
      id: stored?.id ?? null,
      text: copied(text),
      example: copied(example),
      admitted: stored?.admitted ?? 0,
    };
    this.#patterns.set(pattern.text, pattern);
    return pattern;
  }

  #count(pattern: Pattern): void {
    const variants = ++pattern.admitted;
    if (this.#limits.maxVariants !== null || variants >= MANY_VARIANTS) this.#changed.add(pattern);
    const { text, example } = pattern;
    if (variants === MANY_VARIANTS)
      this.#notices.push({ kind: 'many-variants', pattern: text, variants, example });
  }

  #write(pattern: Pattern): number {
    pattern.id = this.#save.get(pattern.text, pattern.example, pattern.admitted) ?? 0;
    return pattern.id;
  }

  #recount(): void {
    const urls = this.#connection.prepare<[], string>(
      `SELECT coalesce(url, request_key) FROM urls WHERE state <> 'skipped' OR attempts > 0`,
    );
    const counts = new Map<string, Pattern>();
    for (const url of urls.pluck().iterate()) {
      const text = patternOf(url);
      if (text === null) continue;
      const pattern = counts.get(text) ?? { id: null, text, example: url, admitted: 0 };
      pattern.admitted++;
      counts.set(text, pattern);
    }
    this.#connection.exec('UPDATE patterns SET admitted = 0');
    for (const pattern of counts.values()) this.#write(pattern);
  }
}
