/** URLs that are queued but wait for a time of their own, as after a failure: none of them is claimable before. */
import { type Connection, LIMIT, type Statement } from '../database/connection.js';
import type { HostTable } from './hosts.js';

interface Waiting {
  readonly id: number;
  readonly hostId: number;
}

export class WaitingUrls {
  readonly #hosts: HostTable;
  readonly #due: Statement<[number, number], Waiting>;
  readonly #ofHost: Statement<[number], Waiting>;
  readonly #next: Statement<[], number | null>;
  readonly #stopWaiting: Statement<[number]>;

  constructor(connection: Connection, hosts: HostTable) {
    this.#hosts = hosts;
    this.#due = connection.prepare(`SELECT id, host_id AS hostId FROM urls WHERE not_before <= ? ${LIMIT}`);
    this.#ofHost = connection.prepare(
      'SELECT id, host_id AS hostId FROM urls WHERE not_before IS NOT NULL AND host_id = ?',
    );
    this.#next = connection
      .prepare<[], number | null>('SELECT min(not_before) FROM urls WHERE not_before IS NOT NULL')
      .pluck();
    this.#stopWaiting = connection.prepare('UPDATE urls SET not_before = NULL WHERE id = ?');
  }

  /** Makes up to `limit` URLs claimable whose time has come. Answers how many. */
  wakeDue(now: number, limit: number): number {
    return this.#wake(this.#due.all(now, limit));
  }

  /** Makes all URLs of a host claimable. */
  wakeAllOf(hostId: number): void {
    this.#wake(this.#ofHost.all(hostId));
  }

  /** The earliest time that is waited for; null when none is. */
  nextAt(): number | null {
    return this.#next.get() ?? null;
  }

  #wake(waiting: readonly Waiting[]): number {
    for (const { id, hostId } of waiting) {
      this.#stopWaiting.run(id);
      this.#hosts.countClaimable(hostId, 1);
    }
    return waiting.length;
  }
}
