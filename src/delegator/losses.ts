/**
 * What becomes of a task whose thread ended under it. Whose fault it was shows when it is tried again alone; a page on
 * which user code does it is fetched all the same, and only that executor fails.
 */
import type { Lease, Settlement } from '../frontier/frontier.js';
import type { Failure } from '../protocol/failure.js';
import type { Flight } from './flights.js';
import type { Lost } from './pool.js';
import type { ExecutionLedger } from './execution-ledger.js';

export interface Loss {
  readonly settlement: Settlement;
  /** What is remembered of this try. */
  readonly failure: Failure;
}

export class Losses {
  readonly #executions: ExecutionLedger | null;

  /** @param executions null where there is none */
  constructor(executions: ExecutionLedger | null) {
    this.#executions = executions;
  }

  judge(lease: Lease, flight: Flight, lost: Lost): Loss {
    const { id, suspect } = lease;
    const { slot, flightId } = flight;
    const failure: Failure = { code: 'worker-lost', message: lost.message };
    const again = (next: number): Loss => ({ settlement: { kind: 'release', id, suspect: next }, failure });
    if (lost.endedFor === flightId) return this.#judgeHeld(lease, flight, lost, again);
    // Ended for another page's sake: nobody is a suspect.
    if (lost.endedFor !== null) return again(suspect);
    // All tasks of a dead thread are suspects; each is tried again alone, and has to end that thread, too, twice.
    if (!slot.isAlone) return again(Math.max(1, suspect));
    if (suspect < 2) return again(2);
    const detail = `ended its thread twice: ${lost.message}`;
    if (this.#blame(lease, flight, lost, `worker-lost: ${detail}`)) return again(1);
    return { settlement: { kind: 'failed', id, code: 'worker-lost', detail }, failure };
  }

  /** It is not tried again as it was: it would hold the next thread, too. */
  #judgeHeld(lease: Lease, flight: Flight, lost: Lost, again: (suspect: number) => Loss): Loss {
    if (this.#blame(lease, flight, lost, `timeout: ${lost.message}`)) return again(lease.suspect);
    // Pages that were done meanwhile have wiped out which executor it was: alone in its thread it will show.
    if (this.#executions !== null && !flight.slot.isAlone) return again(Math.max(1, lease.suspect));
    const failure: Failure = { code: 'decode', message: lost.message };
    return { settlement: { kind: 'failed', id: lease.id, code: 'decode', detail: lost.message }, failure };
  }

  /** Whether an executor was at work on it, which then is not run on it again. */
  #blame(lease: Lease, { startedAt }: Flight, { executor: place }: Lost, error: string): boolean {
    const executor = this.#executions?.nameAt(place) ?? null;
    if (executor === null) return false;
    this.#executions?.blame(lease, { executor, error, startedAt });
    return true;
  }
}
