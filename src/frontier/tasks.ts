/**
 * Requests of user code's: entries of a task list, and pages that executors are to be run on again. They are in the
 * queue as all others, but lead nowhere, and are no part of the link graph.
 */
import type { Connection, Statement } from '../database/connection.js';
import { type FrontierNotice, type Rerun, STORED_HOST } from './frontier.js';
import type { HostTable } from './hosts.js';
import type { UrlTable } from './urls.js';

interface Origin {
  readonly kind: 'page' | 'task';
  readonly url: string;
  readonly hostId: number;
}

/** From so many tasks in a row on, a person wants to know. */
export const DEEP_FOLLOWS = 10_000;

/** A task as the depth of those that it followed is made of it. */
interface Deep {
  readonly id: number;
  readonly hostId: number;
  readonly kind: 'page' | 'task';
  readonly depth: number;
  /** Not asked for only because it was too deep. */
  readonly isCut: 0 | 1;
}

const DEEP = `id, host_id AS hostId, kind, depth, state = 'skipped' AND error = 'depth' AS isCut`;

export class TaskQueue {
  readonly #connection: Connection;
  readonly #urls: UrlTable;
  readonly #hosts: HostTable;
  readonly #origin: Statement<[number], Origin>;
  readonly #again: Statement<[number]>;
  readonly #move: Statement<[{ readonly id: number; readonly url: string; readonly hostId: number }]>;
  readonly #deep: Statement<[number], Deep>;
  readonly #follow: Statement<[number, number]>;
  readonly #followed: Statement<[number], number>;
  #notices: FrontierNotice[] = [];
  #isDeepSaid = false;

  constructor(
    connection: Connection,
    { urls, hosts }: { readonly urls: UrlTable; readonly hosts: HostTable },
  ) {
    this.#connection = connection;
    this.#urls = urls;
    this.#hosts = hosts;
    this.#origin = connection.prepare(
      'SELECT kind, coalesce(url, request_key) AS url, host_id AS hostId FROM urls WHERE id = ?',
    );
    this.#move = connection.prepare(
      'UPDATE urls SET url = @url, host_id = @hostId WHERE id = @id AND url <> @url',
    );
    this.#deep = connection.prepare(`SELECT ${DEEP} FROM urls WHERE id = ?`);
    this.#follow = connection.prepare('INSERT OR IGNORE INTO follows (source_id, target_id) VALUES (?, ?)');
    this.#followed = connection
      .prepare<[number], number>('SELECT target_id FROM follows WHERE source_id = ?')
      .pluck();
    this.#again = connection.prepare(
      `UPDATE urls SET state = 'queued', error = NULL, error_detail = NULL, attempts = 0, refusals = 0, suspect = 0,
         not_before = NULL, link_count = NULL WHERE id = ? AND state IN ('done', 'failed', 'skipped')`,
    );
  }

  /** Queues a task unless it is known; a known one may have another address now, or be less deep. Answers its id. */
  admit(key: string, url: string, followedBy: number | null): number {
    const hostId = this.#hosts.idOf(url);
    const depth = followedBy === null ? 0 : this.#depthBehind(followedBy);
    const id = this.#urls.admitTask({ requestKey: `task:${key}`, kind: 'task', url, hostId, depth });
    this.#move.run({ id, url, hostId });
    if (followedBy !== null) this.#follow.run(followedBy, id);
    this.#raise(id, depth);
    if (depth === DEEP_FOLLOWS && !this.#isDeepSaid) {
      this.#isDeepSaid = true;
      this.#notices.push({ kind: 'deep-follows', depth, key });
    }
    return id;
  }

  takeNotices(): readonly FrontierNotice[] {
    const notices = this.#notices;
    this.#notices = [];
    return notices;
  }

  /** The depth of what a page or a task follows. Pages are where it begins, however far from the seeds. */
  #depthBehind(id: number): number {
    const by = this.#deep.get(id);
    return by?.kind === 'task' ? by.depth + 1 : 1;
  }

  /** Whichever way to a task came first: its depth is that of the shortest, and so are those of all behind it. */
  #raise(id: number, depth: number): void {
    const nearer: [number, number][] = [[id, depth]];
    for (const [at, reached] of nearer) {
      const task = this.#deep.get(at);
      if (task === undefined || task.depth <= reached) continue;
      this.#urls.raiseTask(task, reached);
      for (const next of this.#followed.all(at)) nearer.push([next, reached + 1]);
    }
  }

  /** What an earlier run had still to run again, the next one plans anew. */
  dropReruns(): void {
    this.#connection.exec(`DELETE FROM urls WHERE kind = 'rerun'`);
  }

  /** Counts of queued URLs are wrong until they are made anew. */
  queueReruns(reruns: Iterable<Rerun>): number {
    let count = 0;
    for (const rerun of reruns) {
      this.#queue(rerun);
      count++;
    }
    return count;
  }

  #queue({ pageId, isStored }: Rerun): void {
    const origin = this.#origin.get(pageId);
    if (origin === undefined) return;
    // The list is run again to try again what failed, and a host that was given up is part of that.
    if (!isStored) this.#hosts.forgiveHost(origin.hostId);
    if (origin.kind === 'task' && !isStored) return void this.#again.run(pageId);
    this.#urls.admitTask({
      requestKey: `rerun:${pageId}`,
      kind: 'rerun',
      url: origin.url,
      hostId: isStored ? this.#hosts.idOfOrigin(STORED_HOST) : origin.hostId,
      foundOn: pageId,
    });
  }
}
