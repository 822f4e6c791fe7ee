/**
 * The table of hosts: clocks, blocks, robots.txt and how many claimable URLs each has. The counter is
 * kept by deltas that are flushed with the transaction that caused them.
 */
import { type Connection, LIMIT, type Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { FailureCode, GivenUp } from '../protocol/failure.js';
import { originOf } from '../url/canonicalise.js';
import { copied } from '../url/copied.js';
import type { HostFacts, HostPatch } from './frontier.js';

const FACTS = `id, host, next_fetch_at AS nextFetchAt, blocked_until AS blockedUntil, crawl_delay_ms AS crawlDelayMs,
  failures, waits, last_success_at AS lastSuccessAt, last_answer_at AS lastAnswerAt, failing_since AS failingSince,
  excused_ms AS excusedMs, given_up AS givenUp, robots_status AS robotsStatus,
  robots_fetched_at AS robotsFetchedAt, robots_attempts AS robotsAttempts, robots_hop AS robotsHop, robots_hops AS robotsHops`;

/** No block and no back-off is longer; the policy's own caps are at most this. */
export const LONGEST_WAIT_MS = 3_600_000;

/** Hosts seen lately, ids by origin and facts by id: a miss costs a look-up. */
const CACHED_HOSTS = 10_000;

/** What is forgotten of a host that was given up. */
const ANOTHER_CHANCE =
  'given_up = NULL, failures = 0, waits = 0, failing_since = NULL, excused_ms = 0, robots_attempts = 0';

export class HostTable {
  readonly #connection: Connection;
  readonly #byId: Statement<[number], HostFacts>;
  readonly #idByOrigin: Statement<[string], number>;
  readonly #insert: Statement<[string]>;
  readonly #addCounts: Statement<[number, number, number]>;
  readonly #admitted: Statement<[number], number>;
  readonly #due: Statement<[number, number, number, number], number>;
  readonly #nextDue: Statement<[number], number | null>;
  readonly #nextGivenUp: Statement<[], { id: number; givenUp: GivenUp }>;
  readonly #setClock: Statement<[number, number]>;
  readonly #several: Statement<[], number>;
  readonly #robotsText: Statement<[number], string | null>;
  readonly #update: Statement<[Record<string, unknown>]>;
  readonly #ids = new Map<string, number>();
  /** As in the file, with what this transaction has changed. */
  readonly #facts = new Map<number, HostFacts>();
  readonly #deltas = new Map<number, { claimable: number; admitted: number }>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#byId = connection.prepare(`SELECT ${FACTS} FROM hosts WHERE id = ?`);
    this.#idByOrigin = connection.prepare<[string], number>('SELECT id FROM hosts WHERE host = ?').pluck();
    this.#insert = connection.prepare('INSERT INTO hosts (host) VALUES (?)');
    this.#addCounts = connection.prepare(
      'UPDATE hosts SET claimable = claimable + ?, admitted = admitted + ? WHERE id = ?',
    );
    this.#admitted = connection.prepare<[number], number>('SELECT admitted FROM hosts WHERE id = ?').pluck();
    this.#due = connection
      .prepare<[number, number, number, number], number>(
        `SELECT id FROM hosts WHERE claimable > 0 AND given_up IS NULL AND next_fetch_at <= ?
           AND (next_fetch_at, id) > (?, ?) ORDER BY next_fetch_at, id ${LIMIT}`,
      )
      .pluck();
    this.#nextDue = connection
      .prepare<[number], number | null>(
        'SELECT min(next_fetch_at) FROM hosts WHERE claimable > 0 AND given_up IS NULL AND next_fetch_at > ?',
      )
      .pluck();
    this.#nextGivenUp = connection.prepare(
      'SELECT id, given_up AS givenUp FROM hosts WHERE given_up IS NOT NULL AND claimable > 0 LIMIT 1',
    );
    this.#setClock = connection.prepare(
      'UPDATE hosts SET next_fetch_at = max(next_fetch_at, ?) WHERE id = ?',
    );
    this.#several = connection
      .prepare<[], number>(
        'SELECT count(*) FROM (SELECT 1 FROM hosts WHERE claimable > 0 OR last_answer_at IS NOT NULL LIMIT 2)',
      )
      .pluck();
    this.#robotsText = connection
      .prepare<[number], string | null>('SELECT robots_txt FROM hosts WHERE id = ?')
      .pluck();
    this.#update = connection.prepare(
      `UPDATE hosts SET next_fetch_at = @nextFetchAt, blocked_until = @blockedUntil, crawl_delay_ms = @crawlDelayMs,
         failures = @failures, waits = @waits, last_success_at = @lastSuccessAt, last_answer_at = @lastAnswerAt,
         failing_since = @failingSince, excused_ms = @excusedMs, given_up = @givenUp,
         robots_status = @robotsStatus, robots_fetched_at = @robotsFetchedAt, robots_attempts = @robotsAttempts,
         robots_hop = @robotsHop, robots_hops = @robotsHops, robots_txt = coalesce(@robotsText, robots_txt) WHERE id = @id`,
    );
  }

  idOf(url: string): number {
    return this.idOfOrigin(originOf(url));
  }

  idOfOrigin(origin: string): number {
    const known = this.#ids.get(origin);
    if (known !== undefined) return known;
    const id = this.#idByOrigin.get(origin) ?? Number(this.#insert.run(origin).lastInsertRowid);
    if (this.#ids.size >= CACHED_HOSTS) this.#ids.clear();
    this.#ids.set(copied(origin), id);
    return id;
  }

  facts(id: number): HostFacts {
    const facts = this.#facts.get(id) ?? this.#byId.get(id);
    if (facts === undefined) throw new InvariantError(`there is no host ${id}`);
    return this.#note(facts);
  }

  /** To be called when a transaction has come to nothing. */
  undo(): void {
    this.#facts.clear();
    this.#ids.clear();
    this.#deltas.clear();
  }

  patch(
    id: number,
    { robotsText = null, ...patch }: Omit<HostPatch, 'robotsText'> & { robotsText?: string | null },
  ): void {
    const facts = { ...this.facts(id), ...patch };
    this.#update.run({ ...facts, robotsText });
    this.#note(facts);
  }

  /** Hosts with claimable URLs whose clock is up, longest waiting first; those behind `after`, where given. */
  due(now: number, limit: number, after?: HostFacts): HostFacts[] {
    const ids = this.#due.all(now, after?.nextFetchAt ?? -1, after?.id ?? 0, limit);
    return ids.map((id) => this.facts(id));
  }

  nextDueAt(now: number): number | null {
    return this.#nextDue.get(now) ?? null;
  }

  /** Moves a clock forward, never back. */
  advanceClock(id: number, nextFetchAt: number): void {
    this.#setClock.run(nextFetchAt, id);
    const facts = this.facts(id);
    this.#note({ ...facts, nextFetchAt: Math.max(facts.nextFetchAt, nextFetchAt) });
  }

  robotsText(id: number): string {
    return this.#robotsText.get(id) ?? '';
  }

  /** Hosts that have work or have answered, counted up to two: whether there are others is all one asks. */
  count(): number {
    return this.#several.get() ?? 0;
  }

  /** A host given up that still has claimable URLs. */
  nextGivenUp(): { id: number; givenUp: GivenUp } | undefined {
    return this.#nextGivenUp.get();
  }

  /** Brings times back that a clock set wrong has written: nothing legitimate lies that far ahead. */
  correctClocks(now: number, longestGapMs: number): void {
    this.#facts.clear();
    this.#connection
      .prepare(
        `UPDATE hosts SET blocked_until = min(blocked_until, @now + ${LONGEST_WAIT_MS}),
           next_fetch_at = min(next_fetch_at, max(@now + @longestGapMs, min(coalesce(blocked_until, 0), @now + ${LONGEST_WAIT_MS}))),
           failing_since = min(failing_since, @now), excused_at = min(excused_at, @now),
           last_answer_at = min(last_answer_at, @now), last_success_at = min(last_success_at, @now),
           robots_fetched_at = min(robots_fetched_at, @now)
          WHERE next_fetch_at > @now OR blocked_until > @now OR last_answer_at > @now OR robots_fetched_at > @now`,
      )
      .run({ now, longestGapMs });
  }

  /**
   * The time from then until now, in which nobody could be asked, does not count as trying: for each host the
   * part of it after its last answer, its rest and what was excused before.
   */
  excuse(from: number, now: number): void {
    this.#facts.clear();
    this.#connection
      .prepare(
        `UPDATE hosts SET excused_ms = excused_ms + max(0, @now - max(@from, coalesce(last_answer_at, failing_since),
           coalesce(blocked_until, 0), coalesce(excused_at, 0))), excused_at = @now WHERE failing_since IS NOT NULL`,
      )
      .run({ from, now });
  }

  /** Gives hosts another chance: those given up with this code or holding URLs that failed with it, or all. */
  forgive(code: FailureCode | 'all'): void {
    this.#facts.clear();
    this.#connection
      .prepare(
        `UPDATE hosts SET ${ANOTHER_CHANCE}
          WHERE given_up IS NOT NULL AND (@code = 'all' OR given_up = @code
            OR id IN (SELECT host_id FROM urls WHERE state = 'failed' AND error = @code))`,
      )
      .run({ code });
  }

  /** Gives one host another chance. */
  forgiveHost(id: number): void {
    this.#facts.clear();
    this.#connection
      .prepare(`UPDATE hosts SET ${ANOTHER_CHANCE} WHERE id = ? AND given_up IS NOT NULL`)
      .run(id);
  }

  /** Lets hosts be asked that could not be connected to at a private address. */
  reopenPrivate(): void {
    this.#facts.clear();
    this.#connection.exec(`UPDATE hosts SET given_up = NULL WHERE given_up = 'private'`);
  }

  countClaimable(id: number, delta: number): void {
    this.#deltaOf(id).claimable += delta;
  }

  countAdmitted(id: number): void {
    this.#deltaOf(id).admitted += 1;
  }

  /** URLs of a host that were ever queued. */
  admitted(id: number): number {
    return (this.#admitted.get(id) ?? 0) + (this.#deltas.get(id)?.admitted ?? 0);
  }

  /** Writes the deltas; the last thing in every transaction that moves URLs. */
  flush(): void {
    for (const [id, { claimable, admitted }] of this.#deltas) {
      if (claimable !== 0 || admitted !== 0) this.#addCounts.run(claimable, admitted, id);
    }
    this.#deltas.clear();
  }

  #note(facts: HostFacts): HostFacts {
    if (this.#facts.size >= CACHED_HOSTS && !this.#facts.has(facts.id)) this.#facts.clear();
    this.#facts.set(facts.id, facts);
    return facts;
  }

  #deltaOf(id: number): { claimable: number; admitted: number } {
    let delta = this.#deltas.get(id);
    if (delta === undefined) this.#deltas.set(id, (delta = { claimable: 0, admitted: 0 }));
    return delta;
  }

  /** Counts URLs that are asked for anew, after bulk changes. */
  recountAdmitted(): void {
    this.#connection.exec(
      `UPDATE hosts SET admitted = 0;
       UPDATE hosts SET admitted = c.n FROM
         (SELECT host_id, count(*) AS n FROM urls WHERE state <> 'skipped' OR attempts > 0 GROUP BY host_id) AS c
       WHERE hosts.id = c.host_id;`,
    );
  }

  /** Counts claimable URLs anew, after bulk changes. */
  recount(): void {
    this.#connection.exec(
      `UPDATE hosts SET claimable = 0 WHERE claimable > 0;
       UPDATE hosts SET claimable = c.n FROM
         (SELECT host_id, count(*) AS n FROM urls WHERE state = 'queued' AND not_before IS NULL GROUP BY host_id) AS c
       WHERE hosts.id = c.host_id;`,
    );
  }
}
