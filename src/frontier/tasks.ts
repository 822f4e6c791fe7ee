/**
 * Requests of user code's: entries of a task list, and pages that executors are to be run on again. They are in the
 * queue as all others, but lead nowhere, and are no part of the link graph.
 */
import type { Connection, Statement } from '../database/connection.js';
import { type Rerun, STORED_HOST } from './frontier.js';
import type { HostTable } from './hosts.js';
import type { UrlTable } from './urls.js';

interface Origin {
  readonly kind: 'page' | 'task';
  readonly url: string;
  readonly hostId: number;
}

export class TaskQueue {
  readonly #connection: Connection;
  readonly #urls: UrlTable;
  readonly #hosts: HostTable;
  readonly #origin: Statement<[number], Origin>;
  readonly #again: Statement<[number]>;
  readonly #move: Statement<[{ readonly id: number; readonly url: string; readonly hostId: number }]>;

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
    this.#again = connection.prepare(
      `UPDATE urls SET state = 'queued', error = NULL, error_detail = NULL, attempts = 0, refusals = 0, suspect = 0,
         not_before = NULL, link_count = NULL WHERE id = ? AND state IN ('done', 'failed', 'skipped')`,
    );
  }

  /** Queues a task unless it is known; a known one may have another address now. Answers its id. */
  admit(key: string, url: string): number {
    const hostId = this.#hosts.idOf(url);
    const id = this.#urls.admitTask({ requestKey: `task:${key}`, kind: 'task', url, hostId });
    this.#move.run({ id, url, hostId });
    return id;
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
