/**
 * The visited set and the state of every URL in it. All admission goes through `reach`: a URL is new,
 * or known and reached in a better way (shorter, through fewer redirects, exempt, in scope), or
 * nothing happens. What a better way means for URLs further on is left in `relaxations`.
 */
import type { Connection, Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { FailureCode, SkipReason } from '../protocol/failure.js';
import { Admission, type Admitted } from './admission.js';
import type { RequestKind, RunLimits, StateCounts } from './frontier.js';
import type { AdmittedFile } from './listing.js';
import type { Guards } from './guards.js';
import type { HostTable } from './hosts.js';
import { KnownUrls } from './known-urls.js';
import { NO_HOPS } from './schema.js';
import { type State, StateTally } from './state-tally.js';

export interface UrlRow {
  readonly id: number;
  readonly kind: RequestKind;
  /** Identity key of the URL. */
  readonly url: string;
  readonly hostId: number;
  readonly state: State;
  readonly error: FailureCode | SkipReason | null;
  readonly depth: number | null;
  readonly hops: number;
  /** Redirects since a seed; NO_HOPS = on no seed's chain. */
  readonly seedHops: number;
  /** Edges filed for it; 0 for what is not a page. */
  readonly linkCount: number;
  /** 1: asked once more already, because of cookies; then it may have a detour. */
  readonly reasked: 0 | 1;
}

/** One way of reaching a URL. */
export interface Reach {
  readonly kind: RequestKind;
  /** Distance by this way; null = by an unfollowed link, which gives none. */
  readonly depth: number | null;
  /** Redirects since the last link on this way. */
  readonly hops: number;
  readonly foundOn: number | null;
  /** Redirects since a seed on this way; NO_HOPS = scope applies. */
  readonly seedHops: number;
  readonly inScope: boolean;
}

/** The way that leads to a seed. */
export const SEED: Reach = { kind: 'page', depth: 0, hops: 0, foundOn: null, seedHops: 0, inScope: true };

/** The depth of reruns: they go before all else of their host, unless they were refused. */
const RERUN_DEPTH = -1;

/** A request of user code's. */
export interface TaskRow {
  readonly requestKey: string;
  readonly kind: 'task' | 'rerun';
  readonly url: string;
  readonly hostId: number;
  /** Of a rerun: the page. */
  readonly foundOn?: number | null;
  /** Of a task: how many were followed on the way to it. */
  readonly depth?: number;
}

/** A file as a listing page names it. */
export interface FileRow {
  readonly requestKey: string;
  readonly url: string;
  readonly hostId: number;
  readonly depth: number;
  readonly foundOn: number;
}

/** What a settled or requeued URL takes with it; absent = unchanged or cleared as said. */
export interface Settled {
  readonly state: State;
  readonly error?: FailureCode | SkipReason;
  readonly detail?: string;
  readonly attempts?: number;
  readonly refusals?: number;
  /** Absent = not waiting. */
  readonly notBefore?: number;
  /** Absent = as it was. */
  readonly respelt?: string;
  /** Absent = 0. */
  readonly suspect?: number;
  /** Absent = as it was. */
  readonly isReasked?: true;
  /** Present for pages only: edges filed. */
  readonly linkCount?: number;
}

/** A row as it is made. */
interface NewRow extends Pick<UrlRow, 'kind' | 'hostId' | 'state' | 'depth' | 'hops' | 'seedHops'> {
  readonly requestKey: string;
  /** Null = the key is it. */
  readonly url: string | null;
  readonly error: string | null;
  readonly foundOn: number | null;
}

type KnownRow = [
  id: number,
  state: State,
  error: string | null,
  depth: number | null,
  hops: number,
  seedHops: number,
  hostId: number,
  reasked: 0 | 1,
];

const ROW = `id, kind, coalesce(url, request_key) AS url, host_id AS hostId, state, error, depth, hops, seed_hops AS seedHops,
  coalesce(link_count, 0) AS linkCount, reasked`;

export class UrlTable {
  readonly #hosts: HostTable;
  readonly #guards: Guards;
  readonly #admission: Admission;
  readonly #tally: StateTally;
  readonly #known = new KnownUrls();
  readonly #byKey: Statement<[string], KnownRow>;
  readonly #byId: Statement<[number], UrlRow>;
  readonly #insert: Statement<(string | number | null)[]>;
  readonly #reopen: Statement<[State, string | null, number]>;
  readonly #improve: Statement<[number | null, number, number | null, number, State, string | null, number]>;
  readonly #settle: Statement<(string | number | null)[]>;
  readonly #lease: Statement<[number]>;
  readonly #forget: Statement<[number]>;
  readonly #setDepth: Statement<[number, number]>;
  readonly #relax: Statement<[number, number]>;
  /** Settled URLs that have come nearer to a seed and must be looked at before scope is judged again. */
  #nearerSeed: number[] = [];
  #hasOpened = false;

  constructor(connection: Connection, hosts: HostTable, guards: Guards) {
    this.#hosts = hosts;
    this.#guards = guards;
    this.#admission = new Admission(guards);
    this.#tally = new StateTally(connection, hosts);
    this.#byKey = connection
      .prepare<[string], KnownRow>(
        'SELECT id, state, error, depth, hops, seed_hops, host_id, reasked FROM urls WHERE request_key = ?',
      )
      .raw();
    this.#byId = connection.prepare(`SELECT ${ROW} FROM urls WHERE id = ?`);
    this.#insert = connection.prepare(
      `INSERT INTO urls (request_key, kind, url, host_id, state, error, depth, hops, found_on, seed_hops)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#improve = connection.prepare(
      'UPDATE urls SET depth = ?, hops = ?, found_on = coalesce(?, found_on), seed_hops = ?, state = ?, error = ? WHERE id = ?',
    );
    this.#reopen = connection.prepare(
      'UPDATE urls SET state = ?, error = ?, error_detail = NULL WHERE id = ?',
    );
    this.#settle = connection.prepare(
      `UPDATE urls SET state = ?, error = ?, error_detail = ?, attempts = attempts + ?, refusals = refusals + ?,
         not_before = ?, respelt = coalesce(?, respelt), suspect = ?, reasked = max(reasked, ?), link_count = ?
        WHERE id = ?`,
    );
    this.#lease = connection.prepare(`UPDATE urls SET state = 'leased' WHERE id = ?`);
    this.#forget = connection.prepare('DELETE FROM urls WHERE id = ?');
    this.#setDepth = connection.prepare('UPDATE urls SET depth = ? WHERE id = ?');
    this.#relax = connection.prepare('INSERT OR IGNORE INTO relaxations (depth, url_id) VALUES (?, ?)');
  }

  /** Reads limits and totals; afterwards they are kept in step. */
  load(limits: Pick<RunLimits, 'maxDepth' | 'maxFollowDepth' | 'chosen'>): void {
    this.#admission.load(limits);
    this.recount();
  }

  /** Reads the totals from the file, and forgets all else. */
  recount(): void {
    this.#known.clear();
    this.#tally.recount();
  }

  counts(): StateCounts {
    return this.#tally.counts();
  }

  row(id: number): UrlRow {
    const row = this.#byId.get(id);
    if (row === undefined) throw new InvariantError(`there is no URL ${id}`);
    return row;
  }

  /** To be called when a transaction has come to nothing. */
  undo(): void {
    this.#known.clear();
    this.#tally.undo();
  }

  /**
   * Admits the targets of a page's links, or improves what is known of them. Answers their ids.
   * @param keys joined by newlines; @param depth null: they are not followed
   */
  reachByLinks(keys: string, sourceId: number, depth: number | null): number[] {
    const way: Reach = {
      kind: 'page',
      depth,
      hops: depth === null ? NO_HOPS : 0,
      foundOn: sourceId,
      seedHops: NO_HOPS,
      inScope: true,
    };
    return this.#known.idsOf(keys, depth, (key) => this.reach(key, way));
  }

  /** Admits a URL, or improves what is known of it. Answers its id. */
  reach(url: string, reach: Reach): number {
    const known = this.#byKey.get(reach.kind === 'page' ? url : `${reach.kind}:${url}`);
    if (known === undefined) return this.#admit(url, reach);
    const [id, , error, depth, hops, seedHops] = known;
    const isShorter = reach.depth !== null && (depth === null || reach.depth < depth);
    if (
      isShorter ||
      reach.hops < hops ||
      reach.seedHops < seedHops ||
      (error === 'out-of-scope' && reach.inScope)
    ) {
      this.#reachBetter(url, known, reach, isShorter);
    } else this.#noteKnown(url, id, reach.kind, { depth, hops, error });
    return id;
  }

  /** Queues a request of user code's, unless its key is known or it is too deep. Answers its id. */
  admitTask({ requestKey, kind, url, hostId, foundOn = null, depth = RERUN_DEPTH }: TaskRow): number {
    const known = this.#byKey.get(requestKey);
    if (known !== undefined) return known[0];
    const { state, error } = this.#admission.ofTask(depth);
    return this.#add({
      requestKey,
      kind,
      url,
      hostId,
      state,
      error,
      depth,
      hops: 0,
      foundOn,
      seedHops: NO_HOPS,
    });
  }

  /** Makes the row of a file, unless its key is known. It is in no queue yet. */
  admitFile({ requestKey, url, hostId, depth, foundOn }: FileRow): AdmittedFile {
    const [id, state, known = null] = this.#byKey.get(requestKey) ?? [];
    if (id !== undefined && state !== undefined) return { id, state, error: known };
    const error: SkipReason = 'out-of-scope';
    const way = { depth, hops: 0, foundOn, seedHops: NO_HOPS };
    const newId = this.#add({ requestKey, kind: 'file', url, hostId, state: 'skipped', error, ...way });
    return { id: newId, state: 'skipped', error };
  }

  /** Whether the answer to it, as a page, was none. */
  isNoPage(key: string): boolean {
    const [, state, error] = this.#byKey.get(key) ?? [];
    return state === 'skipped' && error === 'content-type';
  }

  /** Counts a URL that is about to be queued at a host which may be another one than before. */
  moveTo({ hostId, kind, state }: Pick<UrlRow, 'hostId' | 'kind' | 'state'>, toHost: number): void {
    this.#tally.change(hostId, kind, state, 'queued');
    this.#tally.changeHost(hostId, toHost);
  }

  /** A task is less deep than it was known to be: queued, where that was all that held it back. */
  raiseTask({ id, hostId, isCut }: { id: number; hostId: number; isCut: 0 | 1 }, depth: number): void {
    this.#setDepth.run(depth, id);
    if (isCut === 0 || this.#admission.ofTask(depth).state !== 'queued') return;
    this.#tally.change(hostId, 'task', 'skipped', 'queued');
    this.#reopen.run('queued', null, id);
  }

  /** Takes a settled row out again: what it was for is told elsewhere. */
  forget(id: number): void {
    this.#forget.run(id);
  }

  /** Moves a URL on; `from` is the state it is in. */
  settle(row: Pick<UrlRow, 'id' | 'hostId' | 'state' | 'kind'>, to: Settled): void {
    const isWaiting = to.notBefore !== undefined;
    this.#tally.change(row.hostId, row.kind, row.state, to.state, isWaiting);
    if (to.linkCount !== undefined) this.#tally.addAnswered(row.kind, 1);
    // In the order of the statement: by name it would take a quarter longer.
    this.#settle.run(
      to.state,
      to.error ?? null,
      to.detail ?? null,
      to.attempts ?? 0,
      to.refusals ?? 0,
      to.notBefore ?? null,
      to.respelt ?? null,
      to.suspect ?? 0,
      to.isReasked === true ? 1 : 0,
      to.linkCount ?? null,
      row.id,
    );
  }

  /** Whether URLs that were skipped may be chosen by walkers now, since this was asked last. */
  takeOpened(): boolean {
    const hasOpened = this.#hasOpened;
    this.#hasOpened = false;
    return hasOpened;
  }

  takeNearerSeed(): readonly number[] {
    const ids = this.#nearerSeed;
    this.#nearerSeed = [];
    return ids;
  }

  lease(id: number, hostId: number, kind: RequestKind): void {
    this.#tally.change(hostId, kind, 'queued', 'leased');
    this.#lease.run(id);
  }

  /** Judges a URL that a limit had cut, or a walk had not chosen, anew, as things are now. Answers its state. */
  reopen(
    row: Pick<UrlRow, 'id' | 'kind' | 'url' | 'hostId' | 'depth' | 'seedHops'>,
    isChosen?: boolean,
  ): State {
    const judged = this.#admission.of(row.url, { ...row, inScope: true }, row.hostId, isChosen);
    this.#tally.change(row.hostId, row.kind, 'skipped', judged.state);
    if (judged.hold === null) this.#guards.release(row.id);
    else this.#guards.hold(row.id, row.hostId, judged.hold);
    this.#reopen.run(judged.state, judged.error, row.id);
    return judged.state;
  }

  #admit(url: string, reach: Reach): number {
    const hostId = this.#hosts.idOf(url);
    const { state, error, hold } = this.#admission.of(url, reach, hostId);
    const { kind, depth, hops, foundOn, seedHops } = reach;
    const [requestKey, ownUrl] = kind === 'page' ? [url, null] : [`${kind}:${url}`, url];
    const way = { depth, hops, foundOn, seedHops };
    const id = this.#add({ requestKey, kind, url: ownUrl, hostId, state, error, ...way });
    if (hold !== null) this.#guards.hold(id, hostId, hold);
    this.#noteKnown(url, id, kind, { depth, hops, error });
    return id;
  }

  #add(row: NewRow): number {
    const { requestKey, kind, url, hostId, state, error, depth, hops, foundOn, seedHops } = row;
    this.#tally.add(hostId, kind, state);
    const { lastInsertRowid } = this.#insert.run(
      requestKey,
      kind,
      url,
      hostId,
      state,
      error,
      depth,
      hops,
      foundOn,
      seedHops,
    );
    return Number(lastInsertRowid);
  }

  /** Of a page that was reached by links, only a shorter way is better, unless it may yet turn out to be in scope. */
  #noteKnown(
    url: string,
    id: number,
    kind: RequestKind,
    { depth, hops, error }: Pick<Reach, 'depth' | 'hops'> & Pick<Admitted, 'error'>,
  ): void {
    if (kind === 'page' && depth !== null && hops === 0 && error !== 'out-of-scope')
      this.#known.note(url, id, depth);
  }

  #reachBetter(url: string, known: KnownRow, reach: Reach, isShorter: boolean): void {
    const [id, state, error, oldDepth, oldHops, oldSeedHops, hostId, reasked] = known;
    const depth = isShorter ? reach.depth : oldDepth;
    const hops = Math.min(oldHops, reach.hops);
    const seedHops = Math.min(oldSeedHops, reach.seedHops);
    let now: Admitted = { state, error, hold: null };
    if (this.#admission.isOpen(state, error)) {
      const inScope = reach.inScope || error !== 'out-of-scope';
      now = this.#admission.of(url, { depth, seedHops, inScope }, hostId);
      this.#tally.change(hostId, reach.kind, state, now.state);
      if (now.hold !== null) this.#guards.hold(id, hostId, now.hold);
      if (now.error === 'unchosen' && error !== 'unchosen') this.#hasOpened = true;
    }
    this.#improve.run(depth, hops, isShorter ? reach.foundOn : null, seedHops, now.state, now.error, id);
    this.#noteKnown(url, id, reach.kind, { depth, hops, error: now.error });
    // One that is asked once more has led somewhere already, in whatever state it is now.
    if (state !== 'done' && state !== 'failed' && reasked === 0) return;
    this.#relax.run(depth ?? 0, id);
    if (seedHops < oldSeedHops) this.#nearerSeed.push(id);
  }
}
